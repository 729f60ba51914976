"""Finished runs: kept, listed, pruned, and set beside each other."""
