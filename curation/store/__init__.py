"""The workspace: content-addressed measurements, files written whole, one run at a time."""
