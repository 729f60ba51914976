"""A workspace as the first release with a ledger left it (2026-11-21), of a dozen drawn pictures on
which people had decided. Nothing of inksift is imported: what is written here never changes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from PIL import Image, ImageDraw

_SIDE_PX = 96
_VERSION = "60b0cffa5a2b1d4e"
"""Of the first decoder, with its settings."""

_ACTIONS = ("outcome", "label", "medium")

_SCHEMA = """
CREATE TABLE inksift_ledger_format (format INTEGER NOT NULL, PRIMARY KEY (format));
CREATE TABLE inksift_ledger (
    entry INTEGER NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, image_id TEXT NOT NULL,
    action TEXT NOT NULL, value TEXT NOT NULL, old TEXT NOT NULL, note TEXT NOT NULL,
    undoes INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, PRIMARY KEY (entry)
);
CREATE INDEX inksift_ledger_pictures ON inksift_ledger (image_id);
CREATE TRIGGER inksift_ledger_update BEFORE UPDATE ON inksift_ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER inksift_ledger_delete BEFORE DELETE ON inksift_ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER inksift_ledger_replace BEFORE INSERT ON inksift_ledger
    WHEN NEW.entry <= (SELECT max(entry) FROM inksift_ledger)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
INSERT INTO inksift_ledger_format VALUES (1);
"""


class FirstRelease(NamedTuple):
    """The workspace, the pictures that it is of, and by their paths the SHA-256 of each."""

    root: Path
    source: Path
    pictures: dict[str, str]


ENTRIES = [
    ("2026-11-21T05:00:00.000001+00:00", "ann", "cat/0.png", "outcome", "rejected", "", "ugly", 0),
    ("2026-11-21T05:00:00.000002+00:00", "ann", "cat/1.png", "label", "dog", "", "", 0),
    ("2026-11-21T05:00:00.000003+00:00", "bob", "cat/2.png", "medium", "photo", "", "", 0),
    ("2026-11-21T05:00:00.000004+00:00", "bob", "dog/0.png", "outcome", "rejected", "", "", 0),
    ("2026-11-21T05:00:00.000005+00:00", "ann", "dog/0.png", "outcome", "", "rejected", "", 4),
    ("2026-11-21T05:00:00.000006+00:00", "Zoë", "dog/1.png", "outcome", "kept", "", "猫\nso", 0),
]
"""When, who, the picture, action, value, the value before, note, and the entry that is undone."""

IN_FORCE = {
    ("cat/0.png", "outcome", "rejected"),
    ("cat/1.png", "label", "dog"),
    ("cat/2.png", "medium", "photo"),
    ("dog/1.png", "outcome", "kept"),
}


def first_release(folder: Path) -> FirstRelease:
    """Write pictures and their workspace below a folder."""
    source, root = folder / "pictures", folder / "workspace"
    pictures = {path: _draw(source / path, seed) for seed, path in enumerate(_paths())}
    root.mkdir()
    (root / "workspace.json").write_text('{"inksift_workspace": 1}')
    (root / "run.guard").touch()
    _ledger(root / "ledger.sqlite", pictures)
    tables = _tables(root, source, pictures)
    for name, frame in tables.items():
        _parquet(root / "tables" / f"{name}.parquet", frame)
    _publish(root, source, tables["verdicts"])
    return FirstRelease(root, source, pictures)


def _paths() -> list[str]:
    return [f"{label}/{number}.png" for label in ("cat", "dog") for number in range(6)]


def _draw(path: Path, seed: int) -> str:
    """A picture of many shapes, unlike all others; the SHA-256 of the file."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (_SIDE_PX, _SIDE_PX), "white")
    for _ in range(12):
        corners = np.sort(rng.integers(0, _SIDE_PX, (2, 2)), axis=0).ravel().tolist()
        ImageDraw.Draw(picture).ellipse(corners, tuple(rng.integers(0, 256, 3).tolist()), "black")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _ledger(file: Path, pictures: dict[str, str]) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(_SCHEMA)
        for number, (at, who, path, action, value, old, note, undoes) in enumerate(ENTRIES, 1):
            entry = (number, at, who, pictures[path], action, value, old, note, undoes)
            digest = hashlib.sha256(json.dumps(entry).encode()).hexdigest()
            cells = ", ".join("?" * (len(entry) + 1))
            connection.execute(f"INSERT INTO inksift_ledger VALUES ({cells})", (*entry, digest))


