"""How the pictures left to review become fewer with every ten answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from curation.base.media import ILLUSTRATION, PHOTO, UNSURE
from curation.base.tables import Table

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
    medium: Callable[[pd.Series], npt.NDArray[np.str_]], answers: pd.Series
) -> pd.DataFrame:
    """The QUEUE of a folder; `medium` gives the answer for every picture from a person's answers
    (True for a photograph, by image_id).

    Answers come in the order of their image_id, which is as good as random: the row for ten says
    what any ten of them would have bought."""
    ordered = answers.sort_index()
    numbers = [0, *_steps(len(ordered))]
    return QUEUE.frame([_row(number, medium(ordered.iloc[:number])) for number in numbers])


def _steps(answers: int) -> list[int]:
    batches = -(-answers // _QUEUE.batch)
    step = _QUEUE.batch * max(1, -(-batches // _QUEUE.most_looks))
    return sorted({*range(step, answers, step), answers} - {0})


def _row(answers: int, medium: npt.NDArray[np.str_]) -> dict[str, object]:
    called = {name: int((medium == name).sum()) for name in (UNSURE, PHOTO, ILLUSTRATION)}
    return {"answers": answers, **called}
