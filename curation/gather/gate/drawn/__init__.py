"""The formats that illustrators work with. Nothing here is imported before the first such file is
met, so that a worker starts as fast without."""
