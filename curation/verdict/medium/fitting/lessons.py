"""What a direction learns from: every picture in every view, and what was made of it, on their
principal components.

There are more features than a fit needs: on components it takes seconds where it took a minute, and
ranks the same. Components know no label, so those of all pictures serve every fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA

from inksift.curation.base.arrays import Integers
from inksift.curation.verdict.medium.fitting.families import SCENES
from inksift.curation.verdict.medium.fitting.measured import MeasuredPictures
from inksift.curation.verdict.medium.fitting.views import CUT_OUT, VIEWS
from inksift.curation.verdict.medium.votes import Bools, Floats


@dataclass(frozen=True)
class LessonSettings:
    """What lessons weigh, and on how many components they lie. Set by the AUROC that
    `benchmarks/medium.py` prints of pictures without their publisher."""

    cut_out_weight: float = 0.4
    """What a cut-out subject weighs beside the same picture in another view: such goods on white
    are made, not met."""

    made_weight: float = 0.15
    """What a made picture weighs beside the same one in a view: renderings are no drawings that
    anyone drew. Twice as much ranks paintings worse by .0015."""

    components: int = 1200
    """Of Lite0's 8,464 features these hold nine tenths of the variance; 300 rank some families
    worse by .007."""

    sampled: int = 4
    """Components are found on one lesson in so many."""

    power_iterations: int = 2
    """Of the randomised search for components (Halko, Martinsson and Tropp 2011)."""

    least_spread: float = 1e-6
    """Added to every feature's deviation, so that a constant one divides nothing by 0."""


_LESSON = LessonSettings()


class Basis(NamedTuple):
    """Standardised features on k components."""

    mean: Floats
    """Of every feature over all lessons, d."""

    spread: Floats
    """Its deviation, d."""

    axes: npt.NDArray[np.float32]
    """The components as columns, d x k."""

    def components(self, style: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """n x d style features as n x k numbers."""
        # standardised first: the penalty of a fit must not depend on a feature's unit
        standardised = (style - self.mean.astype(np.float32)) / self.spread.astype(np.float32)
        return np.asarray(standardised @ self.axes, dtype=np.float32)


class Lessons(NamedTuple):
    """m lessons of n labelled pictures."""

    basis: Basis
    components: npt.NDArray[np.float32]
    """Of every lesson, m x k."""

    picture: Integers
    """The place of its picture in the table, m."""

    photo: Bools
    """Whether it counts as a photograph, m."""

    share: Floats
    """What it weighs beside its picture, m."""


class _Part(NamedTuple):
    """The lessons of one view or making."""

    style: npt.NDArray[np.float32]
    picture: Integers
    photo: Bools
    share: float


def lessons_of(pictures: MeasuredPictures) -> Lessons:
    """All lessons of these pictures."""
    parts = list(_parts(pictures))
    basis = _basis(parts)
    return Lessons(
        basis=basis,
        components=np.concatenate([basis.components(part.style) for part in parts]),
        picture=np.concatenate([part.picture for part in parts]),
        photo=np.concatenate([part.photo for part in parts]),
        share=np.concatenate([np.full(len(part.picture), part.share) for part in parts]),
    )


def _parts(pictures: MeasuredPictures) -> Iterator[_Part]:
    photo = pictures.table["photo"].to_numpy(dtype=np.bool_)
    # a cartoon or a product on white has no background to be cut from
    scenes = np.flatnonzero(pictures.table["family"].isin(SCENES))
    for view in VIEWS:
        cut_out = view == CUT_OUT
        rows = scenes if cut_out else np.arange(len(photo))
        share = _LESSON.cut_out_weight if cut_out else 1.0
        yield _Part(pictures.style[view][rows], rows, photo[rows], share)
    for made in pictures.made.values():
        yield _Part(made.style, made.rows, made.photo, _LESSON.made_weight)


def _basis(parts: Sequence[_Part]) -> Basis:
    """The basis of all lessons, found on some of them."""
    some = np.concatenate([part.style[:: _LESSON.sampled] for part in parts])
    mean, spread = some.mean(axis=0), some.std(axis=0) + _LESSON.least_spread
    search = PCA(
        min(_LESSON.components, *some.shape),
        svd_solver="randomized",
        iterated_power=_LESSON.power_iterations,
        random_state=0,
    )
    axes = search.fit((some - mean) / spread).components_.T
    return Basis(mean.astype(np.float64), spread.astype(np.float64), axes.astype(np.float32))
