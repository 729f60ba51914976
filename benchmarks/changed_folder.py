"""Pairs of drawings that differ in something small, laid into a folder of `planted_folder`."""

from __future__ import annotations

import zlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from picture_sources import Sources
from small_change_families import FAMILIES
from small_change_pairs import changed_pair

from inksift.curation.base.engine import per_item

FIRST = "before a small change"
"""What the column `transform` says of the first picture of a pair."""

STYLE = "small change"


def add_changes(files: pd.DataFrame, data: Path, out: Path, each: int, seed: int) -> pd.DataFrame:
    """`files` with `each` pairs of every family of small changes more, written into `out`/pictures.

    The second of a pair bears its family as `transform` and the first in `of`. Their numbers of
    `picture` are their own, though a pair may be made of a picture that lies in the folder."""
    jobs = [(family, number) for family in FAMILIES for number in range(each)]
    write = partial(_write, sources=Sources(data), folder=out / "pictures", seed=seed)
    pairs = pd.DataFrame([row for some in per_item(write, jobs) for row in some])
    pairs.index += len(files)
    first = pairs["transform"] == FIRST
    pairs["of"] = pairs.index.to_series().where(first).ffill().astype(int)
    pairs["picture"] = files["picture"].max() + 1 + np.arange(len(pairs))
    return pd.concat([files, pairs])


def is_change(files: pd.DataFrame) -> pd.Series:
    """Which files belong to a pair of a small change."""
    return files["style"] == STYLE


def _write(job: tuple[str, int], sources: Sources, folder: Path, seed: int) -> list[dict[str, Any]]:
    family, number = job
    rng = np.random.default_rng([seed, zlib.crc32(family.encode()), number])
    pair = changed_pair(family, rng, sources)
    told = {"style": STYLE, "source": pair.source, "opaque": True}
    stem, rows = f"small_change/{zlib.crc32(family.encode()):08x}_{number:03}", []
    for end, data, name in (("a", pair.first, FIRST), ("b", pair.second, family)):
        suffix = "png" if data.startswith(b"\x89PNG") else "jpg"
        path = f"{stem}{end}.{suffix}"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        rows.append({"path": path, "transform": name, "sha256": path} | told)
    return rows
