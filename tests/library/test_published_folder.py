"""Files that belong together are listed at once, and gone when nothing refers to them any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from inksift.curation.store.published import all_as_published
from inksift.curation.store.published_folder import PublishedFolder, published_within
from inksift.curation.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """With the files a and b of a folder, and a page."""
    workspace = Workspace(tmp_path / "w")
    workspace.publish("page.html", b"page")
    folder = PublishedFolder(workspace, "data", ".js")
    for name in ("a", "b"):
        folder.put(name, name.encode())
    folder.enlist()
    return workspace


def test_all_are_listed_with_their_digests(workspace: Workspace) -> None:
    assert published_within(workspace, "data") == ["data/a.js", "data/b.js"]
    assert all_as_published(workspace, list(workspace.published()))


def test_what_the_new_ones_lack_goes_and_what_is_the_same_is_not_written(
    workspace: Workspace,
) -> None:
    before = (workspace.root / "data/a.js").stat().st_ino
    (workspace.root / "data/left by a killed run.js").write_bytes(b"")
    folder = PublishedFolder(workspace, "data", ".js")
    assert folder.holds("a")
    folder.put("a", b"a")
    folder.put("c", b"c")
    folder.enlist()
    assert (workspace.root / "data/b.js").exists()  # until the page refers to it no more
    folder.clear()
    assert sorted(path.name for path in (workspace.root / "data").iterdir()) == ["a.js", "c.js"]
    assert (workspace.root / "data/a.js").stat().st_ino == before
    assert published_within(workspace, "data") == ["data/a.js", "data/c.js"]
    assert "page.html" in workspace.published()


def test_a_damaged_file_is_not_held_and_is_written_again(workspace: Workspace) -> None:
    place = workspace.root / "data/a.js"
    place.write_bytes(b"edited")
    assert not all_as_published(workspace, ["data/a.js"])
    folder = PublishedFolder(workspace, "data", ".js")
    assert not folder.holds("a")
    folder.put("a", b"a")
    assert place.read_bytes() == b"a"


def test_the_list_is_read_once_for_however_many_files(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, read = workspace.published(), []

    def published(_workspace: Workspace) -> dict[str, str]:
        read.append(1)
        return listed

    monkeypatch.setattr(Workspace, "published", published)
    assert all_as_published(workspace, sorted(listed))
    assert len(read) == 1
    (workspace.root / "data/b.js").write_bytes(b"edited")
    assert not all_as_published(workspace, sorted(listed))


def test_what_is_neither_there_nor_published_is_as_it_should_be(workspace: Workspace) -> None:
    assert all_as_published(workspace, ["medium.json"])
    (workspace.root / "medium.json").write_bytes(b"{}")
    assert not all_as_published(workspace, ["medium.json"])
