"""inksift: a training set that can be trusted, out of a folder of crawled illustrations."""
