"""One contract per table: its columns, their dtypes and its key, checked wherever it crosses a
stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from inksift.curation.base.errors import SchemaError
from inksift.curation.base.vectors import VectorDtype

_ALWAYS_THERE = "biu"
"""Kinds of NumPy dtypes that have no missing values: truth and whole numbers."""


@dataclass(frozen=True)
class Table:
    """A contract. Columns of dtype `object` hold one NumPy array per row, those of dtype `vectors`
    one each of the same length, which may stay on disk; text is never missing ("" instead)."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...] = ()
    may_be_missing: frozenset[str] = field(default=frozenset())

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`frame` with exactly these columns, in order, and a fresh index; SchemaError when it
        breaks the contract."""
        absent = [name for name in self.columns if name not in frame.columns]
        if absent:
            raise SchemaError(f"{self.name}: missing column(s) {', '.join(absent)}")
        ordered = list(frame.columns) == list(self.columns)
        frame = (frame if ordered else frame[list(self.columns)]).reset_index(drop=True)
        for name, column in frame.items():
            self._check_column(column, self.columns[str(name)])
        if self.key and self._repeats_its_key(frame):
            raise SchemaError(f"{self.name}: rows repeat the key {', '.join(self.key)}")
        return frame

    def only(self, *names: str) -> Table:
        """The contract of these columns, the key among them: for those who read no others, and so
        can read what an earlier version wrote, which knew fewer."""
        return replace(self, columns={name: self.columns[name] for name in names})

    def frame(self, rows: list[dict[str, object]]) -> pd.DataFrame:
        """A checked frame from rows; no rows give an empty frame with the right dtypes."""
        columns: dict[str, pd.Series] = {}
        for name, dtype in self.columns.items():
            columns[name] = pd.Series([row[name] for row in rows], dtype=dtype)
        return self.check(pd.DataFrame(columns))

    def of_columns(self, **columns: Any) -> pd.DataFrame:
        """A checked frame from columns of one length, each a sequence by its name."""
        told = {
            name: pd.Series(columns[name], dtype=dtype).reset_index(drop=True)
            for name, dtype in self.columns.items()
        }
        return self.check(pd.DataFrame(told))

    def _repeats_its_key(self, frame: pd.DataFrame) -> bool:
        if len(self.key) == 1:  # several times as quick as to look for rows that repeat
            return not frame[self.key[0]].is_unique
        return bool(frame.duplicated(list(self.key)).any())

    def _check_column(self, column: pd.Series, dtype: str) -> None:
        if str(column.dtype) != dtype:
            raise SchemaError(f"{self.name}.{column.name}: expected {dtype}, got {column.dtype}")
        if column.name in self.may_be_missing or column.dtype.kind in _ALWAYS_THERE:
            return
        if column.hasnans:
            raise SchemaError(
                f"{self.name}.{column.name}: {int(column.isna().sum())} value(s) missing"
            )
        if dtype.startswith("float") and not np.isfinite(column.to_numpy()).all():
            raise SchemaError(f"{self.name}.{column.name}: not every value is finite")


IMAGES = Table(
    "images",
    {
        "path": "str",
        "path_bytes": "object",
        "image_id": "str",
        "label": "str",
        "size_bytes": "int64",
        "mtime_ns": "int64",
        "readable": "bool",
        "error": "str",
        "note": "str",
        "width": "int64",
        "height": "int64",
        "format": "str",
        "mode": "str",
        "ai_mark": "str",
    },
    key=("path",),
)
"""One row per file found. `path` is relative to the source and safe to show; `path_bytes` is the
raw name. `image_id` is the SHA-256 of the file's bytes ("" where they could not be read). `width`
and `height` are those of the upright picture in pixels, 0 where `readable` is false; `error` then
says why. `ai_mark` is what the file says about an AI that made it, a key of AI_MARKS or "" for
nothing; it decides nothing by itself."""

FOUND_FILES = IMAGES.only(
    "path",
    "path_bytes",
    "image_id",
    "label",
    "size_bytes",
    "readable",
    "width",
    "height",
    "format",
)
"""What people and exports are told of the files that a run found, whichever version it was of."""

HASHES = Table(
    "hashes",
    {
        "image_id": "str",
        "pixels": "str",
        "oriented": "object",
        "trimmed_contrast": "float64",
        "content_width": "int64",
        "content_height": "int64",
        "row_spectrum": "object",
        "column_spectrum": "object",
        "resolved_width": "int64",
        "resolved_height": "int64",
        "block": "int64",
        "halo": "float64",
        "colours": "int64",
        "vividness": "float64",
        "clipped": "float64",
        "lossless": "bool",
        "quality": "float64",
    },
    key=("image_id",),
)
"""One row per readable picture: the SHA-256 of its pixels, of its transparency and of other frames,
and, of its content, which is what uniform borders leave: eight 64-bit hashes, one per orientation
(see `gate.fingerprint`), the deviation of the 32 x 32 grey levels behind them, and its size in
pixels of the upright picture.

