"""A folder of real and drawn pictures, decoded and embedded once: what the pairs stages of two
checkouts are given to compare."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from inksift.curation.base.engine import per_item
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import HASHES
from inksift.curation.evidence.features import FeatureParams, embed, load_embedder
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.sample.scenes import SUBJECTS, draw_scene
from inksift.curation.sample.styles import STYLES, paint
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace

SETS = ("labelled", "labelled2", "crawl")
SUFFIXES = (".jpg", ".jpeg", ".png")
DRAWN_SIDE_PX = 240
ASPECTS = (1.0, 1.33, 1.5)
TABLES = ("sizes", "hashes", "embeddings", "thumbnails")


class Given(NamedTuple):
    """The tables that `find_pairs` takes, and where the thumbnails are."""

    sizes: pd.DataFrame
    hashes: pd.DataFrame
    embeddings: pd.DataFrame
    thumbnails: pd.DataFrame


def prepare(data: Path, out: Path, number: int) -> None:
    """Lay out `number` pictures of `data` and drawn ones under `out`/pictures, and write what is
    measured of them into `out`; what an earlier call left is used."""
    if all(_table(out, name).exists() for name in TABLES):
        return
    _lay_out(data, out / "pictures", number)
    workspace, params = Workspace(out / "workspace"), FeatureParams(download=False)
    found = find_images(out / "pictures", workspace, ImageParams())
    read = Thumbnails(workspace, found.thumbnails)
    embedded = embed(
        found.thumbnails["image_id"].tolist(),
        read,
        embedder=load_embedder(workspace, None, params),
        workspace=workspace,
        params=params,
        pictures_version=read.version,
    ).frame
    sizes = found.images[found.images["readable"]].drop_duplicates("image_id")
    given = Given(sizes, found.hashes, embedded, found.thumbnails)
    for name, table in given._asdict().items():
        table.to_parquet(_table(out, name), index=False)


def given(out: Path) -> Given:
    """What `prepare` wrote, by this checkout or by another."""
    tables = Given(*(pd.read_parquet(_table(out, name)) for name in TABLES))
    return tables._replace(hashes=_completed(tables.hashes))


def _completed(hashes: pd.DataFrame) -> pd.DataFrame:
    """With zeros in the columns of HASHES that an older checkout did not measure: no pair depends
    on those, and decoding all pictures again takes half an hour."""
    absent = {name: kind for name, kind in HASHES.columns.items() if name not in hashes}
    zeros = {name: pd.Series(0, hashes.index).astype(kind) for name, kind in absent.items()}
    return hashes.assign(**zeros)


def some(tables: Given, image_ids: set[str]) -> Given:
    """The rows of these pictures."""
    return Given(*(table[table["image_id"].isin(image_ids)] for table in tables))


def _table(out: Path, name: str) -> Path:
    return out / f"{name}.parquet"


def _lay_out(data: Path, pictures: Path, number: int) -> None:
    files = sorted(file for name in SETS for file in (data / name).rglob("*"))
    real = [file for file in files if file.suffix in SUFFIXES]
    every = max(1, -(-len(real) // number))
    chosen = real[::every]
    (pictures / "real").mkdir(parents=True, exist_ok=True)
    (pictures / "drawn").mkdir(exist_ok=True)
    for place, file in enumerate(chosen):
        target = pictures / "real" / f"{place:05}{file.suffix}"
        if not target.exists():
            target.write_bytes(file.read_bytes())
    drawn = range(number - len(chosen))
    per_item(lambda seed: _draw(pictures / "drawn" / f"{seed:05}.jpg", seed), drawn)


def _draw(target: Path, seed: int) -> None:
    if not target.exists():
        drawing = _drawing(np.random.default_rng([15, seed]))
        Image.fromarray(drawing).save(target, quality=90)


def _drawing(rng: np.random.Generator) -> Rgb:
    subject, style = (list(names)[rng.integers(len(names))] for names in (SUBJECTS, STYLES))
    scene = draw_scene(subject, rng.choice(ASPECTS), 1.0, rng)
    return paint(scene, style, DRAWN_SIDE_PX, rng)
