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

from curation.base.arrays import Integers
from curation.base.engine import in_batches
from curation.verdict.medium.fitting.families import SCENES
from curation.verdict.medium.fitting.measured import MeasuredPictures, voters_measures
from curation.verdict.medium.fitting.sources import balance, publisher_folds
from curation.verdict.medium.fitting.views import CUT_OUT, SCORED_VIEWS, VIEWS
from curation.verdict.medium.votes import Floats

Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class DirectionSettings:
    """How the direction is fitted. Set by the AUROC that `benchmarks/medium.py` prints of pictures
    without their publisher."""

    regularisation: float = 1e-3
    """scikit-learn's C: the smaller, the closer to 0 the direction. There are more features than
    sources, so it is strong."""

    cut_out_weight: float = 0.4
    """What a cut-out subject weighs beside the same picture in another view: such goods on white
    are made, not met."""

    made_weight: float = 0.3
    """What a made picture weighs beside the same one in a view: renderings are no drawings that
    anyone drew."""

    most_steps: int = 300
    """Steps of L-BFGS."""

    least_spread: float = 1e-6
    """Added to every feature's deviation, so that a constant one divides nothing by 0."""


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


def fit_direction(pictures: MeasuredPictures, chosen: Rows) -> Direction:
    """The direction of the chosen pictures' style features, over all views and all that was made of
    them (logistic regression)."""
    table = pictures.table[chosen]
    photo, weight = table["photo"].to_numpy(), balance(table, "source")
    # a cartoon or a product on white has no background to be cut from
    scenes = table["family"].isin(SCENES).to_numpy()
    features, photos, weights = [], [], []
    for view in (*(view for view in VIEWS if view != CUT_OUT), CUT_OUT):
        cut_out = view == CUT_OUT
        rows = scenes if cut_out else np.ones_like(scenes)
        features.append(pictures.style[view][chosen][rows])
        photos.append(photo[rows])
        weights.append(weight[rows] * (_DIRECTION.cut_out_weight if cut_out else 1.0))
    place = np.cumsum(chosen) - 1  # of a row of the table among the chosen
    for made in pictures.made.values():
        own = chosen[made.rows]
        features.append(made.style[own])
        photos.append(made.photo[own])
        weights.append(weight[place[made.rows[own]]] * _DIRECTION.made_weight)
    return _direction(np.concatenate(features), np.concatenate(photos), np.concatenate(weights))


def cross_scores(pictures: MeasuredPictures) -> Scores:
    """Every picture scored without its publisher."""
    fold = publisher_folds(pictures.table["source"])
    content = pictures.vectors.shape[1]
    embedding = {view: np.zeros((len(fold), 2)) for view in SCORED_VIEWS}
    numbers = range(int(fold.max()) + 1)
    for (number,) in in_batches(numbers, 1, "publishers left out"):
        out = fold == number
        direction = fit_direction(pictures, ~out)
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


def _direction(features: npt.NDArray[np.float32], photo: Rows, weight: Floats) -> Direction:
    # standardised first: the penalty must not depend on a feature's unit
    mean, spread = features.mean(axis=0), features.std(axis=0) + _DIRECTION.least_spread
    model = LogisticRegression(C=_DIRECTION.regularisation, max_iter=_DIRECTION.most_steps)
    model.fit((features - mean) / spread, photo, sample_weight=_even(weight, photo))
    return Direction(mean.astype(np.float64), (model.coef_[0] / spread).astype(np.float64))
