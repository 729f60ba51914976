"""What shares no source: pictures of one source have more in common than their medium.

A score is honest only if its fit never saw the source, and a large source must not drown the
others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from curation.base.arrays import Integers
from curation.verdict.medium.votes import Floats


@dataclass(frozen=True)
class FoldSettings:
    """How sources are dealt out to folds. Chosen for a bearable number of fits (one per fold)."""

    large_source: int = 8
    """Pictures from which on a source is a fold of its own."""

    small_folds: int = 10
    """Folds that share the smaller sources, each of them whole."""


FOLDING = FoldSettings()


def publishers(sources: pd.Series) -> pd.Series:
    """Who published each picture: the owner of its source, what comes before the first /.

    >>> publishers(pd.Series(["ann/comics", "ann/books", "ben"])).tolist()
    ['ann', 'ann', 'ben']
    """
    return sources.str.split("/").str[0]


def source_folds(sources: pd.Series) -> Integers:
    """The fold of every picture: a source of its own for large sources, ten folds of whole sources
    for the others."""
    sizes = sources.map(sources.value_counts())
    names = sorted(set(sources))
    shuffled = np.random.default_rng(0).permutation(names).tolist()
    places = dict(zip(shuffled, range(len(names)), strict=True))
    small = "small " + sources.map(places).mod(FOLDING.small_folds).astype("str")
    numbers, _ = pd.factorize(sources.where(sizes >= FOLDING.large_source, small))
    return numbers.astype(np.int64)


def what_cannot_be_left_out(table: pd.DataFrame) -> str:
    """What keeps LABELLED pictures from being scored without their source, in words; "" where each
    fold leaves pictures of both kinds to the fit."""
    fold, photo = source_folds(table["source"]), table["photo"].to_numpy()
    for kind, own in (("photographs", photo), ("illustrations", ~photo)):
        if not own.any():
            return f"there are no {kind}: add some, of several sources"
        holders = np.unique(fold[own])
        if len(holders) < 2:
            sources = sorted(set(table.loc[own, "source"]))
            return (
                f"no {kind} are left without {', '.join(sources)}: add {kind} of further sources, "
                f"{FOLDING.large_source} pictures or more of each"
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
