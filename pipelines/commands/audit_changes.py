"""What all answers in force change in the verdict on a folder, for the end of `inksift audit`."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from curation.verdict.medium.folder import Folder, Seen
from curation.verdict.medium.queue import queue_by_answers

_WORDS = {"unsure": "unsure", "photo": "photograph", "illustration": "illustration"}


def changes(folder: Folder, answers: pd.Series) -> dict[str, Any]:
    """`queue` (a QUEUE row for every few answers), `moved` (how many pictures went from one answer
    of the machine to another), and the `thresholds` before and after."""
    before, after = folder.see(answers.iloc[:0]), folder.see(answers)
    heard = answers[answers.index.isin(before.votes["image_id"])]
    queue = queue_by_answers(lambda some: folder.see(some).medium, heard)
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
        yield (
            "the thresholds stay: they move from five answers on for photographs and five for "
            "illustrations"
        )
        return
    yield (
        f"thresholds (log-odds): rejected from {after['reject']:+.1f} on, before "
        f"{before['reject']:+.1f}; kept below {after['keep']:+.1f}, before {before['keep']:+.1f}"
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
