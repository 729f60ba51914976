"""`inksift ui`: Dagster on one project."""

from pathlib import Path

import click

from inksift.curation.base.errors import ParamError
from inksift.pipelines.commands.options import workspace_option
from inksift.pipelines.commands.served import tell_address


@click.command()
@workspace_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=3000,
    show_default=True,
    help="Where to listen; 0 for any free.",
)
@click.option(
    "--read-only",
    is_flag=True,
    help="For visitors: everything can be looked at, nothing launched or changed.",
)
def ui(workspace: Path, port: int, read_only: bool) -> None:
    """The Dagster UI on 127.0.0.1, for a workspace and what its inksift.yaml names.

    Lets in whoever has the address that it prints. Before the first run, or to work on other
    folders, set INKSIFT_SOURCE; INKSIFT_TEST, INKSIFT_WEIGHTS, INKSIFT_LEDGER and
    INKSIFT_LINK_ROOTS outrank inksift.yaml too. Ctrl+C ends it.

    \b
    Examples:
      inksift ui --workspace work
      INKSIFT_SOURCE=crawl/images inksift ui --workspace work
    """
    from inksift.pipelines.dagster_ui.serving import serve_ui
    from inksift.pipelines.definitions import build
    from inksift.pipelines.given import from_environment, project_given
    from inksift.pipelines.instance import dagster_home, history_kept_in

    project = project_given(from_environment()._replace(workspace=workspace))
    if project is None:
        raise ParamError(
            f"no image folder, and no inksift.yaml in {workspace} that names one: set "
            "INKSIFT_SOURCE=/path/to/images, then run `inksift ui` again"
        )
    build(project)  # whatever is wrong with the setup is told here, and not on a page of Dagster
    with history_kept_in(dagster_home(project)):
        serve_ui(project, port=port, read_only=read_only, announce=tell_address, say=click.echo)
