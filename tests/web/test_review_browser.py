"""The review app in a browser, as people use it: by keyboard, by mouse, in two tabs, through a restart."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from curation.ledger.decisions import Decision
from curation.ledger.ledger import Ledger
from curation.review.access import Access
from curation.store.workspace import Workspace
from tests.web.finished import finish
from tests.web.looking import Tab, chromium, served
from tests.web.test_report_page import HOSTILE

PAGES = ("/", "/?outcome=kept", "/?reason=duplicate", "/?text=nothing", "/files/0", "/files/2", "/audit", "/history")
PAGES += ("/nowhere",)
EVERYTHING = "/?outcome=kept&outcome=review&outcome=rejected"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def access(reviewable: Workspace) -> Iterator[Access]:
    with served(reviewable) as access:
        yield access


@pytest.fixture
def tab(browser: Browser, access: Access) -> Iterator[Tab]:
    context = browser.new_context()
    tab = Tab(context.new_page(), access)
    yield tab
    assert tab.complaints == []
    context.close()


def in_force(workspace: Workspace) -> list[tuple[str, str]]:
    """Action and value of all that holds, in the order in which it was decided."""
    rows = Ledger.of(workspace).in_force().sort_values("at")
    return list(zip(rows["action"], rows["value"], strict=True))


@contextmanager
def held(page: Page, pattern: str, *keys: str) -> Iterator[None]:
    """Press keys, the first of which sends a request of this pattern, which goes on when the block ends."""
    waiting: list[Route] = []
    page.route(pattern, lambda route: waiting.append(route), times=1)
    with page.expect_request(pattern):
        page.keyboard.press(keys[0])
    for key in keys[1:]:
        page.keyboard.press(key)
    yield
    for route in waiting:
        route.continue_()


def says(workspace: Workspace, tab: Tab, path: str, action: str, value: str, who: str = "ben") -> None:
    """Somebody else decides on a kept picture of the page, which shows it from then on."""
    image_id = str(tab.tile(path).locator(".desk").get_attribute("data-kept"))
    Ledger.of(workspace).record([Decision(image_id, action, value)], who)
    tab.page.reload()


def test_the_keyboard_keeps_rejects_and_takes_back(tab: Tab, reviewable: Workspace) -> None:
    first, second, third = tab.paths()[:3]
    tab.press("j")
    assert tab.focused() == first
    tab.press("a")
    assert tab.focused() == second
    tab.press("r")
    tab.told(f"Rejected: {second}")
    assert tab.focused() == third
    assert tab.verdict(first) == "kept"
    assert tab.verdict(second) == "rejected by a person"
    assert in_force(reviewable) == [("outcome", "kept"), ("outcome", "rejected")]
    assert tab.total("waiting") == 2
    tab.press("u")
    tab.told("Taken back")
    assert tab.verdict(second) == "for review unsure"
    tab.press("u")
    expect(tab.tile(first).locator(".verdict")).to_have_text("for review unsure")
    assert in_force(reviewable) == []
    tab.press("u")
    tab.told("nothing left to take back")


def test_a_key_on_no_picture_says_what_to_do(tab: Tab, reviewable: Workspace) -> None:
    tab.press("a")
    tab.told("go to one with j")
    assert in_force(reviewable) == []


def test_many_keys_in_a_row_lose_no_decision(tab: Tab, reviewable: Workspace) -> None:
    paths = tab.paths()[:6]
    tab.press("j", *"arara")
    tab.press("k", "r")
    tab.told(f"Rejected: {paths[4]}")
    assert [tab.verdict(path).split()[0] for path in paths[:5]] == ["kept", "rejected", "kept", "rejected", "rejected"]
    assert len(in_force(reviewable)) == 5


def test_a_second_thought_before_the_first_answer_is_no_conflict(tab: Tab, reviewable: Workspace) -> None:
    first = tab.paths()[0]
    tab.press("j", "a", "k", "r")
    tab.told(f"Rejected: {first}")
    assert in_force(reviewable) == [("outcome", "rejected")]


def test_the_arrows_follow_rows_and_leave_scrolling_alone_elsewhere(tab: Tab) -> None:
    paths = tab.paths()
    tab.press("ArrowDown")
    assert tab.focused() == ""
    tab.press("j", "ArrowRight", "ArrowLeft", "ArrowDown")
    below = tab.focused()
    assert below in paths[2:]
    tab.press("ArrowUp")
    assert tab.focused() == paths[0]


def test_the_mouse_keeps_and_takes_back_and_the_focus_stays(tab: Tab, reviewable: Workspace) -> None:
    first = tab.paths()[0]
    tab.page.get_by_label("note").fill("clearly drawn")
    tab.tile(first).get_by_role("button", name="Keep").click()
    tab.told(f"Kept: {first}")
    assert tab.focused() == first
    word = tab.tile(first).locator(".words li").inner_text()
    assert word.startswith("kept by ana on ")
    assert word.endswith(" UTC: clearly drawn Undo")
    tab.tile(first).get_by_role("button", name="Undo kept").click()
    tab.told("Taken back")
    assert tab.verdict(first) == "for review unsure"
    assert in_force(reviewable) == []


def test_a_range_is_decided_and_taken_back_as_one(tab: Tab, reviewable: Workspace) -> None:
    paths = tab.paths()
    tab.press("j", "x", "j", "j", "Shift+X")
    assert tab.selected() == paths[:3]
    tab.press("r")
    tab.told("Rejected: 3 pictures")
    assert tab.selected() == []
    assert len(in_force(reviewable)) == 3
    tab.press("u")
    tab.told("Taken back: “Rejected: 3 pictures”.")
    assert in_force(reviewable) == []


def test_shift_and_click_selects_a_range_for_the_buttons(tab: Tab, reviewable: Workspace) -> None:
    paths = tab.paths()
    tab.tile(paths[1]).get_by_role("checkbox").click()
    tab.tile(paths[4]).get_by_role("checkbox").click(modifiers=["Shift"])
    assert tab.selected() == paths[1:5]
    bar = tab.page.get_by_role("group", name="What to do with the selection")
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Photograph").click()
    tab.told("Called a photograph: 4 pictures")
    assert in_force(reviewable) == [("medium", "photo")] * 4


def test_all_on_the_page_go_and_copies_are_left_alone(tab: Tab, reviewable: Workspace) -> None:
    tab.press("Control+a")
    assert tab.selected() == tab.paths()
    tab.press("Escape")
    assert tab.selected() == []
    tab.press("Control+a", "r")
    tab.told("others are not for that)")
    tab.go("/?outcome=kept&outcome=review")
    assert in_force(reviewable) == [("outcome", "rejected")] * len(in_force(reviewable))
    assert all(tab.verdict(path) == "kept" for path in tab.paths())


def test_a_class_is_given_by_key_to_the_selection(tab: Tab, reviewable: Workspace) -> None:
    paths = tab.paths()
    tab.press("j", "x", "j", "x", "c")
    tab.page.get_by_label("Class of 2 pictures").fill("wolf")
    tab.press("Enter")
    tab.told("Class wolf: 2 pictures")
    assert in_force(reviewable) == [("label", "wolf")] * 2
    assert tab.tile(paths[0]).locator("> .label").inner_text() == "wolf"
    tab.press("j", "c", "Escape")
    assert len(in_force(reviewable)) == 2


def test_what_is_about_copies_is_offered_for_copies(tab: Tab, reviewable: Workspace) -> None:
    bar = tab.page.get_by_role("group", name="What to do with the selection")
    not_copies = bar.get_by_role("button", name="Not a copy")
    tab.press("j", "x")
    expect(bar).to_contain_text("1 selected")
    expect(not_copies).to_be_hidden()
    tab.go("/?reason=duplicate&text=scaled")
    tab.press("Control+a")
    expect(bar.get_by_role("button", name="Keep this copy")).to_be_visible()
    not_copies.click()
    tab.told("From the next run on, no copy: 6 pictures (2 others are not for that)")
    assert [action for action, _ in in_force(reviewable)] == ["different"] * 6


def test_labels_in_conflict_have_a_button_for_each_class(tab: Tab, reviewable: Workspace) -> None:
    tab.go("/?reason=label_conflict")
    path = tab.paths()[0]
    buttons = tab.tile(path).get_by_role("button", name="Class ").all_inner_texts()
    assert len([name for name in buttons if name != "Class…"]) == 2
    tab.tile(path).get_by_role("button", name=buttons[0]).click()
    tab.told(buttons[0])
    assert tab.verdict(path) == "kept"
    assert in_force(reviewable) == [("label", buttons[0].removeprefix("Class "))]


def test_copies_are_told_apart_and_chosen_among(tab: Tab, reviewable: Workspace) -> None:
    tab.go("/?text=mirrored")
    path = tab.paths()[0]
    tab.press("j", "a")
    tab.told("A copy goes whatever its picture does")
    tab.press("d")
    tab.told(f"From the next run on, no copy: {path}")
    tab.tile(path).get_by_role("button", name="Keep this copy instead").click()
    tab.told(f"From the next run on, this copy stays: {path}")
    assert [action for action, _ in in_force(reviewable)] == ["different", "copy"]
    assert tab.tile(path).locator(".words").inner_text().count("from the next run on") == 2
    assert tab.verdict(path) == "rejected duplicate"


@pytest.mark.parametrize(
    ("choice", "outcome"), [("Keep theirs", "kept"), ("Replace with mine", "rejected by a person")]
)
def test_two_tabs_that_disagree_are_asked(
    tab: Tab, browser: Browser, access: Access, choice: str, outcome: str, reviewable: Workspace
) -> None:
    first, second = tab.paths()[:2]
    other = Tab(browser.new_context().new_page(), access)
    other.press("j", "a")
    other.told(f"Kept: {first}")
    tab.press("j", "x", "j", "x", "r")
    dialog = tab.page.get_by_role("dialog", name="Someone decided meanwhile")
    expect(dialog).to_contain_text(f"{first}: ana said “kept” on ")
    assert second not in dialog.inner_text()
    assert len(in_force(reviewable)) == 1
    dialog.get_by_role("button", name=choice).click()
    tab.told(f"Rejected: {second}. Left as others decided: {first}" if outcome == "kept" else "Rejected: 2 pictures")
    assert tab.verdict(first) == outcome
    assert tab.verdict(second) == "rejected by a person"
    assert [complaint for complaint in tab.complaints if "409" not in complaint] == []
    tab.complaints.clear()
    other.page.context.close()


def test_a_conflict_that_is_put_off_records_nothing(
    tab: Tab, browser: Browser, access: Access, reviewable: Workspace
) -> None:
    other = Tab(browser.new_context().new_page(), access)
    other.press("j", "a")
    other.told("Kept")
    tab.press("j", "x", "r")
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    tab.press("Escape")
    tab.complained("nothing was recorded")
    assert tab.selected() == tab.paths()[:1]
    assert in_force(reviewable) == [("outcome", "kept")]
    tab.complaints.clear()
    other.page.context.close()


def test_two_copies_chosen_in_two_tabs_are_a_conflict(tab: Tab, browser: Browser, access: Access) -> None:
    other = Tab(browser.new_context().new_page(), access)
    for one in (tab, other):
        one.go("/?text=scaled007&outcome=rejected")
    other.press("j", "f")
    other.told("this copy stays")
    tab.press("j", "j", "f")
    expect(tab.page.get_by_role("dialog")).to_contain_text("ana said “chosen among its copies”")
    tab.page.get_by_role("button", name="Replace with mine").click()
    tab.told("this copy stays")
    tab.complaints.clear()
    other.page.context.close()


def test_without_a_server_nothing_is_lost(browser: Browser, reviewable: Workspace) -> None:
    with served(reviewable) as access:
        tab = Tab(browser.new_context().new_page(), access)
        first = tab.paths()[0]
        tab.press("j", "a")
        tab.told(f"Kept: {first}")
        tab.press("j", "x")
    tab.press("r")
    tab.complained("The server does not answer, so nothing was recorded")
    assert len(tab.selected()) == 1
    with served(reviewable, access.port) as again:
        tab.press("r")
        tab.complained("address")
        assert len(tab.selected()) == 1
        tab.page.goto(again.address)
        tab.press("j", "u")
        tab.told("Taken back")
        assert in_force(reviewable) == []
    tab.page.context.close()


def test_the_audit_goes_by_keys(tab: Tab, reviewable: Workspace) -> None:
    tab.go("/audit")
    expect(tab.page.get_by_text("0 of ")).to_be_visible()
    tab.press("i")
    tab.page.wait_for_url("**/audit?n=2")
    tab.press("p")
    tab.page.wait_for_url("**/audit?n=3")
    tab.press("s")
    tab.page.wait_for_url("**/audit?n=4")
    expect(tab.page.get_by_text("2 of ")).to_be_visible()
    assert in_force(reviewable) == [("medium", "illustration"), ("medium", "photo")]
    tab.press("u")
    tab.page.wait_for_url("**/audit?n=2")
    expect(tab.page.get_by_text("1 of ")).to_be_visible()
    tab.go("/audit")
    assert tab.page.url.endswith("n=2")
    tab.page.get_by_role("button", name="Photograph").click()
    tab.page.wait_for_url("**/audit?n=3")


def test_the_answer_of_the_machine_is_folded_away(tab: Tab) -> None:
    tab.go("/audit")
    assert not tab.page.get_by_text("p(photo)").is_visible()
    tab.page.get_by_text("What the machine says").click()
    assert tab.page.get_by_text("p(photo)").is_visible()


def test_filters_and_search(tab: Tab) -> None:
    tab.page.get_by_role("combobox", name="Reason").select_option("photo")
    tab.page.get_by_role("button", name="Show", exact=True).click()
    tab.page.wait_for_url("**reason=photo**")
    assert {tab.verdict(path) for path in tab.paths()} == {"rejected photo"}
    tab.press("/")
    tab.page.keyboard.type("PHOTO002")
    tab.press("Enter")
    tab.page.wait_for_url("**text=PHOTO002**")
    assert [path.rpartition("/")[2] for path in tab.paths()] == ["photo002.png"]
    tab.page.get_by_role("link", name="Show all").click()
    expect(tab.page.locator("#tiles > li")).to_have_count(36)


def test_a_search_finds_what_is_kept_too(tab: Tab) -> None:
    tab.press("/")
    tab.page.keyboard.type("drawn000")
    tab.press("Enter")
    tab.page.wait_for_url("**/?text=drawn000")
    assert [path.rpartition("/")[2] for path in tab.paths()] == ["drawn000.png"]
    tab.page.get_by_label("kept", exact=True).uncheck()
    tab.page.get_by_role("button", name="Show", exact=True).click()
    tab.page.wait_for_url("**outcome=rejected**")
    assert tab.paths() == []


def test_a_search_finds_what_stays_unless_outcomes_are_chosen(tab: Tab) -> None:
    tab.press("/")
    tab.page.keyboard.type("drawn000")
    tab.press("Enter")
    tab.page.wait_for_url("**/?text=drawn000")
    assert [tab.verdict(path) for path in tab.paths()] == ["kept"]
    tab.page.get_by_role("checkbox", name="kept", exact=True).uncheck()
    tab.page.get_by_role("button", name="Show", exact=True).click()
    tab.page.wait_for_url("**outcome=review**")
    expect(tab.page.get_by_text("No picture is like that")).to_be_visible()
    tab.page.get_by_role("link", name="Show all", exact=True).click()
    tab.page.wait_for_url("**outcome=kept**")
    assert len(tab.paths()) == 36


def test_the_next_page_skips_nobody(browser: Browser, tmp_path: Any) -> None:
    workspace = finish(tmp_path / "large", pictures=120)
    with served(workspace) as access:
        tab = Tab(browser.new_context().new_page(), access)
        before = tab.paths()
        tab.press("Control+a", "a")
        tab.told("Kept")
        tab.press("n")
        tab.page.wait_for_url("**from=**")
        after = tab.paths()
        assert tab.focused() == after[0]
        tab.go(EVERYTHING)
        everything = tab.paths()
        tab.press("n")
        tab.page.wait_for_url("**from=**")
        everything += tab.paths()
        assert [*before, *after] == everything[: len(before) + len(after)]
        tab.page.context.close()


def test_one_file_is_decided_on_beside_the_kept_copy(tab: Tab, reviewable: Workspace) -> None:
    tab.go("/?reason=duplicate")
    path = tab.paths()[0]
    tab.press("j", "Enter")
    tab.page.wait_for_url("**/files/*reason=duplicate")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(path)
    assert tab.page.locator(".side-by-side img").count() == 2
    place = tab.page.url
    tab.press("c")
    tab.page.get_by_label("Class of").fill("wolf")
    tab.press("Enter")
    tab.page.wait_for_url(lambda url: url != place)
    tab.told(f"Class wolf: {path}")
    tab.press("u")
    tab.page.wait_for_url(place)
    tab.told("Taken back")
    assert in_force(reviewable) == []
    expect(tab.page.locator(".entries")).to_contain_text("took entry 1 back: class wolf")
    tab.press("Escape")
    tab.page.wait_for_url("**/?reason=duplicate&from=*")
    assert path in tab.paths()


def test_the_history_takes_back_and_brings_back(tab: Tab, reviewable: Workspace) -> None:
    tab.press("j", "r")
    tab.told("Rejected")
    tab.go("/history")
    tab.page.get_by_role("button", name="Undo entry 1").click()
    expect(tab.page.locator("tbody tr")).to_have_count(2)
    tab.page.wait_for_load_state()
    assert in_force(reviewable) == []
    tab.page.get_by_role("button", name="Undo entry 2").click()
    expect(tab.page.locator("tbody tr")).to_have_count(3)
    assert in_force(reviewable) == [("outcome", "rejected")]


def test_single_keys_can_be_turned_off_for_good(tab: Tab, reviewable: Workspace) -> None:
    tab.press("?")
    box = tab.page.get_by_role("checkbox", name="Single keys work")
    box.uncheck()
    tab.page.get_by_role("button", name="Close").click()
    tab.page.reload()
    tab.press("j", "a", "?")
    assert tab.focused() == ""
    assert in_force(reviewable) == []
    tab.page.get_by_role("button", name="Keys").click()
    assert not box.is_checked()
    box.check()
    tab.press("Escape", "j")
    assert tab.focused() == tab.paths()[0]


def test_hostile_names_harm_nothing(browser: Browser, tmp_path: Any) -> None:
    names = [name.replace("/", "|").replace("\0", "") for name in HOSTILE]
    workspace = finish(tmp_path / "hostile", pictures=24, stems=names)
    with served(workspace, who=HOSTILE[0]) as access:
        tab = Tab(browser.new_context().new_page(), access)
        tab.press("Control+a", "c")
        tab.page.get_by_label("Class of").fill(HOSTILE[1])
        tab.press("Enter")
        tab.told(HOSTILE[1])
        for target in (
            *PAGES[:-1],
            EVERYTHING,
            "/files/1?text=%22%3E%3Cscript%3E",
        ):
            tab.go(target)
        assert tab.complaints == []
        tab.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, access: Access, scheme: Literal["light", "dark"]) -> None:
    tab = Tab(browser.new_context(color_scheme=scheme).new_page(), access)
    tab.press("j", "x", "j", "r")
    tab.told("Rejected")
    for target in PAGES:
        tab.go(target)
        assert_accessible(tab, f"{scheme} {target}")
    tab.go("/")
    tab.press("?")
    assert_accessible(tab, f"{scheme} keys")
    tab.press("Escape", "j", "x", "c")
    assert_accessible(tab, f"{scheme} class")
    tab.page.context.close()


def assert_accessible(tab: Tab, where: str) -> None:
    found = Axe().run(tab.page)
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"


def test_it_fits_a_phone(browser: Browser, access: Access) -> None:
    tab = Tab(browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page(), access)
    for target in PAGES:
        tab.go(target)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390, target
    tab.go("/")
    tab.press("Control+a")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    tab.page.context.close()


def test_every_picture_on_the_page_loads(tab: Tab) -> None:
    tab.page.evaluate("for (const image of document.images) image.loading = 'eager'")
    tab.page.wait_for_load_state("networkidle")
    shown = tab.page.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0)")
    assert len(shown) > 20
    assert all(shown)


def test_undo_never_reaches_another_workspace(
    browser: Browser, reviewable: Workspace, reviewable_once: Path, tmp_path: Path
) -> None:
    other = Workspace(Path(shutil.copytree(reviewable_once, tmp_path / "other")))
    page = browser.new_context().new_page()
    with served(reviewable) as access:
        tab = Tab(page, access)
        tab.press("j", "r")
        tab.told("Rejected")
    with served(other, access.port) as again:
        tab.page.goto(again.address)
        says(other, tab, tab.paths()[0], "outcome", "kept")
        tab.press("u")
        tab.told("nothing left to take back")
        assert in_force(other) == [("outcome", "kept")]
    with served(reviewable, access.port) as back:
        tab.page.goto(back.address)
        tab.press("u")
        tab.told("Taken back: “Rejected: ")
        assert in_force(reviewable) == []
    page.context.close()


def test_undo_last_says_what_and_what_holds_instead(tab: Tab, reviewable: Workspace) -> None:
    first = tab.paths()[0]
    tab.go(EVERYTHING)
    says(reviewable, tab, first, "medium", "illustration")
    says(reviewable, tab, first, "outcome", "kept")
    Ledger.of(reviewable).undo([2], "ben")
    says(reviewable, tab, first, "outcome", "kept")
    tab.tile(first).get_by_role("button", name="Reject").click()
    tab.told(f"Rejected: {first}")
    Ledger.of(reviewable).undo([5], "ben")
    tab.press("u")
    tab.told(f"That had been taken back before: “Rejected: {first}”. What holds now: kept by ben on ")
    assert sorted(in_force(reviewable)) == [("medium", "illustration"), ("outcome", "kept")]
    tab.complaints.clear()


def test_undo_last_takes_back_the_rest(tab: Tab, reviewable: Workspace) -> None:
    tab.press("j", "x", "j", "x", "j", "x", "r")
    tab.told("Rejected: 3 pictures")
    Ledger.of(reviewable).undo([2], "ben")
    tab.press("u")
    tab.told("Taken back, but for 1 that had been before: “Rejected: 3 pictures”.")
    assert in_force(reviewable) == []
    tab.complaints.clear()


def test_undo_last_works_on_every_page(tab: Tab, reviewable: Workspace) -> None:
    for target in ("/", "/files/0", "/audit", "/history"):
        tab.go("/")
        path = tab.paths()[0]
        tab.press("j", "r")
        tab.told(f"Rejected: {path}")
        tab.go(target)
        tab.page.get_by_role("button", name="Undo last").click()
        tab.told(f"Taken back: “Rejected: {path}”.")
        assert in_force(reviewable) == [], target


def test_undo_follows_a_decision_that_is_still_on_its_way(tab: Tab, reviewable: Workspace) -> None:
    first, second = tab.paths()[:2]
    tab.press("j", "a")
    tab.told(f"Kept: {first}")
    with held(tab.page, "**/decisions", "r", "u"):
        pass
    tab.told(f"Taken back: “Rejected: {second}”.")
    assert in_force(reviewable) == [("outcome", "kept")]


def test_enter_twice_on_undo_takes_one_back(tab: Tab, reviewable: Workspace) -> None:
    first = tab.paths()[0]
    tab.press("j", "a", "k", "i")
    tab.told(f"Called an illustration: {first}")
    tab.tile(first).get_by_role("button", name=f"Undo called an illustration: {first}").focus()
    with held(tab.page, "**/undo", "Enter", "Enter"):
        pass
    tab.told("That had been taken back before: “called an illustration")
    assert in_force(reviewable) == [("outcome", "kept")]
    assert tab.focused() == first
    assert tab.page.evaluate("document.activeElement.type") == "checkbox"
    tab.complaints.clear()


def test_a_key_held_down_decides_once_and_moves_on(tab: Tab, reviewable: Workspace) -> None:
    paths = tab.paths()
    for _ in range(3):
        tab.page.keyboard.down("j")
    tab.page.keyboard.up("j")
    assert tab.focused() == paths[2]
    for _ in range(4):
        tab.page.keyboard.down("r")
    tab.page.keyboard.up("r")
    tab.told(f"Rejected: {paths[2]}")
    assert tab.focused() == paths[3]
    tab.tile(paths[4]).get_by_role("button", name="Keep").focus()
    for _ in range(3):
        tab.page.keyboard.down("Enter")
    tab.page.keyboard.up("Enter")
    tab.told(f"Kept: {paths[4]}")
    assert in_force(reviewable) == [("outcome", "rejected"), ("outcome", "kept")]


def test_caps_lock_changes_nothing(tab: Tab, reviewable: Workspace) -> None:
    first = tab.paths()[0]
    tab.press("J", "R")
    tab.told(f"Rejected: {first}")
    tab.press("Shift+x", "K", "X")
    assert tab.selected() == tab.paths()[:2]


CORRECTIONS = pytest.mark.parametrize(
    ("target", "keys", "last"),
    [("/files/0", "ar", ("outcome", "rejected")), ("/audit?n=1", "ip", ("medium", "photo"))],
)


@CORRECTIONS
def test_a_correction_before_the_answer_holds(
    tab: Tab, reviewable: Workspace, target: str, keys: str, last: tuple[str, str]
) -> None:
    tab.go(target)
    place = tab.page.url
    waiting: list[Route] = []
    tab.page.route("**/decisions", lambda route: waiting.append(route), times=2)
    with tab.page.expect_request("**/decisions"):
        tab.press(keys[0])
    tab.press(keys[1])
    with tab.page.expect_request("**/decisions"):
        waiting[0].continue_()
    tab.page.wait_for_timeout(500)
    assert tab.page.url == place
    waiting[1].continue_()
    tab.page.wait_for_url(lambda url: url != place)
    assert in_force(reviewable) == [last]
    assert Ledger.of(reviewable).last() == 2


@CORRECTIONS
def test_a_correction_while_the_next_page_loads_holds(
    tab: Tab, reviewable: Workspace, target: str, keys: str, last: tuple[str, str]
) -> None:
    tab.go(target)
    place = tab.page.url
    following = str(tab.page.locator("a[rel=next]").get_attribute("href"))
    tab.page.route(f"**{following}", lambda route: None, times=1)
    with tab.page.expect_request(f"**{following}"):
        tab.press(keys[0])
    tab.press(keys[1])
    tab.page.wait_for_url(lambda url: url != place)
    assert in_force(reviewable) == [last]
    tab.press("u")
    tab.page.wait_for_url(place)
    tab.told("Taken back: “")
    assert Ledger.of(reviewable).last() == 3


def test_a_page_is_left_only_once_all_is_recorded(tab: Tab, reviewable: Workspace) -> None:
    first, second = tab.paths()[:2]
    tab.press("j")
    with held(tab.page, "**/decisions", "a", "Enter"):
        assert tab.focused() == second
    tab.page.wait_for_url("**/files/*")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(second)
    tab.press("u")
    tab.told(f"Taken back: “Kept: {first}”.")
    assert in_force(reviewable) == []


def test_a_failure_is_seen_before_the_page_is_left(tab: Tab) -> None:
    tab.page.route("**/decisions", lambda route: route.fulfill(status=500, body="{}"))
    tab.press("j", "a", "Enter")
    tab.complained("The server refused this (500)")
    tab.page.wait_for_timeout(300)
    assert tab.page.url.endswith("/")
    tab.complaints.clear()


def test_words_go_and_failures_stay(tab: Tab, reviewable: Workspace) -> None:
    tab.page.clock.install()
    tab.go("/")
    first, second = tab.paths()[:2]
    told, trouble = tab.page.locator("#told"), tab.page.get_by_role("alert")
    tab.press("j", "a")
    tab.told(f"Kept: {first}")
    tab.page.route("**/decisions", lambda route: route.abort())
    tab.press("r")
    tab.complained("The server does not answer")
    expect(told).to_be_empty()
    assert tab.focused() == second
    tab.page.unroute("**/decisions")
    tab.press("k", "r")
    tab.told(f"Rejected: {first}")
    tab.page.clock.fast_forward("00:10")
    expect(told).to_be_empty()
    expect(trouble).to_be_visible()
    tab.press("r")
    tab.told(f"Rejected: {second}")
    expect(trouble).to_be_hidden()
    assert in_force(reviewable) == [("outcome", "rejected")] * 2
    tab.complaints.clear()


@pytest.mark.parametrize("how", ["Close", "Escape"])
def test_a_failure_can_be_closed(tab: Tab, how: str) -> None:
    tab.page.route("**/decisions", lambda route: route.abort())
    tab.press("j", "x", "r")
    tab.complained("The server does not answer")
    if how == "Close":
        tab.page.get_by_role("button", name="Close").click()
    else:
        tab.press("Escape")
    expect(tab.page.get_by_role("alert")).to_be_hidden()
    assert tab.selected() == tab.paths()[:1]
    tab.complaints.clear()


def test_the_same_words_twice_are_spoken_twice(tab: Tab) -> None:
    tab.page.evaluate(
        "window.spoken = 0;"
        "new MutationObserver(() => (window.spoken += 1)).observe(document.querySelector('#told'), {childList: true})"
    )
    for times in (1, 2):
        tab.press("u")
        tab.page.wait_for_function(f"window.spoken === {times}")
        tab.told("nothing left to take back")


def test_one_decision_is_not_called_decisions(tab: Tab) -> None:
    tab.press("j", "a")
    expect(tab.page.locator(".again a")).to_have_text("1 decision since the last run")
    tab.press("a")
    expect(tab.page.locator(".again a")).to_have_text("2 decisions since the last run")


def test_a_decided_picture_opens_among_those_asked_for(tab: Tab) -> None:
    tab.go("/?text=mirrored")
    link = tab.page.locator("#tiles > li").first.locator("a.open")
    address = link.get_attribute("href")
    tab.press("j", "d")
    tab.told("From the next run on, no copy")
    assert link.get_attribute("href") == address
    assert str(address).endswith("text=mirrored")


def test_pictures_of_another_run_are_not_shown_in_place_of_these(tab: Tab, reviewable: Workspace) -> None:
    first = tab.paths()[0]
    tab.press("j", "r")
    tab.told(f"Rejected: {first}")

    def renumbered(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("?run=", "?run=another"))

    tab.page.route("**/undo", renumbered)
    tab.press("u")
    tab.told(f"Taken back: “Rejected: {first}”.")
    assert tab.verdict(first) == "rejected by a person"
    assert in_force(reviewable) == []
