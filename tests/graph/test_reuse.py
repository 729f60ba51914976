"""A table stays as it is only where all that it is made of does, and it lies there as written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from inksift.assets.shared.reuse import DATA_VERSION, MADE_OF, made_before, made_of
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.project import Project
from inksift.curation.store.files import file_digest

STAGE = Stage("toy", tables={"toy": Made(None)}, version=1, kinds=set())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """With a table that the toy reads, and the one that it made."""
    (tmp_path / "images").mkdir()
    project = Project(tmp_path / "images", tmp_path / "w")
    project.workspace.tables.mkdir()
    for name in ("read", "toy"):
        project.workspace.table(name).write_bytes(name.encode())
    return project


@pytest.fixture
def context() -> Iterator[Any]:
    """As the step of the toy has it."""
    step = SimpleNamespace(op_def=SimpleNamespace(name="toy"))
    with dg.DagsterInstance.ephemeral() as instance:
        yield SimpleNamespace(instance=instance, op_execution_context=step)


def make(context: Any, project: Project, digest: str) -> None:
    """Tell that the toy was made, of what has this digest."""
    version = file_digest(project.workspace.table("toy"))[:16]
    told = dg.AssetMaterialization("toy", metadata={MADE_OF: digest}, tags={DATA_VERSION: version})
    context.instance.report_runless_asset_event(told)


def test_it_stays_with_its_metadata_and_its_version(context: Any, project: Project) -> None:
    digest = made_of(STAGE, project, ["read"], settings={"most": 1})
    assert made_before(context, STAGE, project, digest) == {}
    make(context, project, digest)
    again = made_before(context, STAGE, project, digest)["toy"].again()
    assert again.data_version.value == file_digest(project.workspace.table("toy"))[:16]
    assert again.metadata[MADE_OF].text == digest


def test_settings_inputs_and_code_make_it_anew(project: Project) -> None:
    def digest(stage: Stage = STAGE, most: int = 1) -> str:
        return made_of(stage, project, ["read"], settings={"most": most})

    newer = Stage("toy", tables=STAGE.tables, version=2, kinds=set())
    found = [digest(), digest(most=2), digest(newer)]
    project.workspace.table("read").write_bytes(b"other")
    assert len({*found, digest()}) == 4
    project.workspace.table("read").unlink()
    assert digest() == ""


@pytest.mark.parametrize("change", ["edited", "gone", "made of something else", "no digest"])
def test_what_is_not_as_that_run_left_it_is_made_anew(
    context: Any, project: Project, change: str
) -> None:
    digest = "" if change == "no digest" else "a"
    make(context, project, digest)
    if change == "edited":
        project.workspace.table("toy").write_bytes(b"by hand")
    if change == "gone":
        project.workspace.table("toy").unlink()
    if change == "made of something else":
        make(context, project, "b")
    assert made_before(context, STAGE, project, digest) == {}
