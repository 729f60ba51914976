"""What is taken back, by whom, where, and what the page says of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Browser, expect

from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.workspace import Workspace
from tests.web.looking import EVERYTHING, Tab, in_force, says, served


def test_undo_never_reaches_another_workspace(
    chrome: Browser, reviewable: Workspace, reviewable_once: Path, tmp_path: Path
) -> None:
    other = Workspace(Path(shutil.copytree(reviewable_once, tmp_path / "other")))
    page = chrome.new_context().new_page()
    with served(reviewable) as access:
        tab = Tab(page, access)
        tab.press("j", "r")
        tab.told("Rejected")
    with served(other, access.port) as again:
        tab.page.goto(again.address)
        tab.page.goto(f"{again.origin}/list")
        says(other, tab, tab.paths()[0], "outcome", "kept")
        tab.press("u")
        tab.told("nothing left to take back")
        assert in_force(other) == [("outcome", "kept")]
    with served(reviewable, access.port) as back:
        tab.page.goto(back.address)
        tab.page.goto(f"{back.origin}/list")
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
    tab.told(
        f"That had been taken back before: “Rejected: {first}”. What holds now: kept by ben on "
    )
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
    for target in ("/list", "/files/0", "/audit", "/history"):
        tab.go("/list")
        path = tab.paths()[0]
        tab.press("j", "r")
        tab.told(f"Rejected: {path}")
        tab.go(target)
        tab.page.get_by_role("button", name="Undo last").click()
        tab.told(f"Taken back: “Rejected: {path}”.")
        assert in_force(reviewable) == [], target


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
