from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.utils.class_weight import compute_class_weight

from inksift.curation.base.errors import ParamError
from inksift.curation.base.tables import SPLITS, TRAINING_SET
from inksift.curation.training.resample.fill import repeats, wanted_sizes
from inksift.curation.training.resample.params import ResampleParams
from inksift.curation.training.resample.promises import broken_promises
from inksift.curation.training.resample.recipe import largest_size, resample
from inksift.curation.training.resample.thin import at_random, even_quotas, over_clusters
from inksift.curation.training.resample.weights import class_weights, effective_number

NOTHING = ResampleParams(undersample_medians=None, oversample_medians=0, weights="none")


def splits(train: dict[str, int], validation: int = 2) -> pd.DataFrame:
    names = [(label, "train", index) for label, size in train.items() for index in range(size)]
    names += [
        (label, "validation", size + index)
        for label, size in train.items()
        for index in range(validation)
    ]
    names += [(label, "test", 1000) for label in train]
    return SPLITS.frame(
        [
            {
                "path": f"{label}{n}",
                "image_id": f"{label}{n}",
                "label": label,
                "group": row,
                "split": split,
            }
            for row, (label, split, n) in enumerate(names)
        ]
    )


def no_features(image_ids: Sequence[str]) -> Any:
    raise AssertionError(f"nobody asked for clusters, but {len(image_ids)} features were")


def two_looks(image_ids: Sequence[str]) -> np.ndarray:
    """Three in four pictures look alike, the fourth differs."""
    numbers = np.array(
        [int(image_id.lstrip("abcdefghijklmnopqrstuvwxyz")) for image_id in image_ids]
    )
    return np.stack([(numbers % 4 == 0) * 10.0, numbers / 1000], axis=1).astype(np.float32)


def resampled(
    source: pd.DataFrame, params: ResampleParams = NOTHING, **changes: Any
) -> pd.DataFrame:
    return resample(source, params.model_copy(update=changes), no_features)


def used(table: pd.DataFrame) -> dict[str, int]:
    counts = table.loc[table["split"] == "train", "label"].value_counts()
    return {str(label): int(count) for label, count in counts.items()}


@pytest.mark.parametrize("size", [0, 1, 4, 5, 6])
def test_undersampling_to_five_never_repeats(size: int) -> None:
    drawn = at_random(size, 5, np.random.default_rng(0))
    assert len(set(drawn)) == len(drawn) == min(size, 5)
    assert set(drawn) <= set(range(size))


@pytest.mark.parametrize(
    ("size", "wanted", "extra"), [(0, 5, 0), (1, 3, 2), (4, 5, 1), (5, 5, 0), (6, 5, 0)]
)
def test_oversampling_adds_what_is_missing(size: int, wanted: int, extra: int) -> None:
    drawn = repeats(size, wanted, np.random.default_rng(0))
    assert len(drawn) == extra
    assert set(drawn) <= set(range(size))


def test_oversampling_repeats_rows_evenly() -> None:
    assert np.bincount(repeats(4, 12, np.random.default_rng(0))).tolist() == [2, 2, 2, 2]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(0, 200))
def test_quotas_add_up_and_differ_only_where_a_group_is_empty(sizes: list[int], total: int) -> None:
    quotas = even_quotas(sizes, total)
    assert sum(quotas) == min(total, sum(sizes))
    assert all(quota <= size for quota, size in zip(quotas, sizes, strict=True))
    open_ended = [quota for quota, size in zip(quotas, sizes, strict=True) if quota < size]
    assert not open_ended or max(quotas) <= min(open_ended) + 1


def test_clusters_keep_what_is_rare() -> None:
    features = two_looks([f"a{n}" for n in range(80)])
    drawn = over_clusters(features, 20, 2, rng=np.random.default_rng(0))
    assert len(set(drawn)) == 20
    assert int((features[drawn, 0] > 5).sum()) == 10


@pytest.mark.parametrize("keep", [0, 1, 5, 6, 9])
def test_clusters_of_equal_pictures_and_of_few_ones_will_do(keep: int) -> None:
    drawn = over_clusters(np.ones((6, 3), np.float32), keep, 10, rng=np.random.default_rng(0))
    assert len(set(drawn)) == min(keep, 6)


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    labels = pd.Series(["fox"] * 7 + ["owl"] * 2 + ["elk"])
    classes = np.unique(labels)
    expected = compute_class_weight("balanced", classes=classes, y=labels.to_numpy())
    weights = class_weights(labels, "balanced", beta=0.5)
    assert [weights[name] for name in classes] == pytest.approx(expected)


