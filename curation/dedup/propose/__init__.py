"""Which pairs of pictures are worth looking at."""
