"""Two runs side by side as a page: how they were set, what moved, class by class, and every file
that is decided differently, with its picture and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from inksift.curation.base.engine import per_item
from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.drawing.contact_sheet import data_uri, jpeg
from inksift.curation.drawing.templating import capped, records
from inksift.curation.drawing.words import outcome_in_words, reason_in_words
from inksift.curation.report.rendering import render_page
from inksift.curation.runs.changes import CAME, CHANGE_KINDS, GONE
from inksift.curation.runs.comparison import RunComparison
from inksift.curation.runs.record import NO_PROFILE, RunRecord
from inksift.curation.verdict.conservation import OUTCOMES

_MOST_OF_A_MOVE, _MOST_TILES, _MOST_CLASSES = 60, 600, 500
"""Files shown of one move, and in all; rows of the table of classes."""

_SIDE_PX, _QUALITY = 128, 72
"""Longest side and JPEG quality of a thumbnail."""


@dataclass(frozen=True)
class MovedFiles:
    """Files that went the same way: the kind of change in words, where they were and where they are
    now (outcome and why, "" where they were not found), how many, and those that are shown, as
    CHANGES rows with a `thumbnail`, "" where there is none."""

    words: str
    outcome_before: str
    why_before: str
    outcome: str
    why: str
    count: int
    shown: list[dict[str, Any]]


def build_diff_page(compared: RunComparison, read: Callable[[str], Rgb | None]) -> str:
    """One self-contained page for two runs; `read` gives the thumbnail of an image_id, None where
    the workspace holds it no longer."""
    groups = list(_groups(compared, read))
    files = len({*compared.changes["path"]})
    return render_page(
        "diff.html.j2",
        before=compared.before,
        after=compared.after,
        facts=list(_side_by_side(compared)),
        same_test=compared.same_test,
        settings=[*compared.facts, *compared.settings],
        groups=groups,
        changed=files,
        shown=sum(len(group.shown) for group in groups),
        classes=capped(_changed_first(compared.classes), _MOST_CLASSES),
        outcomes=OUTCOMES,
    )


def _side_by_side(compared: RunComparison) -> Iterator[tuple[str, object, object]]:
    """What is known of both runs, a row each: its name, the earlier run's and the later one's."""
    told = (_told(run) for run in (compared.before, compared.after))
    yield from ((name, old, new) for (name, old), (_, new) in zip(*told, strict=True))


def _told(run: RunRecord) -> Iterator[tuple[str, object]]:
    scores = run.scores
    yield "Decided", run.day_and_time
    yield "Source", run.source
    yield "Trusted test set", run.test or "none"
    yield "Profile", run.profile or NO_PROFILE
    yield "Version", f"inksift {run.version or 'unknown'}"
    yield "Files found", run.files
    yield from ((f"Files {outcome_in_words(name)}", run.outcomes.get(name, 0)) for name in OUTCOMES)
    yield "Macro F1", scores and scores.macro_f1
    yield "Accuracy", scores and scores.accuracy
    yield "Test pictures", scores and scores.test_pictures


def _groups(compared: RunComparison, read: Callable[[str], Rgb | None]) -> Iterator[MovedFiles]:
    """The changes by the way they went, as many of each as the page has room for."""
    room = _MOST_TILES
    ways = [name for name in compared.moves.columns if name != "files"]
    by_way = dict(iter(compared.changes.groupby(ways, sort=False)))
    for move in compared.moves.to_dict("records"):
        files = by_way[tuple(move[name] for name in ways)]
        shown = files.head(min(room, _MOST_OF_A_MOVE))
        room -= len(shown)
        yield MovedFiles(
            CHANGE_KINDS[move["change"]],
            move["outcome_before"],
            _why(move, "_before", absent=CAME),
            move["outcome"],
            _why(move, "", absent=GONE),
            move["files"],
            _with_thumbnails(shown, read),
        )


def _why(move: dict[Any, Any], side: str, *, absent: str) -> str:
    """Why files had that outcome; "" for those that stayed, or were not found."""
    if move["change"] == absent or not move[f"reason{side}"]:
        return ""
    return reason_in_words(move[f"stage{side}"], move[f"reason{side}"])


def _with_thumbnails(
    shown: pd.DataFrame, read: Callable[[str], Rgb | None]
) -> list[dict[str, Any]]:
    ids = shown["image_id"].where(shown["image_id"] != "", shown["image_id_before"]).tolist()
    pictures = per_item(lambda image_id: _thumbnail(read(image_id)), ids)
    return [
        row | {"thumbnail": picture} for row, picture in zip(records(shown), pictures, strict=True)
    ]


def _thumbnail(picture: Rgb | None) -> str:
    return (
        "" if picture is None else data_uri(jpeg(shrink(picture, _SIDE_PX), _QUALITY), "image/jpeg")
    )


def _changed_first(classes: pd.DataFrame) -> pd.DataFrame:
    """CLASS_COUNTS with the classes first of which most files came to another outcome."""
    moved = sum((classes[name] - classes[f"{name}_before"]).abs() for name in OUTCOMES)
    order = classes.assign(moved=moved).sort_values(["moved", "label"], ascending=[False, True])
    return order.drop(columns="moved")
