"""Which picture trains, which validates and which tests, with all copies and variants of a picture
on one side.

Rules for small classes, counted in groups of related pictures: a class of one group is only trained
on, so its F1 is undefined; a class of two is trained on and tested; from three on it has a group in
every split. A group whose pictures bear several labels is trained on. With a trusted test set,
every kept picture trains or validates, except copies and variants of a test picture, which are left
out.

Where the source is divided already its splits hold, and only one that it lacks is drawn from what
trains. A group that lies in several of them counts for the strictest: test before validation before
train; its pictures in the others are left out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from inksift.curation.base.components import connected_components
from inksift.curation.base.errors import DataError
from inksift.curation.base.params import Params
from inksift.curation.base.tables import SPLITS
from inksift.curation.dedup.across import strictest

VERSION = 3
"""Raised whenever a picture may come to another split, so that stored tables are made anew."""

TRAIN, VALIDATION, TEST, LEFT_OUT = "train", "validation", "test", "left_out"
_REMEDY = (
    "loosen the limits, decide on pictures under review, or use `inksift judge`, which trains "
    "nothing"
)
_TOO_LITTLE_GIVEN = (
    "the split that the source is divided into leaves too little in train; take its first folders "
    "together, with the classes at the root"
)


class SplitParams(Params):
    """Settings of the split."""

    validation_share: float = Field(
        0.15, ge=0.01, le=0.4, description="Share of a class used to stop the training"
    )
    test_share: float = Field(
        0.2, ge=0.01, le=0.4, description="Share of a class used for F1, if no test set is given"
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Another seed draws another split")
    min_class_size: int = Field(
        1, ge=1, le=100_000, description="Classes with fewer kept pictures are left out"
    )


def split_images(
    kept: pd.DataFrame,
    groups: Sequence[int] | pd.Series | npt.NDArray[np.int64],
    params: SplitParams,
    *,
    trusted_test: pd.DataFrame | None = None,
    trusted_groups: Sequence[int] | pd.Series | npt.NDArray[np.int64] | None = None,
    given: Sequence[str] | pd.Series | None = None,
) -> pd.DataFrame:
    """The SPLITS table of `kept` (columns path, image_id, label) and of the trusted test pictures
    (same columns).

    `groups` holds one number per kept row, `trusted_groups` one per trusted row on the same scale;
    rows with one number, or with one image_id, share a group. `given` holds the split of each kept
    row, "" for none. The answer does not depend on the order of the rows. DataError when nothing is
    kept, or only one class."""
    rows = _rows(kept, groups, trusted_test, trusted_groups)
    rows = rows.assign(given=_given(given, len(kept), len(rows)))
    rows = rows[rows["trusted"] | _large_enough(rows, params.min_class_size)]
    _demand_classes(rows[~rows["trusted"]])
    # A total order, so that numbers of groups do not depend on that of the input.
    rows = rows.sort_values(["trusted", "image_id", "path"], ignore_index=True)
    rows["group"] = _joined(rows["group"], rows["image_id"])
    rows["split"] = _assign(rows, params, trusted=trusted_test is not None)
    _demand_training(rows)
    return SPLITS.check(rows)


def leaks(splits: pd.DataFrame) -> pd.DataFrame:
    """The rows whose group or picture appears in more than one split; empty in every sound
    table."""
    used = splits[splits["split"] != LEFT_OUT]
    by_group = used.groupby("group")["split"].transform("nunique") > 1
    by_picture = used.groupby("image_id")["split"].transform("nunique") > 1
    return used[by_group | by_picture]


def _rows(
    kept: pd.DataFrame,
    groups: Sequence[int] | pd.Series | npt.NDArray[np.int64],
    trusted_test: pd.DataFrame | None,
    trusted_groups: Sequence[int] | pd.Series | npt.NDArray[np.int64] | None,
) -> pd.DataFrame:
    columns = ["path", "image_id", "label"]
    rows = kept[columns].assign(group=np.asarray(groups, dtype=np.int64), trusted=False)
    if trusted_test is None:
        return rows
    if trusted_groups is None:
        first_free = rows["group"].max() + 1 if len(rows) else 0
        trusted_groups = first_free + np.arange(len(trusted_test))
    numbers = np.asarray(trusted_groups, dtype=np.int64)
    test = trusted_test[columns].assign(group=numbers, trusted=True)
    return pd.concat([rows, test], ignore_index=True)


def _given(
    given: Sequence[str] | pd.Series | None, kept: int, rows: int
) -> npt.NDArray[np.object_]:
    """The given split of every row; "" for those of trusted test pictures, and where none is."""
    splits = np.full(rows, "", dtype=object)
    if given is not None:
        splits[:kept] = list(given)
    return splits


def _large_enough(rows: pd.DataFrame, min_class_size: int) -> pd.Series:
    sizes = rows[~rows["trusted"]]["label"].value_counts()
    return rows["label"].map(sizes).fillna(0) >= min_class_size


def _demand_training(rows: pd.DataFrame) -> None:
    if rows.loc[rows["split"] == TRAIN, "label"].nunique() < 2:
        left_out = int((rows["split"] == LEFT_OUT).sum())
        divided = bool((rows["given"] != "").any())
        raise DataError(
            f"fewer than two classes are left to train on, as {left_out} pictures are copies or "
            f"variants of {'' if divided else 'trusted '}test pictures: "
            + (
                _TOO_LITTLE_GIVEN
                if divided
                else "give --test a folder whose pictures are not in the source"
            )
        )


def _demand_classes(kept: pd.DataFrame) -> None:
    if kept.empty:
        raise DataError(f"no picture is left to train on: {_REMEDY}")
    if kept["label"].nunique() == 1:
        raise DataError(
            f"a classifier needs two classes, but only {kept['label'].iloc[0]!r} is left "
            f"({len(kept)} pictures): "
            f"put each class in a folder of its own, {_REMEDY}"
        )


def _joined(groups: pd.Series, image_ids: pd.Series) -> np.ndarray:
    """Groups of rows tied by a group number or an image_id, numbered from 0 in the order of the
    rows."""
    group, picture = pd.factorize(groups)[0], pd.factorize(image_ids)[0]
    # One graph of two kinds of nodes: groups first, then pictures; every row ties one of each.
    component = connected_components(len(groups) * 2, group, picture + len(groups))
    return pd.factorize(component[group])[0].astype(np.int64)


def _assign(rows: pd.DataFrame, params: SplitParams, *, trusted: bool) -> pd.Series:
    tested = set(rows.loc[rows["trusted"], "group"])
    free = rows[~rows["group"].isin(tested)]
    if (rows["given"] != "").any():
        return _as_given(rows, free, params, trusted=trusted)
    labels = free.groupby("group")["label"].nunique()
    mixed = set(labels.index[labels > 1])
    split_of = dict.fromkeys(mixed, TRAIN) | dict.fromkeys(tested, LEFT_OUT)
    draws = {VALIDATION} if trusted else {VALIDATION, TEST}
    for _, members in free[~free["group"].isin(mixed)].groupby("label"):
        split_of |= _split_class(members, params, draws=draws)
    return rows["group"].map(split_of).where(~rows["trusted"], TEST).astype("str")


def _as_given(
    rows: pd.DataFrame, free: pd.DataFrame, params: SplitParams, *, trusted: bool
) -> pd.Series:
    """The split of every row of a source that is divided already."""
    own = free["given"].where(free["given"] != "", TRAIN)
    strict = own.groupby(free["group"]).agg(strictest)
    split = own.where(own == free["group"].map(strict), LEFT_OUT)
    lacking = {VALIDATION, TEST} - set(own) - ({TEST} if trusted else set())
    for _, members in free[split == TRAIN].groupby("label"):
        drawn = members["group"].map(_split_class(members, params, draws=lacking))
        split.loc[members.index] = drawn
    return split.reindex(rows.index).fillna(LEFT_OUT).where(~rows["trusted"], TEST).astype("str")


def _split_class(members: pd.DataFrame, params: SplitParams, *, draws: set[str]) -> dict[int, str]:
    """The split of every group of one class: the largest group trains, the others are drawn by
    share for those splits that are to be drawn."""
    sizes = _drawn_order(members, params.seed)
    largest = max(sizes, key=lambda group: sizes[group])
    rest = [group for group in sizes if group != largest]
    # One is kept back for validation where there are two; with one alone the test comes first.
    test = _draw(rest[1:] or rest, sizes, params.test_share * len(members)) if TEST in draws else []
    rest = [group for group in rest if group not in test] if VALIDATION in draws else []
    validation = _draw(rest, sizes, params.validation_share * len(members))
    return (
        dict.fromkeys(sizes, TRAIN)
        | dict.fromkeys(test, TEST)
        | dict.fromkeys(validation, VALIDATION)
    )


def _drawn_order(members: pd.DataFrame, seed: int) -> dict[int, int]:
    """Size by group, in an order drawn from the pictures themselves: a new picture leaves the order
    of the old ones."""
    groups = members.groupby("group")["image_id"].agg(["min", "size"])
    draw = groups["min"].map(lambda image_id: _lot(image_id, seed))
    ordered = groups.loc[draw.sort_values().index, "size"]
    return {int(group): int(size) for group, size in ordered.items()}


def _lot(image_id: str, seed: int) -> bytes:
    """What a picture draws: a digest, as a generator would deal other lots once one is added."""
    return hashlib.sha256(f"{seed}:{image_id}".encode()).digest()


def _draw(candidates: list[int], sizes: dict[int, int], rows: float) -> list[int]:
    """The first groups that fit into this many rows (at least one row); the smallest group when
    none fits."""
    room = max(1, round(rows))
    drawn: list[int] = []
    for group in candidates:
        if sizes[group] <= room:
            drawn.append(group)
            room -= sizes[group]
    return drawn or sorted(candidates, key=lambda group: sizes[group])[:1]
