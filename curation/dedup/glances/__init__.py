"""A glance at every picture, which stops pairs that are plainly different."""
