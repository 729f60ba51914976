"""The pass over each picture with the detector, by this checkout and by an old one, and what
counting only in doubt saves.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/detector.py --old CHECKOUT
    [--pictures 300] [--blocks 3] [--seed 0] [SOURCE]

The pictures are dealt into blocks, and each block is measured by both builds in turn, each in a
fresh process on an empty workspace, so that a busy machine slows both. Seconds are those of the
processor, decoding processes included; loading and exporting networks is outside the clock."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCE = ROOT.parent / "shared" / "data" / "crawl" / "images"
STAGES = ("decode", "features", "objects")


def main() -> None:
    """Measure block by block, and print the seconds of both builds and whether counts and boxes are
    equal."""
    options = _options()
    if options.out:
        return _measure(Path(options.source), options.out)
    builds = {"old": options.old, "new": ROOT}
    done: dict[str, list[dict[str, Any]]] = {name: [] for name in builds}
    with tempfile.TemporaryDirectory() as folder:
        for number, block in enumerate(_blocks(options)):
            order = list(builds)[:: 1 if number % 2 else -1]
            pictures = _linked(block, Path(folder) / f"block {number}")
            for name in order:
                done[name].append(_in_process(builds[name], pictures, Path(folder)))
    _report(done["old"], done["new"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", default=str(SOURCE))
    parser.add_argument("--old", type=Path, default=ROOT, help="a checkout of the old build")
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _blocks(options: argparse.Namespace) -> list[list[Path]]:
    files = sorted(file for file in Path(options.source).rglob("*") if file.is_file())
    drawn = random.Random(options.seed).sample(files, min(options.pictures, len(files)))
    return [drawn[start :: options.blocks] for start in range(options.blocks)]


def _linked(files: Sequence[Path], folder: Path) -> Path:
    """A source of these files, numbered."""
    folder.mkdir(parents=True)
    for number, file in enumerate(files):
        (folder / f"{number}{file.suffix}").write_bytes(file.read_bytes())
    return folder


def _in_process(checkout: Path, pictures: Path, folder: Path) -> dict[str, Any]:
    out = folder / "out.json"
    environment = os.environ | {"PYTHONPATH": str(checkout.resolve())}
    command = [sys.executable, __file__, str(pictures), "--out", str(out)]
    subprocess.run(command, env=environment, check=True)
    return json.loads(out.read_text())


def _measure(source: Path, out: Path) -> None:
    """The pass over the pictures of a source by whatever build is imported."""
    from inksift.curation.evidence.features import FeatureParams, embed, load_embedder
    from inksift.curation.evidence.objects import ObjectParams, count_objects, load_detector
    from inksift.curation.gather.images import ImageParams, find_images
    from inksift.curation.store.thumbnails import Thumbnails
    from inksift.curation.store.workspace import Workspace

    workspace = Workspace(Path(tempfile.mkdtemp(dir=out.parent)) / "work")
    params, seeing = ObjectParams(required=True, download=False), FeatureParams(download=False)
    detector = load_detector(workspace, None, params)
    embedder = load_embedder(workspace, None, seeing)
    found, decode_s = _timed(lambda: find_images(source, workspace, ImageParams()))
    read, ids = Thumbnails(workspace, found.thumbnails), found.thumbnails["image_id"].tolist()
    seen, features_s = _timed(
        lambda: embed(ids, read, embedder=embedder, workspace=workspace, params=seeing)
    )
    counted, objects_s = _timed(
        lambda: count_objects(ids, read, detector=detector, workspace=workspace, params=params)
    )
    rows = counted.frame
    told = {
        "seconds": dict(zip(STAGES, (decode_s, features_s, objects_s), strict=True)),
        "counts": dict(zip(rows["image_id"], rows["objects"].tolist(), strict=True)),
        "boxes": {
            key: boxes.tolist() for key, boxes in zip(rows["image_id"], rows["boxes"], strict=True)
        },
        "in_doubt": _in_doubt(found, seen.frame, rows),
    }
    out.write_text(json.dumps(told))


def _timed(function: Callable[[], Any]) -> tuple[Any, float]:
    before = sum(os.times()[:4])
    result = function()
    return result, sum(os.times()[:4]) - before


def _in_doubt(found: Any, embeddings: Any, counts: Any) -> dict[str, Any]:
    """How many pictures are counted where only those in doubt are, and whether every judgement is
    what it is with all counts; nothing by a build that cannot."""
    try:
        from inksift.curation.verdict.doubtful import count_in_doubt
    except ModuleNotFoundError:
        return {"counted": len(counts), "judged_alike": True}
    from inksift.curation.evidence.clusters import ClusterParams, find_clusters
    from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
    from inksift.curation.store.measurements import Measured
    from inksift.curation.verdict import evidence
    from inksift.curation.verdict.recipes import VerdictParams, judge

    measured = {
        "signals": found.signals,
        "embeddings": embeddings,
        "clusters": find_clusters(embeddings, ClusterParams()).frame,
    }
    kept, params = _all_kept(found.images), VerdictParams()
    beside = {"images": found.images, "human_decisions": HUMAN_DECISIONS.frame([])}
    stored = counts.set_index("image_id", drop=False)
    told = count_in_doubt(
        {**measured, **beside, "duplicates": kept},
        params,
        heads=[],
        count=lambda ids: Measured(stored.loc[list(ids)].reset_index(drop=True), 0),
    ).frame

    def judged(rows: Any) -> Any:
        known = evidence.gather(kept, object_counts=rows, **measured, method=params.clusters)
        return judge(known, embeddings, params).judgements

    alike = judged(told).equals(judged(counts))
    return {"counted": int((told["status"] == "ok").sum()), "judged_alike": alike}


def _all_kept(images: Any) -> Any:
    """DUPLICATES of pictures that are copies of none."""
    from inksift.curation.base.tables import DUPLICATES

    seen = images[images["readable"]].drop_duplicates("image_id")
    texts = {name: "" for name, kind in DUPLICATES.columns.items() if kind == "str"}
    alone = {**texts, "relation": "none", "keep": True, "distance": 0, "similarity": 1.0}
    pairs = zip(seen["path"], seen["image_id"], strict=True)
    rows = [
        {**alone, "path": path, "image_id": image_id, "group": number}
        for number, (path, image_id) in enumerate(pairs)
    ]
    return DUPLICATES.frame(rows)


def _report(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    pictures = sum(len(block["counts"]) for block in new)
    print(f"{pictures} pictures, processor ms a picture")
    print(f"{'':10}{'old':>10}{'new':>10}{'times as fast':>16}")
    for stage in (*STAGES, "all"):
        before, after = (1000 * _seconds(side, stage) / pictures for side in (old, new))
        print(f"{stage:10}{before:10.1f}{after:10.1f}{before / after:16.2f}")
    doubted = sum(block["in_doubt"]["counted"] for block in new) / pictures
    objects, every = _seconds(new, "objects"), _seconds(new, "all")
    in_doubt_s = every - objects * (1 - doubted)
    summary = {
        "benchmark": "detector",
        "pictures": pictures,
        "pass_times_as_fast": round(_seconds(old, "all") / every, 2),
        "detector_times_as_fast": round(_seconds(old, "objects") / objects, 2),
        "counts_equal": round(_equal(old, new, "counts"), 4),
        "boxes_equal": round(_equal(old, new, "boxes"), 4),
        "counted_in_doubt": round(doubted, 3),
        "judged_alike_in_doubt": all(block["in_doubt"]["judged_alike"] for block in new),
        "pass_times_as_fast_in_doubt": round(_seconds(old, "all") / in_doubt_s, 2),
    }
    print(json.dumps(summary))


def _seconds(blocks: list[dict[str, Any]], stage: str) -> float:
    wanted = STAGES if stage == "all" else (stage,)
    return sum(block["seconds"][name] for block in blocks for name in wanted)


def _equal(old: list[dict[str, Any]], new: list[dict[str, Any]], told: str) -> float:
    """The share of pictures of which both builds tell the same, to the last bit."""
    pairs = [
        (one[told][key], other[told].get(key))
        for one, other in zip(old, new, strict=True)
        for key in one[told]
    ]
    return sum(one == other for one, other in pairs) / len(pairs)


if __name__ == "__main__":
    main()
