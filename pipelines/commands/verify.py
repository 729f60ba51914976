"""`inksift verify`: is a workspace as it was written?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inksift.pipelines.commands.options import json_option, ledger_option, workspace_option
from inksift.pipelines.existing import existing

if TYPE_CHECKING:
    from inksift.curation.publish.problem import Problem
    from inksift.curation.store.workspace import Workspace


@click.command()
@workspace_option
@ledger_option
@json_option
def verify(workspace: Path, ledger_url: str, as_json: bool) -> None:
    """Check that every stored file of a workspace is there and matches its digest, every count the
    decisions, and that the ledger and Dagster's history are whole. `inksift repair` mends what it
    finds.

    \b
    Example:
      inksift verify --workspace work
    """
    problems = problems_of(existing(workspace), ledger_url)
    if as_json:
        click.echo(json.dumps([problem._asdict() for problem in problems]))
    else:
        click.echo("\n".join(map(problem_line, problems)) or "everything matches")
    if problems:
        sys.exit(1)


def problems_of(here: "Workspace", ledger_url: str) -> list["Problem"]:
    """Everything that is amiss in a workspace, Dagster's own history too."""
    from inksift.assets.registry import registry
    from inksift.curation.publish.verify import verify as problems_in
    from inksift.pipelines.history import history_problems
    from inksift.pipelines.instance import own_home

    stored = problems_in(here, registry().contracts, ledger_url)
    return [*stored, *history_problems(own_home(here.root))]


def problem_line(problem: "Problem") -> str:
    """A problem for a person."""
    return f"{problem.file}: {problem.what}; {problem.remedy}"
