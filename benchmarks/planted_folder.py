"""A folder of drawings with planted copies and variants, and which of its files show one
picture."""

from __future__ import annotations

import shutil
import zlib
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image
from planted_copies import TRANSFORMS, VARIANTS, is_visible, on_white, plant, sketch

from inksift.curation.base.components import connected_components
from inksift.curation.base.engine import per_item
from inksift.curation.gather.gate.content import pixel_digest

SKETCHES = 300
COPIES = ("exact", *TRANSFORMS)
JOINED = {
    "painting_trad": "painting",
    "watercolour": "painting",
    "digital_painting": "digital",
    "game_title_art": "digital",
    "digital_flat": "digital",
}
"""Styles of `labelled2` that make one; what it has besides is ink, engravings and prints."""

SAME = (
    (
        "crawl/images/reginaldo_vicente_manhice/0101_01.jpg",
        "crawl/images/reginaldo_vicente_manhice/0101_09.jpg",
    ),
    ("crawl/images/wiehan_de_jager/0005_01.jpg", "crawl/images/wiehan_de_jager/0005_06.jpg"),
    (
        "labelled/illustrations/person/noto_man_walking_1f6b6_200d_2642.png",
        "labelled/illustrations/person/noto_man_walking_facing_right_1f6b6_200d_2642_fe0f_200d_27a1.png",
    ),
    *(
        (
            f"labelled/illustrations/story_zablon_alex_nguku/asp_0080_{page}.jpg",
            f"labelled/illustrations/story_zablon_alex_nguku/asp_0239_{page}.jpg",
        )
        for page in ("06", "08", "11")
    ),
)
"""Copies among the originals that no list names, found by aligning them: one on wider ground, one
with a white border (`near_pairs.csv` calls it a variant), one mirrored, three compressed again."""


class Scale(NamedTuple):
    """Originals of each style, and how many of them get copies."""

    originals: int
    planted: int


def lay_out(data: Path, out: Path, scale: Scale, seed: int) -> pd.DataFrame:
    """Write originals, copies and variants into `out`/pictures.

    One row per file: path, style, transform ("original" too), source, sha256 of the source, `of`
    (the row of its original), whether that is `opaque`, and `picture` (a number, equal for what
    shows the same)."""
    drawings = pd.concat(
        [real_drawings(data), _sketches(out / "sketches", seed)], ignore_index=True
    )
    rank = drawings.sample(frac=1, random_state=seed).groupby("style").cumcount().sort_index()
    judged = drawings["sha256"].isin(_judged(data)[["first", "second"]].stack())
    drawings["planted"] = rank < scale.planted
    drawings = drawings[(rank < scale.originals) | judged]
    shutil.rmtree(out / "pictures", ignore_errors=True)
    jobs = list(drawings.itertuples())
    rows = per_item(partial(_write, folder=out / "pictures", seed=seed), jobs)
    files = pd.DataFrame([row for some in rows for row in some])
    files["of"] = (
        files.index.to_series().where(files["transform"] == "original").ffill().astype(int)
    )
    return files.assign(picture=_pictures(data, files))


def near_pairs(data: Path, files: pd.DataFrame) -> pd.DataFrame:
    """The pairs judged by eye as rows of `files`: first, second, verdict."""
    originals = files[files["transform"] == "original"]
    row = pd.Series(originals.index, index=originals["sha256"])
    return _judged(data).assign(
        **{end: lambda pairs, end=end: pairs[end].map(row) for end in ("first", "second")}
    )


def known_twice(data: Path) -> set[str]:
    """SHA-256 of illustrations that are known to look like others."""
    drawings = real_drawings(data)
    listed = drawings.loc[drawings["source"].isin(np.ravel(SAME)), "sha256"]
    return {*listed, *_judged(data)[["first", "second"]].stack()}


