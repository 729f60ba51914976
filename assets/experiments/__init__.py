"""Many recipes on the pictures of the last run; each is a partition."""
