"""The processes beside the web server: the code location, which both ask, and the daemon, which
launches what schedule and sensors want."""

import ctypes
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml

from inksift.curation.base.errors import StoreError
from inksift.pipelines.instance import CODE_LOCATION

SECONDS_TO_START, SECONDS_TO_END = 180, 45
_SECONDS_BETWEEN_LOOKS = 0.1

_PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""


@contextmanager
def code_location(
    folder: Path, environment: Mapping[str, str], on_end: Callable[[str], None]
) -> Iterator[Path]:
    """The code location, served on a socket in a folder that nobody else may read, and the file
    that tells Dagster of it. StoreError where it does not start; `on_end` is told where it ends by
    itself."""
    place, name = folder / "code.sock", CODE_LOCATION["location_name"]
    command = [
        *("dagster", "code-server", "start", "--use-python-environment-entry-point"),
        *("--module-name", CODE_LOCATION["module_name"], "--location-name", name),
        *("--working-directory", CODE_LOCATION["working_directory"], "--socket", str(place)),
    ]
    with _service(command, environment, on_end) as process:
        _wait_for(place, process)
        file = folder / "workspace.yaml"
        served = {"socket": str(place), "location_name": name}
        file.write_text(yaml.safe_dump({"load_from": [{"grpc_server": served}]}))
        yield file


@contextmanager
def daemon(
    workspace_file: Path, environment: Mapping[str, str], on_end: Callable[[str], None]
) -> Iterator[None]:
    """The daemon of a workspace file."""
    command = ["dagster._daemon", "run", "--workspace", str(workspace_file)]
    with _service(command, environment, on_end):
        yield


@contextmanager
def _service(
    command: list[str], environment: Mapping[str, str], on_end: Callable[[str], None]
) -> Iterator[subprocess.Popen[bytes]]:
    """A module of Python in a process of its own, which ends with the block and with us."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", *command], env=environment, preexec_fn=_end_with_parent
    )
    ending = threading.Event()

    def watch() -> None:
        code = process.wait()
        if not ending.is_set():
            on_end(f"{' '.join(command[:2])} ended with exit code {code}: its last lines say why")

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield process
    finally:
        ending.set()
        process.terminate()
        watching.join(SECONDS_TO_END)
        process.kill()


def _end_with_parent() -> None:
    """Let this process be asked to end when its parent dies, however that dies."""
    with suppress(OSError, AttributeError):  # where there is no such call
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_for(place: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens on a socket; StoreError where its process ends before."""
    last = time.monotonic() + SECONDS_TO_START
    while not _listens(place):
        if process.poll() is not None or time.monotonic() > last:
            raise StoreError(
                "Dagster's server of the code location did not start: its last lines say why; "
                f"it has {SECONDS_TO_START} s"
            )
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _listens(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(str(place)) == 0
