"""What a run found out beyond its decisions, as an export tells it: boxes, embeddings, families,
and which picture trains, validates or tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.location import Location
from inksift.curation.base.tables import EMBEDDINGS, FAMILIES, OBJECT_COUNTS, SPLITS
from inksift.curation.evidence.models.roles import Boxes

OF_RUN = {table.name: table for table in (OBJECT_COUNTS, EMBEDDINGS, FAMILIES)}
"""The tables that a form may use, by name."""

IN_SPLITS = ("train", "validation", "test")
"""What a picture of a divided export is for."""


class Tested(NamedTuple):
    """The trusted test folder of a run, and its FOUND_FILES."""

    folder: Location
    images: pd.DataFrame


class ExportFacts(NamedTuple):
    """The tables of a run by name, as far as a form uses them; its SPLITS, None where the export is
    not divided by them; its trusted test folder, if it had one; the names of what its detector
    tells apart, by the class index of a box; and the tags that people gave, by path."""

    tables: Mapping[str, pd.DataFrame] = MappingProxyType({})
    splits: pd.DataFrame | None = None
    tested: Tested | None = None
    box_classes: Sequence[str] = ()
    tags: Mapping[str, Sequence[str]] = MappingProxyType({})


NO_FACTS = ExportFacts()
"""Of an export that needs nothing but decisions."""


class Evidence(NamedTuple):
    """By image_id, where there are any: the detector's boxes (n x 6) and the embedding; by path:
    the number of the family that a variant belongs to, and the tags that people gave; and the names
    of the detector's classes."""

    boxes: Mapping[str, Boxes] = MappingProxyType({})
    embeddings: Mapping[str, npt.NDArray[np.float16]] = MappingProxyType({})
    families: Mapping[str, int] = MappingProxyType({})
    box_classes: Sequence[str] = ()
    tags: Mapping[str, Sequence[str]] = MappingProxyType({})


def evidence_of(facts: ExportFacts) -> Evidence:
    """What the tables of a run say of every picture; a table that is not there says nothing."""
    rows = {name: _checked(facts.tables, name) for name in OF_RUN}
    counts, vectors, families = (
        rows[table.name] for table in (OBJECT_COUNTS, EMBEDDINGS, FAMILIES)
    )
    seen = counts[counts["status"] == "ok"]
    usable = vectors[vectors["status"] == "ok"]
    return Evidence(
        {key: flat.reshape(-1, 6) for key, flat in _pairs(seen, "image_id", "boxes")},
        dict(_pairs(usable, "image_id", "vector")),
        {path: int(number) for path, number in _pairs(families, "path", "family")},
        facts.box_classes,
        facts.tags,
    )


def run_splits(facts: ExportFacts) -> dict[str, str]:
    """The split of every kept file by path, those of the trusted test folder left out; "left_out"
    for relatives of test pictures."""
    rows = SPLITS.frame([]) if facts.splits is None else SPLITS.check(facts.splits)
    own = rows if facts.tested is None else rows[rows["split"] != "test"]
    return dict(_pairs(own, "path", "split"))


def trusted_rows(facts: ExportFacts) -> pd.DataFrame:
    """The SPLITS rows of the trusted test folder; none where the run had no such folder."""
    if facts.splits is None or facts.tested is None:
        return SPLITS.frame([])
    rows = SPLITS.check(facts.splits)
    return rows[rows["split"] == "test"]


def _checked(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    contract = OF_RUN[name]
    return contract.check(tables[name]) if name in tables else contract.frame([])


def _pairs(rows: pd.DataFrame, key: str, value: str) -> Iterator[tuple[Any, Any]]:
    return zip(rows[key], rows[value], strict=True)
