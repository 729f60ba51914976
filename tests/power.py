"""Loss of power: what a disk may hold after any call of a journal, by what was synced until then.

A disk remembers what is in a file up to its last `fsync`, and names up to the last `fsync` of their
folder. Of the rest it may have kept all, nothing, or a part (Pillai and others, "All File Systems
Are Not Created Equal", OSDI 2014)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import Call


@dataclass(eq=False)
class File:
    """Bytes as programs see them, and as they were synced."""

    now: bytes = b""
    synced: bytes = b""


@dataclass(eq=False)
class Folder:
    """Names as programs see them, and as they were synced."""

    now: dict[str, Node] = field(default_factory=dict)
    synced: dict[str, Node] = field(default_factory=dict)


@dataclass(eq=False)
class Link:
    """A symbolic link, which is there whole or not at all."""

    target: bytes


Node = File | Folder | Link
Tree = dict[str, bytes | None]
"""Contents by path from the root; None for a folder, and b"-> target" for a link."""


class Disk:
    """A folder, to which the calls of a journal are applied one after another."""

    def __init__(self, root: Path, was: Path) -> None:
        """`root` as it was called in the journal; `was` is its content before, which is synced."""
        self._root = str(root)
        self.tree = _read(was)

    def apply(self, call: Call) -> None:
        """One call that did not fail."""
        if not call.error and call.kind != "note":
            getattr(self, f"_{call.kind.replace('-', '_')}")(call)

    def kept(self, names: str, content: Callable[[File], bytes]) -> Tree:
        """What is there afterwards with the names that are "now" or "synced", and that content."""
        return dict(_walk(self.tree, "", names, content))

    def _place(self, path: str) -> tuple[Folder, str]:
        *folders, name = path.removeprefix(self._root).strip("/").split("/")
        folder = self.tree
        for part in folders:
            found = folder.now[part]
            assert isinstance(found, Folder)
            folder = found
        return folder, name

    def _node(self, path: str) -> Node | None:
        folder, name = self._place(path)
        return folder.now.get(name) if name else folder

    def _file(self, path: str) -> File:
        node = self._node(path)
        assert isinstance(node, File), path
        return node

    def _open(self, _: Call) -> None:
        pass

    _write_open = _open

    def _create(self, call: Call) -> None:
        folder, name = self._place(call.path)
        folder.now.setdefault(name, File())

    def _truncate(self, call: Call) -> None:
        self._create(call)
        self._file(call.path).now = b""

    def _write(self, call: Call) -> None:
        file, end = self._file(call.path), call.offset + len(call.data)
        before = file.now[: call.offset].ljust(call.offset, b"\0")
        file.now = before + call.data + file.now[end:]

    def _cut(self, call: Call) -> None:
        file = self._file(call.path)
        file.now = file.now[: call.offset].ljust(call.offset, b"\0")

    def _sync(self, call: Call) -> None:
        node = self._node(call.path)
        assert isinstance(node, File | Folder)
        node.synced = copy(node.now)

    def _folder(self, call: Call) -> None:
        folder, name = self._place(call.path)
        folder.now[name] = Folder()

    def _remove(self, call: Call) -> None:
        folder, name = self._place(call.path)
        del folder.now[name]

    def _rename(self, call: Call) -> None:
        self._link(call)
        self._remove(call)

    def _link(self, call: Call) -> None:
        (old, was), (new, name) = self._place(call.path), self._place(call.data.decode())
        new.now[name] = old.now[was]

    def _symlink(self, call: Call) -> None:
        folder, name = self._place(call.path)
        folder.now[name] = Link(call.data)


LOSSES: Mapping[str, tuple[str, Callable[[File], bytes]]] = {
    "nothing": ("now", lambda file: file.now),
    "bytes": ("now", lambda file: file.synced),
    "half of the bytes": ("now", lambda file: _half(file)),
    "names": ("synced", lambda file: file.now),
    "names and bytes": ("synced", lambda file: file.synced),
}
"""What is lost of all that was not synced: a kill takes nothing, a loss of power any of these."""


class States:
    """What a disk may hold after each call of a journal, every state once; `call` is the last."""

    def __init__(self, root: Path, was: Path) -> None:
        """As a `Disk`."""
        self._disk = Disk(root, was)
        self._seen: set[int] = set()
        self.count = 0

    def after_each(self, calls: Sequence[Call]) -> Iterator[tuple[str, Tree, list[str]]]:
        """What was lost, what is there, and what had been acknowledged by a note until then."""
        acknowledged: list[str] = []
        for number, call in enumerate(calls, 1):
            self.call = call
            self._disk.apply(call)
            acknowledged += [call.path] if call.kind == "note" else []
            for loss, (names, content) in LOSSES.items():
                tree = self._disk.kept(names, content)
                if self._is_new(tree, len(acknowledged)):
                    yield f"{loss} after call {number}, {call.kind}", tree, acknowledged

    def _is_new(self, tree: Tree, acknowledged: int) -> bool:
        state = hash((frozenset(tree.items()), acknowledged))
        new = state not in self._seen
        self._seen.add(state)
        self.count = len(self._seen)
        return new


def _half(file: File) -> bytes:
    return file.now if file.now == file.synced else file.now[: len(file.now) // 2]


def _read(place: Path) -> Folder:
    found: dict[str, Node] = {}
    for path in place.iterdir():
        if path.is_symlink():
            found[path.name] = Link(bytes(os.readlink(path), "utf-8"))
        elif path.is_dir():
            found[path.name] = _read(path)
        else:
            data = path.read_bytes()
            found[path.name] = File(data, data)
    return Folder(found, dict(found))


def _walk(
    folder: Folder, above: str, names: str, content: Callable[[File], bytes]
) -> Iterator[tuple[str, bytes | None]]:
    for name, node in getattr(folder, names).items():
        place = f"{above}{name}"
        if isinstance(node, Folder):
            yield place, None
            yield from _walk(node, f"{place}/", names, content)
        else:
            yield place, b"-> " + node.target if isinstance(node, Link) else content(node)


def lay_out(tree: Tree, folder: Path) -> Path:
    """The tree as files of a new folder."""
    folder.mkdir()
    for name, data in tree.items():
        if data is None:
            (folder / name).mkdir()
        elif data.startswith(b"-> "):
            (folder / name).symlink_to(data[3:].decode())
        else:
            (folder / name).write_bytes(data)
    return folder
