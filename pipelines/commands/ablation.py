"""`inksift ablation`: what each step of a finished run bought."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from inksift.curation.base.errors import ParamError
from inksift.pipelines.commands.options import json_option, ledger_option, workspace_option
from inksift.pipelines.existing import existing

STAGE = "ablation"


@click.command()
@workspace_option
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar=f"{STAGE}.KEY=VALUE",
    help="A setting of the ablation, such as ablation.seeds=5; those of the trainings are as in "
    "the last run.",
)
@ledger_option
@json_option
def ablation(workspace: Path, assignments: tuple[str, ...], ledger_url: str, as_json: bool) -> None:
    """What each step of the last run bought in F1, and what it cost.

    Trains the last run's network again with all steps, without each one and without any, several
    times with different seeds, and tests on the trusted folder of that run, or what it held out.
    Takes as long as 15 trainings; stopped, it goes on where it was.

    \b
    Example:
      inksift run crawl/images --test trusted --workspace work && inksift ablation --workspace work
    """
    from inksift.curation.store.published import (
        ABLATION_PAGE,
        ABLATION_REPORT,
        demand_trained,
        read_ablation,
    )
    from inksift.pipelines import settings
    from inksift.pipelines.places import project_of
    from inksift.pipelines.runner import execute

    values = settings.with_assignments({}, assignments)
    settings.demand_new_names(values)
    _demand_own(assignments)
    checked = settings.checked(values)
    project = project_of(existing(workspace), ledger_url)
    demand_trained(project.workspace)
    execute(project, "ablate", checked, quiet=as_json)
    told = read_ablation(project.workspace)
    places = {name: str(project.workspace.root / name) for name in (ABLATION_PAGE, ABLATION_REPORT)}
    click.echo(
        json.dumps({**told, "places": places})
        if as_json
        else "\n".join([*lines(told), *places.values()])
    )


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The ablation for a person: points of F1."""
    from inksift.curation.ablation.arms import BOUGHT_BY
    from inksift.curation.training.evaluation import TRUSTED

    yield (
        f"network {told['network']}, test set: {told['test_pictures']} pictures, {told['test_set']}"
    )
    yield f"rare: {', '.join(told['rare_classes'])}"
    confidence = told["settings"]["confidence"]
    yield (
        f"points of F1 that each step bought [{confidence:.0%} interval]: F1 with all steps, less "
        "F1 without it"
    )
    yield f"{'step':<24}{'all classes':>24}{'the rare third':>24}{'it took, s':>12}"
    for row in told["left_out"]:
        gains = "".join(f"{_gain(row, name):>24}" for name in ("macro", "rare"))
        seconds = "unknown" if row["step_seconds"] is None else f"{row['step_seconds']:.0f}"
        yield f"{BOUGHT_BY[row['left_out']]:<24}{gains}{seconds:>12}"
    if told["test_set"] != TRUSTED:
        yield (
            "the steps chose these test pictures, which favours them: give `inksift run` a trusted "
            "folder with --test"
        )


def _gain(row: dict[str, Any], name: str) -> str:
    gain, low, high = (100 * row[f"{name}_{part}"] for part in ("gain", "low", "high"))
    return f"{gain:+.1f} [{low:+.1f}, {high:+.1f}]"


def _demand_own(assignments: tuple[str, ...]) -> None:
    for assignment in assignments:
        if not assignment.startswith(f"{STAGE}."):
            raise ParamError(
                f"--set {assignment}: only {STAGE}.KEY=VALUE can be set here; everything else is "
                "as in the last "
                "`inksift run`: run it again with other settings first"
            )
