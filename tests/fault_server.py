"""Steps of inksift that fail at a chosen call, each time in a process forked from one that has
imported everything: `python -m tests.fault_server MODULE ...`, with the library of `faults.py`
preloaded. STEPS of the first module are what can be asked for; the others are only imported. A line
of JSON asks and a line answers."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from inksift.curation.base.errors import InksiftError, StoreError
from inksift.curation.base.machine_errors import machine_error
from tests.faults import note_in_journal, start_faults

TRACEBACK = 70
"""The answer of a step that did not end in words."""


def answer(asked: Mapping[str, Any], steps: Mapping[str, Any]) -> str:
    """What a forked process tells of its steps, whichever fail."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.close(reading)
        if asked["journal"]:
            start_faults(
                Path(asked["root"]).parent, Path(asked["journal"]), *asked["fault"], on=asked["on"]
            )
        told = [performed(steps[name], asked["root"], more) for name, *more in asked["steps"]]
        with os.fdopen(writing, "w") as pipe:
            pipe.write(json.dumps([told, sorted(sys.modules)]))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text


def performed(step: Any, root: str, more: list[str]) -> tuple[int, str]:
    """Exit code and output of one step, which a note in the journal acknowledges."""
    try:
        code, output = step(Path(root), *more)
    except InksiftError as error:
        return error.exit_code, str(error)
    except OSError as error:
        told = machine_error(error)  # as the command line does
        return (StoreError.exit_code, told) if told else (TRACEBACK, traceback.format_exc())
    except Exception:
        return TRACEBACK, traceback.format_exc()
    if not code:
        note_in_journal(" ".join(more))
    return code, output


if __name__ == "__main__":
    first, *_ = [import_module(name) for name in sys.argv[1:]]
    for line in sys.stdin:
        sys.stdout.write(f"{answer(json.loads(line), first.STEPS)}\n")
        sys.stdout.flush()
