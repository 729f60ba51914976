"""What `inksift doctor` looks at, one file a group: each gives findings, and mends nothing."""
