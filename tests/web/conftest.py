"""What web tests start from: a finished workspace, the app on it, and browsers that look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chrome

from curation.review.access import Access
from curation.store.workspace import Workspace
from tests.web.asking import Browser, app_of
from tests.web.chromium import chromium
from tests.web.finished import finish
from tests.web.looking import Tab, served


@pytest.fixture(scope="session")
def reviewable_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished workspace with 24 pictures and 36 files. Read only: `reviewable` is
    a copy."""
    return finish(tmp_path_factory.mktemp("finished") / "workspace").root


@pytest.fixture
def reviewable(reviewable_once: Path, tmp_path: Path) -> Workspace:
    """A finished workspace with an empty ledger, which a test may change."""
    return Workspace(Path(shutil.copytree(reviewable_once, tmp_path / "workspace")))


@pytest.fixture
def browser(reviewable: Workspace) -> Browser:
    """A session at the app on `reviewable`, without pixels or a socket."""
    return Browser(app_of(reviewable))


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chrome]:
    """Chromium without a window."""
    with chromium() as chrome:
        yield chrome


@pytest.fixture
def access(reviewable: Workspace) -> Iterator[Access]:
    """The app on `reviewable`, on a socket."""
    with served(reviewable) as access:
        yield access


@pytest.fixture
def tab(chrome: Chrome, access: Access) -> Iterator[Tab]:
    """A tab that looks at the app, and must not have complained when the test ends."""
    context = chrome.new_context()
    tab = Tab(context.new_page(), access)
    yield tab
    assert tab.complaints == []
    context.close()
