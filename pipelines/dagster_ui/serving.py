"""The Dagster UI of a project, served until a signal ends it or one of its services ends."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from inksift.curation.base.errors import StoreError
from inksift.curation.project import Project
from inksift.curation.serving.server import access_to, ended_by_signals, listening, server_of
from inksift.pipelines.dagster_ui.door import Door
from inksift.pipelines.dagster_ui.services import code_location, daemon
from inksift.pipelines.instance import dagster_home

COMMAND = "inksift ui"


class _Ended:
    """What ended by itself, and the server that then has nothing to serve."""

    def __init__(self) -> None:
        self.words = ""
        self.server: uvicorn.Server | None = None

    def __call__(self, words: str) -> None:
        self.words = self.words or words
        if self.server:
            self.server.should_exit = True


def serve_ui(
    project: Project, *, port: int, read_only: bool, announce: Callable[[str], None]
) -> None:
    """Serve on 127.0.0.1 until SIGINT or SIGTERM, which end the process with exit code 0.

    `announce` is told the address with the token. Where it is read-only nothing can be launched or
    changed, and no daemon runs. ParamError where the port is not to be had, StoreError where a
    service ends."""
    ended = _Ended()
    with listening(port) as listener, ended_by_signals(), ExitStack() as opened:
        app = opened.enter_context(_app(project, read_only=read_only, ended=ended))
        access = access_to(listener, COMMAND)
        ended.server = server_of(Door(app, access), web_sockets=True)
        announce(access.address)
        ended.server.run(sockets=[listener])
    if ended.words:
        raise StoreError(ended.words)


@contextmanager
def _app(project: Project, *, read_only: bool, ended: _Ended) -> Iterator[ASGIApp]:
    """Dagster's app, with the services that it needs."""
    from inksift.pipelines.dagster_ui.webserver import dagster_app  # seconds, once all else is well

    home = dagster_home(project)
    environment = _environment(project, home)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="inksift-ui-")))
        workspace_file = opened.enter_context(code_location(folder, environment, ended))
        if not read_only:
            opened.enter_context(daemon(workspace_file, environment, ended))
        yield opened.enter_context(dagster_app(home, workspace_file, read_only=read_only))


def _environment(project: Project, home: Path) -> dict[str, str]:
    """What the services, and the runs that they launch, are told."""
    # Dagster drops the first place where modules are looked for: it takes that for the current
    # folder, which `-P` and PYTHONSAFEPATH keep away from there. So it is given one to drop.
    paths = [str(home), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "DAGSTER_HOME": str(home),
        "INKSIFT_WORKSPACE": str(project.workspace.root),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONSAFEPATH": "1",
    }
