"""The gate: the only place where a file's bytes become pixels, in worker processes that may die of
them.

Each worker has one file in flight, so a file that crashes, hangs or bloats its decoder costs itself
and no other. Workers are strangers from then on: their answers are JSON, checked field by field,
and never unpickled."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from PIL import Image

from inksift.curation.base.errors import GateError
from inksift.curation.base.strips import LONGEST_STRIP_PX, WINDOW_SIDE_PX
from inksift.curation.gather.gate.answer import WORKER_LOST, Decoded, checked, safe
from inksift.curation.gather.gate.sandbox.layer import Layer, in_all
from inksift.curation.gather.gate.worker import LENGTHS, Settings

WORKER = (sys.executable, "-P", "-m", "inksift.curation.gather.gate.worker")
START_TIMEOUT_S = 60
"""Seconds to import the decoder: ten times what a busy machine takes."""

STARTING_NAMES = (
    "GLIBC_TUNABLES",
    "HOME",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "NIX_LD",
    "NIX_LD_LIBRARY_PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONNOUSERSITE",
    "PYTHONPATH",
    "PYTHONPLATLIBDIR",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUSERBASE",
    "PYTHONUTF8",
)
"""The variables by which Python finds its libraries; a worker gets no others, and forgets these
before it is given a file."""

MAX_HEADER_BYTES = 65_536
"""Bytes of an answer without its thumbnail; an honest one has below 2,000."""

MOST_BYTES_A_PIXEL = 5
"""Bytes of a thumbnail's pixel: three colours, one of transparency, and what packing may add."""

DEATHS_BEFORE_DOUBT = 20
"""Workers lost in a row before the machine itself is put to the test."""


class Gate:
    """A pool of decode workers, started when first needed and gone when the `with` block ends."""

    def __init__(
        self, settings: Settings, *, workers: int, command: Sequence[str] = WORKER
    ) -> None:
        self.workers = workers
        self._settings = settings
        self._command = [*command, json.dumps(settings)]
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._deaths = 0
        self._layers: tuple[Layer, ...] = ()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while not self._idle.empty():
            worker = self._idle.get()
            if worker:
                worker.close()

    def decode(self, handle: int, image_id: str) -> Decoded:
        """Decode and measure the open file whose bytes have the SHA-256 `image_id`. Safe to call
        from many threads.

        GateError when no worker can be started, or when 20 in a row died and the next fails on a
        sound picture too."""
        with self._worker() as worker:
            decoded = worker.ask(handle, image_id, self._settings)
        if self._count_death(decoded):
            self._prove_sound()
        return decoded

    def layers(self) -> tuple[Layer, ...]:
        """The layers of the sandbox, as workers say that closed their doors: in force are those
        that are in all. GateError when none can be started."""
        if not self._layers:
            with self._worker():
                pass
        return self._layers

    @contextmanager
    def _worker(self) -> Iterator[_Worker]:
        worker = self._idle.get()
        try:
            worker = worker if worker and worker.alive else self._started()
            yield worker
        except BaseException:
            if worker:
                worker.close()
            raise
        finally:
            self._idle.put(worker if worker and worker.alive else None)

    def _started(self) -> _Worker:
        worker = _Worker(self._command)
        with self._lock:
            self._layers = in_all(self._layers, worker.layers)
        return worker

    def _count_death(self, decoded: Decoded) -> bool:
        with self._lock:
            self._deaths = self._deaths + 1 if decoded.error in WORKER_LOST else 0
            return self._deaths > 0 and self._deaths % DEATHS_BEFORE_DOUBT == 0

    def _prove_sound(self) -> None:
        """Tell twenty hostile files from a machine on which nothing can be decoded."""
        data = _sound_picture()
        with tempfile.TemporaryFile() as file, self._worker() as worker:
            file.write(data)
            file.flush()
            decoded = worker.ask(file.fileno(), sha256(data).hexdigest(), self._settings)
        if decoded.error:
            raise GateError(
                f"{DEATHS_BEFORE_DOUBT} decode workers in a row ended with {decoded.error} "
                f"({decoded.note}), and so "
                "did one on a sound picture: raise images.memory_mb or images.timeout_s, or free "
                "memory on this machine"
            )


