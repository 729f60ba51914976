"""The labelled pictures behind the medium head: where they come from, and their features in several
views.

A view is the picture as a crawler may meet it: as it is, squashed to 227 px, made smaller or tiny
and re-encoded, cropped, in grey, or with its subject cut out on white. What is measured is kept in
a workspace, so that a second run measures nothing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd
from PIL import Image

from curation.base.engine import per_item
from curation.base.rgb import Rgb
from curation.evidence.clusters import ClusterParams, find_clusters
from curation.evidence.features import FeatureParams, embed, load_embedder
from curation.evidence.objects import ObjectParams, count_objects, load_detector
from curation.gather.images import ImageParams, find_images
from curation.gather.signals import SIGNALS
from curation.gather.signals.table import TABLE as SIGNALS_TABLE
from curation.store.thumbnails import Thumbnails
from curation.store.workspace import Workspace
from curation.verdict.medium.style import style_features

SETS = ("labelled", "labelled2")
UNCERTAIN_STYLES = ("old_halftone_photo", "engraving_object")
"""The README of the data calls their labels the least certain: they are left out."""

ILLUSTRATIONS = {
    "cartoons": ("emoji_noto", "symbol_mulberry", "mascot_gopher"),
    "3D emoji": ("emoji_fluent3d",),
    "storybook": ("storybook",),
    "ink and engravings": ("charcoal_drawing", "engraving", "ink_drawing", "old_print"),
    "watercolours": ("watercolour",),
    "paintings": ("painting_trad", "ukiyo_e", "woodblock", "botanical_plate"),
    "digital art": ("digital_painting", "digital_flat", "game_title_art"),
}
PHOTOGRAPHS = {
    "black-and-white photographs": ("object_bw", "bw", "old_bw"),
    "products on white": ("product_on_white",),
    "blurred photographs": ("blur",),
}
COLOUR = "colour photographs"
CUT_OUT = (COLOUR, "storybook", "watercolours", "paintings", "digital art")
"""Families whose pictures are scenes, from which a subject can be cut out."""

BATCH = 256
SQUASHED_PX = 227


class Pictures(NamedTuple):
    """n pictures: `table` (image_id, path, photo, family, style, source), and per view their style
    features (n x d) and signals (n x signals); `objects` is missing without a detector, `noise` is
    1.0 outside every cluster of all."""

    table: pd.DataFrame
    vectors: np.ndarray
    style: Mapping[str, np.ndarray]
    signals: Mapping[str, pd.DataFrame]
    objects: np.ndarray
    noise: np.ndarray


def load_pictures(
    data: Path,
    workspace: Workspace,
    *,
    embedder: str,
    weights: Path | None,
    sets: Sequence[str] = SETS,
) -> Pictures:
    """The labelled pictures of these sets below `data`, measured in every view."""
    found = [_found(data / name, workspace) for name in sets]
    table = pd.concat([part for part, _ in found], ignore_index=True).drop_duplicates(
        "image_id", ignore_index=True
    )
    thumbnails = pd.concat([part for _, part in found], ignore_index=True).drop_duplicates(
        "image_id"
    )
    read = Thumbnails(workspace, thumbnails)
    image_ids = table["image_id"].tolist()
    params = FeatureParams.of("embeddings", {"embedder": embedder})
    network = load_embedder(workspace, weights, params)
    style, signals = {}, {}
    for view in VIEWS:
        look = _looker(view, read)
        frame = embed(
            image_ids,
            look,
            embedder=network,
            workspace=workspace,
            params=params,
            pictures_version=f"{read.version} {view} {VERSION}",
        ).frame
        style[view] = style_features(frame)
        signals[view] = _signals(
            image_ids, look, workspace, f"{view}-{VERSION}-{_signals_version()}"
        )
        if view == "as it is":
            embeddings = frame
    detector = load_detector(
        workspace, weights, ObjectParams.of("object_counts", {"download": False})
    )
    counted = count_objects(
        image_ids,
        read,
        detector=detector,
        workspace=workspace,
        params=ObjectParams.of("object_counts", {}),
        pictures_version=read.version,
    ).frame
    clusters = find_clusters(embeddings, ClusterParams.of("clusters", {})).frame.set_index(
        "image_id"
    )["dbscan"]
    return Pictures(
        table,
        np.stack(embeddings["vector"].to_list()).astype(np.float32),
        style,
        signals,
        counted["objects"].astype("float64").where(counted["status"] == "ok").to_numpy(),
        (table["image_id"].map(clusters) == -1).to_numpy(dtype=np.float64),
    )


def family(kind: str, style: str, group: str) -> str:
    """The family of a picture, by its manifest's kind, style and class."""
    groups, key = (PHOTOGRAPHS, group) if kind == "photo" else (ILLUSTRATIONS, style)
    return next((name for name, members in groups.items() if key in members), COLOUR)


def _found(folder: Path, workspace: Workspace) -> tuple[pd.DataFrame, pd.DataFrame]:
    images = find_images(folder, workspace, ImageParams())
    manifest = pd.read_csv(folder / "manifest.csv")
    rows = manifest.merge(
        images.images.loc[images.images["readable"], ["path", "image_id"]], on="path"
    )
    rows = rows[~rows["style"].isin(UNCERTAIN_STYLES)]
    described = zip(rows["kind"], rows["style"], rows["class"], strict=True)
    table = pd.DataFrame(
        {
            "image_id": rows["image_id"],
            "path": folder.name + "/" + rows["path"],
            "photo": rows["kind"] == "photo",
            "family": [family(*row) for row in described],
            "style": rows["style"],
            "source": rows["source"].str.split("@").str[0],
            "licence": rows["licence"],
        }
    )
    return table, images.thumbnails