@pytest.mark.parametrize("weighing", ["balanced", "effective", "none"])
def test_weights_have_mean_one(weighing: Any) -> None:
    labels = pd.Series(["fox"] * 70 + ["owl"] * 2)
    weights = class_weights(labels, weighing, beta=0.9)
    assert labels.map(weights).mean() == pytest.approx(1)
    assert (weights["owl"] > weights["fox"]) == (weighing != "none")


def test_effective_weights_lie_between_none_and_balanced() -> None:
    labels = pd.Series(["fox"] * 70 + ["owl"] * 2)
    ratio = {
        beta: class_weights(labels, "effective", beta=beta)["owl"]
        / class_weights(labels, "effective", beta=beta)["fox"]
        for beta in (0.0, 0.9, 1 - 1e-9)
    }
    assert ratio[0.0] == pytest.approx(1)
    assert ratio[0.9] == pytest.approx(effective_number(70, 0.9) / effective_number(2, 0.9))
    assert ratio[1 - 1e-9] == pytest.approx(35, rel=1e-3)


def test_the_largest_size_is_the_lower_of_both_limits() -> None:
    sizes = pd.Series({"fox": 100, "owl": 10, "elk": 4})
    assert largest_size(sizes, ResampleParams(undersample_medians=4)) == 40
    assert largest_size(sizes, ResampleParams(undersample_medians=4, undersample_to=8)) == 8
    assert largest_size(sizes, NOTHING) == np.inf


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({}, {"fox": 100, "owl": 10, "elk": 4}),
        (
            {"oversample_medians": 2, "oversample_max_factor": 10},
            {"fox": 100, "owl": 20, "elk": 20},
        ),
        ({"oversample_medians": 2}, {"fox": 100, "owl": 20, "elk": 12}),
        (
            {"oversample_share": 0.48, "oversample_max_factor": 100},
            {"fox": 100, "owl": 48, "elk": 48},
        ),
        ({"oversample_smallest": [3, 2]}, {"fox": 100, "owl": 20, "elk": 12}),
        (
            {"oversample_smallest": [3], "oversample_factors": {"elk": 5, "fox": 1.5}},
            {"fox": 150, "owl": 10, "elk": 20},
        ),
    ],
)
def test_wanted_sizes(settings: dict[str, Any], sizes: dict[str, int]) -> None:
    own = pd.Series({"fox": 100, "owl": 10, "elk": 4})
    assert wanted_sizes(own, NOTHING.model_copy(update=settings), largest=np.inf) == sizes


def test_filling_never_tops_the_largest_size_allowed() -> None:
    own = pd.Series({"fox": 8, "owl": 8, "elk": 4})
    params = NOTHING.model_copy(update={"oversample_medians": 5.0})
    assert wanted_sizes(own, params, largest=8) == {"fox": 8, "owl": 8, "elk": 8}


def test_a_factor_for_a_class_that_is_not_there_is_a_named_error() -> None:
    with pytest.raises(
        ParamError, match=r"oversample_factors names 'cat', of which .* there are: fox, owl"
    ):
        resampled(splits({"fox": 3, "owl": 2}), oversample_factors={"cat": 2.0})


@pytest.mark.parametrize(
    "wrong", [{"oversample_smallest": [0.5]}, {"oversample_factors": {"fox": 101}}]
)
def test_factors_have_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ResampleParams(**wrong)


def test_no_recipe_leaves_everything_as_it_is() -> None:
    source = splits({"fox": 9, "owl": 3})
    table = resampled(source)
    assert used(table) == {"fox": 9, "owl": 3}
    assert (table["weight"] == 1).all()
    assert (table["augmentation_seed"] == -1).all()


def test_training_set_of_a_skewed_split() -> None:
    source = splits({"fox": 100, "owl": 10, "elk": 4})
    table = resampled(
        source, ResampleParams(undersample_medians=4, oversample_medians=2, oversample_max_factor=3)
    )
    assert used(table) == {"fox": 40, "owl": 20, "elk": 12}
    copies = table[table["augmentation_seed"] >= 0]
    assert copies["label"].value_counts().to_dict() == {"owl": 10, "elk": 8}
    assert broken_promises(table, source) == []


def test_random_under_and_48_per_cent_up() -> None:
    source = splits({"fox": 100, "owl": 10})
    both = {"undersample_to": 50, "oversample_share": 0.48, "oversample_max_factor": 10.0}
    assert used(resampled(source, **both)) == {"fox": 50, "owl": 24}


