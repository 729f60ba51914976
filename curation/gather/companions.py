"""Pictures that seem to be made for others: masks, depth maps and the like, told by their names and
by the picture that they are named after."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_WORDS = (
    "mask",
    "masks",
    "masklabel",
    "depth",
    "depthmap",
    "normal",
    "normals",
    "normalmap",
    "seg",
    "segmentation",
    "alpha",
    "matte",
    "trimap",
    "pose",
    "openpose",
    "canny",
    "softedge",
    "scribble",
    "conditioning",
)
"""What the tools that make them add to a name."""

_NAMED_AFTER = re.compile(rf"(?P<picture>.+)(?P<added>[-_. ](?:{'|'.join(_WORDS)}))", re.IGNORECASE)


_MAY_BE_ONE = re.compile("|".join(_WORDS), re.IGNORECASE)
"""What stands in the path of every file that seems to be made for another."""


class Companions(NamedTuple):
    """Files that seem to be made for pictures, and the glob that would leave them out."""

    pattern: str
    files: int
    example: str


def companions(paths: Iterable[str]) -> list[Companions]:
    """Groups of files that are named after another one in their folder, or lie in a folder of such
    where one of the same name lies above it; the largest first."""
    known = list(paths)
    stems = {os.path.splitext(path)[0] for path in known}
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for path in filter(_MAY_BE_ONE.search, known):
        for pattern in _patterns(path, stems):
            counts[pattern] += 1
            examples.setdefault(pattern, path)
    return [
        Companions(pattern, files, examples[pattern])
        for pattern, files in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _patterns(path: str, stems: set[str]) -> Iterator[str]:
    """The glob that would leave this file out, if it seems to be made for another picture."""
    stem = os.path.splitext(path)[0]
    folder, _, name = stem.rpartition("/")
    named = _NAMED_AFTER.fullmatch(name)
    if named and _joined(folder, named["picture"]) in stems:
        yield f"*{named['added'].lower()}.*"
        return
    above, _, inner = folder.rpartition("/")
    if inner.lower() in _WORDS and _joined(above, name) in stems:
        yield inner


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
