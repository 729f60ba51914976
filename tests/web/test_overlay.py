"""A copy is laid over what is kept instead of it, whatever was done to it."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import Locator, expect

from inksift.curation.base.rgb import Rgb
from inksift.curation.review.grid.laying import Overlay, overlay_of
from inksift.curation.store.workspace import Workspace
from tests.web import finished
from tests.web.asking import Browser, app_of
from tests.web.grid_tab import GridTab
from tests.web.looking import served
from tests.web.test_grid import listed
from tests.web.test_review_accessible import assert_accessible


@pytest.fixture(scope="module")
def scene() -> Rgb:
    """A drawing with enough corners to tell where it lies."""
    return drawn_scene()


def drawn_scene() -> Rgb:
    rng = np.random.default_rng(4)
    canvas = np.full((480, 640, 3), 235, np.uint8)
    for _ in range(60):
        x, y = rng.integers(20, 620), rng.integers(20, 460)
        colour = tuple(int(one) for one in rng.integers(0, 255, 3))
        cv2.rectangle(canvas, (x, y), (x + rng.integers(10, 80), y + rng.integers(10, 60)), colour)
        cv2.circle(canvas, (x, y), int(rng.integers(4, 26)), colour, -1)
    return canvas


def moved(found: Overlay, x: float, y: float) -> tuple[float, float]:
    """Where a point of the copy lies on the kept one."""
    a, b, c, d, e, f = found.matrix
    return a * x + c * y + e, b * x + d * y + f


def found(kept: Rgb, copy: Rgb) -> Overlay:
    laid = overlay_of(kept, np.ascontiguousarray(copy))
    assert laid is not None
    return laid


def test_a_smaller_copy_covers_all_of_it(scene: Rgb) -> None:
    laid = found(scene, cv2.resize(scene, (320, 240), interpolation=cv2.INTER_AREA))
    assert (laid.size, laid.other_size, laid.words) == ((640, 480), (320, 240), [])
    assert moved(laid, 0, 0) == pytest.approx((0, 0), abs=1)
    assert moved(laid, 320, 240) == pytest.approx((640, 480), abs=1)


def test_a_mirrored_copy_is_mirrored_back(scene: Rgb) -> None:
    laid = found(scene, scene[:, ::-1])
    assert laid.words == ["mirrored"]
    assert moved(laid, 0, 0) == pytest.approx((640, 0), abs=1)
    assert moved(laid, 640, 480) == pytest.approx((0, 480), abs=1)


def test_a_crop_lies_where_it_was_cut_from(scene: Rgb) -> None:
    laid = found(scene, scene[40:440, 64:624])
    assert laid.words == ["cropped, 73 % of the other"]
    assert moved(laid, 0, 0) == pytest.approx((64, 40), abs=1)
    assert moved(laid, 560, 400) == pytest.approx((624, 440), abs=1)


def test_a_mirrored_crop_says_both(scene: Rgb) -> None:
    laid = found(scene, scene[:, 128:][:, ::-1])
    assert laid.words == ["mirrored", "cropped, 80 % of the other"]
    assert moved(laid, 0, 0) == pytest.approx((640, 0), abs=1)


def test_what_the_kept_one_lacks_is_told(scene: Rgb) -> None:
    laid = found(scene[:, 160:], scene)
    assert laid.words == ["extended, the other is 75 % of it"]
    assert moved(laid, 160, 0) == pytest.approx((0, 0), abs=1)


def test_pictures_with_nothing_in_common_are_not_laid(scene: Rgb) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    assert overlay_of(scene, noise) is None


MADE = {"mirrored": np.s_[:, ::-1], "cropped": np.s_[:, 64:576]}


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A finished workspace whose pictures are scenes, and the copies what they are called."""
    scene = drawn_scene()
    monkeypatch.setattr(
        finished,
        "_drawn",
        lambda file, side_px: np.ascontiguousarray(scene[MADE.get(file.kind, np.s_[:])]),
    )
    return finished.finish(tmp_path / "workspace")


def test_the_server_tells_how_a_copy_lies(copied: Workspace) -> None:
    browser = Browser(app_of(copied))
    told = listed(browser)
    rows = {row["path"].rpartition("/")[2]: row["file"] for row in told["rows"]}
    ask = f"/grid/overlay?run={told['run']}&file="
    laid = browser.get(f"{ask}{rows['scaled007 mirrored.png']}").json()
    assert (laid["size"], laid["words"]) == ([640, 480], ["mirrored"])
    assert laid["matrix"] == pytest.approx([-1, 0, 0, 1, 640, 0], abs=0.5)
    for file, status in ((rows["scaled007.png"], 404), (rows["broken011.png"], 404), (99, 404)):
        assert browser.get(f"{ask}{file}").status == status
    assert browser.get(f"/grid/overlay?run=another&file={rows['scaled007.png']}").status == 404


def test_a_mirrored_and_a_cropped_copy_lie_over_what_is_kept(
    chrome: Chrome, copied: Workspace
) -> None:
    with served(copied) as access:
        context = chrome.new_context(viewport={"width": 1280, "height": 800})
        context.route("**/originals/*", lambda route: route.fulfill(status=204))
        tab = GridTab(context.new_page(), access)
        for kind, words in (("mirrored", "mirrored"), ("cropped", "cropped, 80 % of the other")):
            pictures = compared(tab, f"scaled007 {kind}")
            expect(pictures.get_by_role("status")).to_have_text(f"What is kept instead: {words}")
            tab.press("b")
            expect(pictures.get_by_role("status")).to_have_text(f"This copy: {words}")
            copy, kept = (
                pictures.locator(".both img:not(.kept-instead)"),
                pictures.locator(".both .kept-instead"),
            )
            share = width(copy) / width(kept)
            assert share == pytest.approx(0.8 if kind == "cropped" else 1, abs=0.01)
            tab.press("v")
            expect(pictures.get_by_role("status")).to_have_text(f"What differs: {words}")
            assert brightness(copy) < 12
            assert_accessible(tab, kind, None)
            tab.press("z")
            expect(pictures.locator("img")).to_have_count(1)
            tab.press("Escape")
        assert tab.complaints == []
        context.close()


def compared(tab: GridTab, text: str) -> Locator:
    """The large picture of the one copy that has this in its path, flipped with the kept one."""
    tab.page.get_by_role("searchbox", name="Path").fill(text)
    expect(tab.option(0)).to_have_attribute("aria-label", re.compile(text))
    tab.page.locator("#grid").focus()
    tab.press("ArrowRight", "b")
    return tab.page.get_by_role("group", name="The picture")


def width(image: Locator) -> float:
    box = image.bounding_box()
    assert box
    return box["width"]


def brightness(part: Locator) -> float:
    """The mean level of what is on the screen there, 0 to 255."""
    shot = cv2.imdecode(np.frombuffer(part.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    return float(shot.mean())
