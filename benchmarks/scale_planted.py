"""Plants what `scale.py` runs on, with the code that PYTHONPATH names: a folder of tiny files and a
workspace in which they are measured.

    PYTHONPATH=CHECKOUT python benchmarks/scale_planted.py OUT NAME PICTURES
"""

from __future__ import annotations

import hashlib
import shutil
import struct
import sys
import time
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import pandas as pd

from inksift.curation.base.tables import HASHES
from inksift.curation.base.thumbnail_codec import pack
from inksift.curation.dedup import comparisons, pairs
from inksift.curation.dedup.glances.glance import VERSION as GLANCED
from inksift.curation.dedup.glances.glance import glance_at, packed_glance
from inksift.curation.dedup.propose import known_neighbours
from inksift.curation.dedup.propose.neighbours import Nearest
from inksift.curation.dedup.relation import DIFFERENT
from inksift.curation.evidence.features import FeatureParams, embed, feature_matrix, load_embedder
from inksift.curation.gather.folder.known_files import FileEntry, KnownFiles
from inksift.curation.gather.images import PIXELS, ImageParams, find_images
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.sample.draw import SampleParams, draw_sample
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace

BASES, NEW, CLASSES = 160, 100, 20
EVERY = 20
"""Of so many pictures two are a copy or a variant of the one before."""
SIDE_PX, SMALL_SIDE_PX, MOST_OF_THAT_SIDE = 300, 128, 250_000
"""Longest side of the drawn pictures, that where there are very many, whose thumbnails fill a disk,
and up to how many it is the former."""
MOST_GLANCED, MOST_SEARCHED = 100_000, 60_000
"""Pictures up to which glances are planted, and up to which neighbours are searched for."""
_SIGNATURE = bytes.fromhex("89504e470d0a1a0a")


class Bases(NamedTuple):
    """What was measured of drawn pictures: PIXELS, signals, vectors with their textures, packed
    thumbnails and glances."""

    pixels: pd.DataFrame
    signals: pd.DataFrame
    features: np.ndarray
    thumbnails: list[bytes]
    glances: list[bytes]


def main() -> None:
    out, name, pictures = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    place = out / name
    if not (place / "planted").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        plant(place, pictures)
        (place / "planted").touch()
    print(place)


def plant(place: Path, pictures: int) -> None:
    """Files and measurements of so many pictures, and new ones beside them."""
    drawn, new = place.parent / "drawn", place.parent / "drawn-new"
    side_px = SIDE_PX if pictures <= MOST_OF_THAT_SIDE else SMALL_SIDE_PX
    _draw(drawn, BASES, seed=1, side_px=side_px)
    _draw(new, NEW, seed=2, side_px=side_px)
    shutil.copytree(new, place / "new")
    measured = Workspace(place.parent / f"{place.name.split('-')[0]}-measured")
    bases, embedder = _bases(drawn, measured)
    models = Workspace(place / "workspace").models
    shutil.copytree(measured.models, models)
    ids = _write_files(place / "images", pictures)
    planted = Planted(Workspace(place / "workspace"), ids, bases, embedder)
    planted.pictures()
    planted.pairs()
    planted.files(place / "images")


