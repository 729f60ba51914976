"""How per-image work is spread: a pool of threads on this machine, one function for all stages.

The work inside (Pillow, OpenCV, ONNX Runtime) releases the interpreter lock, so threads use every
core and share one copy of the model. `curation.spread` hands whole batches to other machines, whose
workers do the same within a batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from inksift.curation.base.progress import progress_bar

Item = TypeVar("Item")
_Result = TypeVar("_Result")

_cores: list[int] = []


def use_cores(cores: int) -> None:
    """Let this process use no more than so many cores, from now on."""
    _cores[:] = [cores]


def worker_count() -> int:
    """Cores that this process may use."""
    affinity = hasattr(os, "sched_getaffinity")
    there = len(os.sched_getaffinity(0)) if affinity else os.cpu_count() or 1
    return min([there, *_cores])


def per_item(
    function: Callable[[Item], _Result], items: Sequence[Item], *, workers: int | None = None
) -> list[_Result]:
    """`function` of every item, in the order of the items; the first exception is raised.

    One item alone is for the calling thread: so a process that ends can still do what it must,
    when it can start no thread any more."""
    if len(items) < 2:
        return list(map(function, items))
    with ThreadPoolExecutor(workers or worker_count()) as pool:
        return list(pool.map(function, items))


def in_batches(items: Sequence[Item], size: int, title: str) -> Iterator[Sequence[Item]]:
    """Consecutive slices of at most `size` items; how far they are is shown as `title`, and told to
    who listens."""
    with progress_bar(len(items), title) as done:
        for start in range(0, len(items), size):
            batch = items[start : start + size]
            yield batch
            done(len(batch))
