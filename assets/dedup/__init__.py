"""Which pictures are copies or variants of each other."""
