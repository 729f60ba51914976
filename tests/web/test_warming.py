"""The first screen is encoded while the address is opened."""

from __future__ import annotations

import logging
import time

import pytest

from inksift.curation.people.chosen_ledger import ledger_of
from inksift.curation.review import warming
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.pictures import THUMBNAIL_PX
from inksift.curation.review.warming import warmed
from inksift.curation.store.workspace import Workspace


@pytest.fixture
def catalogue(reviewable: Workspace) -> Catalogue:
    return Catalogue(reviewable, ledger_of(reviewable))


def test_the_first_pictures_are_there_before_anybody_asks(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "FIRST_SCREEN", 5)
    run = catalogue.state().run
    first = {(run.image_id(int(file)), THUMBNAIL_PX) for file in run.order[:5]}
    with warmed(catalogue):
        deadline = time.monotonic() + 60
        while len(catalogue.pictures._recent) < 5 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert set(catalogue.pictures._recent) == first


def test_damage_ends_it_and_the_server_goes_on(
    catalogue: Catalogue, reviewable: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    for part in (reviewable.root / "measurements" / "thumbnails").rglob("*.parquet"):
        part.write_bytes(b"damaged")
    assert "cannot read" in ended_with(catalogue, caplog)


def test_a_run_that_ends_meanwhile_ends_it(
    catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    """The pictures of another run are shown by then, which has none of these."""
    catalogue.pictures._known = {}
    assert "the first screen is not encoded" in ended_with(catalogue, caplog)


def ended_with(catalogue: Catalogue, caplog: pytest.LogCaptureFixture) -> str:
    """What warming says, to those who ask for it, when it ends; whatever it raises fails a test."""
    with caplog.at_level(logging.DEBUG, "inksift"), warmed(catalogue):
        deadline = time.monotonic() + 60
        while not caplog.messages and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not catalogue.pictures._recent
    return caplog.text
