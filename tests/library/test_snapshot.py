"""What changed in a folder, told from names, sizes and times."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inksift.curation.gather.folder import snapshot
from inksift.curation.gather.folder.snapshot import (
    InFolder,
    changes_told,
    snapshot_digest,
    snapshot_of,
)


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    for name in ("cat/a.png", "cat/deep/b.png", "dog/c.png", "stray.txt"):
        path = tmp_path / "crawl" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"1")
    return tmp_path / "crawl"


def test_files_count_for_their_first_folder(crawl: Path) -> None:
    found = {name: one.files for name, one in snapshot_of(crawl).items()}
    assert found == {"": 1, "cat": 2, "dog": 1}


def test_a_folder_that_moved_is_the_same(crawl: Path) -> None:
    before = snapshot_of(crawl)
    moved = crawl.rename(crawl.with_name("moved"))
    assert snapshot_of(moved) == before
    assert changes_told(before, snapshot_of(moved)) == ""


def test_what_changed_is_told_by_folder(crawl: Path) -> None:
    before = snapshot_of(crawl)
    (crawl / "cat" / "new.png").write_bytes(b"2")
    (crawl / "dog" / "c.png").write_bytes(b"22")
    (crawl / "fox").mkdir()
    (crawl / "fox" / "d.png").write_bytes(b"3")
    (crawl / "stray.txt").unlink()
    now = snapshot_of(crawl)
    assert changes_told(before, now) == (
        "the folder itself: gone, 1 file; cat: 1 file more; dog: changed, 1 file; fox: new, 1 file"
    )
    assert changes_told(now, before).startswith("the folder itself: new, 1 file; cat: 1 file fewer")
    assert snapshot_digest(now) != snapshot_digest(before)


def test_a_name_and_a_time_are_changes_too(crawl: Path) -> None:
    before = snapshot_of(crawl)
    os.utime(crawl / "dog" / "c.png", ns=(1, 1))
    (crawl / "cat" / "a.png").rename(crawl / "cat" / "z.png")
    told = "cat: changed, 2 files; dog: changed, 1 file"
    assert changes_told(before, snapshot_of(crawl)) == told


def test_an_archive_is_a_file_of_no_folder(tmp_path: Path) -> None:
    archive = tmp_path / "data.zip"
    archive.write_bytes(b"1")
    before = snapshot_of(archive)
    assert [(name, one.files) for name, one in before.items()] == [("", 1)]
    archive.write_bytes(b"22")
    assert changes_told(before, snapshot_of(archive)) == "the folder itself: changed, 1 file"


def test_very_many_folders_are_told_as_one(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_MOST_FOLDERS", 2)
    before = snapshot_of(crawl)
    assert [(name, one.files) for name, one in before.items()] == [("", 4)]
    (crawl / "dog" / "d.png").write_bytes(b"2")
    assert changes_told(before, snapshot_of(crawl)) == "the folder itself: 1 file more"


def test_many_folders_are_counted() -> None:
    now = {f"class{number}": InFolder(1, "a") for number in range(9)}
    assert changes_told({}, now).endswith("class4: new, 1 file; 4 folders more")
