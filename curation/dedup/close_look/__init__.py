"""What seems a copy, looked at once more at the size of its thumbnail."""
