"""From the curated set to a network and its scores: split, resample, fit, balance, explain."""
