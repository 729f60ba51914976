"""Which pictures are copies or variants of each other."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import counts, engine_told, records, table
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.union import readable, union
from inksift.curation.base.tables import PAIR_SEARCH, PAIRS
from inksift.curation.dedup import pairs as library
from inksift.curation.dedup.pairs import PairParams
from inksift.curation.project import Project
from inksift.curation.spread.engine import Engine
from inksift.curation.store.thumbnails import Thumbnails

_MOST_SHOWN = 20


class PairsConfig(PairParams, dg.Config):
    """Settings of the search for related pictures."""


STAGE = Stage(
    "pairs",
    settings=PairParams,
    tables={
        "pairs": Made(
            PAIRS,
            "Every two pictures that are copies or variants, trusted test pictures among them",
        ),
        "pair_search": Made(
            PAIR_SEARCH,
            "How many pairs were compared, and how many pictures are too flat or too crowded for "
            "it",
        ),
    },
    version=library.VERSION,
    kinds={"numpy", "parquet"},
    work="measures",
)


_BOTH_FOLDERS = (
    "images",
    "test_images",
    "hashes",
    "test_hashes",
    "thumbnails",
    "test_thumbnails",
)


@STAGE.asset(reads=_BOTH_FOLDERS)
def related_pairs(
    embeddings: pd.DataFrame,
    config: PairsConfig,
    project: dg.ResourceParam[Project],
    engine: dg.ResourceParam[Engine],
    **found_in: pd.DataFrame,
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Look for related pictures by hash and embedding, and compare the pixels of every two that may
    be."""
    thumbnails = union(found_in["thumbnails"], found_in["test_thumbnails"])
    read = Thumbnails(project.workspace, thumbnails)
    found = library.find_pairs(
        readable(found_in["images"], found_in["test_images"]),
        union(found_in["hashes"], found_in["test_hashes"]),
        embeddings,
        read,
        workspace=project.workspace,
        params=config,
        unseen=read.unseen,
        pictures_version=read.version,
        engine=engine,
    )
    yield table(
        found.frame,
        "pairs",
        measured=found.new,
        compared=found.compared,
        flat=found.flat,
        lost=found.lost,
        crowded=found.crowded,
        relations=counts(found.frame["relation"]),
        transforms=counts(found.frame["transform"]),
        preview=records(found.frame.head(_MOST_SHOWN)),
        **engine_told(engine),
    )
    counted: dict[str, object] = {
        "compared": found.compared,
        "flat": found.flat,
        "crowded": found.crowded,
    }
    yield table(PAIR_SEARCH.frame([counted]), "pair_search", **counted)
