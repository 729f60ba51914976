#!/usr/bin/env bash
# Find: the same `min_samples` means one neighbour more in hdbscan than in scikit-learn's HDBSCAN.
# Guess (80%): scikit-learn took its HDBSCAN over from the package, so the same settings give the same clusters.
# Seen: with groups of 5, 5 and 30 points and 5 for both settings, hdbscan calls all 40 noise and scikit-learn finds the
#   three groups, as DBSCAN does with 5; hdbscan with 4 finds them too.
# With: hdbscan 0.8.44, scikit-learn 1.9.1, NumPy 2.4.6.
# Source: hdbscan/hdbscan_.py asks its tree for min_samples + 1 neighbours, itself among them;
#   sklearn/cluster/_hdbscan/hdbscan.py asks for min_samples, the point itself the first of them.
# For inksift: one is taken off for hdbscan (curation/evidence/clusters.py), as the setting says "itself included".
# Output seen:
#   clusters and noise with 4: hdbscan 3 0, scikit-learn 3 0, DBSCAN 3 0
#   clusters and noise with 5: hdbscan 0 40, scikit-learn 3 0, DBSCAN 3 0
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
from sklearn.cluster import DBSCAN, HDBSCAN

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
points = np.repeat(np.eye(3, 8) * 3, (5, 5, 30), axis=0) + rng.normal(size=(40, 8)) * 0.05


def found(labels):
    return len(set(labels) - {-1}), int((labels == -1).sum())


seen = {}
for few in (4, 5):
    seen[few] = {
        "hdbscan": found(hdbscan.HDBSCAN(min_cluster_size=5, min_samples=few, core_dist_n_jobs=1).fit_predict(points)),
        "scikit-learn": found(HDBSCAN(min_cluster_size=5, min_samples=few, copy=True).fit_predict(points)),
        "DBSCAN": found(DBSCAN(eps=0.5, min_samples=few).fit_predict(points)),
    }
    told = (f"{name} {clusters} {noise}" for name, (clusters, noise) in seen[few].items())
    print(f"clusters and noise with {few}:", ", ".join(told))
assert set(seen[4].values()) == {(3, 0)}, "changed"
assert seen[5] == {"hdbscan": (0, 40), "scikit-learn": (3, 0), "DBSCAN": (3, 0)}, "changed"
PY
