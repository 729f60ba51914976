"""Pictures in an object store: listed by their keys, each read once, through the same gate."""
