"""Wiring only: definitions, resources, jobs, schedules, sensors and the command line."""
