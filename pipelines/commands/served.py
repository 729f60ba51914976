"""What a command that serves pages says."""

import click


def tell_address(address: str) -> None:
    """Say where to look, once it can be opened."""
    click.echo(f"open this address, which is for you alone; Ctrl+C ends it\n{address}")
