"""Commands and sensors take an archive where they take a folder."""

import json
import zipfile
from pathlib import Path

import pytest

from inksift.curation.base.errors import ParamError, SourceError
from inksift.curation.gather.archive.sink import Bounds
from inksift.curation.gather.archive.unpack import unpacked
from inksift.curation.gather.folder.snapshot import snapshot_of
from inksift.curation.people.hints import next_run
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.project import Project
from inksift.curation.store.published import SOURCE
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.places import check_apart, pictures_of_run, project_of


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "data.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("fox/1.png", b"picture")
    return path


@pytest.fixture
def workspace(tmp_path: Path, archive: Path) -> Workspace:
    """As a run on the archive leaves it."""
    made = Project(archive, tmp_path / "work").workspace
    unpacked(archive, made, Bounds(10**6, 10**6))
    told = {"source": str(archive), "test": "", "review": "kept", "link_roots": []}
    made.publish(SOURCE, json.dumps(told).encode())
    return made


def test_the_archive_is_remembered_as_the_source(workspace: Workspace, archive: Path) -> None:
    assert project_of(workspace, "").source == archive
    assert f"inksift run {archive} " in next_run(workspace, Ledger.of(workspace, ""))


def test_an_export_reads_what_was_unpacked(workspace: Workspace, archive: Path) -> None:
    assert (pictures_of_run(workspace) / "fox" / "1.png").read_bytes() == b"picture"
    archive.rename(archive.with_name("moved.zip"))
    assert (pictures_of_run(workspace) / "fox" / "1.png").exists()


def test_what_was_removed_is_asked_for(tmp_path: Path, archive: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    workspace.publish(SOURCE, json.dumps({"source": str(archive)}).encode())
    with pytest.raises(SourceError, match=r"data\.zip is not unpacked in .*inksift run"):
        pictures_of_run(workspace)


def test_nothing_is_written_among_archives(workspace: Workspace, archive: Path) -> None:
    told = {"source": str(archive.parent), "test": ""}
    workspace.publish(SOURCE, json.dumps(told).encode())
    with pytest.raises(ParamError, match="lies inside the source"):
        check_apart(archive.parent / "export", workspace)
    check_apart(archive.parent.parent / "export", workspace)


def test_a_file_of_another_kind_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no archive")
    with pytest.raises(SourceError, match=r"tar, zip or Parquet"):
        _ = Project(tmp_path / "notes.txt", tmp_path / "work").workspace
    assert not (tmp_path / "work").exists()


def test_the_sensor_sees_a_changed_archive(archive: Path) -> None:
    before = snapshot_of(archive)
    assert snapshot_of(archive) == before
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("owl/2.png", b"more")
    assert snapshot_of(archive) != before
