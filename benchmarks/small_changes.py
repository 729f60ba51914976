"""What inksift makes of pairs that differ in something small, and of pairs that are copies.

    python benchmarks/small_changes.py --seed N [--each N] [--only TEXT] [--out DIR]

Pairs only, no folder: each is made as two files, decoded and shrunk as a run does, and compared. A
change is never to be called "duplicate": another expression, a tint, fog, a recoloured region,
other words, a bar, a small element, a frame of a walk, of a fade, of a pan; on drawn pages and on
illustrations of all styles. A copy is to be called "duplicate": the transforms of
`planted_copies.py` and what `recodings.py` adds. Half of the changed pairs are saved in one way,
half as a crawler meets them: another format, quality and size.

Seeds 1 to 9 are for development. Seeds from 100 on are for the last measurement: nobody may look at
what they give while anything is still tuned."""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from picture_sources import Sources
from PIL import Image
from planted_copies import TRANSFORMS, plant
from recodings import RECODINGS, decoded, jpeg, png
from small_change_families import FAMILIES
from small_change_pairs import Pair, changed_pair

from inksift.curation.base.strips import working_size
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.relation import Relation
from inksift.curation.dedup.whole import relate_files
from inksift.curation.gather.gate.decode import decode

Maker = Callable[[np.random.Generator, Sources], Pair]

THUMBNAIL_PX, MAX_PIXELS = 640, 10**8
"""As the settings of a run have them."""

MOST_MERGED = 0.01
"""Share of the pairs of a family of changes that may be called duplicates."""

LEAST_FOUND = 0.99
"""Share of the copies that must be."""

OTHER_GOALS = {"crop 10 %": 0.98, "grey": np.nan, "yellowed": np.nan, "crop 10 % uneven": np.nan}
"""The same, where it is another or none."""


def main() -> None:
    """Make the pairs, compare them, print the table and a line of JSON."""
    options = _options()
    makers = {name: make for name, make in _makers().items() if options.only in name}
    if not makers:
        raise SystemExit(f"no family's name holds {options.only!r}: give a part of one to --only")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    sources, tables = Sources(options.data), []
    print(f"{'family':34}{'pairs':>6}{'merged':>9}{'variant':>9}{'different':>10}  target")
    for family, make in makers.items():
        tables.append(_judged_family(family, make, sources, options))
        _print_family(family, tables[-1])
    table = pd.concat(tables, ignore_index=True)
    _report(table, options.seed)
    if options.out:
        table.to_csv(options.out / "pairs.csv", index=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--each", type=int, default=20, help="pairs of each family")
    parser.add_argument("--only", default="", help="families whose names hold this text")
    parser.add_argument("--out", type=Path, help="write mistakes and pairs.csv here")
    return parser.parse_args()


def _makers() -> dict[str, Maker]:
    """A maker of pairs for every family: changes, then copies."""
    changed = {
        name: lambda rng, sources, name=name: changed_pair(name, rng, sources) for name in FAMILIES
    }
    copied = {
        name: lambda rng, sources, name=name: copied_pair(name, rng, sources)
        for name in (*TRANSFORMS, *RECODINGS)
    }
    return changed | copied


def copied_pair(name: str, rng: np.random.Generator, sources: Sources) -> Pair:
    """A picture as PNG or good JPEG, and a copy that was made of that file."""
    source = sources.any(rng)
    first = png(source.rgb) if rng.random() < 0.5 else jpeg(source.rgb, int(rng.integers(90, 96)))
    rgb = decoded(first)
    second = RECODINGS[name](rgb, rng) if name in RECODINGS else plant(rgb, name, rng)
    return Pair(name, source.name, "", "duplicate", first, second)


def related(pair: Pair) -> Relation:
    """What inksift makes of the pair, by its files alone."""
    return relate_files(*(_view(data) for data in (pair.first, pair.second)))


def _view(data: bytes) -> View:
    picture = decode(data, max_pixels=MAX_PIXELS)
    height, width = picture.rgb.shape[:2]
    small, unseen = working_size(picture.rgb, THUMBNAIL_PX), picture.unseen.small(THUMBNAIL_PX)
    return View(small, width=width, height=height, unseen=unseen)


def _judged_family(
    family: str, make: Maker, sources: Sources, options: argparse.Namespace
) -> pd.DataFrame:
    """One row per pair of the family."""
    rows = []
    for number in range(options.each):
        seed = [options.seed, zlib.crc32(family.encode()), number]
        pair = make(np.random.default_rng(seed), sources)
        rows.append(_judged(pair, number, options.out))
    return pd.DataFrame(rows)


def _judged(pair: Pair, number: int, out: Path | None) -> dict[str, object]:
    """The row of a pair; a mistake is drawn into `out`."""
    found = related(pair)
    wrong = (found.kind == "duplicate") != (pair.expected == "duplicate")
    if wrong and out:
        _draw(pair, out, f"{pair.family}_{number:03}_{found.kind}")
    return {
        "family": pair.family,
        "number": number,
        "source": pair.source,
        "params": pair.params,
        "relation": found.kind,
        "similarity": found.similarity,
        "transform": found.transform,
        "expected": pair.expected,
        "mistake": wrong,
    }


def _draw(pair: Pair, out: Path, name: str) -> None:
    """Both pictures of a mistake, side by side."""
    one, two = (Image.fromarray(decoded(data)) for data in (pair.first, pair.second))
    sheet = Image.new("RGB", (one.width + two.width + 8, max(one.height, two.height)), "magenta")
    sheet.paste(one, (0, 0))
    sheet.paste(two, (one.width + 8, 0))
    sheet.save(out / f"{''.join(c if c.isalnum() else '_' for c in name)}.png")


def _print_family(family: str, pairs: pd.DataFrame) -> None:
    shares = [(pairs["relation"] == kind).mean() for kind in ("duplicate", "variant", "different")]
    told = "".join(f"{100 * share:8.1f}%" for share in shares)
    goal = _goal(family, pairs["expected"].iloc[0] == "duplicate", shares[0])
    print(f"{family:34}{len(pairs):6}{told}  {goal}", flush=True)


def _report(table: pd.DataFrame, seed: int) -> None:
    """The sums, and all figures as a line of JSON."""
    merged, figures = table["relation"] == "duplicate", {}
    copies = table["expected"] == "duplicate"
    for name, some in (("changes", ~copies), ("copies", copies)):
        if some.any():
            hits = merged[some]
            print(f"all {name}: {hits.sum()} of {len(hits)} merged, {hits.mean():.4f}")
        shares = merged[some].groupby(table.loc[some, "family"], sort=False).mean()
        figures[f"{name} merged"] = shares.round(4).to_dict()
    print(json.dumps({"benchmark": "small_changes", "seed": seed} | figures))


def _goal(family: str, is_copy: bool, merged: float) -> str:
    """The target in words, and whether it is missed."""
    if not is_copy:
        missed = merged > MOST_MERGED
        return f"<= {100 * MOST_MERGED:.0f} %{'  missed' if missed else ''}"
    goal = OTHER_GOALS.get(family, LEAST_FOUND)
    if np.isnan(goal):
        return "none"
    return f">= {100 * goal:.0f} %{'  missed' if merged < goal else ''}"


if __name__ == "__main__":
    main()
