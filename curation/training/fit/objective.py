"""What training makes small: cross-entropy, corrected for the sizes of classes where asked, and a
loss on centres."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from inksift.curation.training.fit.centre_loss import Centres, centre_loss
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks.base import Classifier


class Objective(NamedTuple):
    """The loss of an epoch. `offsets` are added to the logits of every class; `centres` are those
    of the features, and `centre_weight` is what a whole unit of their loss adds."""

    smoothing: float = 0.0
    offsets: torch.Tensor | float = 0.0
    centres: Centres | None = None
    centre_weight: float = 0.0

    def __call__(
        self,
        network: nn.Module,
        pictures: torch.Tensor,
        targets: torch.Tensor,
        weights: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss of a batch, averaged with the weights of its pictures, and its logits."""
        if self.centres is None or not isinstance(network, Classifier):
            logits, extra = network(pictures).float(), torch.zeros(())
        else:
            features = network.features(pictures)
            logits = network.head(features).float()
            extra = self.centre_weight * centre_loss(features.float(), targets, self.centres)
        losses = cross_entropy(
            logits + self.offsets, targets, reduction="none", label_smoothing=self.smoothing
        )
        return weighted_mean(losses + extra, weights), logits


def objective_of(
    params: TrainingParams, targets: torch.Tensor, weights: torch.Tensor, centres: Centres | None
) -> Objective:
    """The objective of `params` for training pictures with these targets, every class among them,
    and weights."""
    sizes = torch.bincount(targets, weights.double()).numpy()
    offsets = torch.from_numpy(prior_offsets(sizes, params.logit_adjustment)).float()
    return Objective(params.label_smoothing, offsets, centres, params.centre_loss)


def weighted_mean(losses: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The mean of n losses with n weights."""
    return (losses * weights).sum() / weights.sum()


def prior_offsets(sizes: npt.NDArray[np.float64], strength: float) -> npt.NDArray[np.float64]:
    """strength * log of every class's share: what a classifier that knows only the sizes of the
    classes would say, in pictures times their weights.

    Added to the logits in training, they leave nothing about sizes to learn, so that plain logits
    rank classes as if all were equally large (Menon et al. 2021, logit adjustment). Where weights
    have made all classes equal they do nothing.

    >>> prior_offsets(np.array([50.0, 50.0]), 1.0).round(2).tolist()
    [-0.69, -0.69]
    """
    offsets: npt.NDArray[np.float64] = strength * np.log(sizes / sizes.sum())
    return offsets
