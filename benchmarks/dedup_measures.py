"""Recall, precision and mistakes of what a contender calls duplicates in a folder of
`planted_folder`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from changed_folder import is_change
from dedup_contenders import Found
from planted_copies import VARIANTS
from small_change_families import FAMILIES

PLACES = r", (?:drawn|real|native|enlarged)$"
"""What the name of a family says of where its change lies."""


def recall(files: pd.DataFrame, found: Found, names: tuple[str, ...]) -> pd.Series:
    """Share of the planted files in one group with their original, by transform."""
    planted = files[files["transform"].isin(names)]
    hits = pd.Series(merged(found, planted.index, planted["of"]), index=planted["transform"])
    return hits.groupby(level=0).mean().reindex(names)


def small_changes_merged(files: pd.DataFrame, found: Found) -> pd.Series:
    """Share of the pairs with a small change that are called duplicates, by family, drawn and real
    ones together, and of all."""
    second = files[files["transform"].isin(FAMILIES)]
    hits = pd.Series(merged(found, second.index, second["of"]), index=_family(second))
    shares = hits.groupby(level=0, sort=False).mean()
    return pd.concat([shares, pd.Series({"all": hits.mean()})])


def small_change_counts(files: pd.DataFrame) -> pd.Series:
    """How many pairs each row of `small_changes_merged` counts."""
    family = _family(files[files["transform"].isin(FAMILIES)])
    return pd.concat([family.value_counts(), pd.Series({"all": len(family)})])


def _family(files: pd.DataFrame) -> pd.Series:
    return files["transform"].str.replace(PLACES, "", regex=True)


def precision(files: pd.DataFrame, pairs: np.ndarray) -> dict[str, float]:
    """By style, and of all; a pair of two styles counts in both. Small changes have a table of
    their own: their pairs do not count here."""
    errors = wrong(files, pairs)
    ends = [files["style"].to_numpy()[side] for side in pairs.T]
    styles = sorted(files.loc[~is_change(files), "style"].unique())
    rows = {style: (ends[0] == style) | (ends[1] == style) for style in styles}
    rows |= {"all": np.ones(len(pairs), bool)}
    return {style: 1 - _mean(errors[inside]) for style, inside in rows.items()}


def by_eye(near: pd.DataFrame, found: Found) -> pd.Series:
    """Share of the pairs judged by eye that the contender decides as the eye did, by verdict."""
    return agrees(near, found).groupby(near["verdict"]).mean()


def agrees(near: pd.DataFrame, found: Found) -> pd.Series:
    """For each pair judged by eye: whether the contender decides as the eye did."""
    return (near["verdict"] == "duplicate") == merged(found, near["first"], near["second"])


def mistakes(files: pd.DataFrame, found: Found) -> pd.DataFrame:
    """Missed copies, merged variants, and one false pair per two different pictures with the number
    of its like."""
    planted = files[files["of"] != files.index]
    joined = merged(found, planted.index, planted["of"])
    variant = planted["transform"].isin((*VARIANTS, *FAMILIES))
    lists = {
        "missed copy": planted.loc[~joined & ~variant, "of"].reset_index().to_numpy(),
        "merged variant": planted.loc[joined & variant, "of"].reset_index().to_numpy(),
        "false pair": found.pairs[wrong(files, found.pairs) == 1],
    }
    rows = pd.concat(
        [_described(files, pairs).assign(mistake=name) for name, pairs in lists.items()],
        ignore_index=True,
    )
    like = ["mistake", "picture", "other_picture"]
    once = rows["mistake"] != "false pair"
    rows["pairs"] = rows.groupby(like)["path"].transform("size").mask(once, 1)
    return rows[once | ~rows.duplicated(like)].drop(columns=like[1:])


def merged(
    found: Found, first: pd.Series | np.ndarray, second: pd.Series | np.ndarray
) -> np.ndarray:
    """For pairs of rows: whether the contender calls them duplicates."""
    return np.isin(_keys(np.asarray(first), np.asarray(second)), _keys(*found.pairs.T))


def wrong(files: pd.DataFrame, pairs: np.ndarray) -> np.ndarray:
    """For each pair: 1 where it shows two pictures, 0 where one; NaN for a picture and a variant of
    it, and wherever a small change is one of the two."""
    first, second = (files.iloc[side].reset_index(drop=True) for side in pairs.T)
    same = first["picture"] == second["picture"]
    variant = first["transform"].isin(VARIANTS) | second["transform"].isin(VARIANTS)
    changed = is_change(first) | is_change(second)
    return np.where((same & variant) | changed, np.nan, ~same)


def _keys(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.minimum(first, second).astype(np.int64) << 32 | np.maximum(first, second).astype(
        np.int64
    )


def _mean(values: np.ndarray) -> float:
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else float("nan")


def _described(files: pd.DataFrame, pairs: np.ndarray) -> pd.DataFrame:
    told = files[["path", "source", "transform", "picture"]]
    first, second = (told.iloc[side].reset_index(drop=True) for side in pairs.T)
    return pd.concat([first, second.add_prefix("other_")], axis=1)
