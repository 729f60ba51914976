"""From evidence to one outcome, one reason and one explanation per file."""
