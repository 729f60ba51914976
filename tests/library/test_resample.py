from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.class_weight import compute_class_weight

from curation.resample import ResampleParams, balanced_weights, class_limits, oversample, resample, undersample
from curation.tables import SPLITS


def splits(train: dict[str, int], validation: int = 2) -> pd.DataFrame:
    names = [(label, "train", index) for label, size in train.items() for index in range(size)]
    names += [(label, "validation", size + index) for label, size in train.items() for index in range(validation)]
    names += [(label, "test", 1000) for label in train]
    return SPLITS.frame(
        [
            {"path": f"{label}{n}", "image_id": f"{label}{n}", "label": label, "group": row, "split": split}
            for row, (label, split, n) in enumerate(names)
        ]
    )


def labels(sizes: dict[str, int]) -> pd.Series:
    return pd.Series([label for label, size in sizes.items() for _ in range(size)], dtype="str")


@pytest.mark.parametrize("size", [0, 1, 4, 5, 6])
def test_undersampling_to_five_never_repeats(size):
    drawn = undersample(labels({"fox": size, "owl": 9}), 5, np.random.default_rng(0))
    assert len(set(drawn)) == len(drawn) == min(size, 5) + 5


@pytest.mark.parametrize(("size", "extra"), [(0, 0), (1, 2), (4, 1), (5, 0), (6, 0)])
def test_oversampling_to_five_stops_at_the_factor(size, extra):
    assert len(oversample(labels({"fox": size}), 5, 3.0, np.random.default_rng(0))) == extra


def test_oversampling_repeats_rows_evenly():
    drawn = oversample(labels({"fox": 4}), 12, 3.0, np.random.default_rng(0))
    assert np.bincount(drawn).tolist() == [2, 2, 2, 2]


def test_weights_are_those_of_scikit_learn():
    some = labels({"fox": 7, "owl": 2, "elk": 1})
    classes = np.unique(some)
    expected = compute_class_weight("balanced", classes=classes, y=some.to_numpy())
    assert [balanced_weights(some)[name] for name in classes] == pytest.approx(expected)


def test_limits_are_multiples_of_the_median_class_and_fill_never_tops_the_largest():
    some = labels({"fox": 100, "owl": 10, "elk": 4})
    assert class_limits(some, ResampleParams(undersample_medians=4, oversample_medians=2)) == (40, 20)
    assert class_limits(some, ResampleParams(undersample_to=8, oversample_medians=2)) == (8, 8)
    assert class_limits(some, ResampleParams(undersample_medians=None))[0] == np.inf


def test_training_set_of_a_skewed_split():
    params = ResampleParams(undersample_medians=4, oversample_medians=2, oversample_max_factor=3)
    table = resample(splits({"fox": 100, "owl": 10, "elk": 4}), params)
    train = table[table["split"] == "train"]
    assert train["label"].value_counts().to_dict() == {"fox": 40, "owl": 20, "elk": 12}
    assert train["weight"].mean() == pytest.approx(1)
    assert (train.groupby("label")["weight"].nunique() == 1).all()
    copies = train[train["augmentation_seed"] >= 0]
    assert copies["label"].value_counts().to_dict() == {"owl": 10, "elk": 8}
    assert copies["augmentation_seed"].is_unique
    assert train[train["augmentation_seed"] < 0]["image_id"].is_unique


def test_validation_passes_through_and_test_stays_out():
    source = splits({"fox": 9, "owl": 3})
    table = resample(source, ResampleParams())
    validation = table[table["split"] == "validation"]
    assert set(validation["image_id"]) == set(source.loc[source["split"] == "validation", "image_id"])
    assert (validation["augmentation_seed"] == -1).all()
    assert not set(table["image_id"]) & set(source.loc[source["split"] == "test", "image_id"])


def test_resampled_copies_come_from_train_rows():
    source = splits({"fox": 30, "owl": 3})
    copies = resample(source, ResampleParams()).query("augmentation_seed >= 0")
    assert copies["label"].value_counts().to_dict() == {"fox": 19, "owl": 6}
    assert set(copies["image_id"]) <= set(source.loc[source["split"] == "train", "image_id"])


def test_is_a_function_of_rows_and_seed():
    source = splits({"fox": 200, "owl": 4, "elk": 5})
    shuffled = source.sample(frac=1, random_state=1)
    assert resample(source, ResampleParams()).equals(resample(shuffled, ResampleParams()))
    assert not resample(source, ResampleParams()).equals(resample(source, ResampleParams(seed=1)))
