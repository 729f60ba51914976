"""How the pictures left to review become fewer with every few answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.media import ILLUSTRATION, PHOTO, UNSURE
from inksift.curation.base.tables import Table

QUEUE = Table(
    "queue",
    {"answers": "int64", "unsure": "int64", "photo": "int64", "illustration": "int64"},
    key=("answers",),
)
"""One row per number of answers, rising from 0 to all: how many distinct pictures the verdict then
calls unsure, photo and illustration."""


@dataclass(frozen=True)
class QueueSettings:
    """Which numbers of answers are looked at."""

    batch: int = 10
    """Answers between two looks: about what a person gives in a minute."""

    most_looks: int = 5
    """Looks at most, as every one judges the folder anew; batches grow instead."""


_QUEUE = QueueSettings()


def queue_by_answers(
    medium: Callable[[pd.Series], npt.NDArray[np.str_]],
    answers: pd.Series,
    *,
    after: npt.NDArray[np.str_],
) -> pd.DataFrame:
    """The QUEUE of a folder; `medium` gives the answer for every picture from a person's answers
    (True for a photograph, by image_id), and `after` is what it gives from all of them.

    Answers come in the order of their image_id, which is as good as random: the row for ten says
    what any ten of them would have bought. Where there are more than fifty, the rows are further
    apart."""
    ordered = answers.sort_index()
    earlier = range(0, len(ordered), _step(len(ordered)))
    rows = [_row(number, medium(ordered.iloc[:number])) for number in earlier]
    return QUEUE.frame([*rows, _row(len(ordered), after)])


def _step(answers: int) -> int:
    """Answers between two rows."""
    batches = -(-answers // _QUEUE.batch)
    return _QUEUE.batch * max(1, -(-batches // _QUEUE.most_looks))


def _row(answers: int, medium: npt.NDArray[np.str_]) -> dict[str, object]:
    called = {name: int((medium == name).sum()) for name in (UNSURE, PHOTO, ILLUSTRATION)}
    return {"answers": answers, **called}
