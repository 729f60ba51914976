"""The chapter "Photographs or illustrations?": where the pictures lie, whose votes count, what
every class lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from inksift.curation.base.reasons import PHOTO_VERDICT
from inksift.curation.base.tables import DECISIONS
from inksift.curation.drawing.templating import Figure, figure, records
from inksift.curation.drawing.words import outcome_in_words
from inksift.curation.report import vote_plots
from inksift.curation.report.ballots import readable
from inksift.curation.report.findings import Findings
from inksift.curation.verdict.medium.votes import Floats

_ERRORS = {
    "illustrations_rejected": "illustrations rejected as photographs",
    "photos_kept": "photographs kept as illustrations",
}

HEAVY = 0.5
"""A class that loses a larger share than this stands out."""


def photographs_values(
    decisions: pd.DataFrame, findings: Findings, *, most_classes: int
) -> dict[str, Any] | None:
    """What the chapter shows of a DECISIONS frame; None where no recipe was run."""
    votes = findings.votes
    if votes is None or findings.quality is None or findings.removal_rates is None:
        return None
    quality = loudest_first(findings.quality)
    return {
        "judged": len(votes),
        "share": _share_of_photographs(votes),
        "spread": _spread(decisions, votes, findings),
        "voters": records(quality.assign(name=quality["voter"].map(readable))),
        "quality": figure(
            "How well each voter alone ranks photographs above illustrations",
            "Dots with whiskers: the table above",
            vote_plots.voter_quality(quality),
            wide=True,
        ),
        "targets": _targets(findings.targets),
        "queue": _queue(findings.queue),
        "removal_rates": _removal_rates(findings.removal_rates, most_classes),
    }


def loudest_first(quality: pd.DataFrame) -> pd.DataFrame:
    """A VOTE_QUALITY frame with the largest weight first and those without a vote last."""
    return quality.sort_values(
        "weight", key=lambda weight: -weight.abs(), kind="stable", ignore_index=True
    )


def outcome_per_picture(decisions: pd.DataFrame) -> pd.DataFrame:
    """The DECISIONS row of each distinct content, indexed by image_id: that of the kept copy where
    there is one."""
    originals_first = DECISIONS.check(decisions).sort_values("duplicate_of", kind="stable")
    return originals_first.drop_duplicates("image_id").set_index("image_id")


def _share_of_photographs(votes: pd.DataFrame) -> float | None:
    """What the folder's vote, the same for every picture, says of its share of photographs; None
    where it has none."""
    if votes.empty or not votes["prior"].any():
        return None
    return float(1 / (1 + np.exp(-votes["prior"].iloc[0])))


def _spread(decisions: pd.DataFrame, votes: pd.DataFrame, findings: Findings) -> Figure:
    """The histogram of log-odds by what the verdict said; files that left for another reason are
    not in it."""
    known = votes.join(
        outcome_per_picture(decisions)[["outcome", "reason"]], on="image_id", how="inner"
    )
    groups = {
        "kept": known["outcome"] == "kept",
        "review": known["outcome"] == "review",
        "rejected": (known["outcome"] == "rejected") & (known["reason"] == PHOTO_VERDICT.name),
    }
    log_odds = {
        outcome: known.loc[chosen, "log_odds"].to_numpy() for outcome, chosen in groups.items()
    }
    drawn = vote_plots.log_odds_histogram(
        log_odds, reject_threshold=findings.reject_threshold, keep_threshold=findings.keep_threshold
    )
    return figure(
        "Log-odds of a photograph, by outcome",
        _spread_in_words(log_odds, findings),
        drawn,
        wide=True,
    )


def _spread_in_words(log_odds: Mapping[str, Floats], findings: Findings) -> str:
    middles = [
        f"{outcome_in_words(outcome)}: {len(values):,} with a median of {np.median(values):.1f}"
        for outcome, values in log_odds.items()
        if len(values)
    ]
    cuts = [
        f"{words} {cut:.1f}"
        for words, cut in (
            ("kept below", findings.keep_threshold),
            ("rejected from", findings.reject_threshold),
        )
        if cut is not None
    ]
    return f"Histogram of log-odds. {'; '.join([*middles, *cuts])}"


def _targets(targets: pd.DataFrame | None) -> list[dict[Any, Any]]:
    """The rows of a TARGETS frame, in words."""
    if targets is None:
        return []
    return records(targets.assign(name=targets["error"].map(_ERRORS)))


def _queue(queue: pd.DataFrame | None) -> list[dict[Any, Any]]:
    """The rows of a QUEUE frame, with what each batch of answers changed; none where nobody
    answered."""
    if queue is None or len(queue) < 2:
        return []
    change = queue["unsure"].diff().fillna(0).astype("int64").map("{:+,d}".format)
    return records(queue.assign(change=["", *change.str.replace("-", "\u2212")[1:]]))


def _removal_rates(removal_rates: pd.DataFrame, most: int) -> dict[str, Any]:
    ordered = removal_rates.sort_values(
        ["share", "rejected", "label"], ascending=[False, False, True]
    )
    rows = ordered.head(most).assign(heavy=ordered["share"] > HEAVY)
    return {
        "rows": records(rows),
        "more": max(0, len(removal_rates) - most),
        "heavy": int((removal_rates["share"] > HEAVY).sum()),
    }
