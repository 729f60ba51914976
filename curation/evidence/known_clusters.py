"""Clusters of an earlier run, where nothing that decides them has changed since."""

from __future__ import annotations

from importlib.metadata import version

import pandas as pd

from inksift.curation.base.tables import CLUSTERS
from inksift.curation.evidence.clusters import VERSION, ClusterParams, Clusters, find_clusters
from inksift.curation.store.last_result import LastResult, digest_of_facts

_LIBRARIES = ("scikit-learn", "hdbscan", "numpy")
_TABLES = ("clusters", "comparison", "eps", "distances")


def known_clusters(
    embeddings: pd.DataFrame, params: ClusterParams, *, stored: LastResult
) -> Clusters:
    """As `find_clusters`, whose answer is kept in `stored`; its seconds are those of the run that
    found it."""
    made_of = _made_of(embeddings, params)
    known = stored.recall(made_of, _TABLES)
    if known is None:
        found = find_clusters(embeddings, params)
        stored.remember(made_of, _tables(found))
        return found
    return Clusters(
        CLUSTERS.check(known["clusters"]),
        known["comparison"],
        float(known["eps"]["eps"].iloc[0]),
        known["distances"]["distance"].to_numpy(),
    )


def _tables(found: Clusters) -> dict[str, pd.DataFrame]:
    return {
        "clusters": found.frame,
        "comparison": found.comparison,
        "eps": pd.DataFrame({"eps": [found.eps]}),
        "distances": pd.DataFrame({"distance": found.distances}),
    }


def _made_of(embeddings: pd.DataFrame, params: ClusterParams) -> str:
    sound = embeddings[embeddings["status"] == "ok"].sort_values("image_id")
    return digest_of_facts(
        (
            VERSION,
            [version(name) for name in _LIBRARIES],
            params.model_dump_json(),
            "\n".join(sound["image_id"]).encode(),
            sound["vector"].array.identity(),
        )
    )
