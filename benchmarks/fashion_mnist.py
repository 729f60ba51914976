"""Fashion-MNIST (Xiao et al. 2017) as ink on white, and draws from it with classes of any sizes."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.rgb import Rgb
from inksift.curation.training.splits import TEST, TRAIN, VALIDATION

CLASSES = 10
PER_CLASS = 6000
_TRAINING, _TEST = "train", "t10k"
_AGAIN = "again "


class Fashion(NamedTuple):
    """`grey` is 70,000 x 28 x 28, ink on white as in drawings, the 60,000 training pictures first;
    `labels` their classes as numbers; `training` how many there are for training."""

    grey: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    training: int

    def read(self, image_id: str) -> Rgb:
        """28 x 28 x 3."""
        return np.repeat(self.grey[int(image_id.removeprefix(_AGAIN))][:, :, None], 3, axis=2)


def read_fashion(folder: Path) -> Fashion:
    """The four original files in `folder`."""
    grey = [
        _idx(folder / f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        for part in (_TRAINING, _TEST)
    ]
    labels = [_idx(folder / f"{part}-labels-idx1-ubyte.gz", 8) for part in (_TRAINING, _TEST)]
    return Fashion(255 - np.concatenate(grey), np.concatenate(labels), len(grey[0]))


def unequal_splits(
    fashion: Fashion, sizes: Mapping[int, int], standing: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Splits (image_id, label, split, group) with so many training pictures of every class, drawn
    at random: of two draws by the same seed the smaller is part of the larger one. All test
    pictures are test rows.

    No training picture is set aside: the first `standing` of every class stand as validation rows
    as well, under ids and in groups of their own."""
    orders = {
        kind: rng.permutation(np.flatnonzero(fashion.labels[: fashion.training] == kind))
        for kind in sizes
    }
    places = {
        TRAIN: np.concatenate([orders[kind][:size] for kind, size in sizes.items()]),
        VALIDATION: np.concatenate([orders[kind][:standing] for kind in sizes]),
        TEST: np.arange(fashion.training, len(fashion.labels)),
    }
    rows = pd.concat(
        [_rows(fashion, chosen, split) for split, chosen in places.items()], ignore_index=True
    )
    return rows.assign(group=np.arange(len(rows)))


def _rows(fashion: Fashion, places: npt.NDArray[np.int64], split: str) -> pd.DataFrame:
    prefix = _AGAIN if split == VALIDATION else ""
    ids, labels = [f"{prefix}{place}" for place in places], fashion.labels[places]
    return pd.DataFrame({"image_id": ids, "label": labels.astype(str), "split": split}).astype(
        "str"
    )


def _idx(file: Path, header: int) -> npt.NDArray[np.uint8]:
    """The bytes after the header of a file of LeCun's IDX format."""
    with gzip.open(file) as opened:
        return np.frombuffer(opened.read(), np.uint8, offset=header)
