#!/usr/bin/env bash
# Find: scikit-learn turns half-precision embeddings into rows of zeros when it scales them to unit length.
# Guess (75%): normalize() of float16 gives unit length to three digits; all values are far below 65504.
# Seen: the type is kept, the sum of squares overflows, and every row becomes 0, with no error.
#   cosine_similarity, which scales by itself, is right: it goes over to float64 first.
# With: scikit-learn 1.9.1, NumPy 2.4.6.
# Source: sklearn/preprocessing/_data.py, normalize (FLOAT_DTYPES has float16) and
#   sklearn/utils/extmath.py, row_norms; numpy/linalg: norm() works in the input's type.
# For inksift: 1280 features around 10 are enough; widen what float16 Parquet gives before any norm.
# Output seen:
#   norm inf; lengths after normalize [0.0, 0.0], of a float32 copy [1.0, 1.0]; own cosine 1.000
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3.11 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -q --no-compile --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6
cd "$dir"
venv/bin/python - <<'PY'
import warnings

import numpy as np
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import normalize

warnings.simplefilter("ignore", RuntimeWarning)
half = np.abs(np.random.default_rng(0).normal(size=(2, 1280)) * 10).astype(np.float16)
assert half.max() < 100
norm = np.linalg.norm(half[0])
lengths = [
    np.linalg.norm(normalize(half.astype(dtype)).astype(np.float64), axis=1).round(3).tolist()
    for dtype in (np.float16, np.float32)
]
cosine = cosine_similarity(half)[0, 0]
print(f"norm {norm}; lengths after normalize {lengths[0]}, of a float32 copy {lengths[1]}; own cosine {cosine:.3f}")
assert np.isinf(norm) and lengths == [[0, 0], [1, 1]] and abs(cosine - 1) < 1e-3, "changed"
PY
