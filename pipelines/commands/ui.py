"""`inksift ui`: Dagster on one project."""

import os
import sys

import click

from curation.base.errors import ParamError


@click.command()
@click.option("--port", type=int, default=3000, show_default=True)
def ui(port: int) -> None:
    """The Dagster UI on 127.0.0.1, for the folders that INKSIFT_SOURCE and INKSIFT_WORKSPACE name.

    \b
    Example:
      INKSIFT_SOURCE=crawl/images INKSIFT_WORKSPACE=work inksift ui
    """
    from pipelines.instance import dagster_home
    from pipelines.resources import project_from_environment

    project = project_from_environment()
    if project is None:
        raise ParamError(
            "no image folder: set INKSIFT_SOURCE=/path/to/images, then run `inksift ui` again"
        )
    environment = os.environ | {"DAGSTER_HOME": str(dagster_home(project))}
    arguments = ["-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)]
    program = [sys.executable, "-m", "dagster", "dev", *arguments]
    os.execve(sys.executable, program, environment)  # signals reach Dagster itself
