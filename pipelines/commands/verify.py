"""`inksift verify`: is a workspace as it was written?"""

import json
import sys
from pathlib import Path

import click

from inksift.pipelines.commands.options import json_option, ledger_option, workspace_option
from inksift.pipelines.existing import existing


@click.command()
@workspace_option
@ledger_option
@json_option
def verify(workspace: Path, ledger_url: str, as_json: bool) -> None:
    """Check every stored file of a workspace against its digest, every count against the decisions,
    and the ledger.

    \b
    Example:
      inksift verify --workspace work
    """
    from inksift.assets.registry import registry
    from inksift.curation.publish.verify import verify as problems_in

    problems = problems_in(existing(workspace), registry().contracts, ledger_url)
    if as_json:
        click.echo(json.dumps([problem._asdict() for problem in problems]))
    else:
        click.echo(
            "\n".join(f"{p.file}: {p.what}; {p.remedy}" for p in problems) or "everything matches"
        )
    if problems:
        sys.exit(1)
