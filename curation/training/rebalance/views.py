"""What the last layer sees of pictures while the network does not learn, as they are or changed as
in training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

from inksift.curation.base.arrays import Floats32, Integers, Pixels
from inksift.curation.training.fit.forward import scaled
from inksift.curation.training.fit.jitter import jittered
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks.base import Classifier
from inksift.curation.training.rebalance.last_layer import before_last

_BATCH = 64
"""Pictures that go through the network at a time. By eye."""


def balanced_places(
    targets: npt.NDArray[np.int64], *, views: int, per_class: int, rng: np.random.Generator
) -> Integers:
    """Places in `targets`, class by class: every picture as often as the others of its class, give
    or take one, at most `views` times, and no class more than `per_class` times."""
    members = [np.flatnonzero(targets == target) for target in np.unique(targets)]
    return np.concatenate(
        [np.resize(rng.permutation(m), min(per_class, views * len(m))) for m in members]
    )


def still_features(network: Classifier, pixels: Pixels, positions: Integers) -> Floats32:
    """n x dimension: the mean of what a picture and its mirror image give, which predictions rest
    on."""

    def seen(chosen: Pixels) -> torch.Tensor:
        pictures = scaled(chosen).permute(0, 3, 1, 2)
        return (before_last(network, pictures) + before_last(network, pictures.flip(3))) / 2

    return _in_batches(network, seen, pixels, positions)


def changed_features(
    network: Classifier,
    pixels: Pixels,
    positions: Integers,
    *,
    training: TrainingParams,
    seed: int,
) -> Floats32:
    """n x dimension: what one view of every picture gives, cut, mirrored and tinted as `training`
    does it."""
    generator = torch.Generator().manual_seed(seed)
    side_px = training.cut_px(pixels.shape[1])

    def seen(chosen: Pixels) -> torch.Tensor:
        views = jittered(
            scaled(chosen),
            side_px,
            generator,
            amount=training.colour_jitter,
            mirrored=training.mirrored_share,
        )
        return before_last(network, views)

    return _in_batches(network, seen, pixels, positions)


def _in_batches(
    network: Classifier,
    seen: Callable[[Pixels], torch.Tensor],
    pixels: Pixels,
    positions: Integers,
) -> Floats32:
    parts = np.array_split(positions, max(1, -(-len(positions) // _BATCH)))
    with torch.inference_mode():
        features: Floats32 = torch.cat([seen(pixels[part]) for part in parts]).numpy()
    return features
