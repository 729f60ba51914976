"""Who has a shared workspace: what its lock says, and whether that process lives."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from inksift.curation.store.lock import may_be_alive, this_process
from inksift.curation.store.objects.interface import ObjectError, ObjectStore
from inksift.curation.store.objects.opened import read_object

_FIELDS = {"pid", "started", "host", "until", "token"}
"""What every lock says."""

_MOST_BYTES = 2**16
"""Far more than a lock has."""

_BOOT, _PIDS = Path("/proc/sys/kernel/random/boot_id"), "/proc/self/ns/pid"


def this_holder(token: str) -> dict[str, Any]:
    """What tells this process from all others; "boot" and "pids" say which machine or container it
    is, since their names may be alike, and are "" where that cannot be known."""
    boot, pids = "", ""
    with suppress(OSError):
        boot, pids = _BOOT.read_text().strip(), os.readlink(_PIDS)
    return {**this_process(), "boot": boot, "pids": pids, "token": token}


def read_holder(objects: ObjectStore, key: str) -> tuple[dict[str, Any], str]:
    """What the lock says, nothing where it is none of ours, and its ETag, "" where it is gone."""
    try:
        known = objects.facts(key)
        told = json.loads(b"".join(read_object(objects, known, stop=_MOST_BYTES)))
    except ObjectError as error:
        if error.fault in ("gone", "changed"):
            return {}, ""
        raise
    except ValueError:
        return {}, known.tag
    return (told if isinstance(told, dict) and told.keys() >= _FIELDS else {}), known.tag


def is_gone(holder: dict[str, Any]) -> bool:
    """Whether the process that has a lock ended on this machine, or renewed it long ago."""
    me = this_holder("")
    is_here = bool(me["boot"]) and all(holder.get(name) == me[name] for name in ("boot", "pids"))
    return time.time() > holder["until"] or (is_here and not may_be_alive(holder))
