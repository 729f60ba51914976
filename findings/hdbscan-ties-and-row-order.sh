#!/usr/bin/env bash
# Find: both HDBSCANs cluster the same points otherwise when the rows come in another order.
# Guess (60%): a density hierarchy is of the set of points, so row order changes numbers, not groups.
# Seen: with many equal distances (small whole numbers, as of hashes or quantised features) the
#   partitions of two orders hardly agree; without ties they agree but for a point or two, and so do exact copies.
# With: hdbscan 0.8.44, scikit-learn 1.9.1, NumPy 2.4.6.
# Source: both build a minimum spanning tree, which is not unique where distances tie:
#   hdbscan/_hdbscan_linkage.pyx, sklearn/cluster/_hdbscan/_linkage.pyx.
# For inksift: sort by image_id is needed, and not enough: one picture more can move groups of flat art.
# Output seen:
#   hdbscan: ties 0.09, no ties 1.00, every point eight times 1.00
#   sklearn: ties 0.20, no ties 0.99, every point eight times 1.00
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check hdbscan==0.8.44 scikit-learn==1.9.1 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import warnings

import hdbscan
import numpy as np
from sklearn.cluster import HDBSCAN
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
cases = {
    "ties": rng.integers(0, 6, (300, 3)).astype(float),
    "no ties": make_blobs(300, 3, centers=6, random_state=1)[0],
    "every point eight times": np.repeat(rng.normal(size=(20, 16)), 8, axis=0),
}
for name, method in (
    ("hdbscan", lambda rows: hdbscan.HDBSCAN(min_cluster_size=5, core_dist_n_jobs=1).fit_predict(rows)),
    ("sklearn", lambda rows: HDBSCAN(min_cluster_size=5, copy=True).fit_predict(rows)),
):
    agreed = {}
    for case, rows in cases.items():
        order = rng.permutation(len(rows))
        agreed[case] = adjusted_rand_score(method(rows)[order], method(rows[order]))
    print(f"{name}:", ", ".join(f"{case} {score:.2f}" for case, score in agreed.items()))
    assert agreed["ties"] < 0.6 and min(agreed["no ties"], agreed["every point eight times"]) > 0.95, "changed"
PY
