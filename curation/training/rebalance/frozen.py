"""A trained network that no longer learns, and the pictures on which its last layer is balanced."""

from __future__ import annotations

import copy
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.arrays import Floats32, Integers
from inksift.curation.base.errors import DataError
from inksift.curation.training.fit.epochs import Examples, examples_of
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks.base import Classifier
from inksift.curation.training.rebalance.last_layer import LastLayer, last_layer
from inksift.curation.training.rebalance.params import RebalanceParams
from inksift.curation.training.rebalance.views import (
    balanced_places,
    changed_features,
    still_features,
)
from inksift.curation.training.splits import TRAIN, VALIDATION


class Frozen(NamedTuple):
    """`training` are the settings that the network was trained with; `validation` may be empty."""

    network: Classifier
    learnt: Examples
    validation: Examples
    training: TrainingParams

    @classmethod
    def of(
        cls,
        network: Classifier,
        rows: pd.DataFrame,
        pixels: npt.NDArray[np.uint8],
        training: TrainingParams,
    ) -> Self:
        """A copy of the network, with the rows of a TRAINING_SET; DataError when these have other
        classes than it."""
        classes = sorted(set(rows.loc[rows["split"] == TRAIN, "label"]))
        frozen = cls(
            copy.deepcopy(network).eval(),
            examples_of(rows, pixels, TRAIN, classes),
            examples_of(rows, pixels, VALIDATION, classes),
            training,
        )
        told = len(frozen.layer.biases)
        if told != len(classes):
            raise DataError(
                f"the network tells {told} classes apart, the training rows have {len(classes)}: "
                "rebalance it on the "
                "rows that it was trained on"
            )
        return frozen

    @property
    def layer(self) -> LastLayer:
        return last_layer(self.network)

    def views(self, params: RebalanceParams) -> tuple[Floats32, Integers]:
        """What the last layer sees of views of the training pictures, and their classes."""
        targets = self.learnt.targets.numpy()
        rng = np.random.default_rng(params.seed)
        places = balanced_places(targets, views=params.views, per_class=params.per_class, rng=rng)
        positions, seed = self.learnt.positions[places], int(rng.integers(2**31))
        pixels, training = self.learnt.pixels, self.training
        return changed_features(
            self.network, pixels, positions, training=training, seed=seed
        ), targets[places]

    def unseen(self) -> tuple[Floats32, Integers]:
        """What the last layer sees of the validation pictures, and their classes."""
        positions, targets = self.validation.positions, self.validation.targets.numpy()
        return still_features(self.network, self.validation.pixels, positions), targets
