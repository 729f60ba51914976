"""What the tests of the library share."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation.people.ledger.ledger import Ledger
from tests.ledgers import at


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger in a file of its own, `ledger.sqlite` in `tmp_path`."""
    return at(tmp_path / "ledger.sqlite")