def real_drawings(data: Path) -> pd.DataFrame:
    """Every distinct illustration: file, source, style, sha256."""
    tables = {"labelled": "manifest.csv", "labelled2": "manifest.csv", "crawl": "truth.csv"}
    lists = [pd.read_csv(data / name / table).assign(set=name) for name, table in tables.items()]
    rows = pd.concat(lists, ignore_index=True)
    rows = rows[rows["kind"] == "illustration"].drop_duplicates("sha256")
    rows["source"] = rows["set"] + "/" + rows["path"]
    rows["file"] = [data / source for source in rows["source"]]
    rows.loc[rows["set"] == "labelled2", "style"] = (
        rows["style"].map(JOINED).fillna("ink and print")
    )
    rows.loc[rows["set"] == "crawl", "style"] = "crawl"
    return rows[["file", "source", "style", "sha256"]]


def _sketches(folder: Path, seed: int) -> pd.DataFrame:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{number:03}.png" for number in range(SKETCHES)]
    for number, file in enumerate(files):
        Image.fromarray(sketch(np.random.default_rng([seed, number]))).save(file)
    names = [f"sketches/{file.name}" for file in files]
    return pd.DataFrame({"file": files, "source": names, "style": "sketch_drawn", "sha256": names})


def _write(drawing: Any, folder: Path, seed: int) -> list[dict[str, Any]]:
    """The rows of an original and of what is planted beside it."""
    with Image.open(drawing.file) as picture:
        rgb, opaque = on_white(picture), not picture.has_transparency_data
    stem = f"{drawing.style}/{drawing.Index:04}"
    same = {
        "style": drawing.style,
        "source": drawing.source,
        "sha256": drawing.sha256,
        "opaque": opaque,
    }
    same["digest"] = pixel_digest(rgb)
    contents = {"original": drawing.file.read_bytes()} | (
        _planted(drawing, rgb, seed) if drawing.planted else {}
    )
    rows = [
        {"path": _name(stem, name, data), "transform": name} | same
        for name, data in contents.items()
    ]
    for row, data in zip(rows, contents.values(), strict=True):
        (folder / row["path"]).parent.mkdir(parents=True, exist_ok=True)
        (folder / row["path"]).write_bytes(data)
    return rows


def _planted(drawing: Any, rgb: np.ndarray, seed: int) -> dict[str, bytes]:
    contents = {"exact": drawing.file.read_bytes()}
    for number, name in enumerate((*TRANSFORMS, *VARIANTS)):
        rng = np.random.default_rng([seed, zlib.crc32(drawing.source.encode()), number])
        contents[name] = plant(rgb, name, rng)
    return {
        name: data
        for name, data in contents.items()
        if name not in VARIANTS or is_visible(rgb, data)
    }


def _name(stem: str, transform: str, data: bytes) -> str:
    suffix = "png" if data.startswith(b"\x89PNG") else "jpg"
    return f"{stem}_{transform.replace(' ', '_')}.{suffix}"


def _judged(data: Path) -> pd.DataFrame:
    """The pairs judged by eye: first, second (SHA-256 of the files), verdict."""
    digest = pd.read_csv(data / "crawl" / "truth.csv").set_index("path")["sha256"]
    pairs = pd.read_csv(data / "crawl" / "near_pairs.csv")
    return pd.DataFrame(
        {
            "first": pairs["path_a"].map(digest),
            "second": pairs["path_b"].map(digest),
            "verdict": pairs["verdict"],
        }
    )


def _pictures(data: Path, files: pd.DataFrame) -> np.ndarray:
    """A number per file: the same for copies of originals that have equal pixels or are known to
    show one picture."""
    near = near_pairs(data, files)
    near = near.loc[near["verdict"] == "duplicate", ["first", "second"]].to_numpy()
    row = files.drop_duplicates("source").reset_index().set_index("source")["index"]
    same = [(row[one], row[two]) for one, two in SAME if one in row and two in row]
    equal = np.stack([files.index, files.groupby("digest")["of"].transform("min")], axis=1)
    starts, ends = np.concatenate([equal, near, np.array(same, np.int64).reshape(-1, 2)]).T
    return connected_components(len(files), starts, ends)
