"""Many recipes of resampling, network and training on the same pictures, each tried and put in a
list by its F1."""
