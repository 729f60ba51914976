"""The grid: which files are listed in which order, what is told of each, and decisions on many."""
