"""`inksift experiments`: many recipes on the pictures of a finished run."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inksift.pipelines.commands.options import json_option, ledger_option, workspace_option
from inksift.pipelines.existing import existing

if TYPE_CHECKING:
    from inksift.curation.project import Project


@click.command()
@workspace_option
@click.option(
    "--grid", "grid_name", default="team", show_default=True, help="A shipped grid or a YAML file."
)
@click.option(
    "--scale",
    type=click.FloatRange(0.01, 1),
    default=1.0,
    show_default=True,
    help="Share of the epochs, and of the area of the pictures, that each experiment takes.",
)
@click.option(
    "--only",
    default="",
    metavar="TEXT",
    help="Only experiments with this text in their NAME.seedN.",
)
@ledger_option
@json_option
def experiments(
    workspace: Path, grid_name: str, scale: float, only: str, ledger_url: str, as_json: bool
) -> None:
    """Try recipes of resampling, network and training on the pictures of the last run, and list
    them by F1.

    A grid says which there are. Stopped, it goes on where it was; what is known from before on the
    same pictures is not measured again, but for failures. Where one fails the others go on, and the
    exit code is 1.

    \b
    Examples:
      inksift experiments --workspace work --grid team --scale 0.1
      inksift experiments --workspace work --grid mine.yaml --only under-custom.seed0
    """
    from inksift.curation.base.errors import ParamError, TrainingError
    from inksift.curation.experiments.grid import planned, table_of
    from inksift.curation.store.published import demand_trained
    from inksift.pipelines.commands.grids import grid_params
    from inksift.pipelines.places import project_of
    from inksift.pipelines.runner import execute

    params = grid_params(grid_name, scale)
    every = table_of(planned(params))["key"].tolist()
    keys = [key for key in every if only in key]
    if not keys:
        raise ParamError(
            f"--only {only}: no experiment of the grid {grid_name} is called so; one is {every[0]}"
        )
    project = project_of(existing(workspace), ledger_url)
    demand_trained(project.workspace)
    execute(project, "plan_experiments", {"experiment_grid": params}, quiet=as_json)
    told = _tried(project, keys, quiet=as_json)
    click.echo(json.dumps(told) if as_json else "\n".join(lines(told)))
    if failed := {key: error for key, error in told["failed"].items() if key in keys}:
        listed = "".join(f"\n  {key}: {error}" for key, error in failed.items())
        raise TrainingError(
            f"{len(failed)} of {len(keys)} experiments of the grid {grid_name} failed:{listed}"
        )


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The leaderboard for a person."""
    yield f"test set: {told['test_set']}"
    yield f"{'':>4} {'recipe':<44}{'macro F1':>10}{'accuracy':>10}{'seeds':>7}{'s':>8}"
    for row in told["leaderboard"]:
        macro = "undefined" if row["macro_f1"] is None else f"{row['macro_f1']:.3f}"
        yield (
            f"{row['rank']:>4} "
            f"{row['name']:<44}{macro:>10}{row['accuracy']:>10.3f}{row['seeds']:>7}"
            f"{row['seconds']:>8.0f}"
        )
    yield (
        f"measured: {len(told['measured'])}, known before: {len(told['known'])}, failed: "
        f"{len(told['failed'])}, "
        f"not tried yet: {told['waiting']}"
    )
    yield told["page"]


def _tried(project: "Project", keys: list[str], *, quiet: bool) -> dict[str, Any]:
    """Try the experiments with these keys, one after another; the answer is the leaderboard after
    the last one, which keys were `measured` now and which `known` before, why others of the grid
    `failed`, now or before, and how many are `waiting` to be tried."""
    from inksift.curation.drawing.templating import records
    from inksift.curation.experiments.results import LEADERBOARD
    from inksift.curation.store.tables import read_table
    from inksift.pipelines.runner import execute

    tried: dict[str, list[str]] = {"measured": [], "known": []}
    for number, key in enumerate(keys, 1):
        if not quiet:
            click.echo(f"experiment {number} of {len(keys)}: {key}")
        heard = execute(project, "run_experiments", {}, partition=key, quiet=quiet).metadata
        if error := heard["experiments"].get("error"):
            click.echo(f"{key}: {error}", err=True)
            continue
        outcome = "measured" if heard["experiments"]["measured"] else "known"
        tried[outcome].append(key)
        if not quiet:
            click.echo(f"  {outcome}")
    board = read_table(project.workspace.table(LEADERBOARD.name), LEADERBOARD)
    rows = records(board.astype(object).where(board.notna(), None))
    told = {name: heard["leaderboard"][name] for name in ("failed", "test_set", "waiting", "page")}
    return {"leaderboard": rows, **tried, **told}
