"""Fresh mutants of sound files of every format that the gate reads, each through the gate.

    python benchmarks/mutants.py 50000 [--seed N] [--memory-mb 2048] [--timeout-s 20]

The files are those of `format_variants.py` and `work_file_variants.py` which the encoders of this
machine write, of 96 x 64 pixels; `mutated.py` says what is done to them. No mutant is kept: the
same seed makes it again, with the same encoders. One worker reads all of them, and another where it
died.

Printed for every format: mutants, those that gave a picture, workers that died and that hung (were
ended at the gate's limit), the slowest answer, the most memory that a worker held, and mutants
without an outcome: neither a picture nor a reason, or both. A death of the process itself shows in
that the last line, which is JSON, is missing. 50,000 take a quarter of an hour."""

from __future__ import annotations

import argparse
import json
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
from format_encoders import MissingError, cut_out, drawing
from format_variants import variants
from mutated import mutant
from PIL import Image
from work_file_variants import work_files

from inksift.curation.gather.gate.answer import Decoded
from inksift.curation.gather.gate.formats import ALLOWED
from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.gate.worker import Settings

MAX_BYTES, MAX_PIXELS, THUMBNAIL_SIDE_PX = 64 * 10**6, 50_000_000, 640


class Tried(NamedTuple):
    """One mutant: the format of its file, what the gate said after how long, and the peak of the
    worker's memory by then, 0 where it is gone."""

    kind: str
    answer: Decoded
    seconds: float
    peak_mb: float


class Row(NamedTuple):
    """What is told of the mutants of one format."""

    kind: str
    mutants: int
    pictures: int
    died: int
    hung: int
    slowest_s: float
    peak_mb: float
    without_outcome: int


def main() -> None:
    """Try so many mutants, and print the table."""
    options = _options()
    files = sound_files()
    lacking = sorted(set(ALLOWED) - {kind for kind, _ in files})
    print(f"{len(files)} sound files; formats without one: {', '.join(lacking) or 'none'}")
    settings = Settings(
        MAX_BYTES, MAX_PIXELS, THUMBNAIL_SIDE_PX, options.timeout_s, options.memory_mb * 2**20
    )
    rng = np.random.default_rng(options.seed)
    rows = table(list(_tried(files, settings, options.mutants, rng)))
    for row in rows:
        print(_line(row))
    told = {"benchmark": "mutants", "seed": options.seed, **rows[-1]._asdict()}
    print(json.dumps(told))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mutants", type=int, help="how many")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--memory-mb", type=int, default=2048)
    parser.add_argument("--timeout-s", type=int, default=20)
    return parser.parse_args()


def sound_files() -> list[tuple[str, bytes]]:
    """Format and bytes of what this machine can write."""
    found = []
    for kind, _, make in (*variants(), *work_files(), *_by_hand()):
        with suppress(MissingError):
            found.append((kind, make()))
    return found


def _by_hand() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """JPEG XL by the library that reads it, and PSD byte by byte: they need no other encoder."""
    yield "JXL", "lossless", lambda: _jxl(drawing(), lossless=True)
    yield "JXL", "lossless, alpha", lambda: _jxl(cut_out(), lossless=True)
    yield "JXL", "with loss", lambda: _jxl(drawing(), lossless=False)
    yield "PSD", "plain", lambda: _psd(drawing())
    yield "PSD", "plain, grey", lambda: _psd(drawing().convert("L"))


def _jxl(image: Image.Image, *, lossless: bool) -> bytes:
    try:
        import pillow_jxl  # noqa: F401  # Pillow learns the format from it
    except ImportError as error:
        raise MissingError("pillow-jxl-plugin") from error
    buffer = BytesIO()
    image.save(buffer, "JXL", lossless=lossless)
    return buffer.getvalue()


def _psd(image: Image.Image) -> bytes:
    mode = {"L": 1, "RGB": 3}[image.mode]
    channels = len(image.getbands())
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, channels, image.height, image.width, 8, mode)
    flattened = struct.pack(">IB", 1, True) + b"\0"
    resource = b"8BIM" + struct.pack(">HHI", 1057, 0, 5) + flattened
    sections = struct.pack(">II", 0, len(resource)) + resource + struct.pack(">IH", 0, 0)
    return header + sections + b"".join(band.tobytes() for band in image.split())


def _tried(
    files: Sequence[tuple[str, bytes]], settings: Settings, count: int, rng: np.random.Generator
) -> Iterator[Tried]:
    contents = [data for _, data in files]
    kinds = [[data for kind, data in files if kind == one] for one in ALLOWED]
    by_kind = [(kind, own) for kind, own in zip(ALLOWED, kinds, strict=True) if own]
    with Gate(settings, workers=1) as gate, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant"
        gate.layers()  # which starts the worker
        for index in range(count):
            kind, own = by_kind[index % len(by_kind)]
            data = own[rng.integers(len(own))]
            path.write_bytes(mutant(data, own if rng.integers(2) else contents, rng))
            yield _asked(gate, kind, path)


def _asked(gate: Gate, kind: str, path: Path) -> Tried:
    digest = sha256(path.read_bytes()).hexdigest()
    started = time.perf_counter()
    with path.open("rb") as file:
        answer = gate.decode(file.fileno(), digest)
    return Tried(kind, answer, time.perf_counter() - started, _peak_mb())


def _peak_mb() -> float:
    """The most memory that the worker has held so far."""
    peaks = [0.0]
    for worker in psutil.Process().children():
        with suppress(OSError):
            status = Path(f"/proc/{worker.pid}/status").read_text()
            peaks += [
                int(line.split()[1]) / 1024 for line in status.splitlines() if "VmHWM" in line
            ]
    return max(peaks)


def table(tried: Sequence[Tried]) -> list[Row]:
    """A row for every format, and one for all."""
    kinds = sorted({one.kind for one in tried})
    return [_row(kind, [one for one in tried if one.kind == kind]) for kind in kinds] + [
        _row("all", tried)
    ]


def _row(kind: str, tried: Sequence[Tried]) -> Row:
    answers = [one.answer for one in tried]
    return Row(
        kind,
        len(tried),
        pictures=sum(not answer.error for answer in answers),
        died=sum(answer.error == "decoder_died" for answer in answers),
        hung=sum(answer.error == "timeout" for answer in answers),
        slowest_s=round(max((one.seconds for one in tried), default=0), 2),
        peak_mb=round(max((one.peak_mb for one in tried), default=0)),
        without_outcome=sum(bool(answer.thumbnail) == bool(answer.error) for answer in answers),
    )


def _line(row: Row) -> str:
    return (
        f"{row.kind:<5}{row.mutants:7} mutants {row.pictures:7} pictures {row.died:3} died "
        f"{row.hung:3} hung  slowest {row.slowest_s:6.2f} s  peak {row.peak_mb:5.0f} MB "
        f"{row.without_outcome:3} without an outcome"
    )


if __name__ == "__main__":
    main()
