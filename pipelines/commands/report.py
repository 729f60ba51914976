"""`inksift report`: where the pages are."""

from pathlib import Path

import click

from inksift.curation.base.errors import ParamError
from inksift.pipelines.commands.options import workspace_option
from inksift.pipelines.existing import existing


@click.command()
@workspace_option
def report(workspace: Path) -> None:
    """Where the pages of a workspace are: the report of rejected images, F1, ablation, experiments;
    those that only earlier runs have, and the command that opens the review app.

    \b
    Example:
      inksift report --workspace work
    """
    from inksift.curation.report.siblings import PAGE_TITLES, elsewhere_now, review_command
    from inksift.curation.runs.record import known_run
    from inksift.curation.store.published import REPORT_PAGE

    if not (workspace / REPORT_PAGE).is_file():
        raise ParamError(
            f"no report in {workspace}: run `inksift run` or `inksift judge` with this --workspace "
            "first"
        )
    for name in PAGE_TITLES:
        if (workspace / name).is_file():
            click.echo(f"file://{(workspace / name).absolute()}")
    here = existing(workspace)
    run = known_run(here)
    for page in elsewhere_now(here):
        place = (workspace / page.place).absolute()
        click.echo(f"of run {page.run}, of {page.of}: file://{place}")
    click.echo(f"review app: {review_command(here, run.ledger if run else '')}")
