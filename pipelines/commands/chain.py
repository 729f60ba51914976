"""What `inksift run` and `inksift judge` share: their options, and a run of the chain."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from inksift.curation.base.errors import DataError, InksiftError, ParamError, SourceError
from inksift.pipelines.commands.options import (
    ledger_option,
    link_roots_option,
    weights_option,
    workspace_option,
)

if TYPE_CHECKING:
    from inksift.curation.base.params import Params
    from inksift.curation.project import Project
    from inksift.pipelines.given import Given


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
    from inksift.curation.sample import read_truth

    project = _project(given)
    settings = _settings(given, project)
    if truth is not None:
        read_truth(truth)

    from inksift.assets.shared.this_run import tags_of
    from inksift.curation.store.published import CSV
    from inksift.pipelines.commands import summary
    from inksift.pipelines.commands.runner import execute
    from inksift.pipelines.remembering import REMEMBER_TAG, differences
    from inksift.pipelines.settings import demand_heard

    began = time.monotonic()
    demand_heard(settings, project)
    project.workspace.demand_writable()
    differs = [] if remember else differences(project, settings)
    tags = tags_of(given.profile, given.assignments)
    tags |= {REMEMBER_TAG: "yes"} if remember else {}
    try:
        heard = execute(project, job, settings, tags=tags, quiet=as_json)
    except DataError as error:
        raise DataError(
            f"{error}\nwhat was decided before that is in {project.workspace.root}"
        ) from None
    proposal = heard.metadata.get("verdicts", {}).get("proposal")
    if deliver is not None and (proposal or not heard.failed_checks):
        deliver(Path(proposal or project.workspace.root / CSV))
    if heard.failed_checks:
        _stop(heard.failed_checks, proposal, summary.folder_told(heard), as_json=as_json)
    kept = _remembered(project, settings, profile=given.profile, anew=remember)
    told = summary.summary(project, heard, seconds=time.monotonic() - began, truth=truth)
    told |= {"differs_from_setup": differs, "setup": kept}
    click.echo(summary.as_json(told) if as_json else "\n".join(summary.lines(told)))


def given_on_command_line(
    source: Path | None, chosen: Chosen, *, test: Path | None = None, no_test: bool = False
) -> "Given":
    """What a person gave; empty where the setup of the workspace decides."""
    from inksift.pipelines.given import Given

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
        profile=chosen.profile,
        assignments=chosen.assignments + flags,
    )


def _project(given: "Given") -> "Project":
    """What the run works on; ParamError where nothing names a source."""
    from inksift.curation.store.setup import setup_file
    from inksift.pipelines.given import project_given

    project = project_given(given)
    if project is None:
        raise ParamError(
            f"no SOURCE given, and none in {setup_file(given.workspace)}: name the folder of "
            "class_name/picture.jpg, as in `inksift run crawl/images`"
        )
    _demand_there(given, project)
    return project


def _demand_there(given: "Given", project: "Project") -> None:
    """SourceError where a folder is gone that the setup names and nobody else."""
    from inksift.curation.store.setup import setup_file

    for name in ("source", "test"):
        path = getattr(project, name)
        if path and getattr(given, name) is None and not path.exists():
            raise SourceError(
                f"{setup_file(given.workspace)}: {name}: no such folder: {path}; correct it there, "
                "or name another for this run"
            )


def _remembered(
    project: "Project", settings: "dict[str, Params]", *, profile: str, anew: bool
) -> list[str]:
    """What a person should know of the setup after a run; an edit meanwhile spoils no run."""
    from inksift.pipelines.remembering import remember

    try:
        return remember(project, settings, profile=profile, anew=anew)
    except InksiftError as error:
        return [f"the setup was not written: {error}"]


def _settings(given: "Given", project: "Project") -> "dict[str, Params]":
    """The settings of every stage, with all that can be known to be wrong before anything runs."""
    from inksift.pipelines import settings
    from inksift.pipelines.given import settings_given

    checked = settings_given(given, project)
    settings.demand_head(checked, project.weights)
    settings.demand_layers(checked)
    return checked


def _stop(failed: list[str], proposal: str | None, notes: list[str], *, as_json: bool) -> None:
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
