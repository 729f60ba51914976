"""How much of every class the verdict takes away, and when that is too much to go on without a
person's word."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from pydantic import Field

from inksift.curation.base.params import Params
from inksift.curation.base.reasons import DUPLICATE_FILE, PHOTO_VERDICT, UNREADABLE_FILE
from inksift.curation.base.tables import Table
from inksift.curation.verdict.medium.quality import rate_interval

_NO_PICTURE_OF_ITS_OWN = (UNREADABLE_FILE.name, DUPLICATE_FILE.name)

REMOVAL_RATES = Table(
    "removal_rates",
    {
        "label": "str",
        "pictures": "int64",
        "rejected": "int64",
        "share": "float64",
        "low": "float64",
        "high": "float64",
    },
    key=("label",),
)
"""One row per class: its distinct readable pictures, and how many and which `share` of them the
verdict rejects as photographs, with Wilson's 95 % interval. What people rejected does not count:
they wanted it."""


class BrakeParams(Params):
    """When a run stops before anything is replaced."""

    max_class_removal: float = Field(
        0.9, ge=0, le=1, description="Share of a class that may be rejected as photographs"
    )
    max_removal: float = Field(
        0.9,
        ge=0,
        le=1,
        description="Share of all files that may be rejected, and of pictures as photographs",
    )
    brake_min_pictures: int = Field(
        20, ge=1, description="Smaller classes and runs do not stop; removing all does"
    )
    accept_removals: bool = Field(False, description="Go on whatever is removed")


def removal_rates(decisions: pd.DataFrame) -> pd.DataFrame:
    """The REMOVAL_RATES of DECISIONS, the classes in order."""
    distinct = decisions[~decisions["reason"].isin(_NO_PICTURE_OF_ITS_OWN)]
    rejected = (distinct["outcome"] == "rejected") & _by_verdict(distinct)
    taken = rejected.groupby(distinct["label"])
    return REMOVAL_RATES.frame(
        [_removal_rate(str(label), len(rows), int(rows.sum())) for label, rows in taken]
    )


def _by_verdict(decisions: pd.DataFrame) -> pd.Series:
    stage, name = PHOTO_VERDICT.stage, PHOTO_VERDICT.name
    return (decisions["stage"] == stage) & (decisions["reason"] == name)


def _removal_rate(label: str, pictures: int, rejected: int) -> dict[str, object]:
    rate = rate_interval(rejected, pictures)
    return {
        "label": label,
        "pictures": pictures,
        "rejected": rejected,
        "share": rate.value,
        "low": rate.low,
        "high": rate.high,
    }


def too_heavy(
    removal_rates: pd.DataFrame, decisions: pd.DataFrame, params: BrakeParams
) -> list[str]:
    """What is over the limits: a sentence for the whole run, then one per class where there are
    several, the one that loses most pictures first; nothing where all is well.

    A class or run of fewer than `brake_min_pictures` is not stopped for, but for a run that would
    lose every picture."""
    run = list(_of_run(removal_rates, decisions, params))
    classes = list(_of_classes(removal_rates, params))
    return run if run and len(removal_rates) == 1 else run + classes


def _of_run(
    removal_rates: pd.DataFrame, decisions: pd.DataFrame, params: BrakeParams
) -> Iterator[str]:
    pictures, photos = int(removal_rates["pictures"].sum()), int(removal_rates["rejected"].sum())
    rejected_by_machine = (decisions["outcome"] == "rejected") & (
        decisions["decided_by"] == "machine"
    )
    machine = decisions[rejected_by_machine]
    files, rejected = len(decisions), len(machine)
    allowed, large = params.max_removal, params.brake_min_pictures
    if _over(photos, pictures, allowed) and (pictures >= large or photos == pictures):
        shares = _shares(photos, pictures, allowed)
        yield f"{photos} of {pictures} distinct pictures would be rejected as photographs {shares}"
    elif _over(rejected, files, allowed) and files >= large:
        counts = machine["reason"].value_counts()
        reasons = ", ".join(f"{count} {reason}" for reason, count in counts.items())
        yield (
            f"{rejected} of {files} files would be rejected, {reasons} "
            f"{_shares(rejected, files, allowed)}"
        )


def _of_classes(removal_rates: pd.DataFrame, params: BrakeParams) -> Iterator[str]:
    allowed = params.max_class_removal
    large = removal_rates[removal_rates["pictures"] >= params.brake_min_pictures]
    ordered = large.sort_values(["rejected", "label"], ascending=[False, True])
    for row in ordered.to_dict("records"):
        removed, pictures = row["rejected"], row["pictures"]
        if _over(removed, pictures, allowed):
            yield (
                f"class {row['label']!r} would lose {removed} of {pictures} pictures "
                f"{_shares(removed, pictures, allowed)}"
            )


def _over(removed: int, of: int, allowed: float) -> bool:
    return of > 0 and removed / of > allowed


def _shares(removed: int, of: int, allowed: float) -> str:
    return f"({100 * removed / of:.3g} %, at most {100 * allowed:.3g} % allowed)"
