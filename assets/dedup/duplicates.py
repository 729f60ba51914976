"""Which of several copies stays."""

from collections.abc import Iterator, Mapping

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import counts, records, table
from inksift.assets.shared.reuse import MADE_OF, made_before, made_of
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.union import union
from inksift.curation.base.tables import DUPLICATES, FAMILIES, KEPT_APART
from inksift.curation.dedup import groups
from inksift.curation.dedup.across import across_notes, across_splits
from inksift.curation.dedup.apart import kept_apart
from inksift.curation.dedup.families import find_families
from inksift.curation.dedup.groups import DedupParams
from inksift.curation.project import Project

_MOST_SHOWN = 20


class DedupConfig(DedupParams, dg.Config):
    """Which of several copies stays."""


STAGE = Stage(
    "duplicates",
    settings=DedupParams,
    tables={
        "duplicates": Made(
            DUPLICATES, "Every readable file with its group of copies; one of each group is kept"
        ),
        "kept_apart": Made(
            KEPT_APART, "Every two kept files that are related, and where a variant was changed"
        ),
        "families": Made(
            FAMILIES, "The kept files that a chain of variants ties together, and which is the best"
        ),
    },
    version=groups.VERSION,
    kinds={"numpy", "parquet"},
)


_HASHES = ("hashes", "test_hashes")
_READ = (*_HASHES, "images", "pairs", "human_decisions", "given_splits")


@STAGE.asset(reads=_HASHES, deps=["ledger"])
def copies(
    context: dg.AssetExecutionContext,
    images: pd.DataFrame,
    pairs: pd.DataFrame,
    human_decisions: pd.DataFrame,
    given_splits: pd.DataFrame,
    config: DedupConfig,
    project: dg.ResourceParam[Project],
    **found_in: pd.DataFrame,
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Group the files by what they show, keep one of each group, and find the variants among
    those. What was found in the same tables by the same settings stays."""
    digest = made_of(STAGE, project, _READ, settings=config.model_dump())
    if before := made_before(context, STAGE, project, digest):
        yield from (made.again(name) for name, made in before.items())
        return
    told = {MADE_OF: digest}
    known = union(found_in["hashes"], found_in["test_hashes"])
    found = groups.find_duplicates(images, known, pairs, config, human_decisions)
    yield _duplicates(found, across_splits(found, given_splits), told)
    apart = kept_apart(found, known, pairs)
    yield table(apart, "kept_apart", preview=records(apart.head(_MOST_SHOWN)), **told)
    families = find_families(images, found, known, pairs, config, human_decisions)
    sizes = families["family"].value_counts()
    yield table(
        families,
        "families",
        families=len(sizes),
        largest=int(sizes.max()) if len(sizes) else 0,
        **told,
    )


def _duplicates(
    found: pd.DataFrame, across: pd.DataFrame, told: Mapping[str, str]
) -> dg.MaterializeResult[pd.DataFrame]:
    dropped = found[~found["keep"]]
    kept = found.loc[found["kept_because"] != "", ["path", "kept_because"]]
    return table(
        found,
        "duplicates",
        across_splits=records(across.head(_MOST_SHOWN)),
        notes=across_notes(across),
        duplicates=len(dropped),
        duplicates_share=len(dropped) / len(found) if len(found) else 0.0,
        groups_with_copies=len(kept),
        groups_in_several_classes=int((found["keep"] & (found["conflict"] != "")).sum()),
        relations=counts(dropped["relation"]),
        kept_because=records(kept.head(_MOST_SHOWN)),
        **told,
    )
