"""The Dagster layer: one thin asset per stage, no arithmetic of its own. A package here is a group
in the UI; `registry` says in which order they come and what is in them."""
