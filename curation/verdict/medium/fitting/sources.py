"""What shares no publisher: pictures of one publisher have more in common than their medium.

A score is honest only if its fit never saw the publisher, and a large source must not drown the
others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from inksift.curation.base.arrays import Integers
from inksift.curation.verdict.medium.votes import Floats


@dataclass(frozen=True)
class FoldSettings:
    """How publishers are dealt out to folds."""

    folds: int = 10
    """Most folds: one fit each."""


@dataclass(frozen=True)
class WeightSettings:
    """What large groups of pictures weigh. Set by the AUROC that `benchmarks/medium.py` prints of
    pictures without their publisher."""

    family_power: float = 0.25
    """A family of illustrations weighs its size to this power; 0 costs cartoons and 3D emoji .001
    to .009."""


FOLDING, _WEIGHT = FoldSettings(), WeightSettings()


def publishers(sources: pd.Series) -> pd.Series:
    """Who published each picture: the owner of its source, what comes before the first /.

    >>> publishers(pd.Series(["ann/comics", "ann/books", "ben"])).tolist()
    ['ann', 'ann', 'ben']
    """
    return sources.str.split("/").str[0]


def publisher_folds(sources: pd.Series) -> Integers:
    """The fold of every picture: whole publishers, the largest first, each to the smallest fold.

    Books of one publisher were scanned alike and icons of one drawn by one hand, so what leaves out
    a book alone promises too much."""
    owner = publishers(sources)
    sizes = owner.value_counts()
    names = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    filled = np.zeros(min(FOLDING.folds, len(names)), dtype=np.int64)
    fold_of = {}
    for name in names:
        fold_of[name] = int(filled.argmin())
        filled[fold_of[name]] += sizes[name]
    return owner.map(fold_of).to_numpy(dtype=np.int64)


def what_cannot_be_left_out(table: pd.DataFrame) -> str:
    """What keeps LABELLED pictures from being scored without their publisher, in words; "" where
    each fold leaves pictures of both kinds to the fit."""
    fold, photo = publisher_folds(table["source"]), table["photo"].to_numpy()
    for kind, own in (("photographs", photo), ("illustrations", ~photo)):
        if not own.any():
            return f"there are no {kind}: add some, of several publishers"
        holders = np.unique(fold[own])
        if len(holders) < 2:
            owners = sorted(set(publishers(table.loc[own, "source"])))
            return (
                f"no {kind} are left without {', '.join(owners)}: add {kind} of further publishers "
                "(what comes before the / of a source)"
            )
    return ""


def balance(table: pd.DataFrame, by: str) -> Floats:
    """Weights of mean 1 under which photographs and illustrations weigh the same, and a group of
    `by` its size's root: more than one picture, less than all of them."""
    sizes = table.groupby(["photo", by])["photo"].transform("size").to_numpy(float)
    weight: Floats = sizes**-0.5
    for photo in (True, False):
        own = (table["photo"] == photo).to_numpy()
        weight[own] /= 2 * weight[own].mean() * own.mean()
    return weight


def by_family_and_publisher(table: pd.DataFrame) -> Floats:
    """Weights of a LABELLED table as `balance` gives them to photographs by source. A family of
    illustrations weighs its size's fourth root, and its publishers share that by their root: a
    head is asked about every style, so a small one must not drown, nor one publisher be it."""
    weight = balance(table, "source")
    drawn = ~table["photo"].to_numpy(dtype=np.bool_)
    family, owner = table["family"][drawn], publishers(table["source"][drawn])
    own = family.groupby([family, owner]).transform("size").to_numpy(float) ** -0.5
    of_family = pd.Series(own).groupby(family.to_numpy()).transform("sum").to_numpy()
    sizes = family.groupby(family).transform("size").to_numpy(float)
    shared = own / of_family * sizes**_WEIGHT.family_power
    weight[drawn] = shared / shared.sum() * weight[drawn].sum()
    return weight
