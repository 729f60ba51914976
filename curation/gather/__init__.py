"""From a folder to rows: every file found, decoded once, with its hashes, signals and thumbnail."""
