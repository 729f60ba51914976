"""What is asked for by looks: dark, blurred or flat pictures, those like one, stacks of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from inksift.curation.review.looks.looks import Looks


@dataclass(frozen=True)
class LookSettings:
    """From when on a picture has a look, by eye on a crawl of 1,475: these let 1 in 60 through."""

    dark: float = 0.25
    """Mean brightness below which a picture is dark; that of a usual drawing is 0.6."""

    blurred: float = 0.8
    """Share of its pixels across and down that would hold all its detail; sharp ones need all."""

    flat: float = 17.0
    """Deviation of its levels of grey, of 255, below which there is little to see."""

    alike: float = 0.8
    """Cosine to the first picture of a stack from which on another belongs to it."""


_LOOKING = LookSettings()

LOOK_FILTERS: Mapping[str, str] = MappingProxyType(
    {"dark": "dark", "blurred": "blurred", "flat": "flat", "doubted": "class in doubt"}
)
"""The looks that can be asked for, in words."""

_Truths = npt.NDArray[np.bool_]
_HAS: Mapping[str, Callable[[Looks], _Truths]] = {
    "dark": lambda looks: looks.light < _LOOKING.dark,
    "blurred": lambda looks: looks.sharpness < _LOOKING.blurred,
    "flat": lambda looks: looks.contrast < _LOOKING.flat,
    "doubted": lambda looks: looks.doubts > 0,
}


def looking(files: Sequence[int], asked: Sequence[str], looks: Looks) -> list[int]:
    """Those of some files with any of the looks that are asked for; all where none is."""
    wanted = [_HAS[name](looks) for name in asked if name in _HAS]
    if not wanted:
        return list(files)
    there = np.logical_or.reduce(wanted)
    return [file for file in files if there[file]]


def most_like(files: Sequence[int], file: int, looks: Looks) -> list[int]:
    """`files` by how similar they are to one, which comes first; those without a place come
    last."""
    similar = looks.similarity(file)[np.asarray(files, dtype=np.int64)]
    similar[np.asarray(files) == file] = np.inf
    return [files[place] for place in np.argsort(-similar, kind="stable")]


def in_stacks(files: Sequence[int], looks: Looks, stays: _Truths) -> tuple[list[int], list[int]]:
    """Files with those of a stack side by side, each stack where its first file was, and the size
    of every stack. Those that stay (`stays`, by file) lie on top: nobody rejects them unseen.

    A stack is made along the order of similarity: it takes in the next picture as long as that is
    like its first one."""
    stack_of = _stacks(looks)
    members: dict[int, list[int]] = {}
    for file in files:
        members.setdefault(int(stack_of[file]), []).append(file)
    for some in members.values():
        some.sort(key=lambda file: not stays[file])
    return list(chain.from_iterable(members.values())), list(map(len, members.values()))


def _stacks(looks: Looks) -> npt.NDArray[np.int64]:
    """The stack of every file; one without a place is alone, with a number of its own."""
    stacks = -1 - np.arange(len(looks.places))
    order = np.argsort(looks.places, kind="stable")[: int(looks.placed.sum())]
    directions = looks.directions[order].astype(np.float32) / np.float32(127)
    first = 0
    for step in range(len(order)):
        if directions[first] @ directions[step] < _LOOKING.alike:
            first = step
        stacks[order[step]] = first
    return stacks
