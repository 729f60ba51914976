"""What clustering a sample in place of all pictures changes: the labels of both, method by method.

    python benchmarks/cluster_sample.py WORKSPACE [--sample 1024 2048 4096 ...]

Takes the embeddings of the last run in a workspace. A folder beyond the bound of
`evidence/clusters.py` cannot be clustered whole in reasonable time, so the sample is made as much
smaller than the folder as it would be there. Prints, for each size of it, how many pictures are
noise to one alone, the adjusted Rand index of what is clustered by both, and seconds of CPU."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from unittest.mock import patch

import pandas as pd
from sklearn.metrics import adjusted_rand_score

from inksift.curation.base.tables import EMBEDDINGS
from inksift.curation.evidence import clusters
from inksift.curation.store.tables import read_table
from inksift.curation.store.workspace import Workspace

METHODS = ("dbscan", "hdbscan", "kmeans")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--sample", type=int, nargs="+", default=[1024, 2048, 4096])
    options = parser.parse_args()
    place = Workspace(options.workspace).table(EMBEDDINGS.name)
    embeddings = read_table(place, EMBEDDINGS)
    exact, seconds = _clustered(embeddings, len(embeddings), len(embeddings))
    print(f"{len(embeddings)} pictures, all of them: {seconds:.1f} CPU s")
    rows = []
    for size in options.sample:
        found, seconds = _clustered(embeddings, size, size)
        for method in METHODS:
            row = {"sample": size, "method": method, "cpu_s": round(seconds, 1)}
            rows.append(row | _changed(exact[method], found[method]))
            print(", ".join(f"{name} {value}" for name, value in rows[-1].items()))
    print(json.dumps({"benchmark": "cluster_sample", "pictures": len(embeddings), "rows": rows}))


def _clustered(
    embeddings: pd.DataFrame, exact_up_to: int, sample: int
) -> tuple[pd.DataFrame, float]:
    limits = clusters.ClusterLimits(exact_up_to=exact_up_to, sample=sample)
    began = time.process_time()
    with patch.object(clusters, "_LIMITS", limits):
        found = clusters.find_clusters(embeddings, clusters.ClusterParams())
    return found.frame, time.process_time() - began


def _changed(exact: pd.Series, found: pd.Series) -> dict[str, float]:
    both = (exact >= 0) & (found >= 0)
    return {
        "noise to the sample alone": round(float(((found < 0) & (exact >= 0)).mean()), 3),
        "noise to all alone": round(float(((found >= 0) & (exact < 0)).mean()), 3),
        "Rand index": round(float(adjusted_rand_score(exact[both], found[both])), 3),
    }


if __name__ == "__main__":
    main()
