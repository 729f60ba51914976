"""What people decided: append-only, keyed by the bytes of a picture, never overwritten by a run."""
