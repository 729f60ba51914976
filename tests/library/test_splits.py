from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inksift.curation.base.errors import DataError
from inksift.curation.training.splits import SplitParams, leaks, split_images


def kept(sizes: dict[str, int], prefix: str = "") -> pd.DataFrame:
    names = [
        (label, f"{prefix}{label}{index:03}")
        for label, size in sizes.items()
        for index in range(size)
    ]
    rows = [
        {"path": f"{prefix}{label}/{name}.png", "image_id": name, "label": label}
        for label, name in names
    ]
    return pd.DataFrame(rows, columns=["path", "image_id", "label"]).astype("str")


def counts(splits: pd.DataFrame, label: str) -> dict[str, int]:
    return splits.loc[splits["label"] == label, "split"].value_counts().to_dict()


def test_shares_hold_in_every_class():
    rows = kept({"fox": 100, "owl": 20})
    splits = split_images(rows, range(120), SplitParams(test_share=0.2, validation_share=0.1))
    assert counts(splits, "fox") == {"train": 70, "test": 20, "validation": 10}
    assert counts(splits, "owl") == {"train": 14, "test": 4, "validation": 2}


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, {"train": 1}),
        (2, {"train": 1, "test": 1}),
        (3, {"train": 1, "test": 1, "validation": 1}),
    ],
)
def test_small_classes_follow_the_rule(size, expected):
    rows = kept({"fox": 30, "owl": size})
    assert counts(split_images(rows, range(len(rows)), SplitParams()), "owl") == expected


def test_small_classes_with_a_trusted_test_train_first_then_validate():
    rows = kept({"fox": 30, "owl": 2, "elk": 1})
    splits = split_images(
        rows, range(33), SplitParams(), trusted_test=kept({"owl": 2, "bee": 1}, "test-")
    )
    assert counts(splits, "owl") == {"test": 2, "train": 1, "validation": 1}
    assert counts(splits, "elk") == {"train": 1}
    assert counts(splits, "bee") == {"test": 1}
    assert "test" not in counts(splits, "fox")


def test_kept_copies_of_trusted_test_pictures_are_left_out():
    rows, test = kept({"fox": 9, "owl": 9}), kept({"fox": 2}, "test-")
    test.loc[0, "image_id"] = rows["image_id"][0]
    splits = split_images(
        rows, range(18), SplitParams(), trusted_test=test, trusted_groups=[100, 5]
    ).set_index("path")
    assert list(splits["split"][[rows["path"][0], rows["path"][5]]]) == ["left_out", "left_out"]
    assert (splits["split"] == "left_out").sum() == 2
    assert leaks(splits).empty


def test_largest_group_of_a_class_trains():
    rows = kept({"fox": 30, "owl": 30})
    splits = split_images(rows, [0] * 25 + list(range(1, 36)), SplitParams())
    assert set(splits.loc[splits["group"] == splits["group"][0], "split"]) == {"train"}
    assert counts(splits, "fox")["test"] == 4


def test_group_of_several_labels_trains():
    rows = kept({"fox": 6, "owl": 6})
    splits = split_images(rows, [0, 1, 2, 3, 4, 5, 0, 7, 8, 9, 10, 11], SplitParams())
    assert set(splits.loc[splits["image_id"].isin(["fox000", "owl000"]), "split"]) == {"train"}


def test_same_picture_under_two_names_stays_on_one_side():
    rows = pd.concat(
        [
            kept({"fox": 20, "owl": 20}),
            kept({"fox": 20}).assign(path=[f"twin/{k}" for k in range(20)]),
        ]
    )
    splits = split_images(rows, range(60), SplitParams())
    assert (splits.groupby("image_id")["split"].nunique() == 1).all()
    assert len(splits) == 60


def test_min_class_size_leaves_small_classes_out():
    rows = kept({"fox": 9, "owl": 9, "elk": 2})
    assert counts(split_images(rows, range(20), SplitParams(min_class_size=3)), "elk") == {}


def test_a_new_picture_moves_few_others():
    params, rows = SplitParams(), kept({"fox": 50, "owl": 20})
    before = split_images(rows.iloc[1:], range(69), params).set_index("image_id")["split"]
    after = split_images(rows, range(70), params).set_index("image_id")["split"]
    assert (before != after[before.index]).sum() <= 4


