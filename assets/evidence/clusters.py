"""Groups of similar pictures, by three methods."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from inksift.assets.shared.display import picture
from inksift.assets.shared.results import records, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.among import is_among
from inksift.curation.base.tables import CLUSTERS
from inksift.curation.evidence.clusters import VERSION, ClusterParams
from inksift.curation.evidence.known_clusters import known_clusters
from inksift.curation.project import Project
from inksift.curation.report import plots
from inksift.curation.store.last_result import LastResult


class ClustersConfig(ClusterParams, dg.Config):
    """Settings of the three methods."""


STAGE = Stage(
    "clusters",
    settings=ClusterParams,
    tables={
        "clusters": Made(
            CLUSTERS,
            "The cluster of every kept picture by DBSCAN, HDBSCAN and KMeans; -1 is noise",
        ),
        "cluster_comparison": Made(
            None, "The three methods side by side: clusters, noise, silhouette, seconds"
        ),
    },
    version=VERSION,
    kinds={"scikitlearn", "parquet"},
    work="measures",
)


@STAGE.asset()
def clustered(
    duplicates: pd.DataFrame,
    embeddings: pd.DataFrame,
    config: ClustersConfig,
    project: dg.ResourceParam[Project],
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Cluster the embeddings of the kept pictures three times."""
    kept = duplicates.loc[duplicates["keep"], "image_id"]
    found = known_clusters(
        embeddings[is_among(embeddings["image_id"], kept)],
        config,
        stored=LastResult(project.workspace, STAGE.name),
    )
    curve = picture(plots.k_distance(found.distances, found.eps), "k-distance with the chosen eps")
    yield table(found.frame, "clusters", eps=found.eps, k_distance=curve)
    yield table(found.comparison, "cluster_comparison", comparison=records(found.comparison))
