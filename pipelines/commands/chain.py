"""What `inksift run` and `inksift judge` share: their options, and a run of the chain."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from inksift.pipelines.commands.options import (
    engine_options,
    ledger_option,
    link_roots_option,
    weights_option,
    workspace_option,
)

if TYPE_CHECKING:
    from inksift.curation.base.location import Location
    from inksift.pipelines.given import Given


class Chosen(NamedTuple):
    """What a person chose with the options of `run_options`."""

    workspace: Path
    profile: str
    assignments: tuple[str, ...]
    weights_dir: Path | None
    ledger_url: str
    link_roots: tuple[Path, ...]
    engine: str | None
    ray_address: str
    accept_removals: bool
    accept_other_ledger: bool
    remember: bool


def run_options(command: Any) -> Any:
    """The options of whatever runs the chain, which `Chosen` holds."""
    for option in (
        weights_option,
        click.option(
            "--set",
            "assignments",
            multiple=True,
            metavar="STAGE.KEY=VALUE",
            help="One setting; may be repeated.",
        ),
        click.option(
            "--accept-removals",
            "--accept-losses",
            is_flag=True,
            help="Go on whatever share of a class or of all is rejected.",
        ),
        click.option(
            "--accept-other-ledger",
            is_flag=True,
            help="Go on without decisions that only the last run heard.",
        ),
        click.option(
            "--remember",
            is_flag=True,
            help="Make what this run is given the setup of the workspace (inksift.yaml), if it "
            "succeeds.",
        ),
        click.option(
            "--profile",
            default="",
            help="A shipped profile or a YAML file, in place of the profile and settings of "
            "inksift.yaml.",
        ),
        ledger_option,
        *engine_options,
        link_roots_option,
        workspace_option,
    ):
        command = option(command)
    return command


def run_chain(
    job: str,
    given: "Given",
    *,
    as_json: bool,
    remember: bool = False,
    truth: Path | None = None,
    deliver: Callable[[Path], None] | None = None,
) -> None:
    """Run a job on what was given or is remembered, and say what came of it; exit 1 where a
    blocking check failed.

    `remember` makes what it is given the setup, if it succeeds. `deliver` is handed the decisions
    as soon as there are some, be they a proposal."""
    from inksift.curation.base.errors import DataError
    from inksift.curation.sample import read_truth
    from inksift.pipelines.chain import run_given
    from inksift.pipelines.commands.summary import as_json as json_of
    from inksift.pipelines.commands.summary import lines
    from inksift.pipelines.summary import folder_told, summary

    if truth is not None:
        read_truth(truth)
    try:
        ended = run_given(job, given, remember=remember, quiet=as_json)
    except DataError as error:
        raise DataError(f"{error}\nwhat was decided before that is in {given.workspace}") from None
    if deliver is not None and ended.decisions is not None:
        deliver(ended.decisions)
    failed, proposal = ended.heard.failed_checks, ended.proposal
    if failed:
        _stop(failed, proposal, folder_told(ended.heard), as_json=as_json)
    told = summary(ended, truth=truth)
    click.echo(json_of(told) if as_json else "\n".join(lines(told)))


def given_on_command_line(
    source: "Location | None",
    chosen: Chosen,
    *,
    test: "Location | None" = None,
    no_test: bool = False,
) -> "Given":
    """What a person gave; empty where the setup of the workspace decides."""
    from inksift.pipelines.given import Given, engine_named

    accepted = {
        "verdicts.accept_removals": chosen.accept_removals,
        "human_decisions.accept_other_ledger": chosen.accept_other_ledger,
    }
    flags = tuple(f"{name}=true" for name, accepts in accepted.items() if accepts)
    return Given(
        chosen.workspace,
        source=source,
        test=test,
        no_test=no_test,
        link_roots=chosen.link_roots,
        weights=chosen.weights_dir,
        ledger_url=chosen.ledger_url,
        engine=engine_named(chosen.engine or "", chosen.ray_address),
        profile=chosen.profile,
        assignments=chosen.assignments + flags,
    )


def _stop(failed: list[str], proposal: Path | None, notes: list[str], *, as_json: bool) -> None:
    """Tell which blocking checks failed and what is to know of the folder, and exit."""
    if as_json:
        told = {
            "failed_checks": failed,
            "proposal": str(proposal) if proposal else None,
            "folder": notes,
        }
        click.echo(json.dumps(told))
    for note in notes:
        click.echo(f"note: {note}", err=True)
    for line in failed:
        click.echo(
            f"inksift: a blocking check failed, what follows it did not run: {line}", err=True
        )
    sys.exit(1)
