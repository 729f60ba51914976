"""`inksift decide`: what people decided is taken in, and nothing is trained."""

import time
from pathlib import Path

import click

from curation.base.errors import ParamError
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
    """Take in what people decided since the last run, with the setup of the workspace. Nothing is
    decoded, embedded or trained: this takes seconds where `inksift run` takes minutes.

    \b
    Example:
      inksift decide --workspace work
    """
    from curation.store.published import read_differs
    from curation.store.setup import setup_file
    from pipelines.commands import summary
    from pipelines.commands.runner import execute
    from pipelines.given import Given, project_given, settings_remembered

    began = time.monotonic()
    here = existing(workspace)
    given = Given(here.root, weights=weights_dir, ledger_url=ledger_url)
    project = project_given(given)
    if project is None:
        raise ParamError(f"no {setup_file(here.root)} yet: the first `inksift run` writes it")
    differs = read_differs(here)
    if differs:
        raise ParamError(
            f"the last run differed from {setup_file(here.root)} ({'; '.join(differs)}): "
            "`inksift run` takes decisions in with the setup, and with --remember what it is given "
            "becomes the setup"
        )
    heard = execute(project, "decide", settings_remembered(project), quiet=as_json)
    if heard.failed_checks:
        proposal = heard.metadata.get("verdicts", {}).get("proposal")
        stop(heard.failed_checks, proposal, summary.folder_told(heard), as_json=as_json)
    told = summary.summary(project, heard, seconds=time.monotonic() - began, truth=None)
    click.echo(summary.as_json(told) if as_json else "\n".join(summary.lines(told)))