Then what tells a good copy from a poor one (see `gate.detail` and `gate.stored_as`): the power of
its rows and columns in bands of a quarter octave, float32 binary logarithms; the pixels across and
down that would hold all its detail; the side of a `block` in which its pixels are repeated, 1 for
none; `halo`, the overshoot beside edges as a share of their height; how many `colours` some 4,000
of its pixels have, how far apart these lie (`vividness`, in levels), and the share that may be
`clipped` at black or white; whether the file is stored without loss, and its `quality` (0 to 100,
-1 for one that is not told)."""

PAIRS = Table(
    "pairs",
    {
        "first": "str",
        "second": "str",
        "relation": "str",
        "distance": "int64",
        "similarity": "float64",
        "transform": "str",
        "marked": "str",
        "tilt": "float64",
        "stretch": "float64",
        "scale": "float64",
        "grain": "float64",
        "places": "str",
        "other_places": "str",
    },
    key=("first", "second"),
)
"""One row per two related pictures, `first` < `second` by image_id. `relation` is "duplicate" or
"variant", `distance` the bits between their hashes in the best orientation (-1 where a hash is not
trusted), `similarity` (0 to 1) that of their aligned pixels, `transform` what makes the second of
the first, in words, and `marked` which of them ("first", "second" or "") bears a watermark.

