"""Two pictures laid over one another, and what then differs."""
