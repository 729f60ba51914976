"""Where the members of archives belong in one folder of pictures: by their folders, by what a
WebDataset says of them, and by the splits that archives are named after.

A folder around everything is left out. A class from `key.cls`, or from `key.json` where the picture
lies in no folder, is the folder of all files of that key. Of several archives each has a folder of
its own in every class, so that equal names do not meet."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from inksift.curation.gather.archive.parquets import folder_named
from inksift.curation.gather.folder.choice import CLUTTER, Choice, ending
from inksift.curation.gather.folder.layout import split_named
from inksift.curation.gather.folder.walk import UNLABELLED
from inksift.curation.gather.gate.formats import EXTENSIONS

_MOST_TOLD_BYTES = 2**20
"""Bytes of a file that tells a class; a longer one tells none."""

_IN_JSON = ("class_name", "label_name", "class", "label", "cls")
"""What a class is called in a WebDataset's JSON."""

_UNLABELLED = UNLABELLED.encode()


class Member(NamedTuple):
    """A file of an archive: the name of the archive, and the path in it."""

    archive: str
    path: bytes


def classes_told(folders: Mapping[str, Path], members: Sequence[Member]) -> dict[Member, str]:
    """The classes that `.cls` and `.json` files of archives name, by key: a path up to the first
    dot of its name. `folders` says where the members of each archive lie."""
    told: dict[Member, str] = {}
    for member in members:
        kind = ending(member.path)
        if kind == ".cls" or (kind == ".json" and b"/" not in member.path):
            text = _text(folders[member.archive] / os.fsdecode(member.path))
            label = text.strip() if kind == ".cls" else _in_json(text)
            _keep_better(told, key_of(member), label)
    return told


def key_of(member: Member) -> Member:
    """What the files of one picture have in common.

    >>> key_of(Member("a.tar", b"fox/001.mask.png")).path
    b'fox/001'
    """
    folder, slash, name = member.path.rpartition(b"/")
    return Member(member.archive, folder + slash + name.partition(b".")[0])


def wrapper_depth(paths: Sequence[bytes]) -> int:
    """How many folders lie around all pictures and tell nothing of them.

    >>> wrapper_depth([b"data/fox/1.png", b"data/owl/2.png", b"read.me"])
    1
    >>> wrapper_depth([b"fox/1.png", b"fox/2.png"])
    0
    """
    clutter = Choice(exclude=CLUTTER)
    folders = {path.rpartition(b"/")[0] for path in paths if ending(path) in EXTENSIONS}
    parts = [folder.split(b"/") for folder in folders if not clutter.leaves_out(folder)]
    depth = 0
    while parts and all(len(part) > depth + 1 for part in parts):
        around = {part[depth] for part in parts}
        if len(around) > 1 or split_named(os.fsdecode(around.pop())):
            break
        depth += 1
    return depth


def places(members: Sequence[Member], told: Mapping[Member, str]) -> dict[Member, bytes]:
    """The path of every member in the folder of pictures."""
    depth = wrapper_depth([member.path for member in members])
    wrapper = _wrapper(members, depth)
    names = sorted({member.archive for member in members})
    splits = _splits(names)
    placed = {}
    for member in members:
        path = member.path.removeprefix(wrapper)
        label = told.get(key_of(member))
        parts = _with_class(path.split(b"/"), label)
        if len(names) > 1:
            parts = _apart(parts, member.archive, splits.get(member.archive, ""))
        placed[member] = b"/".join(parts)
    return placed


def _wrapper(members: Sequence[Member], depth: int) -> bytes:
    if not depth:
        return b""
    pictures = (member.path for member in members if ending(member.path) in EXTENSIONS)
    inside = next(path for path in pictures if path.count(b"/") > depth)
    return b"/".join(inside.split(b"/")[:depth]) + b"/"


def _with_class(parts: list[bytes], label: str | None) -> list[bytes]:
    """A path with the folder of a class that is told, behind that of a split."""
    if label is None:
        return parts
    divided = len(parts) > 1 and bool(split_named(os.fsdecode(parts[0])))
    folder = os.fsencode(folder_named(label))
    return [*parts[:divided], folder, *parts[divided:]]


def _apart(parts: list[bytes], archive: str, split: str) -> list[bytes]:
    """A path with the archive's folder before the file, so that its first folder stays the
    class."""
    *folders, name = parts
    if not folders or (len(folders) == 1 and split_named(os.fsdecode(folders[0]))):
        folders = [*folders, _UNLABELLED]
    first = [os.fsencode(split)] if split else []
    return [*first, *folders, os.fsencode(archive), name]


def _splits(archives: Sequence[str]) -> dict[str, str]:
    """The first folder of each archive where they are named after different splits; that of one
    which is not is its own name, so that it is asked about."""
    named = {archive: _split_in(archive) for archive in archives}
    if len({*named.values()} - {""}) < 2:
        return {}
    return {archive: split or archive.replace("/", "-") for archive, split in named.items()}


def _split_in(archive: str) -> str:
    """The split that a name speaks of.

    >>> _split_in("data/train-00000-of-00002.parquet"), _split_in("shard-0001.tar")
    ('train', '')
    """
    words = re.split(r"[/_.\s-]+", archive)
    return next((split for word in reversed(words) if (split := split_named(word))), "")


def _text(place: Path) -> str:
    if place.stat().st_size > _MOST_TOLD_BYTES:
        return ""
    return place.read_bytes().decode("utf-8", "replace")


def _in_json(text: str) -> str:
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    values = [told.get(name) for name in _IN_JSON] if isinstance(told, dict) else []
    labels = [value for value in values if isinstance(value, str | int) and value != ""]
    names = [label for label in labels if isinstance(label, str)]
    return str((names or labels or [""])[0])


def _keep_better(told: dict[Member, str], key: Member, label: str) -> None:
    """Put down a class; a name counts more than a number."""
    before = told.get(key, "")
    if label and (not before or (before.isdigit() and not label.isdigit())):
        told[key] = label