def test_another_seed_is_another_split():
    rows = kept({"fox": 40, "owl": 40})
    first, second = (split_images(rows, range(80), SplitParams(seed=seed)) for seed in (0, 1))
    assert (first["split"] != second["split"]).any()


@pytest.mark.parametrize(
    ("sizes", "message"), [({}, "no picture is left"), ({"fox": 5}, "only 'fox' is left")]
)
def test_too_little_data_is_a_named_error(sizes, message):
    rows = kept(sizes)
    with pytest.raises(DataError, match=message):
        split_images(rows, range(len(rows)), SplitParams())


def test_leaks_names_straddling_rows():
    rows = kept({"fox": 4}).assign(group=[0, 0, 1, 2], split=["train", "test", "test", "train"])
    assert list(leaks(rows)["image_id"]) == ["fox000", "fox001"]


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 25)), min_size=1, max_size=60),
    shares=st.tuples(st.floats(0.01, 0.4), st.floats(0.01, 0.4)),
    seed=st.integers(0, 5),
)
def test_never_leaks_never_loses_and_ignores_order(rows, shares, seed):
    table = kept({}).reindex(range(len(rows))).astype("str")
    table["label"] = pd.Series([label for label, _ in rows], dtype="str")
    table["image_id"] = table["path"] = pd.Series(
        [f"{index:02}" for index in range(len(rows))], dtype="str"
    )
    table["group"] = [group for _, group in rows]
    params = SplitParams(validation_share=shares[0], test_share=shares[1], seed=seed)
    if table["label"].nunique() == 1:
        return
    splits = split_images(table, table["group"], params)
    shuffled = table.sample(frac=1, random_state=seed)
    assert leaks(splits).empty
    assert sorted(splits["path"]) == sorted(table["path"])
    assert splits.equals(split_images(shuffled, shuffled["group"], params))
    assert set(splits["label"]) == set(splits.loc[splits["split"] == "train", "label"])


def divided(**splits: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Rows of two classes with the given split of each."""
    parts = [kept(dict.fromkeys(labels, 6), f"{split}-") for split, labels in splits.items()]
    given = [split for split, labels in splits.items() for _ in range(6 * len(labels))]
    return pd.concat(parts, ignore_index=True), given


def test_given_splits_hold():
    rows, given = divided(train=["fox", "owl"], validation=["fox", "owl"], test=["fox", "owl"])
    splits = split_images(rows, range(len(rows)), SplitParams(), given=given)
    assert counts(splits, "fox") == {"train": 6, "validation": 6, "test": 6}
    assert (splits["split"] == splits["path"].str.partition("-")[0]).all()


def test_a_split_that_is_not_given_is_drawn_from_what_trains():
    rows, given = divided(train=["fox", "owl"], test=["fox", "owl"])
    splits = split_images(rows, range(len(rows)), SplitParams(), given=given)
    assert counts(splits, "owl") == {"train": 5, "validation": 1, "test": 6}
    rows, given = divided(train=["fox", "owl"], validation=["fox", "owl"])
    splits = split_images(rows, range(len(rows)), SplitParams(), given=given)
    assert counts(splits, "owl") == {"train": 5, "validation": 6, "test": 1}


def test_a_group_in_several_given_splits_counts_for_the_strictest():
    rows, given = divided(train=["fox", "owl"], validation=["fox", "owl"], test=["fox", "owl"])
    groups = list(range(len(rows)))
    groups[0] = groups[1] = groups[24]  # two that train are variants of one that tests
    groups[2] = groups[12]  # and one of one that validates
    splits = split_images(rows, groups, SplitParams(), given=given)
    left_out = sorted(splits.loc[splits["split"] == "left_out", "path"])
    assert left_out == sorted(rows["path"].iloc[:3])
    assert leaks(splits).empty


def test_given_splits_beside_a_trusted_test_leave_its_relatives_out():
    rows, given = divided(train=["fox", "owl"], validation=["fox", "owl"])
    splits = split_images(
        rows,
        range(len(rows)),
        SplitParams(),
        trusted_test=kept({"fox": 2}, "trusted-"),
        trusted_groups=[0, 12],
        given=given,
    )
    assert counts(splits, "fox") == {"test": 2, "left_out": 2, "train": 5, "validation": 5}


def test_given_splits_that_train_nothing_say_so():
    rows, given = divided(validation=["fox", "owl"], test=["fox", "owl"])
    with pytest.raises(DataError, match="leaves too little in train"):
        split_images(rows, range(len(rows)), SplitParams(), given=given)
