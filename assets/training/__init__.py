"""The network trained on the data set, and how good it is."""