def _draw(folder: Path, number: int, seed: int, side_px: int) -> None:
    """So many drawn pictures and photographs without copies among them, in classes; once."""
    if folder.exists():
        return
    params = SampleParams(
        images=number // 3,
        imbalance=2,
        exact_copy_share=0,
        near_copy_share=0,
        unreadable_share=0,
        test_per_class=0,
        max_side_px=side_px,
        seed=seed,
    )
    sample = folder.with_name(f"{folder.name}-all")
    draw_sample(sample, params)
    files = sorted((sample / "images").rglob("*.*"))
    for file in files[:: max(1, len(files) // number)][:number]:
        target = folder / file.parent.name / f"{seed}-{file.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)
    shutil.rmtree(sample)


def _bases(drawn: Path, workspace: Workspace) -> tuple[Bases, Any]:
    """What the checkout measures of drawn pictures, and its embedder."""
    found = find_images(drawn, workspace, ImageParams())
    read, params = Thumbnails(workspace, found.thumbnails), FeatureParams()
    ids = found.hashes["image_id"].tolist()
    embedder = load_embedder(workspace, None, params)
    embedded = embed(ids, read, embedder=embedder, workspace=workspace, params=params).frame
    images = found.images.drop_duplicates("image_id").set_index("image_id").loc[ids].reset_index()
    facts = images[[name for name in images if name in PIXELS.columns and name != "image_id"]]
    pixels = pd.concat([found.hashes.reset_index(drop=True), facts], axis=1)
    texture = embedded.assign(vector=embedded["texture"])
    return (
        Bases(
            pixels[list(PIXELS.columns)],
            found.signals,
            np.hstack([feature_matrix(embedded), feature_matrix(texture)]),
            [pack(read(one)) for one in ids],
            [packed_glance(glance_at(read(one))) for one in ids],
        ),
        embedder,
    )


def _write_files(folder: Path, number: int) -> list[str]:
    """So many different PNG files of one pixel; their SHA-256, in order of their paths."""
    ids = []
    for label in range(CLASSES):
        (folder / f"class_{label:02}").mkdir(parents=True)
    for k in range(number):
        data = _png(k)
        (folder / f"class_{_label(k):02}" / f"{k:07}.png").write_bytes(data)
        ids.append(hashlib.sha256(data).hexdigest())
    return ids


def _label(k: int) -> int:
    """The class of a picture, that of what it is a copy or a variant of."""
    return (k // EVERY) % CLASSES


def _png(k: int) -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\0" + k.to_bytes(3, "big"))
    chunks = ((b"IHDR", header), (b"tEXt", b"number\0%d" % k), (b"IDAT", pixel), (b"IEND", b""))
    return _SIGNATURE + b"".join(map(_chunk, chunks))


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    kind, data = chunk
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _batches(number: int, size: int) -> list[range]:
    return [range(start, min(start + size, number)) for start in range(0, number, size)]


class Planted:
    """A workspace in which pictures are measured, each like one of the bases."""

    def __init__(self, workspace: Workspace, ids: list[str], bases: Bases, embedder: Any) -> None:
        self.workspace, self.ids, self.bases, self.embedder = workspace, ids, bases, embedder
        self.place = {image_id: k for k, image_id in enumerate(ids)}
        self.version = ImageParams().version
        self.rng = np.random.default_rng(3)
        self.noise = self.rng.normal(0, 0.35, (509, bases.features.shape[1])).astype(np.float32)

    def base(self, k: int) -> int:
        """Which base a picture is like: copies and variants are like the one before."""
        return self.original(k) * 7919 % len(self.bases.pixels)

    @staticmethod
    def original(k: int) -> int:
        return k - 1 if k % EVERY in (1, 3) else k

    def pictures(self) -> None:
        """Pixels, thumbnails, signals and glances, in parts as large as the product makes them."""
        base_pixels = self.bases.pixels.to_dict("records")
        pixels = self.workspace.measurements("pixels", self.version)
        thumbnails = self.workspace.measurements("thumbnails", self.version)
        glanced = self.workspace.measurements("glances", pairs._version(GLANCED, self.version))
        signals = self.workspace.measurements("signals", self.version)
        versioned = {signal.name: f"{signal.name}.{signal.version}" for signal in SIGNALS}
        base_signals = self.bases.signals.drop(columns="image_id").to_dict("records")
        for some in _batches(len(self.ids), 64):
            like = [self.base(k) for k in some]
            names = [self.ids[k] for k in some]
            packed = [(self.bases.thumbnails[one], b"") for one in like]
            rows = [(name, *one) for name, one in zip(names, packed, strict=True)]
            thumbnails.add(
                pd.DataFrame(rows, columns=["image_id", "thumbnail", "unseen"]),
                rows_per_group=1,
                compression="none",
            )
            shaken = [self._shaken(base_signals[one], k) for k, one in zip(some, like, strict=True)]
            signals.add(pd.DataFrame(shaken).rename(columns=versioned).assign(image_id=names))
            pixels.add(PIXELS.frame([self._pixels(base_pixels, k) for k in some]))
        for some in _batches(min(len(self.ids), MOST_GLANCED), 256):
            rows = [(self.ids[k], self.bases.glances[self.base(k)]) for k in some]
            glanced.add(pd.DataFrame(rows, columns=["image_id", "glance"]))

    def _shaken(self, row: dict[str, float], k: int) -> dict[str, float]:
        by = 1 + 0.05 * (self.original(k) % 11 - 5) / 5
        return {name: value * by for name, value in row.items()}

    def _pixels(self, base: list[dict[str, Any]], k: int) -> dict[str, Any]:
        row = base[self.base(k)]
        rng = np.random.default_rng([4, self.original(k)])
        masks = np.bitwise_or.reduce(
            np.uint64(1) << rng.integers(0, 64, (14, 1)).astype(np.uint64), axis=0
        )
        pixels = hashlib.sha256(b"%d" % k).hexdigest()
        oriented = row["oriented"] ^ masks
        return row | {"image_id": self.ids[k], "pixels": pixels, "oriented": oriented}

    def features(self) -> pd.DataFrame:
        """Embeddings, by a network that says what is planted: a picture's pixel is its number."""

        def read(image_id: str) -> np.ndarray:
            pixel = self.place[image_id].to_bytes(3, "big")
            return np.frombuffer(pixel, np.uint8).reshape(1, 1, 3)

        return embed(
            self.ids,
            read,
            embedder=_Told(self.embedder, self),  # type: ignore[arg-type]
            workspace=self.workspace,
            params=FeatureParams(),
            pictures_version=self.version,
        ).frame

    def row(self, k: int) -> np.ndarray:
        """What the network says: near its base, and a copy nearly what the original is."""
        one = self.original(k)
        shake = 1 + self.noise[one % 509] + 0.3 * self.noise[one // 509 % 509]
        return self.bases.features[self.base(k)] * (shake + 0.02 * (k - one))

    def pairs(self) -> None:
        """Every candidate compared: copies and variants as planted, all others different. The
        neighbours are left to be searched for; of very many they are planted too."""
        rows = self.workspace.measurements("pixels", self.version).frame(list(HASHES.columns))
        hashes = rows.set_index("image_id").loc[self.ids].reset_index()
        sizes = pd.DataFrame({"image_id": self.ids, "width": 300, "height": 300})
        with ExitStack() as patches:
            for name, function in {"_glance": self._glance, "_compare_closely": _compared}.items():
                patches.enter_context(patch.object(comparisons.Comparisons, name, function))
            if len(self.ids) > MOST_SEARCHED:
                patches.enter_context(patch.object(known_neighbours, "nearest_of_all", _nearest))
            pairs.find_pairs(
                sizes.astype({"image_id": "str"}),
                HASHES.check(hashes),
                self.features(),
                lambda _: np.zeros((1, 1, 3), np.uint8),
                workspace=self.workspace,
                params=pairs.PairParams(),
                pictures_version=self.version,
            )
        if len(self.ids) <= MOST_SEARCHED:
            shutil.rmtree(self.workspace.root / "measurements" / "neighbours")

    def _glance(self, keys: Sequence[str]) -> list[bool]:
        """Whether a pair is of a copy or a variant and what that is of."""
        return [self._related(*map(self.place.__getitem__, key.split(" "))) for key in keys]

    def _related(self, one: int, other: int) -> bool:
        return self.original(max(one, other)) == min(one, other)

    def files(self, folder: Path) -> None:
        """The files as known ones, which are not read again."""
        paths = sorted(folder.rglob("*.png"))
        entries = [FileEntry.of(path.stat()) for path in paths]
        names = [bytes(path.relative_to(folder)) for path in paths]
        ids = [self.ids[int(path.stem)] for path in paths]
        takes = signature(KnownFiles).parameters
        settled = {"settles_ns": 0} if "settles_ns" in takes else {}  # an old checkout knows none
        known = KnownFiles(self.workspace, bytes(folder.resolve()), **settled)
        later = time.time_ns() + 10**12
        known.remember(zip(names, entries, ids, strict=True), began_ns=later)


def _compared(comparisons_of: comparisons.Comparisons, keys: list[str]) -> None:
    """Stores half of them as copies and half as variants."""
    kinds = ("duplicate", "variant")
    rows: list[dict[str, object]] = []
    for key in keys:
        relation = DIFFERENT._replace(kind=kinds[int(key[:8], 16) % 2])
        rows.append({"image_id": key, "relation": relation.kind, **relation._asdict()})
    if rows:
        comparisons_of._stored.add(comparisons.COMPARED.frame(rows))


def _nearest(vectors: np.ndarray, neighbours: int, min_cosine: float) -> Nearest:
    """As many of every picture as a search finds, of those that stand after it."""
    number = len(vectors)
    one = np.repeat(np.arange(number), neighbours)
    other = (one + np.tile(np.arange(1, neighbours + 1), number)) % number
    return Nearest(one, other, np.full(len(one), 0.9))


class _Told:
    """The network `real` by name and version, and what is planted in its place."""

    def __init__(self, real: Any, planted: Planted) -> None:
        self.name, self.version = real.name, real.version
        self.dimension, self.texture_dimension = real.dimension, real.texture_dimension
        self._row = planted.row

    def __call__(self, batch: Sequence[np.ndarray]) -> np.ndarray:
        return np.stack([self._row(int.from_bytes(one.tobytes(), "big")) for one in batch])


if __name__ == "__main__":
    main()
