"""Nothing leaves the machine, and nothing is written where nobody asked for it: every command that
works on pictures, with all that it starts, under a trace of its system calls."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import nullcontext
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from inksift.curation.sample import SampleParams, draw_sample
from inksift.pipelines.instance import HOME_VARIABLE
from tests.conftest import SHARED
from tests.graph.conftest import settings
from tests.traced import Seen, demand_strace, seen, traced

ROOT = Path(__file__).parents[2]
DEVICES = (
    "/dev/null",
    "/dev/shm/sem.*",  # semaphores of joblib and multiprocessing: names in memory
)
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+\S*)\s")
PATIENCE_S = 1200
"""Seconds for a server to come up under a trace on a busy machine."""

PATIENT_SETTINGS = f"code_servers: {{local_startup_timeout: {PATIENCE_S}}}\n"
STRAY = """
import os, socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))  # sends nothing yet
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.53", 53))
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9))
os.chdir(os.environ["HOME"])
if os.fork():
    os.wait()
else:
    open(os.path.join(os.environ["HOME"], "stray"), "w").close()
    os.rename(os.path.join(os.environ["HOME"], "stray"), os.path.join(os.environ["HOME"], "other"))
    os.mkdir("folder", dir_fd=os.open(".", os.O_RDONLY))
    os.symlink("/nowhere", os.path.join(os.environ["HOME"], ".cache", "inksift", "link"))
"""


class Machine(NamedTuple):
    """A home as a new user has it, and where a command may write."""

    root: Path
    strace: str

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def workspace(self) -> Path:
        return self.root / "work"

    @property
    def allowed(self) -> list[str]:
        """Workspace, output, our own cache and the temporary folder; and devices."""
        own = (
            self.workspace,
            self.root / "judged",
            self.root / "out",
            self.home / ".cache" / "inksift",
            self.root / "tmp",
        )
        return [*map(str, own), *DEVICES]

    def start(self, name: str, *command: object, **more: str) -> subprocess.Popen[str]:
        """A process, with variables of its own."""
        environment = {"HOME": str(self.home), "TMPDIR": str(self.root / "tmp"), **more}
        return traced(self.strace, command, self.root / name, environment)

    def printed(self, name: str) -> str:
        return (self.root / name / "printed").read_text()

    def inksift(self, name: str, *arguments: object) -> Seen:
        """A command to its end, and what was seen of it."""
        process = self.start(name, "-m", "inksift", *arguments)
        assert process.wait() == 0, self.printed(name)
        return seen(self.root / name)

    def serving(self, name: str, *arguments: object, **more: str) -> Seen:
        """A server until it gives its page, and then interrupted."""
        process = self.start(name, "-m", "inksift", *arguments, **more)
        _wait(lambda: _gives_a_page(self.printed(name)) or process.poll() is not None)
        assert process.poll() is None, self.printed(name)
        (watched,) = psutil.Process(process.pid).children()
        watched.send_signal(signal.SIGINT)
        process.wait()
        return seen(self.root / name)


def new_machine(root: Path) -> Machine:
    """The test is skipped where nothing can be traced."""
    machine = Machine(root, demand_strace())
    for folder in (machine.home / ".cache" / "inksift", root / "tmp", root / "out"):
        folder.mkdir(parents=True)
    return machine


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, Seen]:
    """The whole chain on a few drawings, with real weights where they lie beside the checkout."""
    machine = new_machine(tmp_path_factory.mktemp("traced"))
    params = SampleParams(images=8, imbalance=2, test_per_class=1, max_side_px=120)
    draw_sample(machine.root / "drawn", params)
    weights = ["--weights-dir", SHARED / "weights"] if (SHARED / "weights").is_dir() else []
    quick = settings(
        "object_counts.download=false",
        "classifier.image_side_px=32",
        "classifier.max_epochs=1",
        "explanations.tsne_layers=[features]",
    )
    return machine, machine.inksift(
        "run", "run", machine.root / "drawn" / "images", "--test", machine.root / "drawn" / "test",
        "--workspace", machine.workspace, *weights, *quick,
    )  # fmt: skip


def test_the_trace_sees_what_is_not_allowed(tmp_path: Path) -> None:
    machine = new_machine(tmp_path)
    assert machine.start("stray", "-c", STRAY).wait() == 0
    found = seen(machine.root / "stray")
    assert found.connections == {"connect 192.0.2.1:9"}
    assert found.look_ups == {"connect 127.0.0.53:53"}
    assert found.here == {"connect 127.0.0.1:9"}
    stray = {str(machine.home / name) for name in ("stray", "other", "folder")}
    assert set(found.outside(machine.allowed)) == stray


@pytest.mark.slow
def test_a_run_keeps_to_itself(ran: tuple[Machine, Seen]) -> None:
    assert_kept_to_itself(*ran)
    assert list(ran[0].home.iterdir()) == [ran[0].home / ".cache"]
    assert list((ran[0].home / ".cache").iterdir()) == [ran[0].home / ".cache" / "inksift"]


@pytest.mark.slow
def test_judging_keeps_to_itself(ran: tuple[Machine, Seen]) -> None:
    here, _ = ran
    out, source = here.root / "out" / "verdicts.csv", here.root / "drawn" / "images"
    assert_kept_to_itself(
        here,
        here.inksift(
            "judge", "judge", source, "--out", out, "--workspace", here.root / "judged",
            *settings("object_counts.download=false"),
        ),
    )  # fmt: skip


@pytest.mark.slow
def test_the_doctor_keeps_to_itself(ran: tuple[Machine, Seen]) -> None:
    here, _ = ran
    found = here.inksift("doctor", "doctor", "--workspace", here.workspace)
    assert_kept_to_itself(here, found)


@pytest.mark.slow
def test_an_ablation_keeps_to_itself(ran: tuple[Machine, Seen]) -> None:
    here, _ = ran
    once = settings("ablation.seeds=1", "ablation.draws=10")
    assert_kept_to_itself(
        here, here.inksift("ablation", "ablation", "--workspace", here.workspace, *once)
    )


@pytest.mark.slow
def test_the_review_app_keeps_to_itself(ran: tuple[Machine, Seen]) -> None:
    here, _ = ran
    arguments = ("review", "--workspace", here.workspace, "--port", 0)
    assert_kept_to_itself(here, here.serving("review", *arguments))


@pytest.mark.slow
def test_the_dagster_ui_keeps_to_itself(ran: tuple[Machine, Seen]) -> None:
    here, _ = ran
    home = here.workspace / "patient"  # the instance's own settings, and time for a busy machine
    home.mkdir()
    own = (ROOT / "pipelines" / "dagster.yaml").read_text()
    (home / "dagster.yaml").write_text(f"{own}{PATIENT_SETTINGS}")
    arguments = ("ui", "--workspace", here.workspace, "--port", free_port())
    assert_kept_to_itself(here, here.serving("ui", *arguments, **{HOME_VARIABLE: str(home)}))


def assert_kept_to_itself(machine: Machine, found: Seen) -> None:
    assert found.changed or found.here  # else nothing was watched
    assert (found.connections, found.look_ups) == (set(), set())
    assert found.outside(machine.allowed) == []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _gives_a_page(printed: str) -> bool:
    """Whether the address that was printed can be opened, as a browser opens it."""
    address = ADDRESS.search(printed)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    try:
        with opener.open(address[1]) if address else nullcontext() as answer:
            return answer is not None
    except urllib.error.URLError:
        return False


def _wait(until: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < deadline, "the server did not come up"
        time.sleep(0.2)
