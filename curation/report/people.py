"""The chapter on what people decided: how often what, and the files it was said of, the latest
first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pandas as pd

from inksift.curation.base.rgb import Rgb
from inksift.curation.drawing.words import decision_in_words
from inksift.curation.people.ledger.decisions import subject
from inksift.curation.report.findings import Findings
from inksift.curation.report.gallery import thumbnails_of
from inksift.curation.report.tiles import Facts, Tile
from inksift.curation.verdict.human import Word, signed

_COUNTED = {
    "outcome": "kept or rejected",
    "medium": "called illustration or photograph",
    "label": "given a class",
    "copy": "chosen among copies",
    "different": "told apart from another picture",
    "tag": "tagged",
}
_OF_COPIES = ("copy", "different")
_ID_CHARS = 12
"""Digits of a picture that has no path here."""


@dataclass(frozen=True)
class Decided:
    """A file that people decided on: its tile with what the machine alone says, and what people
    said, signed."""

    tile: Tile
    said: Sequence[str]


class _Said(NamedTuple):
    """A decision that holds, and the path of the file it is shown on."""

    path: str
    action: str
    word: Word


def people_values(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    facts: Facts,
    findings: Findings,
    read: Callable[[str], Rgb],
    *,
    most: int,
    side_px: int,
) -> dict[str, Any] | None:
    """What the chapter shows of a DECISIONS and an IMAGES frame, at most `most` files; None where
    nobody decided anything on a picture of this run."""
    if findings.human is None or findings.machine is None or findings.duplicates is None:
        return None
    said = _that_hold(findings.duplicates, findings.human)
    if not said:
        return None
    files, paths = _by_file(said), _paths(findings.duplicates)
    rows = decisions.set_index("path", drop=False).loc[list(files)[:most]]
    address = thumbnails_of([rows], images, facts, read, side_px).__getitem__
    explained = dict(zip(findings.machine["path"], findings.machine["explanation"], strict=True))
    tiles = [
        replace(tile, explanation=f"the machine: {explained[tile.path]}")
        for tile in facts.tiles(rows, address)
    ]

    def decided(tile: Tile) -> Decided:
        return Decided(tile, [_in_words(one, paths) for one in files[tile.path]])

    return {
        "count": len(files),
        "counted": _counted(said),
        "shown": [decided(tile) for tile in tiles],
    }


def _by_file(said: Sequence[_Said]) -> dict[str, list[_Said]]:
    files: dict[str, list[_Said]] = {}
    for one in said:
        files.setdefault(one.path, []).append(one)
    return files


def _counted(said: Sequence[_Said]) -> list[tuple[str, int]]:
    """How many decisions of each kind there are, in words; kinds without one are left out."""
    counts = Counter(one.action for one in said)
    return [(words, counts[action]) for action, words in _COUNTED.items() if counts[action]]


def _that_hold(duplicates: pd.DataFrame, human: pd.DataFrame) -> list[_Said]:
    """The latest decision on every matter, the latest first; those on pictures that are not here
    are left out.

    What is said of a picture is shown on the kept file of its copies, what is said of a copy on the
    copy."""
    own, kept = (
        _paths(duplicates),
        duplicates["path"].where(duplicates["keep"], duplicates["duplicate_of"]),
    )
    kept_for = dict(zip(duplicates["image_id"], kept, strict=True))
    latest: dict[tuple[str, ...], _Said] = {}
    for row in human.sort_values(["at", "image_id"]).to_dict("records"):
        image_id, action, value = row["image_id"], row["action"], row["value"]
        if image_id in own:
            about = image_id if action == "different" else kept_for[image_id]
            path = (own if action in _OF_COPIES else kept_for)[image_id]
            word = Word(value, row["who"], row["at"], row["note"])
            latest[subject(about, action, value)] = _Said(path, action, word)
    return sorted(latest.values(), key=lambda one: one.word.at, reverse=True)


def _paths(duplicates: pd.DataFrame) -> dict[str, str]:
    """A path of every picture, by image_id; that of the kept file where there is one."""
    kept_last = duplicates.sort_values("keep", kind="stable")
    return dict(zip(kept_last["image_id"], kept_last["path"], strict=True))


def _in_words(said: _Said, paths: Mapping[str, str]) -> str:
    """A decision, signed; a picture that is not here is named by the start of its image_id."""
    value = said.word.value
    if said.action == "different":
        value = paths.get(value, f"{value[:_ID_CHARS]}…")
    return f"{decision_in_words(said.action, value)} {signed(said.word)}"
