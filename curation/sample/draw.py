"""Plans a noisy set, then draws it: imbalanced classes, copies, unreadable files and photographs
among the drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field

from inksift.curation.base.engine import per_item
from inksift.curation.base.errors import SourceError
from inksift.curation.base.params import Params
from inksift.curation.base.rgb import Rgb
from inksift.curation.sample.encode import DAMAGES, FILE_ENDINGS, damaged, encode, near_copy
from inksift.curation.sample.photographs import Crop, cut, plan_crops
from inksift.curation.sample.scenes import SUBJECTS, draw_scene
from inksift.curation.sample.shapes import Rng
from inksift.curation.sample.styles import STYLES, paint
from inksift.curation.sample.truth import DAMAGED, DRAWING, PHOTOGRAPH, TRUTH

VERSION = 1
"""Raised whenever the same seed draws other pictures."""

_LABELS = tuple(SUBJECTS)
_ENCODINGS = ("jpeg", "png", "webp", "gif", "bmp")
_FREQUENCIES = (0.5, 0.25, 0.12, 0.08, 0.05)
"""How often each of the encodings is drawn."""

_MIN_SIDE_PX = 120
"""Shorter side of the smallest drawing."""

_ASPECTS = ((1.0, 1.0), (1.0, 1.0), (1.33, 1.0), (1.0, 1.33), (1.5, 1.0))
"""Shapes of pages, as width and height; drawn with equal chances."""

_PLAN, _TRAIN, _TEST = range(3)


class SampleParams(Params):
    """How large, how lopsided and how noisy the drawn set is. Shares are of the number of
    drawings."""

    images: int = Field(
        120, ge=8, le=10_000, description="Drawings in the largest of the eight classes"
    )
    imbalance: float = Field(
        30.0, ge=1, le=1000, description="Drawings in the largest class over the smallest"
    )
    photo_share: float = Field(
        0.12, ge=0, le=1, description="Real photographs scattered over the classes"
    )
    exact_copy_share: float = Field(
        0.05, ge=0, le=0.4, description="Copies with the same bytes under another name"
    )
    near_copy_share: float = Field(
        0.06, ge=0, le=0.4, description="Copies compressed again, resized or brightened"
    )
    unreadable_share: float = Field(
        0.03, ge=0, le=1, description="Truncated, corrupt, empty and wrongly named files"
    )
    test_per_class: int = Field(
        6, ge=0, le=1000, description="Clean drawings per class in the trusted test folder"
    )
    max_side_px: int = Field(
        600, ge=_MIN_SIDE_PX, le=2000, description="Shorter side of the largest drawing, in pixels"
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, description="The same seed draws the same bytes")


@dataclass(frozen=True)
class _Entry:
    """One file to be made. `source` is the number of the entry that a copy is made from."""

    kind: str
    label: str
    style: str
    encoding: str
    copy: str = ""
    source: int = -1
    crop: Crop | None = None
    path: str = ""


def draw_sample(folder: Path, params: SampleParams) -> pd.DataFrame:
    """Draw the set into `folder`: images/CLASS/, a clean test/CLASS/, and truth.csv, written last
    and returned (TRUTH).

    SourceError when `folder` is a file, holds anything, or cannot be written.
    """
    _claim(folder)
    entries = _named(_plan(params), params)
    try:
        _write_images(folder / "images", entries, params)
        _write_test(folder / "test", params)
        truth = _truth(entries)
        truth.to_csv(folder / "truth.csv", index=False)
    except OSError as error:
        raise SourceError(
            f"cannot draw into {folder} ({error.strerror}): choose a folder that can be written"
        ) from error
    return truth


def class_sizes(images: int, imbalance: float) -> dict[str, int]:
    """Drawings per class, falling evenly on a logarithmic scale.

    >>> list(class_sizes(120, 30.0).values())
    [120, 74, 45, 28, 17, 11, 7, 4]
    """
    steps = np.linspace(0, 1, len(_LABELS))
    return {
        label: max(1, round(images * imbalance**-step))
        for label, step in zip(_LABELS, steps, strict=True)
    }


def _claim(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SourceError(
            f"{folder} is not an empty folder: give a new or an empty one, nothing is ever "
            "overwritten"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(
            f"cannot make {folder} ({error.strerror}): choose another folder"
        ) from error


def _plan(params: SampleParams) -> list[_Entry]:
    rng = np.random.default_rng([params.seed, _PLAN])
    sizes = class_sizes(params.images, params.imbalance)
    drawings = _plan_drawings(sizes, rng)
    total = len(drawings)
    entries = drawings + _plan_photographs(round(total * params.photo_share), sizes, rng)
    entries += _plan_damage(round(total * params.unreadable_share), sizes, rng)
    return entries + _plan_copies(drawings, params, rng)


def _plan_drawings(sizes: dict[str, int], rng: Rng) -> list[_Entry]:
    """One entry per drawing; the first two of all are one with transparency and one with an EXIF
    orientation."""
    styles = tuple(STYLES)
    entries: list[_Entry] = []
    for offset, (label, size) in enumerate(sizes.items()):
        for i in range(size):
            encoding = str(rng.choice(_ENCODINGS, p=_FREQUENCIES))
            style = styles[(i + offset) % len(styles)]
            entries.append(_Entry(DRAWING, label, style, encoding))
    return [
        replace(entries[0], encoding="transparent"),
        replace(entries[1], encoding="turned"),
        *entries[2:],
    ]


def _plan_photographs(count: int, sizes: dict[str, int], rng: Rng) -> list[_Entry]:
    crops = plan_crops(count, rng)
    labels = _scatter(count, sizes, rng)
    return [
        _Entry(PHOTOGRAPH, label, "grey" if crop.grey else "colour", "jpeg", crop=crop)
        for label, crop in zip(labels, crops, strict=True)
    ]


def _plan_damage(count: int, sizes: dict[str, int], rng: Rng) -> list[_Entry]:
    kinds = tuple(DAMAGES)
    labels = _scatter(count, sizes, rng)
    return [
        _Entry(DAMAGED, label, kinds[i % len(kinds)], kinds[i % len(kinds)])
        for i, label in enumerate(labels)
    ]


def _plan_copies(drawings: Sequence[_Entry], params: SampleParams, rng: Rng) -> list[_Entry]:
    """Copies of different drawings, never of the two special ones, each in the class of what it
    copies."""
    sources = rng.permutation(np.arange(2, len(drawings)))
    exact = round(len(drawings) * params.exact_copy_share)
    near = round(len(drawings) * params.near_copy_share)
    same = [replace(drawings[i], copy="exact", source=int(i)) for i in sources[:exact]]
    alike = [
        replace(drawings[i], copy="near", source=int(i), encoding=str(rng.choice(["jpeg", "webp"])))
        for i in sources[exact : exact + near]
    ]
    return same + alike


def _scatter(count: int, sizes: dict[str, int], rng: Rng) -> list[str]:
    """Classes for `count` stray files; small classes get more than their share, as in a crawl."""
    weights = np.sqrt(list(sizes.values()))
    return [str(label) for label in rng.choice(_LABELS, count, p=weights / weights.sum())]


def _named(entries: list[_Entry], params: SampleParams) -> list[_Entry]:
    """Entries with paths like cat/cat_0007.jpg, numbered in an order that gives nothing away."""
    rng = np.random.default_rng([params.seed, _PLAN, 1])
    numbers = rng.permutation(len(entries))
    extensions = {**FILE_ENDINGS, **DAMAGES}
    return [
        replace(
            entry, path=f"{entry.label}/{entry.label}_{number:04d}.{extensions[entry.encoding]}"
        )
        for entry, number in zip(entries, numbers, strict=True)
    ]


def _write_images(folder: Path, entries: list[_Entry], params: SampleParams) -> None:
    numbered = list(enumerate(entries))

    def write(item: tuple[int, _Entry]) -> None:
        number, entry = item
        rng = np.random.default_rng([params.seed, _TRAIN, number])
        _write(folder / entry.path, _bytes_of(entry, entries, folder, params, rng))

    per_item(write, [item for item in numbered if not item[1].copy])
    per_item(write, [item for item in numbered if item[1].copy])


def _bytes_of(
    entry: _Entry, entries: list[_Entry], folder: Path, params: SampleParams, rng: Rng
) -> bytes:
    if entry.copy:
        original = (folder / entries[entry.source].path).read_bytes()
        return original if entry.copy == "exact" else near_copy(original, entry.encoding, rng)
    if entry.crop:
        return encode(cut(entry.crop), entry.encoding, rng)
    if entry.kind == DAMAGED:
        return damaged(entry.style, _drawing(entry.label, "flat", params.max_side_px, rng), rng)
    return encode(_drawing(entry.label, entry.style, params.max_side_px, rng), entry.encoding, rng)


def _write_test(folder: Path, params: SampleParams) -> None:
    styles = tuple(STYLES)

    def write(item: tuple[int, str, int]) -> None:
        class_number, label, number = item
        rng = np.random.default_rng([params.seed, _TEST, class_number, number])
        rgb = _drawing(label, styles[number % len(styles)], params.max_side_px, rng)
        _write(folder / label / f"{label}_test_{number:03d}.png", encode(rgb, "png", rng))

    numbers = range(params.test_per_class)
    per_item(
        write,
        [(k, label, i) for (k, label), i in product(enumerate(_LABELS), numbers)],
    )


def _drawing(label: str, style: str, max_side_px: int, rng: Rng) -> Rgb:
    side = round(float(np.exp(rng.uniform(np.log(_MIN_SIDE_PX), np.log(max_side_px)))))
    width, height = _ASPECTS[rng.integers(len(_ASPECTS))]
    return paint(draw_scene(label, width, height, rng), style, side, rng)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _truth(entries: list[_Entry]) -> pd.DataFrame:
    rows: list[dict[str, object]] = [
        {
            "path": entry.path,
            "kind": entry.kind,
            "label": entry.label,
            "style": entry.style,
            "copy_of": entries[entry.source].path if entry.copy else "",
            "copy": entry.copy,
        }
        for entry in sorted(entries, key=lambda entry: entry.path)
    ]
    return TRUTH.frame(rows)
