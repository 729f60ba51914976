"""What networks and clusterings say of every picture."""
