"""What people decided, and what a run heard of it."""
