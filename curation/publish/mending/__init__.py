"""What `inksift repair` does about what `inksift verify` finds."""
