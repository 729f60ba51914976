"""Wiring only: definitions, resources, jobs, schedules, sensors, settings; `commands` hold the
command line."""
