"""Decoding as a task: what the gate answers is stored by the process that asked it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from inksift.curation.base.engine import per_item, worker_count
from inksift.curation.base.tables import HASHES, IMAGES, Table
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.gather.gate.answer import TRANSIENT, Decoded
from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.gate.worker import Settings
from inksift.curation.gather.image_rows import CONTENT_FACTS
from inksift.curation.gather.signals.stored import signal_rows
from inksift.curation.store.part_writer import PartWriter

PIXELS = Table(
    "pixels",
    {"image_id": "str"}
    | {name: IMAGES.columns[name] for name in CONTENT_FACTS}
    | dict(HASHES.columns),
    key=("image_id",),
)
"""What is stored per picture: one row per distinct content, with an `error` where it cannot be
decoded."""


class PictureParts(NamedTuple):
    """The parts of one batch, one of a kind or none."""

    pixels: Sequence[Path]
    thumbnails: Sequence[Path]
    signals: Sequence[Path]


class PictureWriters(NamedTuple):
    """Where the answers of the gate are stored."""

    pixels: PartWriter
    thumbnails: PartWriter
    signals: PartWriter

    def write(self, decoded: Mapping[str, Decoded]) -> PictureParts:
        """Store one batch: thumbnails first, so that no row of pixels waits for one."""
        if not decoded:
            return PictureParts((), (), ())
        sound = {key: value for key, value in decoded.items() if not value.error}
        thumbnails, signals = self._sound(sound) if sound else ((), ())
        rows = [_pixels_row(key, value) for key, value in decoded.items()]
        return PictureParts((self.pixels.write(PIXELS.frame(rows)),), thumbnails, signals)

    def _sound(self, decoded: Mapping[str, Decoded]) -> tuple[tuple[Path], tuple[Path]]:
        thumbnails = [(key, value.thumbnail, value.unseen) for key, value in decoded.items()]
        frame = pd.DataFrame(thumbnails, columns=["image_id", "thumbnail", "unseen"])
        signals = signal_rows({key: value.signals for key, value in decoded.items()})
        part = self.thumbnails.write(frame, rows_per_group=1, compression="none")
        return (part,), (self.signals.write(signals),)


class FileContent(NamedTuple):
    """One content, and the files below the source that hold it."""

    image_id: str
    paths: Sequence[bytes]


class DecodedBatch(NamedTuple):
    """What was stored of a batch, and error and note of what failed in a way that may pass."""

    parts: PictureParts
    failed: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Opening:
    """The files of a source that this process reads; another process, which cannot have its
    handles, opens the source once more."""

    reach: Reach

    def __call__(self) -> AbstractContextManager[Reach]:
        return nullcontext(self.reach)

    def __reduce__(self) -> tuple[Any, ...]:
        return partial, (self.reach.reopened,)


@dataclass(frozen=True)
class DecodingTask:
    """Decodes files of a source and stores what they show."""

    opening: Callable[[], AbstractContextManager[Reach]]
    settings: Settings
    workers: int
    writers: PictureWriters

    @contextmanager
    def started(self) -> Iterator[Callable[[Sequence[FileContent]], DecodedBatch]]:
        """Has the source, and a gate of its own."""
        workers = self.workers or worker_count()
        with self.opening() as reach, Gate(self.settings, workers=workers) as gate:
            yield partial(self._decode, gate, reach)

    def _decode(self, gate: Gate, reach: Reach, batch: Sequence[FileContent]) -> DecodedBatch:
        decode = partial(_decode, gate, reach, self.settings.max_bytes)
        answers = per_item(decode, batch, workers=gate.workers)
        decoded = dict(zip((content.image_id for content in batch), answers, strict=True))
        failed = {key: value for key, value in decoded.items() if value.error in TRANSIENT}
        parts = self.writers.write({key: decoded[key] for key in decoded if key not in failed})
        told = {key: (value.error, value.note) for key, value in failed.items()}
        return DecodedBatch(parts, told)


def _decode(gate: Gate, reach: Reach, max_bytes: int, content: FileContent) -> Decoded:
    """The gate's answer on the first copy that still holds the content."""
    decoded = Decoded("vanished", "")
    for path in content.paths:
        try:
            with reach.open(path, max_bytes=max_bytes) as handle:
                decoded = gate.decode(handle, content.image_id)
        except RefusedError as error:
            decoded = Decoded("changed_during_run", str(error))
        if decoded.error not in ("changed_during_run", "unreadable"):
            return decoded
    return decoded


def _pixels_row(image_id: str, decoded: Decoded) -> dict[str, object]:
    detail = decoded.detail
    facts = (
        decoded._asdict()
        | decoded.fingerprint._asdict()
        | {"oriented": np.array(decoded.fingerprint.oriented, np.uint64)}
        | decoded.stored._asdict()
        | {
            name: getattr(detail, name)
            for name in ("block", "halo", "colours", "vividness", "clipped")
        }
        | {"resolved_width": detail.width, "resolved_height": detail.height}
        | {"row_spectrum": np.array(detail.rows, np.float32)}
        | {"column_spectrum": np.array(detail.columns, np.float32)}
    )
    row = {name: value for name, value in facts.items() if name in PIXELS.columns}
    return {"image_id": image_id} | row
