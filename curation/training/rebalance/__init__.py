"""A trained network with a balanced last layer: what it sees stays, how it tells classes apart
changes."""
