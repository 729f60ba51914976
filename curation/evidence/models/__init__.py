"""Networks and their weights: found, checked, exported once, run."""
