"""Which pictures an object count can serve, where counts are asked for those in doubt only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from inksift.curation.base.media import UNSURE
from inksift.curation.base.tables import CLUSTERS, DUPLICATES, EMBEDDINGS, IMAGES
from inksift.curation.evidence.objects import not_counted
from inksift.curation.gather.signals.table import TABLE as SIGNALS
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.store.measurements import Measured
from inksift.curation.verdict import evidence, human
from inksift.curation.verdict.pages import find_pages
from inksift.curation.verdict.recipes import Judged, VerdictParams, judge

Count = Callable[[Sequence[str]], Measured]
"""OBJECT_COUNTS of some pictures, by their image_id."""

TABLES_OF_DOUBT = {
    "images": IMAGES,
    "duplicates": DUPLICATES,
    "human_decisions": HUMAN_DECISIONS,
    "signals": SIGNALS,
    "embeddings": EMBEDDINGS,
    "clusters": CLUSTERS,
}
"""What tells which pictures are in doubt, by the names of the tables."""

_MEASURED = ("signals", "embeddings", "clusters")


def count_in_doubt(
    tables: Mapping[str, pd.DataFrame],
    params: VerdictParams,
    *,
    heads: Sequence[Path],
    count: Count,
) -> Measured:
    """An OBJECT_COUNTS row for every kept copy, by TABLES_OF_DOUBT: counted where the verdict
    without counts is unsure and where a person answered, "not_needed" elsewhere.

    All are counted where counts decide: by the rules of camp2022, by the head, or by the weight
    that people's answers give them. So no verdict differs for those that are not."""
    duplicates = tables["duplicates"]
    kept = duplicates.loc[duplicates["keep"], "image_id"].tolist()
    if params.recipe == "camp2022":
        return count(kept)
    answers = human.answers(duplicates, tables["human_decisions"])
    answered = count([image_id for image_id in kept if image_id in answers.index])
    known = _evidence(tables, _with_others(answered.frame, kept), params.clusters)
    judged = judge(known, tables["embeddings"], params, heads=heads, answers=answers)
    wanted = set(kept) if _have_a_vote(judged) else {*answers.index, *_unsure(judged)}
    others = count([one for one in kept if one in wanted and one not in answers.index])
    counted = pd.concat([answered.frame, others.frame], ignore_index=True)
    return Measured(_with_others(counted, kept), answered.new + others.new)


def _evidence(
    tables: Mapping[str, pd.DataFrame], counts: pd.DataFrame, method: str
) -> pd.DataFrame:
    """EVIDENCE of what recipes judge: pages without a drawing are left out."""
    duplicates, measured = tables["duplicates"], {name: tables[name] for name in _MEASURED}
    known = evidence.gather(duplicates, object_counts=counts, **measured, method=method)
    pages = find_pages(tables["images"], duplicates)
    return known[~known["image_id"].isin(pages.index)].reset_index(drop=True)


def _with_others(counts: pd.DataFrame, image_ids: Sequence[str]) -> pd.DataFrame:
    """The counts, and "not_needed" for those of `image_ids` that have none, in their order."""
    others = not_counted(sorted(set(image_ids) - set(counts["image_id"])))
    rows = pd.concat([counts, others], ignore_index=True).set_index("image_id", drop=False)
    return rows.loc[list(image_ids)].reset_index(drop=True)


def _have_a_vote(judged: Judged) -> bool:
    weights = judged.quality.set_index("voter")["weight"]
    return bool(weights.get("objects", 0.0) != 0)


def _unsure(judged: Judged) -> list[str]:
    found = judged.judgements
    unsure: list[str] = found.loc[found["medium"] == UNSURE, "image_id"].tolist()
    return unsure
