"""Lines on how far a run is, where no terminal shows its bars: in a log, or under a service."""

import logging

import click

from inksift.curation.base.progress import log


class _Lines(logging.Handler):
    """Writes to what is standard error at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)


def show_progress_lines() -> None:
    """From now on, once: the library writes them seldom, and only where nobody watches."""
    if not log.handlers:
        log.addHandler(_Lines())
        log.setLevel(logging.INFO)
