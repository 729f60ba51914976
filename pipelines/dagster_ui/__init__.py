"""`inksift ui`: Dagster's own web server behind a door, and the services that it needs."""
