"""A browser at the grid of the review app."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from inksift.curation.serving.access import Access
from tests.web.looking import Tab

FOCUSED = """() => {
  const id = document.querySelector("#grid").getAttribute("aria-activedescendant");
  return id ? document.getElementById(id).getAttribute("aria-label") : "";
}"""


class GridTab(Tab):
    """A tab at the grid, once it lists its files."""

    def __init__(self, page: Page, access: Access, target: str = "/") -> None:
        super().__init__(page, access, target)
        self.listed()

    def listed(self) -> None:
        expect(self.page.locator("#selected")).not_to_contain_text("Loading")

    def bar(self) -> str:
        return self.page.locator("#selected").inner_text()

    def here(self) -> str:
        """The words on the picture that has the focus."""
        return str(self.page.evaluate(FOCUSED))

    def option(self, index: int) -> Locator:
        return self.page.locator(f"#item-{index}")
