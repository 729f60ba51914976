"""The review app: see every picture of a run in a browser, and overrule what was decided. For this
machine alone."""
