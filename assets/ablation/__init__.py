"""What each step of the curation bought."""
