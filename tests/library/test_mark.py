"""The mark of a workspace: what is told of one that is newer, damaged or gone, and that nothing of
a workspace is lost by it."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from inksift.curation.base.errors import StoreError
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import OWN_LEDGER, Ledger
from inksift.curation.publish.mending.of_mark import mark_mends
from inksift.curation.store.manifest import MANIFEST_FILE
from inksift.curation.store.mark import _ONLY_OURS, WORKSPACE_MARK, is_workspace
from inksift.curation.store.moved_aside import ASIDE_FOLDER, MovedAside
from inksift.curation.store.shared.contents import PUBLISHED_LIST
from inksift.curation.store.workspace import Workspace
from tests.ledgers import A

DAMAGED = [
    b"",
    b"\0",
    b"[1]",
    b"{}",
    b"null",
    b'{"inksift_workspace": 0}',
    b'{"inksift_workspace": -1}',
    b'{"inksift_workspace": true}',
    b'{"inksift_workspace": "1"}',
    b'{"inksift_workspace": 1.0}',
    b'{"inksift_workspace": 1',
    b"\xff\xfe",
    b"[" * 100_000,
    None,
]


def everything(root: Path) -> dict[str, bytes]:
    files = filter(Path.is_file, root.rglob("*"))
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


def marked(root: Path, content: bytes | None) -> None:
    (root / WORKSPACE_MARK).unlink()
    if content is not None:
        (root / WORKSPACE_MARK).write_bytes(content)


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    """A workspace in which somebody decided."""
    root = tmp_path / "w"
    Ledger.of(Workspace(root)).record([Decision(A, "outcome", "kept")], "ann")
    return root


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: repr(content)[:30])
def test_a_workspace_without_a_sound_mark_names_the_command_that_writes_it_anew(
    decided: Path, content: bytes | None
) -> None:
    marked(decided, content)
    before = everything(decided)
    with pytest.raises(StoreError, match=rf"run `inksift repair --workspace {decided}`"):
        Workspace(decided)
    assert is_workspace(decided)
    assert everything(decided) == before
    for mend in mark_mends(decided, MovedAside(decided)):
        mend.do()
    assert len(Ledger.of(Workspace(decided)).entries()) == 1
    aside = [path.read_bytes() for path in (decided / ASIDE_FOLDER).rglob(WORKSPACE_MARK)]
    assert aside == [content] * (content is not None)
    assert not [*mark_mends(decided, MovedAside(decided))]


@pytest.mark.parametrize("links", [True, False])
def test_a_mark_that_is_no_file_is_a_damaged_one(decided: Path, links: bool) -> None:
    mark = decided / WORKSPACE_MARK
    mark.unlink()
    mark.symlink_to("nowhere") if links else mark.mkdir()
    (mend,) = mark_mends(decided, MovedAside(decided))
    mend.do()
    assert len(Ledger.of(Workspace(decided)).entries()) == 1


@pytest.mark.parametrize("written_by", ["9.0", None])
def test_a_later_format_says_which_version_to_install(
    decided: Path, written_by: str | None
) -> None:
    marked(decided, json.dumps({"inksift_workspace": 2, "written_by": written_by}).encode())
    before = everything(decided)
    wanted = written_by or "of a later version"
    with pytest.raises(StoreError, match=f"install inksift {wanted}; nothing was changed"):
        Workspace(decided)
    assert not [*mark_mends(decided, MovedAside(decided))]
    assert everything(decided) == before


def test_a_mark_says_who_wrote_it(decided: Path) -> None:
    assert json.loads((decided / WORKSPACE_MARK).read_bytes()) == {
        "inksift_workspace": 1,
        "written_by": version("inksift"),
    }


def test_a_mark_of_the_first_release_is_left_as_it_is(decided: Path) -> None:
    first = b'{"inksift_workspace": 1}'
    marked(decided, first)
    Workspace(decided)
    assert (decided / WORKSPACE_MARK).read_bytes() == first


@pytest.mark.parametrize("name", [OWN_LEDGER, PUBLISHED_LIST, MANIFEST_FILE])
def test_each_file_that_only_inksift_writes_tells_a_workspace(tmp_path: Path, name: str) -> None:
    assert name in _ONLY_OURS
    (tmp_path / name).write_bytes(b"")
    assert is_workspace(tmp_path)


def test_measurements_tell_a_workspace(tmp_path: Path) -> None:
    part = tmp_path / "measurements" / "signals" / "v1" / f"{A}.parquet"
    part.parent.mkdir(parents=True)
    assert not is_workspace(tmp_path)
    part.write_bytes(b"")
    assert is_workspace(tmp_path)


@pytest.mark.parametrize("content", [content for content in DAMAGED if content is not None])
def test_a_file_of_that_name_makes_no_workspace_of_a_folder_of_the_users(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / WORKSPACE_MARK).write_bytes(content)
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    before = everything(tmp_path)
    with pytest.raises(StoreError, match="not inksift's"):
        Workspace(tmp_path)
    assert not [*mark_mends(tmp_path, MovedAside(tmp_path))]
    assert everything(tmp_path) == before


def test_a_mark_that_cannot_be_read_now_is_no_damaged_one(
    decided: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(StoreError, match=r"workspace.json cannot be read \(Permission denied\)"):
        Workspace(decided)
    with pytest.raises(StoreError, match="cannot be read"):
        next(mark_mends(decided, MovedAside(decided)))
