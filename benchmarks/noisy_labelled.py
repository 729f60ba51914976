"""A noisy training folder of the labelled pictures, as a crawl would give it, with a clean test
folder held apart.

    python benchmarks/noisy_labelled.py OUT [--data ../shared/data/labelled] [--seed 0]

A quarter of the drawings of each class is the test set. Of the rest, class sizes fall from the
largest possible to a thirtieth of it along a geometric curve. Then come the faults: every
photograph, dealt round the classes; copies beside their original (exact, or changed as crawlers
meet them again); and copies filed under another class. OUT/truth.csv says what each file is. No
drawing of the test set, nor a near look-alike of one, is in OUT/images on purpose."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from planted_copies import TRANSFORMS, on_white, plant

TEST_SHARE = 0.25
IMBALANCE = 30
COPIED, MISFILED = 0.12, 0.04
"""Shares of the training drawings that get a copy beside them, and a copy in another class."""


class Noisy(NamedTuple):
    """The folder to curate, the folder to test on, and one row per file of the first: path, kind
    (drawing, photo, copy, misfiled), label, source."""

    images: Path
    test: Path
    truth: pd.DataFrame


def build(data: Path, out: Path, seed: int) -> Noisy:
    """Write the folders below `out`, which is emptied first; the same for the same seed."""
    rng = np.random.default_rng(seed)
    manifest = pd.read_csv(data / "manifest.csv")
    drawings = manifest[manifest["kind"] == "illustration"].sample(frac=1, random_state=rng)
    tested = (
        drawings.groupby("class").cumcount()
        < drawings.groupby("class")["path"].transform("size") * TEST_SHARE
    )
    pool, test = drawings[~tested], drawings[tested]
    wanted = class_sizes(pool["class"].value_counts())
    train = pool[pool.groupby("class").cumcount() < pool["class"].map(wanted)]
    photos = manifest[manifest["kind"] == "photo"].sample(frac=1, random_state=rng)
    shutil.rmtree(out, ignore_errors=True)
    rows = [
        *_copied(data, out / "images", train, kind="drawing"),
        *_copied(
            data, out / "images", photos.assign(**{"class": _dealt(photos, wanted)}), kind="photo"
        ),
        *_planted(
            data, out / "images", train.sample(frac=COPIED, random_state=rng), "copy", rng=rng
        ),
        *_planted(data, out / "images", _misfiled(train, wanted, rng), "misfiled", rng=rng),
    ]
    _copied(data, out / "test", test, kind="drawing")
    truth = pd.DataFrame(rows).sort_values("path", ignore_index=True)
    truth.to_csv(out / "truth.csv", index=False)
    return Noisy(out / "images", out / "test", truth)


def class_sizes(available: pd.Series) -> pd.Series:
    """Drawings per class: a geometric fall from the largest class to a thirtieth of it, never more
    than there are."""
    ranked = available.sort_index().sort_values(ascending=False, kind="stable")
    curve = ranked.iloc[0] * IMBALANCE ** (-np.arange(len(ranked)) / (len(ranked) - 1))
    return pd.Series(np.minimum(np.floor(curve).astype(int), ranked.to_numpy()), index=ranked.index)


def _dealt(photos: pd.DataFrame, wanted: pd.Series) -> np.ndarray:
    return np.resize(wanted.index.to_numpy(), len(photos))


def _misfiled(train: pd.DataFrame, wanted: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Drawings with another class than theirs."""
    some = train.sample(frac=MISFILED, random_state=rng)
    others = [
        rng.choice([name for name in wanted.index if name != label]) for label in some["class"]
    ]
    return some.assign(**{"class": others})


def _copied(data: Path, folder: Path, rows: pd.DataFrame, *, kind: str) -> list[dict[str, str]]:
    return [
        _write(folder, row, (data / row.path).read_bytes(), kind, Path(row.path).name)
        for row in _named(rows)
    ]


def _planted(
    data: Path, folder: Path, rows: pd.DataFrame, kind: str, *, rng: np.random.Generator
) -> list[dict[str, str]]:
    """A copy of every row, one in four exact, the others by a transform."""
    told = []
    for number, row in enumerate(_named(rows)):
        name = str(rng.choice(TRANSFORMS))
        with Image.open(data / row.path) as picture:
            content = (
                (data / row.path).read_bytes()
                if rng.random() < 0.25
                else plant(on_white(picture), name, rng)
            )
        suffix = "png" if content.startswith(b"\x89PNG") else "jpg"
        told.append(
            _write(folder, row, content, kind, f"{Path(row.path).stem}_{kind}{number}.{suffix}")
        )
    return told


def _named(rows: pd.DataFrame) -> list:
    return list(rows.rename(columns={"class": "label"}).itertuples())


def _write(folder: Path, row, content: bytes, kind: str, name: str) -> dict[str, str]:
    place = folder / row.label / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return {"path": f"{row.label}/{name}", "kind": kind, "label": row.label, "source": row.path}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/labelled"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    noisy = build(options.data, options.out, options.seed)
    print(noisy.truth.groupby(["label", "kind"]).size().unstack(fill_value=0).to_string())
    print(
        f"{len(noisy.truth)} files in {noisy.images}, {sum(1 for _ in noisy.test.rglob('*.*'))} in "
        f"{noisy.test}"
    )


if __name__ == "__main__":
    main()