From the first to the second: `tilt` is the turn in degrees beyond quarter turns (-45 to 45),
`stretch` the natural logarithm of how much wider than high it became, `scale` how many times as
large it is drawn (as a length in pixels of the originals), `grain` the binary logarithm of how much
rougher it is where the other is smooth. `places` and `other_places` are the changed
places of a variant in the first and in the second, each "left top right bottom" in thousandths of
the upright picture, joined by "; ", the largest first. Of pictures with the same pixels only the
one of the smallest image_id is named."""

PAIR_SEARCH = Table("pair_search", dict.fromkeys(("compared", "flat", "crowded"), "int64"))
"""One row on how PAIRS were found: the pairs whose pixels were compared, the pictures that are too
flat for that, and those with so many look-alikes that only the nearest and the best of them were
compared."""

DUPLICATES = Table(
    "duplicates",
    {
        "path": "str",
        "image_id": "str",
        "group": "int64",
        "keep": "bool",
        "duplicate_of": "str",
        "relation": "str",
        "distance": "int64",
        "similarity": "float64",
        "transform": "str",
        "kept_because": "str",
        "close_call": "str",
        "conflict": "str",
    },
    key=("path",),
)
"""One row per readable file. `relation` to the kept copy is "none", "exact" (same bytes), "pixels"
(same pixels) or "duplicate" (found by comparing, see PAIRS; `transform` is what makes it of the
kept one). `kept_because` says why the kept file of a group with copies stays, `close_call` what
speaks for the next best all the same ("" for nothing), and `conflict` names the other classes that
files of the group lie in."""

GROUPED_FILES = DUPLICATES.only("path", "image_id", "group", "keep")
"""Which files share one picture, whichever version found that."""

KEPT_APART = Table(
    "kept_apart",
    {
        "path": "str",
        "other_path": "str",
        "relation": "str",
        "distance": "int64",
        "similarity": "float64",
        "transform": "str",
        "places": "str",
        "other_places": "str",
    },
    key=("path", "other_path"),
)
"""One row per two groups with related pictures: their kept files, and the PAIRS row of these two
where there is one, or else that of the most similar others of the groups. `places` and
`other_places` are as in PAIRS, "" where the row is of other pixels than those of the kept files."""

FAMILIES = Table(
    "families",
    {"path": "str", "family": "int64", "rank": "int64", "rule": "str"},
    key=("path",),
)
"""One row per kept file that is a variant of another kept one, by family and then by path. `family`
is the same number for all that a chain of KEPT_APART ties, `rank` the place of the file in the
order in which they would be kept, 0 for the best, and `rule` what `duplicates.variants` says of
those after it."""

OBJECT_COUNTS = Table(
    "object_counts",
    {
        "image_id": "str",
        "status": "str",
        "objects": "int64",
        "classes": "str",
        "largest_share": "float64",
        "boxes": "object",
    },
    key=("image_id",),
)
"""One row per kept picture. `status` is "ok", "detector_unavailable", "model_error" or "not_needed"
(`object_counts.only` left it out); `classes` reads "cat:2,dog:1"; `boxes` is a flat float32 array
of x1, y1, x2, y2 (0 to 1), confidence, class index per object. Of a long strip all are those of the
window with the median number of them."""

EMBEDDINGS = Table(
    "embeddings",
    {
        "image_id": "str",
        "embedder": "str",
        "status": "str",
        "vector": VectorDtype.name,
        "texture": VectorDtype.name,
    },
    key=("image_id",),
)
"""One row per distinct readable picture of source and trusted test folder, and the network that saw
it: float16 `vector`, the mean of every channel of the last feature map, then its deviation over the
picture; `texture`, the same of the stages before, then covariances of the channels of early stages.
`status` is "ok" or "bad_feature" (then all zero). Of a long strip the numbers are the mean of those
of its windows."""

CLUSTERS = Table(
    "clusters",
    {"image_id": "str", "dbscan": "int64", "hdbscan": "int64", "kmeans": "int64"},
    key=("image_id",),
)
"""One row per kept picture with a usable embedding: its cluster by each method, -1 for noise."""

DECISIONS = Table(
    "decisions",
    {
        "path": "str",
        "image_id": "str",
        "label": "str",
        "outcome": "str",
        "stage": "str",
        "reason": "str",
        "duplicate_of": "str",
        "p_photo": "float64",
        "medium": "str",
        "explanation": "str",
        "decided_by": "str",
    },
    key=("path",),
    may_be_missing=frozenset({"p_photo"}),
)
"""One row per file found: its one `outcome` ("kept", "review", "rejected"), with `stage` and
`reason` unless it is kept. `label` is its class, the one that a person gave it if anybody did.
`duplicate_of` is the path of the copy, or of the variant, that stays in its place. `p_photo` (0 to
1) is the probability of a photograph, missing where nothing was judged, and `medium` the answer
("illustration", "photo", "unsure"). `explanation` says in words what spoke for it, and
`decided_by` whether it was the "machine" or a "human"."""

SPLITS = Table(
    "splits",
    {"path": "str", "image_id": "str", "label": "str", "group": "int64", "split": "str"},
    key=("path", "split"),
)
"""One row per kept file and per trusted test file. `split` is "train", "validation" or "test", one
per group, and "left_out" for kept relatives of a trusted test picture. Paths are relative to the
folder that the file was found in."""

TRAINING_SET = Table(
    "training_set",
    {
        "image_id": "str",
        "label": "str",
        "split": "str",
        "augmentation_seed": "int64",
        "weight": "float64",
    },
)
"""One row per picture that the network sees in an epoch. `augmentation_seed` is -1 for an original
and marks an oversampled copy otherwise; `weight` is that of its class in the loss, with a mean of
1."""

CURVES = Table(
    "curves",
    {
        "epoch": "int64",
        "learning_rate": "float64",
        "train_loss": "float64",
        "train_accuracy": "float64",
        "validation_loss": "float64",
        "validation_macro_f1": "float64",
        "seconds": "float64",
    },
    key=("epoch",),
)
"""One row per epoch of training: its mean losses, its `train_accuracy` and `validation_macro_f1`
(0 to 1), and the `seconds` that it took."""

PREDICTIONS = Table(
    "predictions",
    {"image_id": "str", "label": "str", "predicted": "str", "confidence": "float64"},
)
"""One row per test picture: its class, the class that the network gives it, and that class's
probability."""