def _signals(
    image_ids: Sequence[str], look: Callable[[str], Rgb], workspace: Workspace, version: str
) -> pd.DataFrame:
    def measured(some: Sequence[str]) -> pd.DataFrame:
        rows = per_item(
            lambda key: {signal.name: signal.measure(look(key)) for signal in SIGNALS}, some
        )
        return SIGNALS_TABLE.frame(
            [{"image_id": key, **row} for key, row in zip(some, rows, strict=True)]
        )

    stored = workspace.measurements("view_signals", version)
    return stored.measure(image_ids, measured, batch=BATCH, title="signals").frame


def _signals_version() -> str:
    return "-".join(f"{signal.name}{signal.version}" for signal in SIGNALS)


def _looker(view: str, read: Callable[[str], Rgb]) -> Callable[[str], Rgb]:
    def look(image_id: str) -> Rgb:
        seed = int.from_bytes(hashlib.sha256(f"{view} {image_id}".encode()).digest()[:8])
        return np.ascontiguousarray(VIEWS[view](read(image_id), np.random.default_rng(seed)))

    return look


def _as_it_is(picture: Rgb, rng: np.random.Generator) -> Rgb:
    return picture


def _squashed(picture: Rgb, rng: np.random.Generator) -> Rgb:
    larger = max(picture.shape[:2]) > SQUASHED_PX
    how = cv2.INTER_AREA if larger else cv2.INTER_CUBIC
    return _encoded(cv2.resize(picture, (SQUASHED_PX, SQUASHED_PX), interpolation=how), rng, 80)


def _smaller(picture: Rgb, rng: np.random.Generator) -> Rgb:
    return _reduced(picture, int(rng.integers(160, 480)), rng)


def _tiny(picture: Rgb, rng: np.random.Generator) -> Rgb:
    return _reduced(picture, int(rng.integers(64, 140)), rng)


def _reduced(picture: Rgb, side_px: int, rng: np.random.Generator) -> Rgb:
    scale = side_px / max(picture.shape[:2])
    how = int(rng.choice([cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    if scale < 1:
        size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
        picture = cv2.resize(picture, size, interpolation=how)
    return _encoded(_mirrored(picture, rng), rng, 50)


def _cropped(picture: Rgb, rng: np.random.Generator) -> Rgb:
    share = np.sqrt(rng.uniform(0.35, 0.9))
    height, width = (min(side, max(32, int(side * share))) for side in picture.shape[:2])
    top, left = (
        int(rng.integers(0, whole - part + 1))
        for whole, part in zip(picture.shape, (height, width), strict=False)
    )
    part = _mirrored(picture[top : top + height, left : left + width], rng)
    return _encoded(part, rng, 60) if rng.random() < 0.5 else part


def _grey(picture: Rgb, rng: np.random.Generator) -> Rgb:
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return _encoded(grey, rng, 70) if rng.random() < 0.5 else grey


def _cut_out(picture: Rgb, rng: np.random.Generator) -> Rgb:
    """The subject, found by GrabCut from the middle outwards, on white as shops show their
    goods."""
    scale = min(1.0, 320 / max(picture.shape[:2]))
    size = tuple(max(8, round(side * scale)) for side in picture.shape[1::-1])
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(_subject(picture, rng), size, interpolation=cv2.INTER_LINEAR)
    mask = np.clip((cv2.GaussianBlur(mask, (0, 0), 1.5) - 0.5) * 4 + 0.5, 0, 1)[..., None]
    shown = (picture * mask + 255 * (1 - mask)).round().astype(np.uint8)
    rows, columns = np.nonzero(mask[..., 0] > 0.05)
    shown = shown[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    border = int(rng.uniform(0, 0.2) * max(shown.shape[:2]))
    white = (255, 255, 255)
    return _encoded(
        cv2.copyMakeBorder(shown, *[border] * 4, cv2.BORDER_CONSTANT, value=white), rng, 75
    )


def _subject(picture: Rgb, rng: np.random.Generator) -> np.ndarray:
    """96 x 96 float32, 1 where the subject is; an ellipse where GrabCut finds next to nothing."""
    small = cv2.resize(picture, (96, 96), interpolation=cv2.INTER_AREA)
    left, top = (int(side) for side in rng.integers(6, 22, 2))
    right, bottom = (int(side) for side in rng.integers(74, 90, 2))
    guess = np.full((96, 96), cv2.GC_BGD, np.uint8)
    guess[top:bottom, left:right] = cv2.GC_PR_FGD
    guess[36:60, 36:60] = cv2.GC_FGD
    cv2.setRNGSeed(0)
    cv2.grabCut(small, guess, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    subject = np.isin(guess, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    if subject.mean() < 0.1:
        centre, radii = (
            ((left + right) // 2, (top + bottom) // 2),
            ((right - left) // 2, (bottom - top) // 2),
        )
        cv2.ellipse(subject, centre, radii, 0, 0, 360, 1.0, -1)
    return subject


def _mirrored(picture: Rgb, rng: np.random.Generator) -> Rgb:
    return (
        np.ascontiguousarray(picture[:, ::-1])
        if rng.random() < 0.5
        else np.ascontiguousarray(picture)
    )


def _encoded(picture: Rgb, rng: np.random.Generator, least_quality: int) -> Rgb:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=int(rng.integers(least_quality, 96)))
    return np.array(Image.open(data).convert("RGB"))


VERSION = 1
VIEWS: Mapping[str, Callable[[Rgb, np.random.Generator], Rgb]] = {
    "as it is": _as_it_is,
    "squashed": _squashed,
    "smaller": _smaller,
    "tiny": _tiny,
    "cropped": _cropped,
    "grey": _grey,
    "cut out": _cut_out,
}
