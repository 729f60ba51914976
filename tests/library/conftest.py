"""What the tests of the library share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inksift.curation.people.ledger.ledger import Ledger
from tests.ledgers import at
from tests.plots import blank_plots


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger in a file of its own, `ledger.sqlite` in `tmp_path`."""
    return at(tmp_path / "ledger.sqlite")


@pytest.fixture
def without_plots() -> Iterator[None]:
    """For tests of pages that say nothing about their plots."""
    with blank_plots():
        yield
