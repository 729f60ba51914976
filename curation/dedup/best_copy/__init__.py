"""Which of several copies stays."""