class _Worker:
    """One worker process and the socket to it."""

    def __init__(self, command: Sequence[str]) -> None:
        self.alive = True
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_environment(),
                start_new_session=True,
            )
        os.set_blocking(self._errors, False)
        try:
            header, _ = self._read(time.monotonic() + START_TIMEOUT_S, max_blob_bytes=0)
            self.layers = tuple(Layer(*told) for told in header["layers"])
        except TimeoutError:
            self.close()
            raise GateError(
                f"a decode worker did not start within {START_TIMEOUT_S} s: this machine is too "
                "busy; run again when it is less so"
            ) from None
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise GateError(f"a decode worker did not start: {self._end() or error!r}") from None
        except BaseException:
            self.close()
            raise

    def ask(self, handle: int, image_id: str, settings: Settings) -> Decoded:
        """The worker's answer on one file; the worker is dead afterwards if the error is about the
        worker."""
        most_pixels = max(settings.thumbnail_side_px**2, LONGEST_STRIP_PX * WINDOW_SIDE_PX)
        max_blob_bytes = MOST_BYTES_A_PIXEL * most_pixels + MAX_HEADER_BYTES
        try:
            socket.send_fds(self._socket, [image_id.encode("ascii")], [handle])
            reply = self._read(time.monotonic() + settings.timeout_s, max_blob_bytes=max_blob_bytes)
            decoded = checked(*reply)
        except TimeoutError:
            self.close()
            return Decoded("timeout", f"no answer within {settings.timeout_s} s")
        except (OSError, EOFError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return Decoded("decoder_died", self._end())
        return decoded._replace(
            note="; ".join(filter(None, (decoded.note, *self._complaints()[:1])))
        )

    def close(self) -> None:
        """End the process at once and forget it."""
        self.alive = False
        self._socket.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    @property
    def _errors(self) -> int:
        assert self._process.stderr is not None
        return int(self._process.stderr.fileno())

    def _end(self) -> str:
        """Close, and say what the process died of."""
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        code, complaints = self._process.poll(), self._complaints()
        self.close()
        return "; ".join((_cause(code), *complaints[-1:]))

    def _complaints(self) -> list[str]:
        """The lines that the worker wrote to its standard error since the last call."""
        try:
            text = os.read(self._errors, MAX_HEADER_BYTES)
        except BlockingIOError:
            return []
        return [safe(line) for line in text.splitlines() if line.strip()]

    def _read(self, deadline: float, *, max_blob_bytes: int) -> tuple[dict[str, Any], bytes]:
        header_bytes, blob_bytes = LENGTHS.unpack(self._take(LENGTHS.size, deadline))
        if header_bytes > MAX_HEADER_BYTES or blob_bytes > max_blob_bytes:
            raise ValueError("answer too long")
        header = json.loads(self._take(header_bytes, deadline))
        return header, bytes(self._take(blob_bytes, deadline))

    def _take(self, size: int, deadline: float) -> bytearray:
        data, got = bytearray(size), 0
        view = memoryview(data)
        while got < size:
            self._socket.settimeout(max(deadline - time.monotonic(), 1e-6))
            received = self._socket.recv_into(view[got:])
            if not received:
                raise EOFError
            got += received
        return data


def _cause(code: int | None) -> str:
    if code is None:
        return "answered nonsense"
    if code >= 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def _sound_picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (64, 64), "orange").save(buffer, "PNG")
    return buffer.getvalue()


def _environment() -> dict[str, str]:
    """What a worker starts with: `inksift` importable, and no threads in the mathematical
    libraries."""
    names = [name for name in STARTING_NAMES if name in os.environ]
    root = str(Path(__file__).parents[4])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return {name: os.environ[name] for name in names} | {
        "PYTHONPATH": path,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def layers_in_force(settings: Settings) -> tuple[Layer, ...]:
    """The layers of the sandbox on this machine, as a decode worker says that is started for the
    question. GateError when none can be started."""
    with Gate(settings, workers=1) as gate:
        return gate.layers()
