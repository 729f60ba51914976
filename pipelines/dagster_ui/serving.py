"""The Dagster UI of a project, served until a signal ends it or one of its services ends."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
import uvicorn

from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.project import Project
from inksift.curation.serving.server import access_to, ended_by_signals, listening, server_of
from inksift.curation.store.lock import run_lock
from inksift.pipelines.dagster_ui.door import Door
from inksift.pipelines.dagster_ui.services import code_location, daemon
from inksift.pipelines.instance import dagster_home

COMMAND = "inksift ui"
GOES_ON = (
    "a run is at work and goes on without the UI, which shows it when it is opened again; "
    "it cannot be ended from there"
)
_AT_WORK = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])


class _Served:
    """The server, and what ended by itself, after which it has nothing to serve."""

    def __init__(self) -> None:
        self.ended = ""
        self._server: uvicorn.Server | None = None

    def end(self, words: str) -> None:
        """Take it that a service ended, now or before the server runs."""
        self.ended = self.ended or words
        if self._server:
            self._server.should_exit = True

    def run(
        self, server: uvicorn.Server, listener: socket.socket, announce: Callable[[], None]
    ) -> None:
        """Announce it and serve, until a signal comes or a service ends."""
        self._server = server
        if not self.ended:
            announce()
            server.run(sockets=[listener])


def serve_ui(
    project: Project,
    *,
    port: int,
    read_only: bool,
    announce: Callable[[str], None],
    say: Callable[[str], None],
) -> None:
    """Serve on 127.0.0.1 until a signal ends it, with exit code 0.

    `announce` is told the address with the token once it can be opened, and `say` that a run is
    still at work at the end. Where it is read-only nothing can be launched or changed, and no
    daemon runs. ParamError where the port is not to be had, LockedError where the workspace has
    such a UI already that is not read-only, StoreError where a service ends."""
    from inksift.pipelines.dagster_ui.webserver import dagster_app  # takes seconds

    served, home = _Served(), dagster_home(project)
    environment = _environment(project, home)
    with listening(port) as listener, ended_by_signals(), ExitStack() as opened:
        if not read_only:
            opened.enter_context(_alone(home))
        # before the services, whose processes would end of a damaged history without a sentence
        instance = opened.enter_context(dg.DagsterInstance.from_config(str(home)))
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="inksift-ui-")))
        located = opened.enter_context(code_location(folder, environment, served.end))
        if not read_only:
            opened.enter_context(daemon(located, environment, served.end))
        app = opened.enter_context(dagster_app(instance, located, read_only=read_only))
        access = access_to(listener, COMMAND)
        server = server_of(Door(app, access), web_sockets=True)
        opened.callback(_tell_of_runs, instance, say)
        served.run(server, listener, lambda: announce(access.address))
    if served.ended:
        raise StoreError(served.ended)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Within, no other such UI is open: two daemons would launch everything twice."""
    with ExitStack() as held:
        try:
            held.enter_context(run_lock(home / "ui.lock"))
        except LockedError as error:
            words = f"`{COMMAND}` is open on this workspace already: use that one, or --read-only"
            raise LockedError(words) from error
        yield


def _tell_of_runs(instance: dg.DagsterInstance, say: Callable[[str], None]) -> None:
    if instance.get_runs(_AT_WORK, limit=1):
        say(GOES_ON)


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
