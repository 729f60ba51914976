"""What inksift and its peers call duplicates in a folder of `planted_folder`."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from inksift.curation.dedup.groups import DedupParams, find_duplicates
from inksift.curation.dedup.pairs import PairParams, find_pairs
from inksift.curation.evidence.features import FeatureParams, embed, load_embedder
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace

PEERS = """The peers look at the upright picture only: they find turned copies where a
picture is symmetric or the network does not care. They lay no transparent picture on white, so that
its opaque copies look different to them."""


class Found(NamedTuple):
    """What a contender calls duplicates, as n x 2 rows of `files`: all pairs, and every copy with
    what stays."""

    pairs: np.ndarray
    kept: np.ndarray
    seconds: float
    detail: str = ""


class Run(NamedTuple):
    """DUPLICATES of a folder as inksift finds them, and what finding them took."""

    duplicates: pd.DataFrame
    seconds: float
    detail: str


def ours(out: Path, files: pd.DataFrame) -> Found:
    """The groups of inksift, run through its library on the pictures in `out`."""
    run = run_library(out)
    return Found(*_grouped(run.duplicates, files), run.seconds, run.detail)


def run_library(out: Path) -> Run:
    """All stages of inksift up to who stays, on the pictures in `out`."""
    workspace, params, began = (
        Workspace(out / "workspace"),
        FeatureParams(download=False),
        time.perf_counter(),
    )
    found = find_images(out / "pictures", workspace, ImageParams())
    decoded = time.perf_counter()
    read, ids = Thumbnails(workspace, found.thumbnails), found.thumbnails["image_id"].tolist()
    stored = {"workspace": workspace, "pictures_version": read.version}
    embedded = embed(
        ids, read, embedder=load_embedder(workspace, None, params), params=params, **stored
    ).frame
    seen = time.perf_counter()
    sizes = found.images[found.images["readable"]].drop_duplicates("image_id")
    pairs = find_pairs(sizes, found.hashes, embedded, read, params=PairParams(), **stored)
    table = find_duplicates(found.images, found.hashes, pairs.frame, DedupParams())
    ended = time.perf_counter()
    detail = (
        f"reading {decoded - began:.0f} s, features {seen - decoded:.0f} s, pairs "
        f"{ended - seen:.0f} s; "
        f"{pairs.compared} candidates, {len(pairs.frame)} related; {pairs.crowded} pictures "
        f"crowded, {pairs.flat} flat"
    )
    return Run(table, ended - began, detail)


def _grouped(table: pd.DataFrame, files: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    row = pd.Series(files.index, index=files["path"])
    table = table.assign(row=table["path"].map(row), stays=table["duplicate_of"].map(row))
    groups = [sorted(rows) for _, rows in table.groupby("group")["row"]]
    copies = table.dropna(subset="stays")
    return _pairs(pair for rows in groups for pair in combinations(rows, 2)), copies[
        ["row", "stays"]
    ].to_numpy(int)


def _pairs(pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


def peers(pythons: Sequence[Path], out: Path, files: pd.DataFrame) -> dict[str, Found]:
    """What each peer reports on the same pictures, under the first of the interpreters that has it;
    one that none can run says so and is left out."""
    row = dict(zip(files["path"], files.index, strict=True))
    found: dict[str, Found] = {}
    errors: dict[str, list[str]] = {}
    for python in pythons:
        if found and not errors:
            break
        for peer in _answers(python, out, missing=errors):
            if "error" in peer:
                errors.setdefault(peer["name"], []).append(f"{python}: {peer['error']}")
                continue
            errors.pop(peer["name"], None)
            pairs = _pairs(sorted((row[one], row[two]) for one, two in peer["pairs"]))
            stars = _stars(pairs, files["path"])
            found[peer["name"]] = Found(pairs, stars, peer["seconds"], peer["detail"])
    for name, said in errors.items():
        print(f"{name}: {'; '.join(said)}")
    return found


def _answers(python: Path, out: Path, missing: Iterable[str]) -> list[dict[str, Any]]:
    """What the script of the peers writes of those that are `missing`, of all where none is."""
    answer, script = out / "peers.json", Path(__file__).with_name("dedup_peers.py")
    command = [python, script, out / "pictures", answer, *missing]
    subprocess.run(command, check=True, capture_output=True)
    return list(json.loads(answer.read_text()))


def _stars(pairs: np.ndarray, paths: pd.Series) -> np.ndarray:
    """Copy and what stays: by the order of their paths, every file that is still there drives out
    its duplicates."""
    near: dict[int, list[int]] = {}
    for one, two in pairs.tolist():
        near.setdefault(one, []).append(two)
        near.setdefault(two, []).append(one)
    gone: dict[int, int] = {}
    for row in sorted(near, key=paths.__getitem__):
        if row not in gone:
            gone |= {other: row for other in near[row] if other not in gone}
    return _pairs(gone.items())
