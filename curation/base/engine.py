"""How per-image work is spread: a pool of threads on this machine, one function for all stages.

The work inside (Pillow, OpenCV, ONNX Runtime) releases the interpreter lock, so threads use every
core and share one copy of the model. Functions are pure and take one item, so another engine can
take their place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from inksift.curation.base.progress import progress_bar

Item = TypeVar("Item")
_Result = TypeVar("_Result")


def worker_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def per_item(
    function: Callable[[Item], _Result], items: Sequence[Item], *, workers: int | None = None
) -> list[_Result]:
    """`function` of every item, in the order of the items; the first exception is raised."""
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
