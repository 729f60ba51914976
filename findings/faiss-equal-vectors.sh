#!/usr/bin/env bash
# Find: faiss's exact flat index gives equal neighbours in descending order by inner product and in
#   ascending order by L2, and says distance 0 of a vector to itself only for small batches.
# Guess (65%): of equal similarities the lowest ids come first, by either metric; (70%) an exact index
#   says 0 for a vector itself.
# Seen: of 30 equal vectors both find ids 0 to 4 as the top 5, by inner product from 4 down to 0: the
#   first neighbour depends on k. L2 to itself is 0 for 19 queries, and above 0 among 100.
# With: faiss-cpu 1.15.1, NumPy 2.4.6.
# Source: faiss/utils/distances.cpp: distance_compute_blas_threshold = 20 queries, from which on
#   |x|^2 + |y|^2 - 2xy is used; faiss/utils/ordered_key_value.h orders what is equal by id.
# For inksift: sort by (distance, id) whatever the index; never ask `distance == 0` for a copy.
# Output seen:
#   of 30 equal: inner product, top 1 [0], top 5 [4, 3, 2, 1, 0]; L2, top 5 [0, 1, 2, 3, 4]
#   L2 to itself, 1 query: 0.0, 19 queries: 0.0, 100 queries: up to 0.0009765625
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import faiss
import numpy as np

faiss.omp_set_num_threads(1)
vectors = np.random.default_rng(0).normal(size=(1000, 1280)).astype(np.float32)
product, square = faiss.IndexFlatIP(1280), faiss.IndexFlatL2(1280)
for index in (product, square):
    index.add(np.repeat(vectors[:1], 30, axis=0))
one, five, other = (index.search(vectors[:1], k)[1][0].tolist() for index, k in ((product, 1), (product, 5), (square, 5)))
print(f"of 30 equal: inner product, top 1 {one}, top 5 {five}; L2, top 5 {other}")
flat = faiss.IndexFlatL2(1280)
flat.add(vectors)
own = {}
for queries in (1, 19, 100):
    distances, ids = flat.search(vectors[:queries], 1)
    assert (ids[:, 0] == np.arange(queries)).all()
    own[queries] = float(distances.max())
print(f"L2 to itself, 1 query: {own[1]}, 19 queries: {own[19]}, 100 queries: up to {own[100]}")
assert (one, five, other) == ([0], [4, 3, 2, 1, 0], [0, 1, 2, 3, 4]), "changed"
assert own[1] == own[19] == 0 < own[100], "changed"
PY
