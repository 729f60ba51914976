"""`inksift decide`: what people decided is taken in, and nothing is trained."""

from pathlib import Path

import click

from inksift.pipelines.commands.chain import run_chain
from inksift.pipelines.commands.options import (
    json_option,
    ledger_option,
    weights_option,
    workspace_option,
)
from inksift.pipelines.existing import existing


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
    from inksift.pipelines.decide import given_to_decide
    from inksift.pipelines.given import Given

    given = Given(existing(workspace).root, weights=weights_dir, ledger_url=ledger_url)
    run_chain("decide", given_to_decide(given), as_json=as_json)
