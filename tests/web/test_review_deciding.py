"""What is decided by key and by mouse, on one picture and on many, holds and is told."""

from __future__ import annotations

from playwright.sync_api import expect

from inksift.curation.store.workspace import Workspace
from tests.web.looking import Tab, in_force


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
    assert [tab.verdict(path).split()[0] for path in paths[:5]] == [
        "kept",
        "rejected",
        "kept",
        "rejected",
        "rejected",
    ]
    assert len(in_force(reviewable)) == 5


def test_the_arrows_follow_rows_and_leave_scrolling_alone_elsewhere(tab: Tab) -> None:
    paths = tab.paths()
    tab.press("ArrowDown")
    assert tab.focused() == ""
    tab.press("j", "ArrowRight", "ArrowLeft", "ArrowDown")
    below = tab.focused()
    assert below in paths[2:]
    tab.press("ArrowUp")
    assert tab.focused() == paths[0]


def test_the_mouse_keeps_and_takes_back_and_the_focus_stays(
    tab: Tab, reviewable: Workspace
) -> None:
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
    tab.go("/list?outcome=kept&outcome=review")
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
    tab.go("/list?reason=duplicate&text=scaled")
    tab.press("Control+a")
    expect(bar.get_by_role("button", name="Keep this copy")).to_be_visible()
    not_copies.click()
    tab.told("From the next run on, no copy: 8 pictures")
    assert [action for action, _ in in_force(reviewable)] == ["different"] * 8


def test_labels_in_conflict_have_a_button_for_each_class(tab: Tab, reviewable: Workspace) -> None:
    tab.go("/list?reason=label_conflict")
    path = tab.paths()[0]
    buttons = tab.tile(path).get_by_role("button", name="Class ").all_inner_texts()
    assert len([name for name in buttons if name != "Class…"]) == 2
    tab.tile(path).get_by_role("button", name=buttons[0]).click()
    tab.told(buttons[0])
    assert tab.verdict(path) == "kept"
    assert in_force(reviewable) == [("label", buttons[0].removeprefix("Class "))]


def test_copies_are_told_apart_and_chosen_among(tab: Tab, reviewable: Workspace) -> None:
    tab.go("/list?text=mirrored")
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


def test_one_file_is_decided_on_beside_the_kept_copy(tab: Tab, reviewable: Workspace) -> None:
    tab.go("/list?reason=duplicate")
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
    tab.page.wait_for_url("**/?*reason=duplicate*")
    expect(tab.page.locator("#words .path")).to_have_text(path)


def test_one_decision_is_not_called_decisions(tab: Tab) -> None:
    tab.press("j", "a")
    expect(tab.page.locator(".again a")).to_have_text("1 decision since the last run")
    tab.press("a")
    expect(tab.page.locator(".again a")).to_have_text("2 decisions since the last run")


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
