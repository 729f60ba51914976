"""`inksift review`: the review app, served to this machine."""

from pathlib import Path

import click

from inksift.pipelines.commands.options import ledger_option, who_option, workspace_option
from inksift.pipelines.commands.served import tell_address
from inksift.pipelines.existing import existing
from inksift.pipelines.who import login


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
    from inksift.curation.serving.server import serve
    from inksift.pipelines.reviewing import review_app

    with review_app(existing(workspace), ledger_url=ledger_url, who=who or login()) as app:
        serve(app, port=port, announce=tell_address)
