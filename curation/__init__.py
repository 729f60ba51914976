"""inksift's library: arrays, tables and models in; tables, numbers and pictures out. Never imports
Dagster."""
