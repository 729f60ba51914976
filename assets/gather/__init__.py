"""What is in the folder: every file, opened once, and the shape of the whole."""
