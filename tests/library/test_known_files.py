"""A file that is as it was is not read again, and one that is not is, whatever its times say."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from PIL import Image

from inksift.curation.gather.folder import identity
from inksift.curation.gather.folder import reach as reaching
from inksift.curation.gather.folder.entry import FileEntry
from inksift.curation.gather.folder.identity import Identity, confirm_all, identify_all
from inksift.curation.gather.folder.known_files import KNOWN_FILES, KnownFiles
from inksift.curation.gather.folder.reach import reach_of
from inksift.curation.gather.folder.walk import list_files
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.store.workspace import Workspace

BYTES = 10**6
MINUTE_NS = 60 * 10**9


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name in ("cat/a.png", "cat/b.png", "fox/c.png"):
        file = tmp_path / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    return tmp_path / "source"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries count as settled at once, so that no test has to wait."""
    monkeypatch.setattr(reaching, "_SETTLES_NS", 0)


def identities(source: Path, workspace: Workspace) -> dict[str, Identity]:
    with reach_of(source) as reach:
        files = list_files(reach, source, max_file_bytes=BYTES).files
        found = identify_all(
            reach, files, BYTES, KnownFiles(workspace, reach.real, settles_ns=reach.settles_ns)
        )
    return {file.path: one for file, one in zip(files, found, strict=True)}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def rewrite(file: Path, data: bytes) -> None:
    """Other bytes of the same size in the same place, with the times set back."""
    status = file.stat()
    assert len(data) == status.st_size
    with file.open("r+b") as handle:
        handle.write(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def swap(file: Path, data: bytes) -> None:
    """Another file of the same size and time in its place."""
    status = file.stat()
    other = file.with_suffix(".new")
    other.write_bytes(data)
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(file)


@pytest.mark.usefixtures("settled")
def test_what_is_as_it_was_is_not_opened(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = identities(source, Workspace(tmp_path / "work"))
    assert first["cat/a.png"].image_id == digest(b"cat/a.png")
    monkeypatch.setattr(identity, "_identify", lambda *_: pytest.fail("a file was read again"))
    assert identities(source, Workspace(tmp_path / "work")) == first


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("change", [rewrite, swap])
def test_other_bytes_of_the_same_size_and_time_are_seen(
    source: Path, tmp_path: Path, change
) -> None:
    before = identities(source, Workspace(tmp_path / "work"))
    change(source / "cat/b.png", b"cat/B.png")
    after = identities(source, Workspace(tmp_path / "work"))
    assert after["cat/b.png"].image_id == digest(b"cat/B.png")
    assert after["cat/a.png"] == before["cat/a.png"]


@pytest.mark.parametrize("change", [rewrite, swap])
def test_they_are_seen_within_a_run_too(source: Path, change) -> None:
    with reach_of(source) as reach:
        files = list_files(reach, source, max_file_bytes=BYTES).files
        before = identify_all(reach, files, BYTES)
        change(source / "fox/c.png", b"fox/C.png")
        errors = [one.error for one in confirm_all(reach, files, before, BYTES)]
    assert errors == ["", "", "changed_during_run"]


@pytest.mark.usefixtures("settled")
def test_a_file_of_another_name_is_known_by_its_own_bytes(source: Path, tmp_path: Path) -> None:
    identities(source, Workspace(tmp_path / "work"))
    a, b = source / "cat/a.png", source / "cat/b.png"
    a.rename(tmp_path / "aside")
    b.rename(a)
    (tmp_path / "aside").rename(b)
    now = identities(source, Workspace(tmp_path / "work"))
    assert [now[name].image_id for name in ("cat/a.png", "cat/b.png")] == [
        digest(b"cat/b.png"),
        digest(b"cat/a.png"),
    ]


def test_what_was_written_just_now_is_read_again(source: Path, tmp_path: Path) -> None:
    """Within one tick of the file system's clock a change leaves no trace."""
    found = identities(source, Workspace(tmp_path / "work"))
    with reach_of(source) as reach:
        known = KnownFiles(Workspace(tmp_path / "work"), reach.real, settles_ns=reach.settles_ns)
        asked = [(path.encode(), one.entry) for path, one in found.items()]
        assert known.recall(asked) == ["", "", ""]


def test_an_entry_is_older_than_a_page_waits_in_memory(tmp_path: Path) -> None:
    """Until Linux writes a page of a memory map to disk, half a minute, more may change unseen."""
    known, now, second = (
        KnownFiles(Workspace(tmp_path / "work"), b"/s", settles_ns=MINUTE_NS),
        10**18,
        10**9,
    )
    mapped, settled = (FileEntry(1, 2, 3, 4, now - age * second) for age in (35, 61))
    known.remember([(b"a", mapped, "a" * 64), (b"b", settled, "b" * 64)], began_ns=now)
    assert known.recall([(b"a", mapped), (b"b", settled)]) == ["", "b" * 64]


@pytest.mark.usefixtures("settled")
def test_a_file_that_grew_too_big_by_a_setting_is_refused(source: Path, tmp_path: Path) -> None:
    identities(source, Workspace(tmp_path / "work"))
    with reach_of(source) as reach:
        files = list_files(reach, source, max_file_bytes=BYTES).files
        known = KnownFiles(Workspace(tmp_path / "work"), reach.real, settles_ns=reach.settles_ns)
        assert {one.error for one in identify_all(reach, files, 3, known)} == {"file_too_big"}


@pytest.mark.usefixtures("settled")
def test_damaged_knowledge_is_none(source: Path, tmp_path: Path) -> None:
    first = identities(source, Workspace(tmp_path / "work"))
    (part,) = (tmp_path / "work/measurements/known_files").rglob("*.parquet")
    part.write_bytes(part.read_bytes()[:-9])
    assert identities(source, Workspace(tmp_path / "work")) == first


def test_two_names_of_one_file_and_inodes_beyond_int64(tmp_path: Path) -> None:
    """Some file systems use all 64 bits for an inode."""
    known = KnownFiles(Workspace(tmp_path / "work"), b"/somewhere", settles_ns=MINUTE_NS)
    entry = FileEntry(2**64 - 1, 2**64 - 2, 3, 4, 5)
    known.remember([(b"a", entry, "1" * 64), (b"\xff", entry, "1" * 64)], began_ns=10**18)
    near = entry._replace(inode=2**64 - 3)
    asked = [(b"a", near), (b"a", entry), (b"\xff", entry)]
    stored = KnownFiles(Workspace(tmp_path / "work"), b"/somewhere", settles_ns=MINUTE_NS)
    assert stored.recall(asked) == ["", "1" * 64, "1" * 64]
    assert KnownFiles(Workspace(tmp_path / "work"), b"/elsewhere", settles_ns=MINUTE_NS).recall(
        asked
    ) == ["", "", ""]
    assert KNOWN_FILES.columns["inode"] == "uint64"


def test_a_file_that_has_the_entry_another_had_is_read(tmp_path: Path) -> None:
    """FAT and many file systems in user space number files as they come across them, and copies of
    one size that were written together have one time: the number alone tells them apart."""
    known = KnownFiles(Workspace(tmp_path / "work"), b"/stick", settles_ns=MINUTE_NS)
    first, second = (FileEntry(1, inode, 3, 4, 4) for inode in (7, 8))
    known.remember([(b"a.bmp", first, "a" * 64), (b"b.bmp", second, "b" * 64)], began_ns=10**18)
    assert known.recall([(b"b.bmp", first), (b"c.bmp", second)]) == ["", ""]


@pytest.mark.usefixtures("settled")
def test_trust_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source" / "cat").mkdir(parents=True)
    Image.new("RGB", (64, 64), "teal").save(tmp_path / "source" / "cat" / "a.png")
    read = []
    taken = identity._identify
    monkeypatch.setattr(identity, "_identify", lambda *given: read.append(1) or taken(*given))
    for trust in (True, True, False):
        find_images(
            tmp_path / "source", Workspace(tmp_path / "work"), ImageParams(trust_times=trust)
        )
    assert len(read) == 2