def test_classes_that_are_too_large_are_thinned_over_clusters() -> None:
    source = splits({"fox": 80, "owl": 6})
    params = NOTHING.model_copy(update={"undersample_to": 20, "undersample_clusters": 2})
    table = resample(source, params, two_looks)
    assert used(table) == {"fox": 20, "owl": 6}
    stayed = table.query("split == 'train' and label == 'fox'")["image_id"]
    assert int((two_looks(stayed.tolist())[:, 0] > 5).sum()) == 10


def test_validation_passes_through_and_test_stays_out() -> None:
    source = splits({"fox": 9, "owl": 3})
    table = resampled(source, ResampleParams())
    validation = table[table["split"] == "validation"]
    assert set(validation["image_id"]) == set(
        source.loc[source["split"] == "validation", "image_id"]
    )
    assert not set(table["image_id"]) & set(source.loc[source["split"] == "test", "image_id"])


def test_is_a_function_of_rows_and_seed() -> None:
    source = splits({"fox": 200, "owl": 4, "elk": 5})
    shuffled = source.sample(frac=1, random_state=1)
    assert resampled(source, ResampleParams()).equals(resampled(shuffled, ResampleParams()))
    assert not resampled(source, ResampleParams()).equals(resampled(source, ResampleParams(seed=1)))


recipes = st.fixed_dictionaries(
    {},
    optional={
        "undersample_medians": st.none() | st.floats(1, 30),
        "undersample_to": st.none() | st.integers(1, 50),
        "undersample_clusters": st.none() | st.integers(2, 4),
        "oversample_medians": st.floats(0, 5),
        "oversample_share": st.floats(0, 1),
        "oversample_max_factor": st.floats(1, 5),
        "oversample_smallest": st.lists(st.floats(1, 4), max_size=4),
        "oversample_factors": st.dictionaries(st.sampled_from(["fox", "owl"]), st.floats(1, 4)),
        "weights": st.sampled_from(["balanced", "effective", "none"]),
        "effective_beta": st.floats(0, 0.9999),
        "seed": st.integers(0, 99),
    },
)


@given(recipes, st.integers(1, 60), st.integers(1, 9), st.integers(0, 2))
def test_every_recipe_keeps_every_promise(
    settings: dict[str, Any], fox: int, owl: int, validation: int
) -> None:
    source = splits({"fox": fox, "owl": owl, "elk": 3}, validation)
    params = ResampleParams(**settings)
    assert broken_promises(resample(source, params, two_looks), source) == []


def test_every_broken_promise_is_told() -> None:
    source = splits({"fox": 4, "owl": 3})
    sound = resampled(source, weights="balanced", oversample_smallest=[2.0])
    copies = sound["augmentation_seed"] >= 0
    assert copies.sum() == 3

    def told(broken: pd.DataFrame) -> str:
        return "; ".join(broken_promises(TRAINING_SET.check(broken), source))

    assert told(sound) == ""
    assert "1 pictures are not in their split" in told(
        sound.assign(image_id=["fox1000", *sound["image_id"][1:]])
    )
    tested = sound.assign(
        split=sound["split"].mask(sound["image_id"] == source["image_id"][0], "test").astype("str")
    )
    assert "1 pictures are not in their split" in "; ".join(
        broken_promises(
            tested,
            source.assign(split=source["split"].mask(source.index == 0, "test").astype("str")),
        )
    )
    assert "classes without a training picture: owl" in told(
        sound[(sound["label"] == "fox") | (sound["split"] != "train")]
    )
    assert "2 validation pictures are lost" in told(
        sound[(sound["label"] == "fox") | (sound["split"] == "train")]
    )
    assert "3 changed copies are outside train" in told(
        sound.assign(split=sound["split"].mask(copies, "validation").astype("str"))
    )
    assert "3 changed copies are of pictures that did not stay" in told(
        sound[copies | (sound["label"] == "fox")]
    )
    assert "share a seed" in told(
        sound.assign(augmentation_seed=sound["augmentation_seed"].mask(copies, 7))
    )
    assert "3 originals stand twice" in told(sound.assign(augmentation_seed=-1))
    assert "several weights" in told(sound.assign(weight=np.linspace(0.5, 1.5, len(sound))))
    assert "mean 1, but 2.000" in told(sound.assign(weight=2 * sound["weight"]))


def test_a_group_in_train_and_validation_is_told() -> None:
    source = splits({"fox": 4, "owl": 3}).assign(group=0)
    assert broken_promises(resampled(source), source) == [
        "1 groups of copies and variants are in train and in validation"
    ]
