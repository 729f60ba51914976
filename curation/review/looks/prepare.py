"""Prepares the looks of the last run of a workspace, in a process of its own: it needs scikit-learn
and, for a while, memory, of which the server has neither.

    python -m inksift.curation.review.looks.prepare WORKSPACE"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import PCA

from inksift.curation.base.errors import InksiftError
from inksift.curation.base.tables import CLUSTERS, EMBEDDINGS, HASHES
from inksift.curation.base.thumbnail_codec import unpack
from inksift.curation.base.vectors import matrix_of
from inksift.curation.review.looks.doubts import class_doubts
from inksift.curation.review.looks.layout import points_of
from inksift.curation.review.looks.looks import LENGTH
from inksift.curation.review.looks.seriation import places_in_order
from inksift.curation.review.looks.stored import (
    COMPONENTS,
    DIRECTIONS,
    LOOKS,
    direction_columns,
    read_looks,
    write_looks,
)
from inksift.curation.review.reading import read_run
from inksift.curation.review.run import Run
from inksift.curation.store.tables import column_batches, read_columns
from inksift.curation.store.workspace import Workspace

SEED = 0
"""Of all that is drawn: the same run is always prepared alike."""

FITTED_ON = 5000
"""Pictures that the components are found with; all are then turned to them."""

EMBEDDINGS_AT_ONCE = 1024
"""Embeddings in memory at one time: 4 MB of them."""

_NEVER_MISSING = [name for name in LOOKS.columns if name not in LOOKS.may_be_missing]
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in brightness (ITU-R BT.601)."""

_Floats = npt.NDArray[np.float32]


def prepare(workspace: Workspace) -> None:
    """Prepare the looks of the last run, where they are not prepared yet."""
    run = read_run(workspace)
    if read_looks(workspace, run) is None:
        write_looks(workspace, run, prepared(workspace, run))


def prepared(workspace: Workspace, run: Run) -> pd.DataFrame:
    """LOOKS of every readable picture of a run; of embeddings, hashes and clusters that are not
    there it says nothing."""
    image_ids = run.thumbnails["image_id"]
    frame = pd.DataFrame({"image_id": image_ids.astype("str")})
    for part in (_placed(workspace), _measured(workspace), _clustered(workspace)):
        frame = frame.merge(part, on="image_id", how="left")
    frame["light"] = _light(workspace, run)
    frame = frame.merge(_doubted(run, frame), on="image_id", how="left")
    whole = frame.reindex(columns=list(LOOKS.columns))
    filled = whole.fillna(dict.fromkeys(("place", "cluster"), -1)).fillna(
        {name: "" if name == "rather" else 0 for name in _NEVER_MISSING}
    )
    return LOOKS.check(filled.astype(dict(LOOKS.columns)))


def _placed(workspace: Workspace) -> pd.DataFrame:
    """Where every sound embedding lies among the others."""
    image_ids, directions = _reduced(workspace.table(EMBEDDINGS.name))
    if not len(image_ids):
        return pd.DataFrame({"image_id": pd.Series([], dtype="str"), "x": [], "y": [], "place": []})
    points = points_of(directions, SEED)
    whole = np.rint(directions * LENGTH).astype(np.int8)
    told = {"image_id": image_ids, "x": points[:, 0], "y": points[:, 1]}
    told |= {"place": places_in_order(directions, SEED)}
    return pd.concat([pd.DataFrame(told), direction_columns(whole)], axis=1)


def _reduced(table: Path) -> tuple[list[str], _Floats]:
    """The image_ids of the sound embeddings and their directions, read a few at a time."""
    image_ids: list[str] = []
    for some, _ in _embeddings(table):
        image_ids += some
    if len(image_ids) < 2:
        return [], np.zeros((0, 1), np.float32)
    sample = np.random.default_rng(SEED).random(len(image_ids)) < FITTED_ON / len(image_ids)
    sample[:2] = True
    fitted = _fitted(_sampled(table, sample), COMPONENTS)
    parts = [_unit(fitted.transform(_unit(vectors))) for _, vectors in _embeddings(table)]
    return image_ids, np.concatenate(parts)


