"""What a decode worker answers, and the distrust with which it is read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from inksift.curation.base.ai_marks import AI_MARKS
from inksift.curation.base.file_errors import FILE_ERRORS
from inksift.curation.base.spectra import BANDS
from inksift.curation.base.thumbnail_codec import packed_size
from inksift.curation.base.unseen import check_unseen
from inksift.curation.gather.folder.walk import display
from inksift.curation.gather.gate.content import GREY_SIDE_PX, Content
from inksift.curation.gather.gate.detail import NO_DETAIL, Detail
from inksift.curation.gather.gate.fingerprint import ORIENTATIONS, Fingerprint, fingerprint
from inksift.curation.gather.gate.formats import ALLOWED
from inksift.curation.gather.gate.stored_as import NOT_TOLD, StoredAs
from inksift.curation.gather.gate.undecodable import MAX_SIDE_PX
from inksift.curation.gather.signals import SIGNALS

MAX_NOTE_LENGTH = 200
"""Bytes of a note: a line in a table, not a log."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
WORKER_LOST = frozenset({"timeout", "decoder_died"})
OF_A_WORKER = frozenset(
    {
        "broken",
        "decoder_missing",
        "empty",
        "format_not_allowed",
        "kind_not_supported",
        "memory",
        "not_an_image",
        "refused_by_sandbox",
        "side_too_long",
        "too_many_pixels",
        *("changed_during_run", "file_too_big", "not_a_regular_file", "unreadable", "vanished"),
    }
)
"""What a worker may say of a file; that it was lost is not for itself to say."""

TRANSIENT = frozenset(error.name for error in FILE_ERRORS if error.transient)
"""Errors of the moment or of a file, and not of a content: never stored under it."""


class Decoded(NamedTuple):
    """What the gate says about one file. With an `error` only `note` means something."""

    error: str
    note: str
    width: int = 0
    height: int = 0
    format: str = ""
    mode: str = ""
    ai_mark: str = ""
    fingerprint: Fingerprint = Fingerprint("", [0] * ORIENTATIONS, 0.0, 0, 0)
    detail: Detail = NO_DETAIL
    stored: StoredAs = StoredAs(False, NOT_TOLD)
    signals: Mapping[str, float] = MappingProxyType({})
    thumbnail: bytes = b""
    unseen: bytes = b""


def checked(header: dict[str, Any], blob: bytes) -> Decoded:
    """The answer as Decoded; ValueError, TypeError or KeyError for one that no honest worker
    gives."""
    note = safe(str(header["note"]).encode("utf-8", "surrogatepass"))
    if header["error"]:
        return Decoded(_error(header["error"]), note)
    signals = {signal.name: _number(header["signals"][signal.name]) for signal in SIGNALS}
    thumbnail, unseen = _divided(blob, header["unseen"])
    if header["format"] not in ALLOWED:
        raise ValueError("no such format")
    if header["ai_mark"] and header["ai_mark"] not in AI_MARKS:
        raise ValueError("no such mark")
    return Decoded(
        error="",
        note=note,
        width=_whole(header["width"], MAX_SIDE_PX),
        height=_whole(header["height"], MAX_SIDE_PX),
        format=header["format"],
        mode=safe(str(header["mode"]).encode()),
        ai_mark=header["ai_mark"],
        fingerprint=fingerprint(_content(**header["content"])),
        detail=_detail(**header["detail"]),
        stored=_stored(**header["stored"]),
        signals=signals,
        thumbnail=thumbnail,
        unseen=unseen,
    )


def _error(told: Any) -> str:
    if not isinstance(told, str) or told.partition(":")[0] not in OF_A_WORKER:
        raise ValueError("no such error")
    return safe(told.encode("utf-8", "surrogatepass"))


def _divided(blob: bytes, unseen_bytes: Any) -> tuple[bytes, bytes]:
    """The thumbnail and what follows it, both of them ours by their headers."""
    end = len(blob) - _whole(unseen_bytes, len(blob))
    thumbnail, unseen = blob[:end], blob[end:]
    packed_size(thumbnail)
    if unseen:
        check_unseen(unseen)
    return thumbnail, unseen


def _content(pixels: Any, grey: Any, **size: Any) -> Content:
    levels = np.frombuffer(bytes.fromhex(grey), np.uint8)
    if not _DIGEST.fullmatch(pixels) or len(levels) != GREY_SIDE_PX**2:
        raise ValueError(pixels)
    sides = {name: _whole(value, MAX_SIDE_PX) for name, value in size.items()}
    return Content(pixels, levels.reshape(GREY_SIDE_PX, GREY_SIDE_PX), **sides)


def _detail(
    rows: Any, columns: Any, halo: Any, vividness: Any, clipped: Any, **whole: Any
) -> Detail:
    return Detail(
        rows=_spectrum(rows),
        columns=_spectrum(columns),
        halo=_number(halo),
        vividness=_number(vividness),
        clipped=_number(clipped),
        **{name: _whole(value, MAX_SIDE_PX) for name, value in whole.items()},
    )


def _spectrum(levels: Any) -> list[float]:
    if type(levels) is not list or len(levels) > BANDS:
        raise ValueError("no spectrum")
    return [_number(level) for level in levels]


def _stored(lossless: Any, quality: Any) -> StoredAs:
    return StoredAs(lossless is True, _number(quality))


def _whole(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(value)
    return value


def _number(value: Any) -> float:
    if not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def safe(text: bytes) -> str:
    """The start of a stranger's text, on one line and without control characters."""
    return display(text[:MAX_NOTE_LENGTH])
