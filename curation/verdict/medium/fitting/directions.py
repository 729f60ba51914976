"""The embedding's direction from illustrations to photographs, and scores by directions that never
saw a picture's publisher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression

from inksift.curation.base.arrays import Integers
from inksift.curation.base.engine import in_batches
from inksift.curation.verdict.medium.fitting.lessons import Lessons
from inksift.curation.verdict.medium.fitting.measured import MeasuredPictures, voters_measures
from inksift.curation.verdict.medium.fitting.sources import by_family_and_publisher, publisher_folds
from inksift.curation.verdict.medium.fitting.views import SCORED_VIEWS
from inksift.curation.verdict.medium.votes import Floats

Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class DirectionSettings:
    """How the direction is fitted. Set by the AUROC that `benchmarks/medium.py` prints of pictures
    without their publisher."""

    regularisation: float = 1e-4
    """scikit-learn's C: the smaller, the closer to 0 the direction. There are more features than
    sources, so it is strong; ten times weaker ranks paintings worse by .004, 3D emoji by .008."""

    most_steps: int = 300
    """Steps of L-BFGS."""


_DIRECTION = DirectionSettings()


class Direction(NamedTuple):
    """A direction in the space of style features."""

    mean: Floats
    """Of every feature over all views, d."""

    weights: Floats
    """Log-odds for a photograph per unit of each feature, d."""

    def measures(self, style: npt.NDArray[np.float32], content: int) -> Floats:
        """The measures of EMBEDDING of n pictures, n x 2, of which the first is of the first
        `content` features."""
        parts = (style - self.mean) * self.weights
        measured: Floats = np.add.reduceat(parts, [0, content], axis=1)
        return measured


class Scores(NamedTuple):
    """The labelled pictures, scored without their publisher."""

    measures: Mapping[str, pd.DataFrame]
    """What every voter measured, per scored view, n x voters."""

    fold: Integers
    """The fold of every picture, n; its score is by a direction fitted to the other folds."""


def fit_direction(lessons: Lessons, table: pd.DataFrame, chosen: Rows) -> Direction:
    """The direction of the lessons of the chosen pictures of a LABELLED table (logistic
    regression)."""
    weight = np.zeros(len(table))
    weight[chosen] = by_family_and_publisher(table[chosen])
    own = chosen[lessons.picture]
    photo = lessons.photo[own]
    model = LogisticRegression(C=_DIRECTION.regularisation, max_iter=_DIRECTION.most_steps)
    model.fit(
        lessons.components[own],
        photo,
        sample_weight=_even((weight[lessons.picture] * lessons.share)[own], photo),
    )
    mean, spread, axes = lessons.basis
    return Direction(mean, (axes @ model.coef_[0]) / spread)


def cross_scores(pictures: MeasuredPictures, lessons: Lessons) -> Scores:
    """Every picture scored without its publisher, by directions of the other pictures' lessons."""
    fold = publisher_folds(pictures.table["source"])
    content = pictures.vectors.shape[1]
    embedding = {view: np.zeros((len(fold), 2)) for view in SCORED_VIEWS}
    numbers = range(int(fold.max()) + 1)
    for (number,) in in_batches(numbers, 1, "publishers left out"):
        out = fold == number
        direction = fit_direction(lessons, pictures.table, ~out)
        for view, measures in embedding.items():
            measures[out] = direction.measures(pictures.style[view][out], content)
    measured = {
        view: voters_measures(pictures, measures, view) for view, measures in embedding.items()
    }
    return Scores(measured, fold)


def _even(weight: Floats, photo: Rows) -> Floats:
    """The weights, so that photographs and illustrations weigh the same though renderings of the
    ones count as the others."""
    half = weight.sum() / 2
    own = np.where(photo, weight[photo].sum(), weight[~photo].sum())
    even: Floats = weight * half / own
    return even
