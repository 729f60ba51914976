"""Time a picture in `gather` at 800, 2,000 and 4,000 px, beside an old build of inksift.

    python benchmarks/gather_speed.py --old OLD/.venv/bin/python [--rounds 3] [--pictures 12]

OLD is a checkout with a virtual environment of its own. Real pictures are brought to each size,
half of them JPEG and half PNG, and given to what a worker does with a file's bytes: `whole` is
decoding, hashes, signals and the packed thumbnail, `measuring` the same without decoding. Both
builds take turns, in a fresh process each, and the least CPU time of the rounds counts, so that
other work on the machine disturbs little. The last line is JSON."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[1]
SOURCE = CHECKOUT.parent / "shared" / "data"
SIDES_PX = (800, 2000, 4000)
GOALS = {800: 1.15, 2000: 1.6, 4000: 2.5}
SETTINGS = (10**9, 10**9, 640, 60, 2**33)
PARTS = ("whole", "measuring")


def main() -> None:
    """Run both builds and print the table and one line of JSON."""
    options = _options()
    if options.pictures_in:
        print(json.dumps(_timed(Path(options.pictures_in))))
        return
    old = Path(options.old).absolute()
    builds = {"old": (old, old.parents[2]), "new": (Path(sys.executable), CHECKOUT)}
    results = {}
    for side in SIDES_PX:
        with tempfile.TemporaryDirectory() as folder:
            _draw(Path(options.source), Path(folder), side, options.pictures)
            results[side] = _compared(builds, Path(folder), options.rounds)
    _report(results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", default=str(SOURCE))
    parser.add_argument("--old", help="the interpreter of an old checkout's virtual environment")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--pictures-in", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not (options.old or options.pictures_in):
        parser.error("--old is needed")
    return options


def _draw(source: Path, target: Path, side_px: int, number: int) -> None:
    from PIL import Image

    files = sorted(file for file in source.rglob("*") if file.suffix in (".jpg", ".png"))
    for index, file in enumerate(files[:: max(1, len(files) // number)][:number]):
        with Image.open(file) as image:
            scale = side_px / max(image.size)
            size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
            large = image.convert("RGB").resize(size, Image.Resampling.BICUBIC)
        kind = "png" if index % 2 else "jpg"
        large.save(target / f"{index}.{kind}", quality=90)


def _compared(
    builds: dict[str, tuple[Path, Path]], pictures: Path, rounds: int
) -> dict[str, dict[str, float]]:
    """Milliseconds a picture, by build and part: of every picture the least of the rounds."""
    times: dict[str, list[dict[str, Any]]] = {name: [] for name in builds}
    for _ in range(rounds):
        for name, (python, checkout) in builds.items():
            times[name].append(_run(python, checkout, pictures))
    return {
        name: {
            part: sum(map(min, zip(*(one[part] for one in taken), strict=True)))
            / len(taken[0][part])
            for part in PARTS
        }
        for name, taken in times.items()
    }


def _run(python: Path, checkout: Path, pictures: Path) -> dict[str, Any]:
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [python, Path(__file__).absolute(), "--pictures-in", pictures],
        cwd=checkout,
        env=os.environ | threads | {"PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{python} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _timed(pictures: Path) -> dict[str, list[float]]:
    """CPU milliseconds of every picture in this build, decoding included and not."""
    import cv2

    decode, measure_pixels, examine, settings = _build()
    cv2.setNumThreads(1)
    times: dict[str, list[float]] = {part: [] for part in PARTS}
    for file in sorted(pictures.iterdir()):
        data = file.read_bytes()
        rgb = decode(data, max_pixels=SETTINGS[1]).rgb
        measure_pixels(rgb, thumbnail_side_px=SETTINGS[2])  # the first call of a step is slow
        times["whole"].append(_cpu_ms(lambda data=data: examine(data, settings)))
        times["measuring"].append(
            _cpu_ms(lambda rgb=rgb: measure_pixels(rgb, thumbnail_side_px=SETTINGS[2]))
        )
    return times


def _build() -> tuple[Any, Any, Any, Any]:
    """The worker's functions, at their place in this build or in that of 2026 and before."""
    try:
        from inksift.curation.gather.gate.decode import decode
        from inksift.curation.gather.gate.pixels import measure_pixels
        from inksift.curation.gather.gate.worker import Settings, examine
    except ImportError:
        from inksift.curation.gate.decode import decode
        from inksift.curation.gate.pixels import measure_pixels
        from inksift.curation.gate.worker import Settings, examine
    return decode, measure_pixels, examine, Settings(*SETTINGS)


def _cpu_ms(function: Callable[[], object]) -> float:
    began = time.process_time()
    function()
    return (time.process_time() - began) * 1000


def _report(results: dict[int, dict[str, dict[str, float]]]) -> None:
    print(f"CPU ms a picture (half JPEG, half PNG), load {os.getloadavg()[0]:.1f}")
    print(f"{'side px':>8}" + "".join(f"{part + ' old, new':>22}{'times':>7}" for part in PARTS))
    for side, builds in results.items():
        cells = "".join(
            f"{builds['old'][part]:13.1f}{builds['new'][part]:9.1f}"
            f"{builds['old'][part] / builds['new'][part]:7.2f}"
            for part in PARTS
        )
        print(f"{side:8}{cells}  (goal {GOALS[side]})")
    print(json.dumps({"benchmark": "gather_speed", "ms": results}))


if __name__ == "__main__":
    main()
