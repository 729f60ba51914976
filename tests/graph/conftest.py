"""A small drawn data set, curated once for all tests of the graph."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from inksift.curation.sample import SampleParams, draw_sample
from inksift.curation.store.files import file_digest
from inksift.pipelines.cli import main
from tests.graph.exports import exports_kept
from tests.graph.histories import engines_kept, histories_in_memory
from tests.once import made_once
from tests.plots import blank_plots

QUICK = (
    "classifier.image_side_px=32",
    "classifier.max_epochs=2",
    "classifier.threads=1",
    "explanations.tsne_layers=[features]",
    "object_counts.download=false",
)

Command = Callable[..., Result]


class Ended(NamedTuple):
    """What a command left that ran once for all tests, perhaps in another process."""

    exit_code: int
    output: str
    stdout: str
    stderr: str


@contextmanager
def quick_runs(factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs without what costs half of their time: they draw no plot, take the networks that another
    run exported, what Dagster writes down of a new workspace stays in memory, and of others it is
    written through one engine."""
    with blank_plots(), exports_kept(factory), histories_in_memory(), engines_kept():
        yield


@pytest.fixture
def history_on_disk() -> None:
    """For tests of what Dagster writes down: runs keep their history where those of users do."""


@pytest.fixture(autouse=True)
def _quick_runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Only the run that is `finished` draws its plots, exports its networks and keeps its history
    on disk as Dagster does."""
    if "history_on_disk" in request.fixturenames:
        with blank_plots(), exports_kept(tmp_path_factory), engines_kept():
            yield
    else:
        with quick_runs(tmp_path_factory):
            yield


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn set of about 80 files. Read only: copy it before changing it."""

    def draw(folder: Path) -> None:
        params = SampleParams(images=24, imbalance=6, test_per_class=2, max_side_px=200)
        draw_sample(folder / "drawn", params)
        (folder / "drawn.json").write_text(json.dumps(fingerprint(folder / "drawn" / "images")))

    return made_once(tmp_path_factory, "sample", draw) / "drawn"


@pytest.fixture(scope="session")
def as_drawn(sample: Path) -> dict[str, list[object]]:
    """The `fingerprint` of the sample's images before any run."""
    return dict(json.loads(sample.with_suffix(".json").read_text()))


@pytest.fixture
def inksift() -> Command:
    """The command line in this process, without real weights: `inksift("run", folder, ...)`."""
    return invoke


@pytest.fixture(scope="session")
def finished(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """The workspace of a whole run on the sample, with real plots and the history that Dagster
    keeps, and what the command printed. Read only."""

    def run(folder: Path) -> Result:
        return invoke(
            "run", sample / "images", "--workspace", folder / "workspace",
            "--test", sample / "test", "--truth", sample / "truth.csv", "--json",
            *settings(*QUICK),
        )  # fmt: skip

    return _ran_once(tmp_path_factory, "finished", run)


@pytest.fixture(scope="session")
def judged_once(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """The workspace of `inksift judge` on the sample, with its verdicts in `out.csv` beside it, and
    what the command printed. Read only."""

    def run(folder: Path) -> Result:
        with quick_runs(tmp_path_factory):
            return invoke(
                "judge", sample / "images", "--workspace", folder / "workspace",
                "--out", folder / "out.csv", "--json", *JUDGE,
            )  # fmt: skip

    return _ran_once(tmp_path_factory, "judged", run)


@pytest.fixture
def judged(judged_once: tuple[Path, Ended], tmp_path: Path) -> Path:
    """A copy of the workspace of `inksift judge` on the sample, which a test may change."""
    assert judged_once[1].exit_code == 0, judged_once[1].output
    return Path(shutil.copytree(judged_once[0], tmp_path / "w", symlinks=True))


@pytest.fixture
def measured(judged_once: tuple[Path, Ended], tmp_path: Path) -> Path:
    """A workspace in which the sample's pictures are measured and nothing else happened: for runs
    on these pictures, or some of them, that are not about measuring."""
    return as_measured(judged_once[0], tmp_path / "w")


@pytest.fixture
def copied(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample's images that a test may change."""
    return Path(shutil.copytree(sample / "images", tmp_path / "images"))


def _ran_once(
    factory: pytest.TempPathFactory, name: str, run: Callable[[Path], Result]
) -> tuple[Path, Ended]:
    """The workspace that a command left in a folder of its own, and what it printed."""

    def keep(folder: Path) -> None:
        ended = run(folder)
        told = Ended(ended.exit_code, ended.output, ended.stdout, ended.stderr)
        (folder / "ended.json").write_text(json.dumps(told))

    folder = made_once(factory, name, keep)
    return folder / "workspace", Ended(*json.loads((folder / "ended.json").read_text()))


def as_measured(finished: Path, workspace: Path) -> Path:
    """A new workspace with the measurements of a finished one."""
    for name in ("measurements", "models"):
        shutil.copytree(finished / name, workspace / name)
    shutil.copy(finished / "workspace.json", workspace)
    return workspace


def fingerprint(folder: Path) -> dict[str, list[object]]:
    """Content, time and mode of every file in a folder."""
    return {
        str(path.relative_to(folder)): [
            file_digest(path),
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        ]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def invoke(*arguments: object) -> Result:
    """Run the command line; an exception that it does not turn into an exit code fails the test."""
    names = (
        "INKSIFT_WEIGHTS",
        "INKSIFT_SOURCE",
        "INKSIFT_WORKSPACE",
        "INKSIFT_TEST",
        "INKSIFT_LEDGER",
        "INKSIFT_ENGINE",
        "INKSIFT_RAY_ADDRESS",
        "DAGSTER_HOME",
    )
    runner = CliRunner(env=dict.fromkeys(names))
    result = runner.invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def settings(*assignments: str) -> list[str]:
    """--set arguments."""
    return [part for assignment in assignments for part in ("--set", assignment)]


JUDGE = settings("object_counts.download=false")
