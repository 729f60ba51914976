"""The process in which hostile bytes are decoded, started by the gate:
`python -m inksift.curation.gather.gate.worker SETTINGS`.

It holds no path and no network: files come as open handles over the socket on its standard input,
one at a time, and each is answered with a JSON header and a thumbnail. It ends when the socket
closes."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import socket
import struct
import sys
import warnings
from contextlib import suppress
from typing import Any, NamedTuple

import cv2

from inksift.curation.gather.folder.safe_open import RefusedError, read_chunks
from inksift.curation.gather.gate.decode import decode
from inksift.curation.gather.gate.marked import find_ai_mark
from inksift.curation.gather.gate.pixels import measure_pixels
from inksift.curation.gather.gate.sandbox.layer import (
    Layer,
    limited,
    without_network,
    without_privileges,
)
from inksift.curation.gather.gate.stored_as import stored_as
from inksift.curation.gather.gate.undecodable import UndecodableError

ID_LENGTH = 64
"""Hexadecimal digits of a SHA-256."""

LENGTHS = struct.Struct("!II")
OPEN_FILES = 32
"""Handles that a worker may hold: its socket, the file at hand, and those of its libraries."""


class Settings(NamedTuple):
    """What a worker is told when it starts."""

    max_bytes: int
    max_pixels: int
    thumbnail_side_px: int
    timeout_s: int
    memory_bytes: int


Reply = tuple[dict[str, Any], bytes]


def examine(data: bytes, settings: Settings) -> Reply:
    """Decode and measure one file's bytes: the row's fields and the thumbnail, followed by so many
    bytes as `unseen` says of what it does not show; or `error` and `note`."""
    try:
        picture = decode(data, max_pixels=settings.max_pixels)
        measures = measure_pixels(
            picture.rgb,
            thumbnail_side_px=settings.thumbnail_side_px,
            unseen=picture.unseen,
            identity=picture.identity,
        )
    except UndecodableError as error:
        return {"error": error.reason, "note": str(error)}, b""
    except MemoryError:
        return {"error": "memory", "note": ""}, b""
    height, width = picture.rgb.shape[:2]
    row = {
        "error": "",
        "note": "; ".join(filter(None, (measures.page, picture.note))),
        "width": width,
        "height": height,
        "format": picture.format,
        "mode": picture.mode,
        "ai_mark": find_ai_mark(data),
        "content": measures.content._asdict() | {"grey": measures.content.grey.tobytes().hex()},
        "detail": measures.detail._asdict(),
        "stored": stored_as(data, picture.format, picture.note)._asdict(),
        "signals": measures.signals,
        "unseen": len(measures.unseen),
    }
    return row, measures.thumbnail + measures.unseen


def _serve(connection: socket.socket, settings: Settings, layers: list[Layer]) -> None:
    """Say what this process gave up, then answer until the other side closes."""
    _send(connection, {"layers": layers}, b"")
    while request := _receive(connection):
        image_id, handle = request
        _guard_time(settings.timeout_s)
        try:
            reply = _answer(handle, image_id, settings)
        finally:
            os.close(handle)
        _send(connection, *reply)


def main() -> None:
    """Confine this process, then serve the socket on standard input."""
    settings = Settings(*json.loads(sys.argv[1]))
    warnings.simplefilter("always")
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.formatwarning = lambda message, *_args, **_more: f"{message}\n"
    cv2.setNumThreads(1)
    layers = confine(settings.memory_bytes)
    with (
        socket.socket(fileno=os.dup(0)) as connection,
        suppress(BrokenPipeError, ConnectionResetError),
    ):
        _serve(connection, settings, layers)


def confine(memory_bytes: int) -> list[Layer]:
    """Give up what decoding does not need. What the system refuses to take away is kept, and
    said."""
    os.set_blocking(2, False)
    return [
        without_network(),
        without_privileges(),
        limited("bounded memory", resource.RLIMIT_AS, memory_bytes),
        limited("no core dump", resource.RLIMIT_CORE, 0),
        limited("no file written", resource.RLIMIT_FSIZE, 0),
        limited("few open files", resource.RLIMIT_NOFILE, OPEN_FILES),
    ]


def _guard_time(timeout_s: int) -> None:
    """Let the kernel end this process when one file costs more processor time, should the parent be
    gone."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (spent + timeout_s + 2, most))


def _answer(handle: int, image_id: str, settings: Settings) -> Reply:
    try:
        data = b"".join(read_chunks(handle, max_bytes=settings.max_bytes))
    except RefusedError as error:
        return {"error": error.reason, "note": str(error)}, b""
    if hashlib.sha256(data).hexdigest() != image_id:
        return {"error": "changed_during_run", "note": ""}, b""
    return examine(data, settings)


def _receive(connection: socket.socket) -> tuple[str, int] | None:
    message, handles, _, _ = socket.recv_fds(connection, ID_LENGTH, 1)
    return (message.decode("ascii"), handles[0]) if message else None


def _send(connection: socket.socket, header: dict[str, Any], blob: bytes) -> None:
    text = json.dumps(header, allow_nan=False).encode()
    connection.sendall(LENGTHS.pack(len(text), len(blob)) + text + blob)


if __name__ == "__main__":
    main()