def _sampled(table: Path, sample: npt.NDArray[np.bool_]) -> _Floats:
    parts, start = [], 0
    for some, vectors in _embeddings(table):
        parts.append(_unit(vectors[sample[start : start + len(some)]]))
        start += len(some)
    return np.concatenate(parts)


def _embeddings(table: Path) -> Iterator[tuple[list[str], _Floats]]:
    """The sound embeddings of a table with their image_ids, none where there is no table."""
    if not table.exists():
        return
    for frame in column_batches(table, ["image_id", "status", "vector"], rows=EMBEDDINGS_AT_ONCE):
        sound = frame[frame["status"] == "ok"]
        if len(sound):
            yield sound["image_id"].tolist(), matrix_of(sound["vector"])


def _fitted(vectors: _Floats, components: int) -> PCA:
    return PCA(min(components, *vectors.shape), random_state=SEED).fit(vectors)


def _unit(vectors: _Floats) -> _Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def _measured(workspace: Workspace) -> pd.DataFrame:
    """How sharp and how rich in contrast the content of every picture is."""
    names = ["image_id", "trimmed_contrast"]
    names += ["content_width", "content_height", "resolved_width", "resolved_height"]
    if not workspace.table(HASHES.name).exists():
        return pd.DataFrame(columns=["image_id", "sharpness", "contrast"])
    rows = read_columns(workspace.table(HASHES.name), names)
    shares = [rows[f"resolved_{side}"] / rows[f"content_{side}"] for side in ("width", "height")]
    sharpness = np.minimum(shares[0], shares[1]).clip(0, 1)
    told = {"sharpness": sharpness, "contrast": rows["trimmed_contrast"]}
    return pd.DataFrame({"image_id": rows["image_id"], **told})


def _clustered(workspace: Workspace) -> pd.DataFrame:
    table = workspace.table(CLUSTERS.name)
    if not table.exists():
        return pd.DataFrame(columns=["image_id", "cluster"])
    rows = read_columns(table, ["image_id", "kmeans"])
    return rows.rename(columns={"kmeans": "cluster"})


def _doubted(run: Run, frame: pd.DataFrame) -> pd.DataFrame:
    """The doubts on the classes of the kept copies that are not rejected, by image_id."""
    files = run.kept_files
    staying = (run.machine["outcome"] != "rejected").to_numpy(np.bool_)
    own = (files == np.arange(len(run))) & staying
    labels = run.machine.loc[own, ["image_id", "label"]].drop_duplicates("image_id")
    both = frame[frame["place"].notna()].merge(labels, on="image_id")
    told = {"image_id": both["image_id"], "doubt": np.float32(0), "rather": ""}
    if both.empty:
        return pd.DataFrame(told)
    codes, names = pd.factorize(both["label"])
    directions = both[DIRECTIONS].to_numpy(np.float32)
    found = class_doubts(np.asarray(directions / LENGTH, np.float32), codes.astype(np.int64), SEED)
    rather = np.where(found.doubt > 0, np.asarray(names, dtype=object)[found.rather], "")
    return pd.DataFrame(told | {"doubt": found.doubt, "rather": rather})


def _light(workspace: Workspace, run: Run) -> pd.Series:
    """The mean brightness of every thumbnail, read part by part."""
    told: dict[str, float] = {}
    for part in sorted(set(run.thumbnails["part"])):
        rows = read_columns(workspace.root / part, ["image_id", "thumbnail"])
        told |= dict(zip(rows["image_id"], map(_brightness, rows["thumbnail"]), strict=True))
    return run.thumbnails["image_id"].map(told)


def _brightness(thumbnail: bytes) -> float:
    """0 to 1, of every fourth pixel across and down."""
    return float((unpack(thumbnail)[::4, ::4] @ _LUMA).mean() / 255)


if __name__ == "__main__":
    try:
        prepare(Workspace(Path(sys.argv[1])))
    except InksiftError as error:
        sys.exit(f"the grid goes without similarity: {error}")
