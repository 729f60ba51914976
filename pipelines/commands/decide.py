"""`inksift decide`: what people decided is taken in, and nothing is trained."""

import time
from pathlib import Path

import click

from pipelines.commands.chain import stop
from pipelines.commands.options import (
    existing,
    json_option,
    ledger_option,
    weights_option,
    workspace_option,
)


@click.command()
@workspace_option
@weights_option
@ledger_option
@json_option
def decide(workspace: Path, weights_dir: Path | None, ledger_url: str, as_json: bool) -> None:
    """Take in what people decided since the last run, with the pictures and settings of that run.
    Nothing is decoded, embedded or trained: this takes seconds where `inksift run` takes minutes.

    \b
    Example:
      inksift decide --workspace work
    """
    from pipelines.commands import summary
    from pipelines.commands.places import project_of
    from pipelines.commands.runner import execute_again

    began = time.monotonic()
    project = project_of(existing(workspace), ledger_url, weights_dir)
    heard = execute_again(project, "decide", quiet=as_json)
    if heard.failed_checks:
        proposal = heard.metadata.get("verdicts", {}).get("proposal")
        stop(heard.failed_checks, proposal, summary.folder_told(heard), as_json=as_json)
    told = summary.summary(project, heard, seconds=time.monotonic() - began, truth=None)
    click.echo(summary.as_json(told) if as_json else "\n".join(summary.lines(told)))
