"""The command line: a file for each command, and beside it what only commands use."""
