"""Ask a person about the pictures where an answer tells most, and say what the answers show."""
