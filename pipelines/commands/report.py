"""`inksift report`: where the pages are."""

from pathlib import Path

import click

from curation.base.errors import ParamError
from pipelines.commands.options import workspace_option


@click.command()
@workspace_option
def report(workspace: Path) -> None:
    """Where the pages of a workspace are: the report of rejected images, F1, ablation, experiments.

    \b
    Example:
      inksift report --workspace work
    """
    from curation.store.published import ABLATION_PAGE, F1_PAGE, LEADERBOARD_PAGE

    page = "report.html"
    if not (workspace / page).is_file():
        raise ParamError(
            f"no report in {workspace}: run `inksift run` or `inksift judge` with this --workspace "
            "first"
        )
    for name in (page, F1_PAGE, ABLATION_PAGE, LEADERBOARD_PAGE):
        if (workspace / name).is_file():
            click.echo(f"file://{(workspace / name).absolute()}")
