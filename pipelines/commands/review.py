"""`inksift review`: the review app, served to this machine."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inksift.pipelines.commands.options import (
    existing,
    ledger_option,
    login,
    who_option,
    workspace_option,
)

if TYPE_CHECKING:
    from inksift.curation.review.access import Access
    from inksift.curation.review.guard import Guard


@click.command()
@workspace_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8600,
    show_default=True,
    help="Where to listen; 0 for any free.",
)
@who_option
@ledger_option
def review(workspace: Path, port: int, who: str, ledger_url: str) -> None:
    """See every picture of a finished run in the browser, and overrule what was decided.

    Listens on 127.0.0.1 only and lets in whoever has the address that it prints. What you decide is
    in the ledger at once, and counts from the next run on. Ctrl+C ends it.

    \b
    Example:
      inksift review --workspace work
    """
    from inksift.curation.people.chosen_ledger import ledger_of
    from inksift.curation.people.ledger.decisions import checked_who
    from inksift.curation.review.app import create_app
    from inksift.curation.review.catalogue import Catalogue
    from inksift.curation.review.guard import Guard
    from inksift.curation.review.looks.background import Preparation
    from inksift.curation.review.server import serve
    from inksift.curation.review.warming import warmed

    here = existing(workspace)
    author = checked_who(who or login())
    catalogue = Catalogue(here, ledger_of(here, ledger_url))
    preparation = Preparation(here.root)

    def app(access: "Access") -> "Guard":
        grid = create_app(catalogue, csrf=access.csrf, who=author, prepare=preparation.start)
        return Guard(grid, access)

    try:
        with warmed(catalogue):
            serve(app, port=port, announce=_announce)
    finally:
        preparation.end()
        catalogue.originals.close()


def _announce(address: str) -> None:
    click.echo(f"open this address, which is for you alone; Ctrl+C ends it\n{address}")
