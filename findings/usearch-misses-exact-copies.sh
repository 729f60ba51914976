#!/usr/bin/env bash
# Find: usearch misses a quarter of a picture's exact copies, where hnswlib finds every one.
# Guess (60%): with 300 equal vectors among 2000 and a search width of 400, a graph index gives at
#   least 290 of the 300, since all lie at distance 0.
# Seen: hnswlib 300; usearch far fewer, filled up with strangers, with the same width, links and order.
# With: usearch 2.26.6, hnswlib 0.8.0, NumPy 2.4.6.
# Source: both are after Malkov and Yashunin 2016 (HNSW); usearch's documentation of
#   connectivity, expansion_add, expansion_search and `exact=True`, which finds all.
# For inksift: large groups of copies are the rule in crawls; find exact copies by digest first.
# Output seen:
#   copies of 300 found: hnswlib 300, usearch 222, usearch exact 300
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check usearch==2.26.6 hnswlib==0.8.0 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import hnswlib
import numpy as np
from usearch.index import Index

vectors = np.random.default_rng(0).normal(size=(2000, 32)).astype(np.float32)
vectors[500:800] = vectors[500]
graph = hnswlib.Index("l2", 32)
graph.init_index(2000, ef_construction=200, M=16, random_seed=1)
graph.add_items(vectors, num_threads=1)
graph.set_ef(400)
found = {"hnswlib": graph.knn_query(vectors[500], k=300, num_threads=1)[1][0]}
index = Index(ndim=32, metric="l2sq", dtype="f32", connectivity=16, expansion_add=200, expansion_search=400)
index.add(np.arange(2000), vectors, threads=1)
found["usearch"] = index.search(vectors[500], 300, threads=1).distances
found["usearch exact"] = index.search(vectors[500], 300, exact=True).distances
copies = {name: int((np.asarray(distances) < 1e-6).sum()) for name, distances in found.items()}
print("copies of 300 found:", ", ".join(f"{name} {number}" for name, number in copies.items()))
assert copies["hnswlib"] == copies["usearch exact"] == 300 and copies["usearch"] < 285, "changed"
PY