def _tables(root: Path, source: Path, pictures: dict[str, str]) -> dict[str, pd.DataFrame]:
    paths, ids = list(pictures), list(pictures.values())
    labels = [path.partition("/")[0] for path in paths]
    thumbnails = [_packed(source / path) for path in paths]
    part = _part(root, "thumbnails", pd.DataFrame({"image_id": ids, "thumbnail": thumbnails}))
    empty = [""] * len(paths)
    facts = {"error": empty, "note": empty, "width": _SIDE_PX, "height": _SIDE_PX}
    kind = {"format": "PNG", "mode": "RGB"}
    hashes = {"phash": np.arange(len(ids), dtype="uint64") << 40, "contrast": 30.0}
    _part(root, "pixels", pd.DataFrame({"image_id": ids, **facts, **kind, **hashes}))
    vectors = [np.full(8, number, np.float16) for number in range(len(ids))]
    embedded = {"embedder": "efficientnet-lite0", "status": "ok", "vector": vectors}
    embeddings = pd.DataFrame({"image_id": ids, **embedded, "texture": vectors})
    _part(root, "embeddings", embeddings)
    files: dict[str, Any] = {
        "path_bytes": [path.encode() for path in paths],
        "image_id": ids,
        "label": labels,
        "size_bytes": [(source / path).stat().st_size for path in paths],
        "mtime_ns": [(source / path).stat().st_mtime_ns for path in paths],
        "readable": True,
    }
    alone = {"group": range(len(paths)), "keep": True, "duplicate_of": empty, "relation": "none"}
    return {
        "images": pd.DataFrame({"path": paths, **files, **facts, **kind}),
        "hashes": pd.DataFrame({"image_id": ids, **hashes}),
        "thumbnails": pd.DataFrame({"image_id": ids, "part": part}),
        "embeddings": embeddings,
        "duplicates": pd.DataFrame({"path": paths, "image_id": ids, **alone, "distance": 0}),
        "human_decisions": _human_decisions(pictures),
        "verdicts": _verdicts(paths, ids, labels),
    }


def _human_decisions(pictures: dict[str, str]) -> pd.DataFrame:
    """A row per picture, with a column per action."""
    rows = []
    for path, action, value in sorted(IN_FORCE, key=lambda decision: pictures[decision[0]]):
        said = dict.fromkeys(_ACTIONS, "") | {action: value}
        last = {"who": "ann", "at": ENTRIES[0][0], "note": ""}
        rows.append({"image_id": pictures[path], **said, **last})
    return pd.DataFrame(rows)


def _verdicts(paths: list[str], ids: list[str], labels: list[str]) -> pd.DataFrame:
    table = pd.DataFrame({"path": paths, "image_id": ids, "label": labels, "outcome": "kept"})
    empty = dict.fromkeys(("stage", "reason", "duplicate_of"), "")
    judged = {"p_photo": 0.125, "medium": "illustration", "explanation": "illustration 0.12"}
    table = table.assign(**empty, **judged, decided_by="machine").set_index("path", drop=False)
    rejected = ["cat/0.png", "cat/2.png"]
    table.loc[rejected, ["outcome", "stage"]] = "rejected", "human"
    table.loc[rejected, "reason"] = "human", "photo"
    table.loc["cat/1.png", "label"] = "dog"
    table.loc["cat/2.png", "medium"] = "photo"
    table.loc[sorted(path for path, _, _ in IN_FORCE), "decided_by"] = "human"
    return table.reset_index(drop=True)


def _publish(root: Path, source: Path, decisions: pd.DataFrame) -> None:
    medium = {"embedder": "efficientnet-lite0", "answers": 1, "photo_share": 0.1}
    files = {
        "decisions.parquet": _parquet_bytes(decisions),
        "decisions.csv": decisions.to_csv(index=False).encode(),
        "source.json": json.dumps({"source": str(source), "review": "kept"}).encode(),
        "medium.json": json.dumps(medium, indent=1).encode(),
        "report.html": b"<!doctype html><title>inksift</title><p>12 files</p>",
    }
    for name, data in files.items():
        (root / name).write_bytes(data)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    (root / "published.json").write_text(json.dumps(digests, indent=1))


def _packed(file: Path) -> bytes:
    """A thumbnail: red and blue as differences to green, each value as one to its left."""
    red, green, blue = np.moveaxis(np.asarray(Image.open(file)), 2, 0)
    planes = np.stack((red - green, green, blue - green))
    planes[:, :, 1:] -= planes[:, :, :-1].copy()
    header = struct.pack("<4sHH", b"ISTN", *green.shape)
    return header + zstandard.ZstdCompressor(level=1).compress(planes.tobytes())


def _part(root: Path, stage: str, rows: pd.DataFrame) -> str:
    """Store measurements under the digest of their bytes; their path in the workspace."""
    data = _parquet_bytes(rows)
    name = f"measurements/{stage}/{_VERSION}/{hashlib.sha256(data).hexdigest()}.parquet"
    (root / name).parent.mkdir(parents=True)
    (root / name).write_bytes(data)
    return name


def _parquet(path: Path, rows: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_parquet_bytes(rows))


def _parquet_bytes(rows: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), buffer, compression="zstd")
    return buffer.getvalue()
