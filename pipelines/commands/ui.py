"""`inksift ui`: Dagster on one project."""

import os
import sys
from pathlib import Path

import click

from inksift.curation.base.errors import ParamError
from inksift.pipelines.commands.options import workspace_option


@click.command()
@workspace_option
@click.option("--port", type=int, default=3000, show_default=True)
def ui(workspace: Path, port: int) -> None:
    """The Dagster UI on 127.0.0.1, for a workspace and what its inksift.yaml names.

    Before the first run, or to work on other folders, set INKSIFT_SOURCE; INKSIFT_TEST,
    INKSIFT_WEIGHTS, INKSIFT_LEDGER and INKSIFT_LINK_ROOTS outrank inksift.yaml too.

    \b
    Examples:
      inksift ui --workspace work
      INKSIFT_SOURCE=crawl/images inksift ui --workspace work
    """
    from inksift.pipelines.definitions import build
    from inksift.pipelines.given import from_environment, project_given
    from inksift.pipelines.instance import (
        dagster_home,
        demand_sound_history,
        own_home,
        workspace_file,
    )

    project = project_given(from_environment()._replace(workspace=workspace))
    if project is None:
        raise ParamError(
            f"no image folder, and no inksift.yaml in {workspace} that names one: set "
            "INKSIFT_SOURCE=/path/to/images, then run `inksift ui` again"
        )
    build(project)  # whatever is wrong with the setup is told here, and not on a page of Dagster
    home = str(dagster_home(project))
    demand_sound_history(own_home(project.workspace.root))
    # Dagster drops the first place where modules are looked for: it takes that for the current
    # folder, which `-P` and PYTHONSAFEPATH keep away from there. So it is given one to drop.
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        "DAGSTER_HOME": home,
        "INKSIFT_WORKSPACE": str(project.workspace.root),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONSAFEPATH": "1",
    }
    arguments = ["-w", str(workspace_file(project)), "-h", "127.0.0.1", "-p", str(port)]
    program = [sys.executable, "-P", "-m", "dagster", "dev", *arguments]
    os.execve(sys.executable, program, environment)  # signals reach Dagster itself
