"""Duplicates: which pictures are copies or variants of one another, and which copy stays."""
