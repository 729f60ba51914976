"""Every entry of a hostile folder is listed once, and nothing but regular files inside it is ever
opened."""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.errors import SourceError
from inksift.curation.gather.folder import safe_open
from inksift.curation.gather.folder.identity import Identity, confirm_all, identify_all
from inksift.curation.gather.folder.reach import reach_of
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.gather.folder.walk import Found, display, list_files

MAX_BYTES = 10**6
HOSTILE_NAMES = [
    "plain.jpg",
    " leading and trailing .jpg ",
    "-rf.jpg",
    "--help",
    "*.jpg",
    "?.jpg",
    "[abc].jpg",
    "{a,b}.jpg",
    "~root.jpg",
    "$(touch pwned).jpg",
    "`id`.jpg",
    "a;b&c|d.jpg",
    "quote'.jpg",
    'double".jpg',
    "back\\slash.jpg",
    "back\\\\slash.jpg",
    "new\nline.jpg",
    "carriage\rreturn.jpg",
    "tab\t.jpg",
    "escape\x1b[31m.jpg",
    "bell\a.jpg",
    "delete\x7f.jpg",
    "c1\u0080.jpg",
    "<script>alert(1)</script>.jpg".replace("/", "\u2215"),
    "=cmd|calc.jpg",
    "+1.jpg",
    "@sum.jpg",
    "caf\u00e9.jpg",
    "cafe\u0301.jpg",
    "CAF\u00c9.jpg",
    "Case.jpg",
    "case.jpg",
    "trailing dot.",
    "CON",
    "aux.jpg",
    "NUL.png",
    ".hidden",
    ".DS_Store",
    "Thumbs.db",
    "...",
    "\u202egpj.exe",
    "zero\u200bwidth.jpg",
    "joined\u200d.jpg",
    "line\u2028separator.jpg",
    "\ufeffbom.jpg",
    "nbsp\u00a0.jpg",
    "\u732b.jpg",
    "\U0001f408.jpg",
    "\u0e41\u0e21\u0e27.jpg",
    "x" * 255,
    "%2e%2e%2f.jpg",
    "a:b.jpg",
]
HOSTILE_BYTES = [os.fsencode(name) for name in HOSTILE_NAMES] + [
    b"latin\xe9.jpg",
    b"\xff\xfe.jpg",
    b"\x80.jpg",
    b"\xc3.jpg",
]


def find_files(folder: Path, *, max_file_bytes: int) -> list[Found]:
    with reach_of(folder) as reach:
        return list_files(reach, folder, max_file_bytes=max_file_bytes).files


def _by_path(folder: Path, **options: Any) -> dict[str, Found]:
    found = find_files(folder, max_file_bytes=options.get("max_file_bytes", MAX_BYTES))
    return {file.path: file for file in found}


def _errors(folder: Path) -> dict[str, str]:
    return {path: file.error for path, file in _by_path(folder).items()}


def _identify(folder: Path, found: list[Found]) -> list[Identity]:
    with reach_of(folder) as reach:
        return identify_all(reach, found, MAX_BYTES)


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """A source folder beside a secret that no test may open."""
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "a.jpg").write_bytes(b"secret")
    source = tmp_path / "source"
    (source / "cats").mkdir(parents=True)
    (source / "cats" / "real.jpg").write_bytes(b"real")
    return source


def test_hostile_names_are_kept_exactly_and_shown_safely(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "cats")
    os.mkdir(folder)
    for index, name in enumerate(HOSTILE_BYTES):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"%d" % index)
    found = find_files(tmp_path, max_file_bytes=MAX_BYTES)
    assert [file.path_bytes for file in found] == sorted(b"cats/" + name for name in HOSTILE_BYTES)
    assert len({file.path for file in found}) == len(HOSTILE_BYTES)
    assert all(file.path.isprintable() for file in found)
    identities = _identify(tmp_path, found)
    assert len({identity.image_id for identity in identities}) == len(HOSTILE_BYTES)
    assert {identity.error for identity in identities} == {""}


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_different_names_look_different(one: bytes, other: bytes) -> None:
    assert (display(one) == display(other)) == (one == other)
    assert display(one).isprintable()
    display(one).encode("utf-8")


@given(st.text(st.characters(categories=("L", "N"))))
def test_letters_of_all_scripts_stay(text: str) -> None:
    assert display(text.encode()) == text


