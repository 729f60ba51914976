"""A browser at the review app, which reports whatever a page should not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from inksift.curation.people.chosen_ledger import ledger_of
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.app import create_app
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.guard import Guard
from inksift.curation.serving.access import Access
from inksift.curation.store.workspace import Workspace
from tests.web.serving import serving

WHO = "ana"
PAGES = (
    "/",
    "/list",
    "/list?outcome=kept",
    "/list?reason=duplicate",
    "/list?text=nothing",
    "/files/0",
    "/files/2",
    "/variants",
    "/audit",
    "/history",
    "/nowhere",
)
EVERYTHING = "/list?outcome=kept&outcome=review&outcome=rejected"


@contextmanager
def served(workspace: Workspace, port: int = 0, who: str = WHO) -> Iterator[Access]:
    """The app on a workspace, behind its guard, on a socket."""
    catalogue = Catalogue(workspace, ledger_of(workspace))
    with serving(
        lambda access: Guard(create_app(catalogue, csrf=access.csrf, who=who), access), port
    ) as access:
        yield access


class Tab:
    """A tab that has the cookie of the server, as if it had come by its address, and is at the page
    `start`; `complaints` are errors on its console, dialogs, and requests to elsewhere."""

    def __init__(self, page: Page, access: Access, start: str = "/list") -> None:
        self.page, self.access = page, access
        self.complaints: list[str] = []
        page.on("request", lambda request: self._check(request.url))
        page.on(
            "console",
            lambda message: message.type == "error" and self.complaints.append(message.text),
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        page.context.add_cookies([session_of(access)])
        self.go(start)

    def go(self, target: str) -> None:
        self.page.goto(f"{self.access.origin}{target}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def told(self, text: str) -> None:
        """Wait for these words where changes are announced, and no longer quoted from an earlier
        change: “Taken back: “Rejected: cat/1.png”.” does not say that cat/1.png is rejected."""
        announced = self.page.locator("#told")
        expect(announced).not_to_contain_text(f"“{text}")
        expect(announced).to_contain_text(text)

    def complained(self, text: str) -> None:
        """Wait for these words where failures are told."""
        expect(self.page.get_by_role("alert")).to_contain_text(text)

    def paths(self) -> list[str]:
        """The paths of the pictures on the page."""
        return self.page.locator("#tiles > li > .path").all_inner_texts()

    def focused(self) -> str:
        """The path of the picture that the focus is on, "" for none."""
        return str(
            self.page.evaluate(
                "document.activeElement.closest('[data-file]')?.querySelector('.path').innerText "
                "?? ''"
            )
        )

    def selected(self) -> list[str]:
        """The paths of the pictures that are selected."""
        return self.page.locator("#tiles > li:has(.pick input:checked) > .path").all_inner_texts()

    def verdict(self, path: str) -> str:
        """What holds of a picture on the page: its outcome and reason."""
        return self.tile(path).locator(".verdict").inner_text()

    def tile(self, path: str) -> Locator:
        """The tile of a path, which has to be exact."""
        return (
            self.page.locator("#tiles > li")
            .filter(has=self.page.get_by_text(path, exact=True))
            .first
        )

    def total(self, name: str) -> int:
        """A count at the head of the page."""
        return int(self.page.locator(f"[data-total={name}]").first.inner_text().replace(",", ""))

    def _check(self, url: str) -> None:
        if not url.startswith((f"{self.access.origin}/", "data:")):
            self.complaints.append(f"a request to {url}")


def session_of(access: Access) -> Any:
    """The cookie that a browser is given which comes by the address; that loads a page as well."""
    return {
        "name": access.cookie,
        "value": access.session,
        "url": access.origin,
        "httpOnly": True,
        "sameSite": "Strict",
    }


def in_force(workspace: Workspace) -> list[tuple[str, str]]:
    """Action and value of all that holds, in the order in which it was decided."""
    rows = Ledger.of(workspace).in_force().sort_values("at")
    return list(zip(rows["action"], rows["value"], strict=True))


@contextmanager
def held(
    page: Page, pattern: str, *keys: str, then: Callable[[Route], object] = Route.continue_
) -> Iterator[None]:
    """Press keys, the first of which sends a request of this pattern; what `then` does to it
    follows the block."""
    waiting: list[Route] = []
    page.route(pattern, lambda route: waiting.append(route), times=1)
    with page.expect_request(pattern):
        page.keyboard.press(keys[0])
    for key in keys[1:]:
        page.keyboard.press(key)
    yield
    for route in waiting:
        then(route)


def says(
    workspace: Workspace, tab: Tab, path: str, action: str, value: str, who: str = "ben"
) -> None:
    """Somebody else decides on a kept picture of the page, which shows it from then on."""
    image_id = str(tab.tile(path).locator(".desk").get_attribute("data-kept"))
    Ledger.of(workspace).record([Decision(image_id, action, value)], who)
    tab.page.reload()
