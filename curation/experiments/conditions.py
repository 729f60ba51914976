"""What all experiments of a grid share, and what decides the outcome of one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from inksift.curation.base.errors import DataError
from inksift.curation.training import evaluation, networks
from inksift.curation.training.evaluation import TestSet
from inksift.curation.training.fit import augment, pictures
from inksift.curation.training.fit import params as training
from inksift.curation.training.rebalance import params as rebalancing
from inksift.curation.training.resample import recipe as resampling
from inksift.curation.training.splits import TEST, TRAIN
from inksift.curation.training.trial import Materials, Recipe

VERSION = 2
"""Raised whenever a trial may take another course: part of the key of stored trials."""

_STEPS = (resampling, pictures, augment, training, rebalancing, evaluation)
"""The modules whose `VERSION` an experiment depends on, beside that of its network."""


@dataclass(frozen=True)
class Conditions:
    """A SPLITS table, its pictures, and where those of the test come from; DataError when there are
    none to test on."""

    splits: pd.DataFrame
    materials: Materials
    test_set: TestSet

    def __post_init__(self) -> None:
        if not (self.splits["split"] == TEST).any():
            raise DataError(
                "there is no test picture, so experiments cannot be compared: give `inksift run` a "
                "folder with "
                "--test DIR, or more pictures per class (one of a single picture and its copies is "
                "only trained on)"
            )

    def digest(self, recipe: Recipe) -> str:
        """What decides the outcome of a recipe, as a short digest: settings, code, rows, pictures,
        and vectors where it thins by them."""
        versions = [
            VERSION,
            *(step.VERSION for step in _STEPS),
            networks.network_called(recipe.training.network).version,
        ]
        completed = recipe._replace(training=recipe.training.completed())
        settings = [params.digest() for params in completed]
        vectors = "" if recipe.resampling.undersample_clusters is None else self._vectors
        return _digest(
            json.dumps([versions, settings, self._rows, self.materials.version, vectors]).encode()
        )[:16]

    @cached_property
    def _rows(self) -> str:
        return _digest(self.splits.to_csv(index=False).encode())

    @cached_property
    def _vectors(self) -> str:
        """Stands for the vectors of the training pictures."""
        trained = self.splits.loc[self.splits["split"] == TRAIN, "image_id"]
        return _digest(self.materials.features(sorted(set(trained))).tobytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
