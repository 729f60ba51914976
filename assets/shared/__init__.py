"""What several groups share: how a stage is declared, how tables are handed over and shown."""