def test_labels_are_the_first_folder(tmp_path: Path) -> None:
    for path in ("loose.jpg", "cats/a.jpg", "cats/deep/er/b.jpg", "new\nline/c.jpg"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    labels = {
        file.path_bytes: file.label for file in find_files(tmp_path, max_file_bytes=MAX_BYTES)
    }
    assert labels == {
        b"loose.jpg": "unlabelled",
        b"cats/a.jpg": "cats",
        b"cats/deep/er/b.jpg": "cats",
        b"new\nline/c.jpg": "new\\nline",
    }


def test_links_are_listed_and_never_followed(inside: Path) -> None:
    targets = {
        "outside file": "../../secret.jpg",
        "outside folder": "../../secrets",
        "passwd": "/etc/passwd",
        "zero": "/dev/zero",
        "parent": "../..",
        "neighbour": f"../../{inside.name}-2",
        "dangling": "nowhere",
        "itself": "itself",
        "inside file": "real.jpg",
        "inside folder": ".",
        "root": "..",
    }
    (inside.parent / f"{inside.name}-2").mkdir()
    for name, target in targets.items():
        (inside / "cats" / name).symlink_to(target)
    opened = _opened_while(lambda: _identify(inside, find_files(inside, max_file_bytes=MAX_BYTES)))
    errors = {path.removeprefix("cats/"): error for path, error in _errors(inside).items()}
    assert errors == {
        **dict.fromkeys(
            ("outside file", "outside folder", "passwd", "zero", "parent", "neighbour"),
            "link_outside",
        ),
        **dict.fromkeys(("dangling", "itself"), "link_broken"),
        **dict.fromkeys(("inside file", "inside folder", "root"), "link_inside"),
        "real.jpg": "",
    }
    assert opened <= {os.fspath(inside), b"cats", b"real.jpg"}


_opened: list[object] | None = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _opened is not None:
        _opened.append(arguments[0])


sys.addaudithook(_audit)


def _opened_while(function: Any) -> set[object]:
    """Everything that was opened by name during the call."""
    global _opened
    _opened = []
    try:
        function()
        return {os.fspath(name) if isinstance(name, os.PathLike) else name for name in _opened}
    finally:
        _opened = None


def test_what_is_no_file_never_blocks(inside: Path) -> None:
    os.mkfifo(inside / "pipe.jpg")
    (inside / "folder.jpg").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        place = os.getcwd()
        os.chdir(inside)
        try:
            listener.bind("socket.jpg")
        finally:
            os.chdir(place)
        assert _errors(inside) == {
            "cats/real.jpg": "",
            "pipe.jpg": "not_a_regular_file",
            "socket.jpg": "not_a_regular_file",
        }


def test_a_device_is_no_file(inside: Path) -> None:
    try:
        os.mknod(inside / "zero.jpg", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root may make a device")
    assert _errors(inside)["zero.jpg"] == "not_a_regular_file"


@pytest.mark.parametrize("swap", ["pipe", "link", "folder", "nothing", "big", "folder link"])
def test_a_swap_between_listing_and_opening_is_refused(swap: str, inside: Path) -> None:
    found = find_files(inside, max_file_bytes=MAX_BYTES)
    victim = inside / "cats" / "real.jpg"
    victim.unlink()
    if swap == "pipe":
        os.mkfifo(victim)
    elif swap == "link":
        victim.symlink_to("../../secret.jpg")
    elif swap == "folder":
        victim.mkdir()
    elif swap == "big":
        with victim.open("wb") as file:
            file.truncate(2**40)
    elif swap == "folder link":
        (inside / "cats").rmdir()
        (inside / "cats").symlink_to("../secrets")
    (identity,) = _identify(inside, found)
    wanted = {"nothing": "vanished", "big": "file_too_big"}
    assert identity.image_id == ""
    assert identity.error == wanted.get(swap, "not_a_regular_file")


def test_a_huge_file_is_refused_without_a_read(
    inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (inside / "sparse.jpg").open("wb") as file:
        file.truncate(2**40)

    def forbidden(*_: object) -> bytes:
        raise AssertionError("read")

    (inside / "cats" / "real.jpg").unlink()
    monkeypatch.setattr(os, "pread", forbidden)
    found = find_files(inside, max_file_bytes=MAX_BYTES)
    assert [identity.error for identity in _identify(inside, found)] == ["file_too_big"]


def test_the_size_cap_is_exact(inside: Path) -> None:
    for size in (9, 10, 11):
        (inside / f"{size}").write_bytes(bytes(size))
    errors = {path: file.error for path, file in _by_path(inside, max_file_bytes=10).items()}
    assert (errors["9"], errors["10"], errors["11"]) == ("", "", "file_too_big")


def test_a_file_that_grows_while_it_is_read_is_refused(
    inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "pread", lambda handle, size, position: bytes(size))
    (identity,) = _identify(inside, find_files(inside, max_file_bytes=MAX_BYTES))
    assert identity.error == "file_too_big"


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EIO])
def test_an_unreadable_file_is_a_row(
    code: int, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_files(inside, max_file_bytes=MAX_BYTES)

    def fail(*_: object, **__: object) -> bytes:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "pread", fail)
    assert [identity.error for identity in _identify(inside, found)] == ["unreadable"]
    monkeypatch.undo()
    monkeypatch.setattr(safe_open, "_open", fail)
    assert [identity.error for identity in _identify(inside, found)] == ["unreadable"]


def test_an_unreadable_folder_is_a_row(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inside / "locked").mkdir()
    (inside / "locked" / "a.jpg").write_bytes(b"a")
    real = os.open

    def guarded(path: Any, flags: int, **options: Any) -> int:
        if path == b"locked":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, flags, **options)

    monkeypatch.setattr(os, "open", guarded)
    assert _errors(inside) == {"cats/real.jpg": "", "locked": "unreadable_folder"}


