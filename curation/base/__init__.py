"""What everything stands on: errors, settings, table contracts, the engine, arrays of pixels."""
