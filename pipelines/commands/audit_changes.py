"""What all answers in force change in the verdict on a folder, for the end of `inksift audit`."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from inksift.curation.verdict.medium.folder import Folder, Seen
from inksift.curation.verdict.medium.queue import queue_by_answers

_WORDS = {"unsure": "unsure", "photo": "photograph", "illustration": "illustration"}


def changes(folder: Folder, answers: pd.Series) -> dict[str, Any]:
    """`queue` (a QUEUE row for every few answers), `moved` (how many pictures went from one answer
    of the machine to another), and the `thresholds` before and after."""
    heard = folder.heard(answers)
    before, after = folder.see(heard.iloc[:0]), folder.see(heard)
    queue = queue_by_answers(lambda some: folder.see(some).medium, heard, after=after.medium)
    return {
        "queue": queue.to_dict("records"),
        "moved": _moved(before, after),
        "thresholds": {"before": _thresholds(before), "after": _thresholds(after)},
    }


def change_lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    queue = told["queue"]
    steps = [f"{row['unsure']} after {row['answers']}" for row in queue[1:]]
    yield ", ".join([f"left to review: {queue[0]['unsure']} without answers", *steps])
    for move in told["moved"]:
        yield f"  {move['pictures']} from {_WORDS[move['from']]} to {_WORDS[move['to']]}"
    before, after = told["thresholds"]["before"], told["thresholds"]["after"]
    if before == after:
        yield "the thresholds stay: these answers are too few of a class, or do not rank as it does"
        return
    yield (
        f"thresholds: rejected from {after['reject']:+.1f} log-odds on and kept below "
        f"{after['keep']:+.1f}, in the refitted verdict's numbers; before {before['reject']:+.1f} "
        f"and {before['keep']:+.1f}"
    )


def _moved(before: Seen, after: Seen) -> list[dict[str, Any]]:
    """How many pictures went from one answer of the machine to another, most first."""
    moved = Counter(zip(before.medium.tolist(), after.medium.tolist(), strict=True))
    return [
        {"from": old, "to": new, "pictures": pictures}
        for (old, new), pictures in moved.most_common()
        if old != new
    ]


def _thresholds(seen: Seen) -> dict[str, float]:
    return {"reject": round(seen.thresholds.reject, 2), "keep": round(seen.thresholds.keep, 2)}