def test_opening_needs_a_regular_file_below_the_root(inside: Path) -> None:
    with reach_of(inside) as reach:
        with reach.open(b"cats/real.jpg", max_bytes=9) as handle:
            assert os.read(handle, 9) == b"real"
        for path, reason in (
            (b"cats", "not_a_regular_file"),
            (b"none", "vanished"),
            (b"cats/real.jpg/x", None),
        ):
            with pytest.raises(RefusedError) as refusal, reach.open(path, max_bytes=9):
                pass
            assert refusal.value.reason == (reason or "not_a_regular_file")


def test_no_handle_is_left_open(inside: Path) -> None:
    os.mkfifo(inside / "pipe.jpg")
    before = len(os.listdir("/proc/self/fd"))
    _identify(inside, find_files(inside, max_file_bytes=MAX_BYTES))
    assert len(os.listdir("/proc/self/fd")) == before


def test_depth_and_long_paths(tmp_path: Path) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    for _ in range(40):
        name = "d" * 150
        os.mkdir(name, dir_fd=handle)
        inner = os.open(name, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(os.open("deep.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.close(handle)
    (found,) = find_files(tmp_path, max_file_bytes=MAX_BYTES)
    assert len(found.path_bytes) > 4096
    (identity,) = _identify(tmp_path, [found])
    assert identity.error == ""
    with reach_of(tmp_path) as reach:
        assert confirm_all(reach, [found], [identity], MAX_BYTES) == [identity]


def test_order_does_not_depend_on_the_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b/1", "a/2", "a.jpg", "a/10"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    expected = find_files(tmp_path, max_file_bytes=MAX_BYTES)
    real = os.scandir

    @contextmanager
    def backwards(folder: Any) -> Iterator[list[os.DirEntry[str]]]:
        with real(folder) as entries:
            yield sorted(entries, key=lambda entry: entry.name, reverse=True)

    monkeypatch.setattr(os, "scandir", backwards)
    assert find_files(tmp_path, max_file_bytes=MAX_BYTES) == expected
    assert [file.path for file in expected] == ["a.jpg", "a/10", "a/2", "b/1"]


def test_a_source_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "empty" / "cats").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"x")
    for name, message in (
        ("none", "no such folder"),
        ("file", "not a folder"),
        ("empty", "no files in .*expected"),
    ):
        with pytest.raises(SourceError, match=message):
            find_files(tmp_path / name, max_file_bytes=MAX_BYTES)


def test_the_source_itself_may_be_a_link(inside: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(inside)
    (inside / "cats" / "again").symlink_to("real.jpg")
    assert _errors(tmp_path / "link") == {"cats/real.jpg": "", "cats/again": "link_inside"}


@pytest.mark.slow
def test_a_hundred_thousand_files_are_quick(tmp_path: Path) -> None:
    for index in range(100):
        (tmp_path / str(index)).mkdir()
        for number in range(1000):
            os.close(os.open(tmp_path / str(index) / str(number), os.O_CREAT | os.O_WRONLY))
    start = time.process_time()
    assert len(find_files(tmp_path, max_file_bytes=MAX_BYTES)) == 100_000
    assert time.process_time() - start < 10
