"""What web tests start from: a finished workspace, the app on it, and browsers that look at it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chrome

from inksift.curation.serving.access import Access
from inksift.curation.store.workspace import Workspace
from tests.once import made_once
from tests.web.asking import Browser, app_of
from tests.web.chromium import chromium
from tests.web.finished import finish
from tests.web.grid_tab import GridTab
from tests.web.hostile import MadeOnce
from tests.web.looking import Tab, served


@pytest.fixture(scope="session")
def reviewable_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished workspace with 24 pictures and 36 files. Read only: `reviewable` is
    a copy."""
    return made_once(tmp_path_factory, "reviewable", finish)


@pytest.fixture
def reviewable(reviewable_once: Path, tmp_path: Path) -> Workspace:
    """A finished workspace with an empty ledger, which a test may change."""
    return Workspace(Path(shutil.copytree(reviewable_once, tmp_path / "workspace")))


@pytest.fixture
def browser(reviewable: Workspace) -> Browser:
    """A session at the app on `reviewable`, without pixels or a socket."""
    return Browser(app_of(reviewable))


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """`hostile_page(hostile_report)` is that page of `tests.web.hostile`, made once for all
    tests."""

    @cache
    def page(make: Callable[[], str]) -> str:
        def keep(folder: Path) -> None:
            (folder / "page.html").write_bytes(make().encode())

        return (
            (made_once(tmp_path_factory, make.__name__, keep) / "page.html").read_bytes().decode()
        )

    return page


@pytest.fixture(scope="package")
def chrome_and_loop() -> Iterator[tuple[Chrome, asyncio.AbstractEventLoop]]:
    """Chromium without a window, started once, and the loop that Playwright talks to it in."""
    with chromium() as chrome:
        loop = asyncio.get_running_loop()
        yield chrome, loop
        asyncio._set_running_loop(loop)


@pytest.fixture(scope="module")
def chrome(chrome_and_loop: tuple[Chrome, asyncio.AbstractEventLoop]) -> Iterator[Chrome]:
    """Chromium, whose windows are closed when the module ends.

    Playwright marks its loop as the running one of this thread until it stops. What other modules
    run in a loop of their own would be refused, so the mark is taken away between modules, with the
    function by which Playwright puts it there."""
    chrome, loop = chrome_and_loop
    asyncio._set_running_loop(loop)
    yield chrome
    for context in chrome.contexts:
        context.close()
    asyncio._set_running_loop(None)


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


@pytest.fixture
def grid(chrome: Chrome, access: Access) -> Iterator[GridTab]:
    """A tab at the grid, which must not have complained when the test ends."""
    context = chrome.new_context(viewport={"width": 1280, "height": 800})
    # the finished run's originals are not there; a picture that rests in sight asks for its own
    context.route("**/originals/*", lambda route: route.fulfill(status=204))
    tab = GridTab(context.new_page(), access)
    yield tab
    assert tab.complaints == []
    context.close()
