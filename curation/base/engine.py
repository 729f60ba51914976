"""How per-image work is spread: a pool of threads on this machine, one function for all stages.

The work inside (Pillow, OpenCV, ONNX Runtime) releases the interpreter lock, so threads use every
core and share one copy of the model. `curation.spread` hands whole batches to other machines, whose
workers do the same within a batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
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
    function: Callable[[Item], _Result],
    items: Sequence[Item],
    *,
    workers: int | None = None,
    at_once: int = 1,
) -> list[_Result]:
    """`function` of every item, in the order of the items; the first exception is raised.

    A thread takes `at_once` items at a time: more than one where an item costs less than handing it
    over. One block alone is for the calling thread: so a process that ends can still do what it
    must, when it can start no thread any more."""

    def of_some(some: Sequence[Item]) -> list[_Result]:
        return [function(item) for item in some]

    blocks = [items[start : start + at_once] for start in range(0, len(items), at_once)]
    if len(blocks) < 2:
        return of_some(items)
    with ThreadPoolExecutor(workers or worker_count()) as pool:
        return list(chain.from_iterable(pool.map(of_some, blocks)))


def in_batches(items: Sequence[Item], size: int, title: str) -> Iterator[Sequence[Item]]:
    """Consecutive slices of at most `size` items; how far they are is shown as `title`, and told to
    who listens."""
    with progress_bar(len(items), title) as done:
        for start in range(0, len(items), size):
            batch = items[start : start + size]
            yield batch
            done(len(batch))
