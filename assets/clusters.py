"""Groups of similar pictures, by three methods."""

import dagster as dg
import pandas as pd

from assets.display import picture
from assets.results import records, table
from curation.clusters import VERSION, ClusterParams, find_clusters
from curation.report import plots


class ClustersConfig(ClusterParams, dg.Config):
    """Settings of the three methods."""


@dg.asset(group_name="evidence", kinds={"scikitlearn", "parquet"}, code_version=str(VERSION))
def clusters(embeddings: pd.DataFrame, config: ClustersConfig) -> dg.MaterializeResult[pd.DataFrame]:
    """The cluster of every picture by DBSCAN, HDBSCAN and KMeans; -1 is noise."""
    found = find_clusters(embeddings, config)
    return table(
        found.frame,
        comparison=records(found.comparison),
        eps=found.eps,
        k_distance=picture(plots.k_distance(found.distances, found.eps), "k-distance with the chosen eps"),
    )
