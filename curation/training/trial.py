"""One recipe tried on one split: resample, draw, train, rebalance, predict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.errors import DataError
from inksift.curation.base.rgb import Rgb
from inksift.curation.training.evaluation import predict
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.fit.pictures import Pictures, draw_pictures
from inksift.curation.training.rebalance.checkpoint import rebalance_checkpoint
from inksift.curation.training.rebalance.params import RebalanceParams
from inksift.curation.training.resample.params import ResampleParams
from inksift.curation.training.resample.promises import broken_promises
from inksift.curation.training.resample.recipe import ORIGINAL, resample
from inksift.curation.training.splits import TEST, TRAIN, VALIDATION

if TYPE_CHECKING:
    from inksift.curation.training.fit.loop import Trained


class Recipe(NamedTuple):
    """What is done with a split."""

    resampling: ResampleParams
    training: TrainingParams
    rebalancing: RebalanceParams

    def seeded(self, seed: int) -> Recipe:
        """The same with everything random drawn from another seed."""
        changed = {"seed": seed}
        return Recipe(
            self.resampling.model_copy(update=changed),
            self.training.model_copy(update=changed),
            self.rebalancing.model_copy(update=changed),
        )


class Materials(NamedTuple):
    """What a trial works with: thumbnails by image_id and their version, vectors by image_ids (n x
    dimension), and the folder for pictures and checkpoints, where a trial that was tried before, or
    stopped, finds them again."""

    read: Callable[[str], Rgb]
    version: str
    features: Callable[[Sequence[str]], npt.NDArray[np.float32]]
    folder: Path


class Trial(NamedTuple):
    """What came of it. `predictions` are PREDICTIONS of the test rows, in the order of their
    image_id, and `validated` those of the validation rows by the same checkpoint; `train_labels`
    holds the class of every training row, `seconds` is that of learning and rebalancing, without
    drawing and judging."""

    predictions: pd.DataFrame
    validated: pd.DataFrame
    trained: Trained
    train_labels: list[str]
    seconds: float


def run_trial(splits: pd.DataFrame, recipe: Recipe, materials: Materials) -> Trial:
    """Try a recipe on a SPLITS table: the same answer for the same input, and at once where it was
    tried before."""
    from inksift.curation.training.fit.loop import train

    rows = resample(splits, recipe.resampling, materials.features)
    if broken := broken_promises(rows, splits):
        raise DataError(f"the training set does not hold what must hold of it: {'; '.join(broken)}")
    pictures = _pictures(rows, recipe, materials)
    trained = train(rows, pictures, folder=materials.folder, params=recipe.training)
    balanced = rebalance_checkpoint(
        trained.checkpoint,
        rows,
        pictures,
        folder=materials.folder,
        params=recipe.rebalancing,
        training=recipe.training,
    )
    test = (
        splits[splits["split"] == TEST].sort_values("image_id").assign(augmentation_seed=ORIGINAL)
    )
    predictions = predict(balanced.checkpoint, test, _pictures(test, recipe, materials).pixels)
    validates = (rows["split"] == VALIDATION).to_numpy()
    validated = predict(balanced.checkpoint, rows[validates], pictures.pixels[validates])
    train_labels = rows.loc[rows["split"] == TRAIN, "label"].tolist()
    seconds = float(trained.curves["seconds"].sum()) + balanced.seconds
    return Trial(predictions, validated, trained, train_labels, seconds)


def _pictures(rows: pd.DataFrame, recipe: Recipe, materials: Materials) -> Pictures:
    return draw_pictures(
        rows,
        materials.read,
        side_px=recipe.training.side_px,
        folder=materials.folder,
        recipe=recipe.training.oversampling_recipe,
        pictures_version=materials.version,
    )
