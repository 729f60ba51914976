"""What holds of every training set, whatever the recipe."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from inksift.curation.training.resample.recipe import ORIGINAL
from inksift.curation.training.splits import TRAIN, VALIDATION


def broken_promises(training_set: pd.DataFrame, splits: pd.DataFrame) -> list[str]:
    """What is wrong with the TRAINING_SET made of a SPLITS table, a sentence each; nothing for a
    sound one."""
    return [*_origins(training_set, splits), *_copies(training_set), *_weights(training_set)]


def _origins(training_set: pd.DataFrame, splits: pd.DataFrame) -> Iterator[str]:
    columns = ["image_id", "label", "split"]
    learnt = splits[splits["split"].isin([TRAIN, VALIDATION])]
    here, there = (
        set(table[columns].itertuples(index=False, name=None)) for table in (training_set, learnt)
    )
    if strangers := here - there:
        yield f"{len(strangers)} pictures are not in their split, or not under this class"
    if lost := {row for row in there - here if row[2] == VALIDATION}:
        yield f"{len(lost)} validation pictures are lost"
    expected = {label for _, label, split in there if split == TRAIN}
    classes = expected - {label for _, label, split in here if split == TRAIN}
    if classes:
        yield f"classes without a training picture: {', '.join(sorted(classes))}"
    used = learnt[learnt["image_id"].isin(training_set["image_id"])]
    if straddling := int((used.groupby("group")["split"].nunique() > 1).sum()):
        yield f"{straddling} groups of copies and variants are in train and in validation"


def _copies(training_set: pd.DataFrame) -> Iterator[str]:
    copied = training_set["augmentation_seed"] != ORIGINAL
    copies, originals = training_set[copied], training_set[~copied]
    if outside := int((copies["split"] != TRAIN).sum()):
        yield f"{outside} changed copies are outside train"
    if orphans := int((~copies["image_id"].isin(originals["image_id"])).sum()):
        yield f"{orphans} changed copies are of pictures that did not stay"
    if not copies["augmentation_seed"].is_unique or (copies["augmentation_seed"] < 0).any():
        yield "changed copies share a seed, or have none"
    if repeated := int(originals.duplicated(["image_id", "label"]).sum()):
        yield f"{repeated} originals stand twice"


def _weights(training_set: pd.DataFrame) -> Iterator[str]:
    if (training_set.groupby("label")["weight"].nunique() > 1).any():
        yield "pictures of one class have several weights"
    train = training_set.loc[training_set["split"] == TRAIN, "weight"]
    if len(train) and not (np.isclose(train.mean(), 1) and (train > 0).all()):
        yield (
            f"the weights of the training rows are not positive with mean 1, but {train.mean():.3f}"
        )
