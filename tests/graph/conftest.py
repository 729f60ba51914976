"""A small drawn data set, curated once for all tests of the graph."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from curation.sample import SampleParams, draw_sample
from pipelines.cli import main

QUICK = (
    "classifier.image_side_px=32",
    "classifier.max_epochs=2",
    "explanations.tsne_layers=[features]",
    "object_counts.download=false",
)

Command = Callable[..., Result]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn set of about 80 files. Read only: copy it before changing it."""
    folder = tmp_path_factory.mktemp("sample") / "drawn"
    draw_sample(folder, SampleParams(images=24, imbalance=6, test_per_class=2, max_side_px=200))
    return folder


@pytest.fixture
def inksift() -> Command:
    """The command line in this process, without real weights: `inksift("run", folder, ...)`."""
    return invoke


@pytest.fixture(scope="session")
def finished(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The workspace of a whole run on the sample, and what the command printed. Read only."""
    workspace = tmp_path_factory.mktemp("finished") / "workspace"
    arguments = (
        "--workspace",
        workspace,
        "--test",
        sample / "test",
        "--truth",
        sample / "truth.csv",
        "--json",
    )
    return workspace, invoke("run", sample / "images", *arguments, *settings(*QUICK))


@pytest.fixture
def copied(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample's images that a test may change."""
    return Path(shutil.copytree(sample / "images", tmp_path / "images"))


def invoke(*arguments: object) -> Result:
    """Run the command line; an exception that it does not turn into an exit code fails the test."""
    names = (
        "INKSIFT_WEIGHTS",
        "INKSIFT_SOURCE",
        "INKSIFT_WORKSPACE",
        "INKSIFT_TEST",
        "INKSIFT_LEDGER",
        "DAGSTER_HOME",
    )
    runner = CliRunner(env=dict.fromkeys(names))
    result = runner.invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def settings(*assignments: str) -> list[str]:
    """--set arguments."""
    return [part for assignment in assignments for part in ("--set", assignment)]
