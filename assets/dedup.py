"""Which pictures are copies or variants of each other, and which copy stays."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.human import LEDGER
from assets.results import counts, records, table
from assets.union import readable, union
from curation.base.tables import PAIR_SEARCH
from curation.dedup import groups
from curation.dedup import pairs as library
from curation.dedup.groups import DedupParams
from curation.dedup.pairs import PairParams
from curation.project import Project
from curation.store.thumbnails import Thumbnails

MOST_SHOWN = 20


class PairsConfig(PairParams, dg.Config):
    """Settings of the search for related pictures."""


class DedupConfig(DedupParams, dg.Config):
    """Which of several copies stays."""


def _out(description: str) -> dg.AssetOut:
    return dg.AssetOut(
        group_name="dedup",
        kinds={"numpy", "parquet"},
        code_version=str(library.VERSION),
        description=description,
    )


@dg.multi_asset(
    name="pairs",
    outs={
        "pairs": _out(
            "Every two pictures that are copies or variants, trusted test pictures among them"
        ),
        "pair_search": _out(
            "How many pairs were compared, and how many pictures are too flat or too crowded for it"
        ),
    },
)
def related_pairs(
    images: pd.DataFrame,
    test_images: pd.DataFrame,
    hashes: pd.DataFrame,
    test_hashes: pd.DataFrame,
    embeddings: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    config: PairsConfig,
    project: dg.ResourceParam[Project],
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Look for related pictures by hash and embedding, and compare the pixels of every two that may
    be."""
    read = Thumbnails(project.workspace, union(thumbnails, test_thumbnails))
    found = library.find_pairs(
        readable(images, test_images),
        union(hashes, test_hashes),
        embeddings,
        read,
        workspace=project.workspace,
        params=config,
        pictures_version=read.version,
    )
    yield table(
        found.frame,
        "pairs",
        measured=found.new,
        compared=found.compared,
        flat=found.flat,
        crowded=found.crowded,
        relations=counts(found.frame["relation"]),
        transforms=counts(found.frame["transform"]),
        preview=records(found.frame.head(MOST_SHOWN)),
    )
    counted: dict[str, object] = {
        "compared": found.compared,
        "flat": found.flat,
        "crowded": found.crowded,
    }
    yield table(PAIR_SEARCH.frame([counted]), "pair_search", **counted)


@dg.asset(
    group_name="dedup", kinds={"numpy", "parquet"}, code_version=str(groups.VERSION), deps=[LEDGER]
)
def duplicates(
    images: pd.DataFrame,
    hashes: pd.DataFrame,
    test_hashes: pd.DataFrame,
    pairs: pd.DataFrame,
    human_decisions: pd.DataFrame,
    config: DedupConfig,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Every readable file with its group of copies; one file of each group is kept."""
    found = groups.find_duplicates(
        images, union(hashes, test_hashes), pairs, config, human_decisions
    )
    dropped = found[~found["keep"]]
    kept = found.loc[found["kept_because"] != "", ["path", "kept_because"]]
    return table(
        found,
        duplicates=len(dropped),
        groups_with_copies=len(kept),
        groups_in_several_classes=int((found["keep"] & (found["conflict"] != "")).sum()),
        relations=counts(dropped["relation"]),
        kept_because=records(kept.head(MOST_SHOWN)),
    )
