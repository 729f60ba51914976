"""The data sets that are compared: all steps, each step left out, none.

An arm is the set of steps that it takes. Without deduplication, every copy and every variant stays
under the class of its own file, and a picture filed under several classes stays in each. Without
photo verdict, what the verdict (or a person in its place) rejected or held back stays. Without
rebalancing, classes keep their sizes and weigh by them. Labels that people corrected are no step:
they hold in every arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.training.rebalance.params import RebalanceParams
from inksift.curation.training.resample.params import ResampleParams
from inksift.curation.training.trial import Recipe
from inksift.curation.verdict.conflicts import is_conflict
from inksift.curation.verdict.curated import CURATED, CuratedParams, staying
from inksift.curation.verdict.variants import is_thinned

Step = Literal["deduplication", "photo verdict", "rebalancing"]
STEPS: tuple[Step, ...] = ("deduplication", "photo verdict", "rebalancing")
ALL, NONE = "all steps", "no step"
ARMS: dict[str, frozenset[Step]] = {
    ALL: frozenset(STEPS),
    **{f"without {step}": frozenset(STEPS) - {step} for step in STEPS},
    NONE: frozenset(),
}
BOUGHT_BY = {**{f"without {step}": step for step in STEPS}, NONE: "all of them together"}
"""What made the difference between all steps and an arm."""
_AGAIN = "#"


def files_of(
    taken: frozenset[Step],
    *,
    images: pd.DataFrame,
    duplicates: pd.DataFrame,
    verdicts: pd.DataFrame,
    machine_verdicts: pd.DataFrame,
    params: CuratedParams,
) -> pd.DataFrame:
    """The CURATED files of an arm that takes these steps, whose image_ids are as in IMAGES."""
    decided = verdicts.set_index("path")
    rows = images.loc[images["readable"], ["path", "image_id"]].merge(
        duplicates[["path", "group", "keep"]], on="path"
    )
    rows = rows.assign(label=rows["path"].map(decided["label"]).astype("str"))
    if "deduplication" in taken:
        stay = set(staying(verdicts, params.review)["path"])
        lost = is_conflict(decided) | (is_thinned(decided) & ~decided.index.isin(stay))
        rows = rows[rows["keep"] & ~rows["path"].map(lost)]
    if "photo verdict" in taken:
        rows = rows[
            rows["group"].isin(_groups_that_stay(duplicates, verdicts, machine_verdicts, params))
        ]
    return CURATED.check(rows.sort_values("path"))


def recipe_of(taken: frozenset[Step], recipe: Recipe) -> Recipe:
    """The recipe of an arm."""
    if "rebalancing" in taken:
        return recipe
    training = recipe.training.model_copy(update={"logit_adjustment": 0.0})
    return Recipe(ResampleParams.nothing(), training, RebalanceParams()).seeded(
        recipe.training.seed
    )


def told_apart(image_ids: Sequence[str]) -> list[str]:
    """The ids with a number on every one that came before, so that no stage takes two files for one
    picture.

    >>> told_apart(["a", "b", "a", "a"])
    ['a', 'b', 'a#1', 'a#2']
    """
    times = (
        pd.Series(image_ids, dtype="str").groupby(np.asarray(image_ids, dtype=object)).cumcount()
    )
    return [
        f"{name}{_AGAIN}{time}" if time else name
        for name, time in zip(image_ids, times, strict=True)
    ]


def picture_of(told: str) -> str:
    """The image_id of an id that `told_apart` gave.

    >>> picture_of("a#1")
    'a'
    """
    return told.partition(_AGAIN)[0]


def groups_of(
    taken: frozenset[Step], families: npt.NDArray[np.int64], tested: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The group of every file, which no split parts: its family where copies are known, itself
    where they are not; relatives of a test picture, whose families are `tested`, are known in every
    arm."""
    if "deduplication" in taken:
        return families
    own = families.max(initial=-1) + tested.max(initial=0) + 1 + np.arange(len(families))
    return np.where(np.isin(families, tested), families, own)


def _groups_that_stay(
    duplicates: pd.DataFrame,
    verdicts: pd.DataFrame,
    machine_verdicts: pd.DataFrame,
    params: CuratedParams,
) -> set[int]:
    """Groups of copies whose kept picture the verdict lets stay, whatever classes its copies lie
    in and whatever it is a variant of."""
    held = is_conflict(verdicts) | is_thinned(verdicts)
    judged = pd.concat(
        [
            verdicts[~held],
            machine_verdicts[machine_verdicts["path"].isin(verdicts.loc[held, "path"])],
        ]
    )
    stay = staying(judged, params.review)["path"]
    return set(duplicates.loc[duplicates["keep"] & duplicates["path"].isin(stay), "group"])
