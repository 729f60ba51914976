"""Calls that fail: a library between a process and the C library (`faults.c`), which counts the
calls below one folder, writes each down, and lets one fail, or all that write from it on."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

import pytest

SOURCE = Path(__file__).with_suffix(".c")


class Call(NamedTuple):
    """A call, with the errno of its failure or 0, and what it was about: `data` is what was
    written, or another name."""

    kind: str
    error: int
    offset: int
    path: str
    data: bytes


def build_shim(folder: Path) -> Path:
    """The library, made from its source; the test is skipped where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (cc), which makes the calls fail")
    library = folder / "faults.so"
    command = (compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl")
    subprocess.run(command, check=True)
    return library


def start_faults(folder: Path, journal: Path, fails_at: int, error: int, *, on: bool) -> None:
    """Count the calls of this process below `folder` from now on. Call `fails_at`, counted from 1,
    fails with `error`, 0 for none; with `on`, all that write after it do too."""
    start = ctypes.CDLL(None).faults_start
    start.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.c_int)
    start(bytes(folder), bytes(journal), fails_at, error, on)


def note_in_journal(text: str) -> None:
    """Write down that this was reached, where calls are counted."""
    ctypes.CDLL(None).faults_note(text.encode())


def read_journal(file: Path) -> list[Call]:
    """What was written down, in order."""
    data, place, calls = file.read_bytes(), 0, []
    while place < len(data):
        end = data.index(b"\n", place)
        kind, error, offset, path_bytes, data_bytes = data[place:end].split()
        middle = end + 1 + int(path_bytes)
        place = middle + int(data_bytes)
        path = data[end + 1 : middle].decode()
        calls.append(Call(kind.decode(), int(error), int(offset), path, data[middle:place]))
    return calls


class Ended(NamedTuple):
    """Exit code and words of a step."""

    code: int
    output: str


class FaultServer:
    """A process that has imported modules, and forks one for each time that it is asked; STEPS of
    the first name what can be asked for."""

    def __init__(self, library: Path, *modules: str) -> None:
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.fault_server", *modules),
            env=os.environ | {"LD_PRELOAD": str(library), "PYTHONWARNINGS": "ignore"},
            cwd=SOURCE.parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.modules: list[str] = []
        """What the last steps had imported."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(
        self,
        root: Path,
        steps: Sequence[Sequence[object]],
        journal: Path | None = None,
        fault: tuple[int, int] = (0, 0),
        *,
        on: bool = False,
    ) -> list[Ended]:
        """How steps in the workspace `root` ended, while call and errno of `fault` failed, as
        `start_faults` says of the folder that holds the workspace."""
        asked = {
            "root": str(root),
            "steps": [list(map(str, step)) for step in steps],
            "journal": journal and str(journal),
            "fault": fault,
            "on": on,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        told, self.modules = json.loads(self._process.stdout.readline())
        return [Ended(*one) for one in told]
