"""A finished workspace to look at, made once and copied for each test that writes to its ledger."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from curation.store.workspace import Workspace
from tests.web.asking import Browser, app_of
from tests.web.finished import finish


@pytest.fixture(scope="session")
def reviewable_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished workspace with 24 pictures and 36 files. Read only: `reviewable` is a copy."""
    return finish(tmp_path_factory.mktemp("finished") / "workspace").root


@pytest.fixture
def reviewable(reviewable_once: Path, tmp_path: Path) -> Workspace:
    """A finished workspace with an empty ledger, which a test may change."""
    return Workspace(Path(shutil.copytree(reviewable_once, tmp_path / "workspace")))


@pytest.fixture
def browser(reviewable: Workspace) -> Browser:
    """A browser with a session at the app on `reviewable`."""
    return Browser(app_of(reviewable))
