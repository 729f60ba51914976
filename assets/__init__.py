"""The Dagster layer: one thin asset per stage, no arithmetic of its own."""
