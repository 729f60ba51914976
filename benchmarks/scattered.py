"""Keys and seconds to reject 40 scattered photographs among 1,000 pictures that were all kept.

    python benchmarks/scattered.py

The photographs lie anywhere among the others: no order and no filter brings them together, and
nothing is known of them but what a person sees. Three ways, each driven in Chromium at 1280 x 800
by somebody who makes no mistake and takes the fewest keys: the list of the review app, which was
its first page until the grid came (arrows, `r`, `n` for the next page); the grid by arrows and
`x`; and the grid by letters (`l`, what each picture wears, `PageDown`), with one `x` at the end.
Each starts from where the ledger is empty, and must leave just the 40 rejected. Seconds are from
the first key until the last answer, with no time to look or think."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import drawn_rejects
import numpy as np
import pandas as pd
from browser import CHROMIUM, QUIET
from playwright.sync_api import Page, sync_playwright
from review_app import reviewable, served

from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.workspace import Workspace

PICTURES, PHOTOS, SEED = 1000, 40, 7
WINDOW = {"width": 1280, "height": 800}
ON_A_PAGE = 60
COLUMNS = """(tiles) => {
  const top = document.querySelector(tiles).getBoundingClientRect().top;
  const all = [...document.querySelectorAll(tiles)];
  return all.filter((tile) => Math.abs(tile.getBoundingClientRect().top - top) < 2).length;
}"""
LETTERS = """() => [...document.querySelectorAll(".tile")].map((tile) => [
  Number(tile.dataset.index), tile.querySelector(".letters").textContent,
])"""

Keys = Iterator[str]


def main() -> None:
    """Reject the same photographs in each way, and print a line for it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        before = 0
        for name, target, keys in WAYS:
            workspace = reviewable(Path(folder) / name.replace(" ", "-"), _kept())
            with served(workspace) as (_, address):
                page = browser.new_context(viewport=WINDOW).new_page()
                page.goto(address)
                page.goto(f"{address.partition('/?')[0]}{target}")
                page.wait_for_timeout(1500)
                pressed, seconds = _driven(page, keys(page, _places()), workspace)
            before = before or pressed
            print(f"{name}: {pressed} keys ({pressed / before:.0%}), {seconds:.1f} s")
        browser.close()


def _places() -> list[int]:
    """Where the photographs lie in the list and in the grid, which have the same order."""
    rng = np.random.default_rng(SEED)
    return sorted(int(place) for place in rng.choice(PICTURES, PHOTOS, replace=False))


def _kept() -> pd.DataFrame:
    """DECISIONS that keep everything."""
    rows = drawn_rejects.decided(PICTURES)
    texts = dict.fromkeys(("stage", "reason", "duplicate_of"), "")
    return rows.assign(outcome="kept", medium="illustration", **texts).astype(rows.dtypes)


def _driven(page: Page, keys: Keys, workspace: Workspace) -> tuple[int, float]:
    began, pressed = time.perf_counter(), 0
    for key in keys:
        page.keyboard.press(key)
        pressed += 1
    while len(Ledger.of(workspace).in_force()) < PHOTOS:
        page.wait_for_timeout(20)
    seconds = time.perf_counter() - began
    assert set(Ledger.of(workspace).in_force()["value"]) == {"rejected"}
    return pressed, seconds


def _by_list(page: Page, places: list[int]) -> Keys:
    columns = int(page.evaluate(COLUMNS, "#tiles > li"))
    yield "j"
    for first in range(0, PICTURES, ON_A_PAGE):
        here = 0
        for place in (one - first for one in places if first <= one < first + ON_A_PAGE):
            yield from _moves(here, place, columns)
            yield "r"
            here = min(place + 1, ON_A_PAGE - 1)
        if first + ON_A_PAGE <= places[-1]:
            page.wait_for_timeout(1)
            with page.expect_navigation(wait_until="load"):
                yield "n"


def _by_arrows(page: Page, places: list[int]) -> Keys:
    columns, here = int(page.evaluate(COLUMNS, ".tile")), 0
    yield "ArrowRight"
    for place in places:
        yield from _moves(here, place, columns)
        yield "x"
        here = place + 1


def _by_letters(page: Page, places: list[int]) -> Keys:
    left = set(places)
    yield "ArrowRight"
    yield "l"
    while left:
        names = {index: name for index, name in page.evaluate(LETTERS) if name}
        for index in sorted(left & names.keys()):
            yield from names[index]
        left -= names.keys()
        if left:
            yield "PageDown"
    yield "Escape"
    yield "x"


def _moves(here: int, there: int, columns: int) -> Keys:
    """The fewest arrows from one place to another: through the rows, or along them."""
    rows, across = there // columns - here // columns, there % columns - here % columns
    if abs(there - here) <= abs(rows) + abs(across):
        rows, across = 0, there - here
    yield from ["ArrowDown" if rows > 0 else "ArrowUp"] * abs(rows)
    yield from ["ArrowRight" if across > 0 else "ArrowLeft"] * abs(across)


WAYS: tuple[tuple[str, str, Callable[[Page, list[int]], Keys]], ...] = (
    ("list, arrows and r", "/list?outcome=kept", _by_list),
    ("grid, arrows and x", "/?outcome=kept", _by_arrows),
    ("grid, letters", "/?outcome=kept", _by_letters),
)

if __name__ == "__main__":
    main()
