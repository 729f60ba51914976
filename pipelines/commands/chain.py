"""What `inksift run` and `inksift judge` share: their options, and a run of the chain."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from curation.base.errors import DataError
from pipelines.commands.options import (
    ledger_option,
    link_roots_option,
    weights_option,
    workspace_option,
)

if TYPE_CHECKING:
    from curation.base.params import Params


class Chosen(NamedTuple):
    """What a person chose with the options of `run_options`."""

    workspace: Path
    profile: str
    assignments: tuple[str, ...]
    weights_dir: Path | None
    ledger_url: str
    link_roots: tuple[Path, ...]
    accept_removals: bool
    accept_other_ledger: bool


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
            "--profile",
            default="default",
            show_default=True,
            help="A shipped profile or a YAML file.",
        ),
        ledger_option,
        link_roots_option,
        workspace_option,
    ):
        command = option(command)
    return command


def run_chain(
    job: str,
    source: Path,
    chosen: Chosen,
    *,
    as_json: bool,
    test: Path | None = None,
    truth: Path | None = None,
    deliver: Callable[[Path], None] | None = None,
) -> None:
    """Run a job on SOURCE and say what came of it; exit 1 where a blocking check failed.

    `deliver` is handed the decisions as soon as there are some, be they a proposal."""
    from curation.sample import read_truth
    from pipelines import settings

    checked = _settings(chosen)
    if truth is not None:
        read_truth(truth)

    from curation.project import Project
    from curation.store.published import CSV
    from pipelines.commands import summary
    from pipelines.commands.runner import execute

    began = time.monotonic()
    project = Project(
        source,
        chosen.workspace,
        test,
        chosen.weights_dir,
        chosen.ledger_url,
        link_roots=chosen.link_roots,
    )
    settings.demand_heard(checked, project)
    try:
        heard = execute(project, job, checked, quiet=as_json)
    except DataError as error:
        raise DataError(
            f"{error}\nwhat was decided before that is in {project.workspace.root}"
        ) from None
    proposal = heard.metadata.get("verdicts", {}).get("proposal")
    if deliver is not None and (proposal or not heard.failed_checks):
        deliver(Path(proposal or project.workspace.root / CSV))
    if heard.failed_checks:
        stop(heard.failed_checks, proposal, summary.folder_told(heard), as_json=as_json)
    told = summary.summary(project, heard, seconds=time.monotonic() - began, truth=truth)
    click.echo(summary.as_json(told) if as_json else "\n".join(summary.lines(told)))


def _settings(chosen: Chosen) -> "dict[str, Params]":
    """The settings of every stage, with all that can be known to be wrong before anything runs."""
    from pipelines import settings

    accepted = {
        "verdicts.accept_removals": chosen.accept_removals,
        "human_decisions.accept_other_ledger": chosen.accept_other_ledger,
        "images.follow_links": bool(chosen.link_roots),
    }
    flags = tuple(f"{name}=true" for name, accepts in accepted.items() if accepts)
    values = settings.with_assignments(
        settings.load_profile(chosen.profile), chosen.assignments + flags
    )
    checked = settings.checked(values)
    settings.demand_head(checked, chosen.weights_dir)
    settings.demand_layers(checked)
    return checked


def stop(failed: list[str], proposal: str | None, notes: list[str], *, as_json: bool) -> None:
    """Tell which blocking checks failed and what is to know of the folder, and exit."""
    if as_json:
        told = {"failed_checks": failed, "proposal": proposal, "folder": notes}
        click.echo(json.dumps(told))
    for note in notes:
        click.echo(f"note: {note}", err=True)
    for line in failed:
        click.echo(
            f"inksift: a blocking check failed, what follows it did not run: {line}", err=True
        )
    sys.exit(1)
