"""Into how many parts the arithmetic is split, whatever the machine.

Every thread sums a part, and numbers summed in another order differ in the last bits: batch
normalisation differs first, and after some epochs the network. So the number of threads is a
setting like any other, and how many cores they share only decides how long it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits

THREADS = 4
"""Where the settings name no number. By eye, between what is left idle on many cores and what
taking turns costs on few (`benchmarks/training_speed.py`). Another one asks for another VERSION."""


@contextmanager
def arithmetic_threads(wanted: int) -> Iterator[None]:
    """Split torch's arithmetic in the block over so many threads (0: THREADS), however many cores
    there are; as many as before after it. The linear algebra of NumPy and SciPy has one."""
    before = torch.get_num_threads()
    torch.set_num_threads(wanted or THREADS)
    try:
        with threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before)
