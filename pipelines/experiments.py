"""`inksift experiments`: many recipes on the pictures of a finished run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pipelines.options import existing, json_option, ledger_option, workspace_option


@click.command()
@workspace_option
@click.option("--grid", "grid_name", default="team", show_default=True, help="A shipped grid or a YAML file.")
@click.option(
    "--scale",
    type=click.FloatRange(0.01, 1),
    default=1.0,
    show_default=True,
    help="Share of the epochs, and of the area of the pictures, that each experiment takes.",
)
@click.option("--only", default="", metavar="TEXT", help="Only experiments with this text in their name.")
@ledger_option
@json_option
def experiments(workspace: Path, grid_name: str, scale: float, only: str, ledger_url: str, as_json: bool) -> None:
    """Try recipes of resampling, network and training on the pictures of the last run, and list them by F1.

    A grid says which there are. Stopped, it goes on where it was; what was tried before on the same pictures is not
    tried again.

    \b
    Examples:
      inksift experiments --workspace work --grid team --scale 0.1
      inksift experiments --workspace work --grid mine.yaml
    """
    from curation.errors import ParamError
    from curation.experiments.grid import planned, table_of
    from curation.publish.published import LEADERBOARD_PAGE
    from curation.report.templating import records
    from curation.store.parquet import read_parquet
    from pipelines.grids import grid_params
    from pipelines.places import project_of
    from pipelines.runner import execute

    params = grid_params(grid_name, scale)
    keys = [key for key in table_of(planned(params))["key"] if only in key]
    if not keys:
        raise ParamError(f"--only {only}: no experiment of the grid {grid_name} has this in its name")
    project = project_of(existing(workspace), ledger_url)
    execute(project, "plan_experiments", {"experiment_grid": params}, quiet=as_json)
    for number, key in enumerate(keys, 1):
        if not as_json:
            click.echo(f"experiment {number} of {len(keys)}: {key}")
        heard = execute(project, "run_experiments", {}, partition=key, quiet=as_json)
    board = read_parquet(project.workspace.tables / "leaderboard.parquet")
    rows = records(board.astype(object).where(board.notna(), None))
    page = str(project.workspace.root / LEADERBOARD_PAGE)
    as_one = {"leaderboard": rows, "waiting": heard.metadata["leaderboard"]["waiting"], "page": page}
    click.echo(json.dumps(as_one) if as_json else "\n".join([*lines(rows), page]))


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The leaderboard for a person."""
    yield f"{'':>4} {'recipe':<44}{'macro F1':>10}{'accuracy':>10}{'seeds':>7}{'s':>8}"
    for row in rows:
        macro = "undefined" if row["macro_f1"] is None else f"{row['macro_f1']:.3f}"
        yield (
            f"{row['rank']:>4} {row['name']:<44}{macro:>10}{row['accuracy']:>10.3f}{row['seeds']:>7}"
            f"{row['seconds']:>8.0f}"
        )
