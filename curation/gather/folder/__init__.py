"""Reading a folder that is not ours: every entry found, opened without following anything."""
