"""What a function costs in a process of its own: seconds, and memory by Linux's account."""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple


class Cost(NamedTuple):
    """Of one contender; `result` is what it returned."""

    result: Any
    seconds: float
    cpu_seconds: float
    extra_mb: float


def measured(function: Callable[..., Any], *arguments: Any, repeats: int = 1) -> Cost:
    """What a function costs in a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(measured_here, function, arguments, repeats).result()


def measured_here(
    function: Callable[..., Any], arguments: tuple[Any, ...], repeats: int = 1
) -> Cost:
    """What a function costs in this process."""
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before, seconds, cpu_seconds, result = memory_mb("VmRSS"), math.inf, math.inf, None
    for _ in range(repeats):
        began, cpu_began = time.perf_counter(), time.process_time()
        result = function(*arguments)
        seconds = min(seconds, time.perf_counter() - began)
        cpu_seconds = min(cpu_seconds, time.process_time() - cpu_began)
    return Cost(result, seconds, cpu_seconds, memory_mb("VmHWM") - before)


def memory_mb(field: str) -> float:
    """A figure of this process by Linux's account: VmRSS now, VmHWM at its peak."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024
