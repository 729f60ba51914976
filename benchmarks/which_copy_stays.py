"""In how many groups of copies the original stays, beside degraded twins of thirteen kinds.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/which_copy_stays.py [--quick] [--seed N]

Originals are illustrations of all styles, as their own files, and drawn pages as PNG, JPEG 95 or
lossless WebP. Each lies beside a twin, and every third beside two: made larger from a thumbnail,
stretched, turned, framed in a screenshot, stamped, covered, without colours, without its colour
profile, sharpened, de-noised, in 64 colours, of low quality, or a plain JPEG of quality 60 to 90.
Names and order say nothing. All stages of the library run on the folder. Where a twin is called a
variant both stay, which counts as staying and is told apart.

Seeds 1 to 9 are for development; what seeds from 100 on give is for the last measurement and not
to be looked at before. With --out DIR the folder stays there and losses.csv beside it. Takes about
four minutes on two cores."""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from dedup_contenders import Run, run_library
from degraded_twins import SECOND_TWINS, TWINS, is_worse, make_twin
from picture_sources import LEAST_SIDE_PX, Sources, drawn_page
from PIL import Image
from planted_copies import on_white
from planted_folder import known_twice
from recodings import encoded, png

from inksift.curation.base.rgb import Rgb

LEAST_KEPT = 0.95
"""Share of the groups of a kind in which the original is to stay."""

GROUPS, QUICK_GROUPS = 25, 5
"""Groups of each kind."""

DRAWN = 0.3
"""Share of the originals that are drawn pages."""


def main() -> None:
    """Lay out the groups, run inksift, print the table and a line of JSON."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or Path(folder)
        count = QUICK_GROUPS if options.quick else GROUPS
        files = lay_out_twins(options.data, out, count, options.seed)
        groups = judged(files, run_library(out))
        report(groups, options.seed)
        if options.out:
            groups[~groups["stays"]].to_csv(out / "losses.csv", index=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--quick", action="store_true", help="five groups of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="keep pictures, workspace and losses.csv here")
    return parser.parse_args()


def lay_out_twins(data: Path, out: Path, count: int, seed: int) -> pd.DataFrame:
    """Write `count` groups of each kind into `out`/pictures. One row per file: path, kind, group,
    what it is ("original" or the kind of the twin), and the source of its original."""
    sources, rows = Sources(data), []
    taken = known_twice(data)
    for kind in TWINS:
        for number in range(count):
            rng = np.random.default_rng([seed, zlib.crc32(kind.encode()), number])
            made, source = _group(kind, number, sources, taken, rng)
            told = {"kind": kind, "group": f"{kind} {number:03}", "source": source}
            rows += _written(out / "pictures", made, rng, **told)
    return pd.DataFrame(rows)


def _group(
    kind: str, number: int, sources: Sources, taken: set[str], rng: np.random.Generator
) -> tuple[dict[str, bytes], str]:
    """The files of a group by what they are, and where the original comes from."""
    while True:
        rgb, original, source = _original(sources, taken, rng)
        twin = make_twin(kind, rgb, rng)
        if is_worse(rgb, twin):
            break
    made = {"original": original, kind: twin}
    if number % 3 == 0:
        others = [name for name in SECOND_TWINS if name != kind]
        other = others[rng.integers(len(others))]
        made[other] = make_twin(other, rgb, rng)
    return made, source


def _original(
    sources: Sources, taken: set[str], rng: np.random.Generator
) -> tuple[Rgb, bytes, str]:
    """Pixels, file and source of an illustration that is not `taken` yet, or of a drawn page."""
    if rng.random() < DRAWN:
        rgb, source = drawn_page(rng)[0]
        return rgb, _lossless_or_nearly(rgb, rng), source
    while True:
        drawing = sources.drawing(rng)
        with Image.open(drawing.file) as picture:
            rgb = on_white(picture)
        if drawing.sha256 not in taken and min(rgb.shape[:2]) >= LEAST_SIDE_PX:
            taken.add(drawing.sha256)
            return rgb, drawing.file.read_bytes(), drawing.source


def _lossless_or_nearly(rgb: Rgb, rng: np.random.Generator) -> bytes:
    match rng.integers(3):
        case 0:
            return png(rgb)
        case 1:
            return encoded(rgb, "JPEG", quality=95)
    return encoded(rgb, "WEBP", lossless=True)


def _written(
    folder: Path, made: dict[str, bytes], rng: np.random.Generator, **told: str
) -> list[dict[str, Any]]:
    """The rows of a group, after writing it under names that say nothing; `told` stands in each."""
    rows = []
    stem = told["group"].replace(" ", "_")
    for place, name in zip(rng.permutation(len(made)), made, strict=True):
        path = f"{told['kind'].replace(' ', '_')}/{stem}_{'abc'[place]}.{_suffix(made[name])}"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(made[name])
        rows.append({"path": path, "what": name} | told)
    return rows


def _suffix(data: bytes) -> str:
    if data.startswith(b"\x89PNG"):
        return "png"
    return "webp" if data.startswith(b"RIFF") else "jpg"


def judged(files: pd.DataFrame, run: Run) -> pd.DataFrame:
    """One row per group: kind, source, whether the original `stays`, whether a twin of it does
    `besides`, what stays instead, and why."""
    facts = run.duplicates.set_index("path")
    told = files.join(facts[["keep", "duplicate_of"]], on="path").set_index("path")
    original = told["what"] == "original"
    groups = told[original].rename(columns={"keep": "stays"}).reset_index()
    twins_kept = told[~original].groupby("group")["keep"].any()
    winners = groups["duplicate_of"].where(~groups["stays"])
    return groups.assign(
        stays=groups["stays"].astype(bool),
        besides=groups["stays"] & groups["group"].map(twins_kept),
        instead=winners.map(told["what"]),
        because=winners.map(facts["kept_because"]),
    )


def report(groups: pd.DataFrame, seed: int) -> None:
    """Print the tables and a line of JSON."""
    print(f"{'kind of twin':22}{'groups':>7}{'stays':>7}{'both':>6}{'share':>8}  goal {LEAST_KEPT}")
    shares = groups.groupby("kind", sort=False)[["stays", "besides"]].agg(["size", "sum", "mean"])
    for kind, some in shares.iterrows():
        size, stay, share = (some["stays"][name] for name in ("size", "sum", "mean"))
        missed = "" if share >= LEAST_KEPT else "  missed"
        both = some["besides"]["sum"]
        print(f"{kind:22}{size:7.0f}{stay:7.0f}{both:6.0f}{share:8.3f}{missed}")
    print(f"all: the original stays in {groups['stays'].sum()} of {len(groups)} groups")
    lost = groups[~groups["stays"]]
    reasons = lost["because"].str.replace(r"\s*\(.*\)", "", regex=True)
    print("\nwhy another stayed")
    counts = lost.assign(because=reasons).value_counts(["kind", "instead", "because"], sort=False)
    for (kind, instead, because), count in counts.items():
        print(f"{kind:22}{count:4}  {instead}: {because}")
    figures = groups.groupby("kind")["stays"].mean().round(4).to_dict()
    print(json.dumps({"benchmark": "which_copy_stays", "seed": seed, "original_stays": figures}))


if __name__ == "__main__":
    main()
