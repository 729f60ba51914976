"""How a file is related to the one that stays: the values of the column `relation`."""

ITSELF = "none"
"""The file that stays."""

SAME_BYTES, SAME_PIXELS, DUPLICATE, VARIANT = "exact", "pixels", "duplicate", "variant"
"""Same bytes; same pixels; a copy found by comparing; too different for a copy, too like for
chance."""
