"""A browser at the review app, which reports whatever a page should not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from curation.publish.chosen_ledger import ledger_of
from curation.review.access import Access
from curation.review.app import create_app
from curation.review.catalogue import Catalogue
from curation.review.guard import Guard
from curation.store.workspace import Workspace
from tests.web.serving import serving

CHROMIUM = Path("/usr/bin/chromium")
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
WHO = "ana"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window; the test is skipped where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as playwright:
        arguments = [*QUIET.split(), "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=arguments)
        yield browser
        browser.close()


@contextmanager
def served(workspace: Workspace, port: int = 0, who: str = WHO) -> Iterator[Access]:
    """The app on a workspace, behind its guard, on a socket."""
    catalogue = Catalogue(workspace, ledger_of(workspace))
    with serving(lambda access: Guard(create_app(catalogue, csrf=access.csrf, who=who), access), port) as access:
        yield access


class Tab:
    """A tab that was let in; `complaints` are errors on its console, dialogs, and requests to elsewhere."""

    def __init__(self, page: Page, access: Access) -> None:
        self.page, self.access = page, access
        self.complaints: list[str] = []
        page.on("request", lambda request: self._check(request.url))
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        page.goto(access.address)

    def go(self, target: str) -> None:
        self.page.goto(f"{self.access.origin}{target}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def told(self, text: str) -> None:
        """Wait for these words where changes are announced."""
        expect(self.page.locator("#told")).to_contain_text(text)

    def complained(self, text: str) -> None:
        """Wait for these words where failures are told."""
        expect(self.page.get_by_role("alert")).to_contain_text(text)

    def paths(self) -> list[str]:
        """The paths of the pictures on the page."""
        return self.page.locator("#tiles > li > .path").all_inner_texts()

    def focused(self) -> str:
        """The path of the picture that the focus is on, "" for none."""
        return str(
            self.page.evaluate("document.activeElement.closest('[data-file]')?.querySelector('.path').innerText ?? ''")
        )

    def selected(self) -> list[str]:
        """The paths of the pictures that are selected."""
        return self.page.locator("#tiles > li:has(.pick input:checked) > .path").all_inner_texts()

    def verdict(self, path: str) -> str:
        """What holds of a picture on the page: its outcome and reason."""
        return self.tile(path).locator(".verdict").inner_text()

    def tile(self, path: str) -> Locator:
        """The tile of a path, which has to be exact."""
        return self.page.locator("#tiles > li").filter(has=self.page.get_by_text(path, exact=True)).first

    def total(self, name: str) -> int:
        """A count at the head of the page."""
        return int(self.page.locator(f"[data-total={name}]").first.inner_text().replace(",", ""))

    def _check(self, url: str) -> None:
        if not url.startswith((f"{self.access.origin}/", "data:")):
            self.complaints.append(f"a request to {url}")
