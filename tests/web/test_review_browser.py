"""The review app in a browser, as people use it: by keyboard, by mouse, in two tabs, through a restart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from curation.ledger.ledger import Ledger
from curation.review.access import Access
from curation.store.workspace import Workspace
from tests.web.finished import finish
from tests.web.looking import Tab, chromium, served
from tests.web.test_report_page import HOSTILE

PAGES = ("/", "/?outcome=kept", "/?reason=duplicate", "/?text=nothing", "/files/0", "/files/2", "/audit", "/history")
PAGES += ("/nowhere",)


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
    assert tab.verdict(second) == "rejected human"
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
    tab.told("Taken back: 3 decisions")
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


@pytest.mark.parametrize(("choice", "held"), [("Keep theirs", "kept"), ("Replace with mine", "rejected human")])
def test_two_tabs_that_disagree_are_asked(
    tab: Tab, browser: Browser, access: Access, choice: str, held: str, reviewable: Workspace
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
    tab.told("Rejected: 2 pictures")
    assert tab.verdict(first) == held
    assert tab.verdict(second) == "rejected human"
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
        tab.complained("nothing was recorded" if again.token == access.token else "address")
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
    assert len(tab.paths()) > 10


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
        tab.go("/?outcome=kept&outcome=review&outcome=rejected")
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
            "/?outcome=kept&outcome=review&outcome=rejected",
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
