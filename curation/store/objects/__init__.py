"""Object stores, by one interface: listing, reading, and writing on a condition."""
