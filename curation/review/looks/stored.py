"""Where the looks of a run are kept: in the workspace, under what they were prepared from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from inksift.curation.base.tables import CLUSTERS, EMBEDDINGS, HASHES, Table
from inksift.curation.review.looks.looks import Looks
from inksift.curation.review.numbers import shared_texts
from inksift.curation.review.run import Run
from inksift.curation.store.measurements import Measurements
from inksift.curation.store.workspace import Workspace

VERSION = 1
"""Raised whenever a number may change: what was stored under another is prepared again."""

COMPONENTS = 32
"""Numbers of a reduced embedding: by eye, the nearest of 40 rarely differ from those of all."""

DIRECTIONS = [f"d{number:02}" for number in range(COMPONENTS)]
"""The columns of a reduced embedding."""
LOOKS = Table(
    "looks",
    {
        "image_id": "str",
        **dict.fromkeys(("x", "y"), "float32"),
        **dict.fromkeys(("place", "cluster"), "int64"),
        **dict.fromkeys(("light", "sharpness", "contrast"), "float32"),
        "doubt": "float32",
        "rather": "str",
        **dict.fromkeys(DIRECTIONS, "int8"),
    },
    key=("image_id",),
    may_be_missing=frozenset({"light", "sharpness", "contrast"}),
)
"""One row per readable picture: what `Looks` says of its files; `place` is -1 for none, and
`rather` "" for no other class."""


def looks_folder(workspace: Workspace, run: Run) -> Path:
    """Where the looks of a run are, or would be: another run, or other tables, another folder."""
    tables = (EMBEDDINGS.name, HASHES.name, CLUSTERS.name)
    facts = [run.name, *(_stamp(workspace.table(name)) for name in tables)]
    digest = hashlib.sha256(f"{VERSION} {facts}".encode()).hexdigest()[:16]
    return workspace.root / "measurements" / LOOKS.name / digest


def read_looks(workspace: Workspace, run: Run) -> Looks | None:
    """What is prepared of a run, None where nothing is."""
    frame = Measurements(looks_folder(workspace, run)).frame()
    if frame.empty or list(frame.columns) != list(LOOKS.columns):
        return None
    return looks_by_file(frame, run)


def write_looks(workspace: Workspace, run: Run, frame: pd.DataFrame) -> None:
    """Store a LOOKS frame of a run, durably."""
    Measurements(looks_folder(workspace, run)).replace(LOOKS.check(frame))


def looks_by_file(frame: pd.DataFrame, run: Run) -> Looks:
    """A LOOKS frame by the numbers of the files of a run."""
    rows = pd.Index(frame["image_id"]).get_indexer(run.machine["image_id"])
    known = rows >= 0
    place = np.where(known, frame["place"].to_numpy()[rows], -1)
    directions = frame[DIRECTIONS].to_numpy(np.int8)[rows]
    directions[~known] = 0
    return Looks(
        points=np.where(known[:, None], frame[["x", "y"]].to_numpy()[rows], np.float32(0)),
        places=np.where(place < 0, len(run), place),
        clusters=np.where(known, frame["cluster"].to_numpy()[rows], -1),
        directions=directions,
        doubts=np.where(known, frame["doubt"].to_numpy()[rows], np.float32(0)),
        rather=shared_texts(frame["rather"], rows),
        **{name: _share(frame, name, rows) for name in ("light", "sharpness", "contrast")},
    )


def direction_columns(directions: np.ndarray[tuple[int, int], np.dtype[np.int8]]) -> pd.DataFrame:
    """Reduced embeddings, of perhaps fewer components, as columns of LOOKS."""
    wide = np.zeros((len(directions), COMPONENTS), np.int8)
    wide[:, : directions.shape[1]] = directions
    return pd.DataFrame(wide, columns=DIRECTIONS)


def _share(
    frame: pd.DataFrame, name: str, rows: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    values = frame[name].to_numpy(np.float32)[rows]
    return np.where(rows >= 0, values, np.float32("nan"))


def _stamp(path: Path) -> tuple[int, int]:
    """When a table was written and its size, zeros for one that is not there."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
