"""The training pictures, the loop over them, and what it leaves on disk."""
