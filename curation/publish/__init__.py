"""What leaves the workspace for people and programs, and the proof that it is sound."""
