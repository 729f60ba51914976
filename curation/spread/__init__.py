"""Work on many pictures or pairs: on the cores of this machine, or over a Ray cluster."""
