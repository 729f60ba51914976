"""The S3 server of the benchmarks, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.benchmark import load_benchmark

Server = Any
"""`Server` of benchmarks/object_server.py."""


@contextmanager
def served() -> Iterator[Server]:
    """A server while the block runs; skips the test, with a reason, where moto is not installed."""
    for library in ("moto.server", "botocore", "obstore"):
        pytest.importorskip(library, reason="pip install -e '.[dev]' brings moto and clients of S3")
    server = load_benchmark("object_server").Server()
    try:
        yield server
    finally:
        server.stop()
