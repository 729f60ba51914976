"""What the review app knows of families of variants, and how far a decision on one of them
reaches."""

from __future__ import annotations

import pytest

from inksift.curation.base.errors import StoreError
from inksift.curation.base.tables import FAMILIES
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.workspace import Workspace
from tests.web.asking import Browser, app_of
from tests.web.related import relate


def outcomes(workspace: Workspace, paths: list[str]) -> list[tuple[str, str, str]]:
    """Outcome, reason and the file that stays instead of these paths, as the app has them."""
    state = Catalogue(workspace, Ledger.of(workspace)).state()
    rows = state.decisions.set_index("path").loc[paths]
    return list(rows[["outcome", "reason", "duplicate_of"]].itertuples(index=False, name=None))


def test_a_strip_shows_its_variants_and_what_changed(reviewable: Workspace) -> None:
    [paths, _] = relate(reviewable, 4, 2)
    html = Browser(app_of(reviewable)).get("/variants").body.decode()
    assert html.count("data-family=") == 2
    assert [html.count(f'aria-label="Keep only {path}"') for path in paths] == [1] * 4
    assert "4 variants" in html
    assert f'alt="{paths[1]}, changed: 2 places"' in html
    assert html.count("changed: 2 places, against the best") == 1
    assert html.count("changed: 2 places, against the one before") == 2


def test_the_page_of_a_file_shows_its_variants(reviewable: Workspace) -> None:
    [paths] = relate(reviewable, 2)
    state = Catalogue(reviewable, Ledger.of(reviewable)).state()
    app = Browser(app_of(reviewable))
    html = app.get(f"/files/{state.run.file_at[paths[0]]}").body.decode()
    assert "Variants of it" in html
    assert f'alt="{paths[0]}, changed: 1 place"' in html
    assert f'alt="{paths[1]}, changed: 2 places"' in html
    assert 'href="/variants?family=0"' in html
    alone = next(file for file in range(len(state.run)) if state.run.path(file) not in paths)
    assert "Variants of it" not in app.get(f"/files/{alone}").body.decode()


def test_without_families_it_says_so(browser: Browser) -> None:
    assert "are variants of each other" in browser.get("/variants").body.decode()


def test_one_family_is_shown_alone(reviewable: Workspace) -> None:
    relate(reviewable, 3, 2, 2)
    app = Browser(app_of(reviewable))
    html = app.get("/variants?family=1").body.decode()
    assert html.count("data-family=") == 1
    assert "of 3 families" in html
    for odd in ("family=9", "family=x", "start=77777777777777", "start=-1", "start=99"):
        assert app.get(f"/variants?{odd}").status == 200


def test_many_families_are_paged(reviewable: Workspace) -> None:
    relate(reviewable, *[1] * 14)
    app = Browser(app_of(reviewable))
    first, second = (app.get(f"/variants?start={start}").body.decode() for start in (0, 12))
    assert (first.count("data-family="), second.count("data-family=")) == (12, 2)
    assert 'href="/variants?start=12"' in first
    assert 'href="/variants?start=0"' in second


def test_of_a_family_of_which_one_stays_the_next_best_stays_instead(reviewable: Workspace) -> None:
    [paths] = relate(reviewable, 3, rule="best")
    assert outcomes(reviewable, paths) == [
        ("kept", "", ""),
        *[("rejected", "variant", paths[0])] * 2,
    ]
    catalogue = Catalogue(reviewable, Ledger.of(reviewable))
    state = catalogue.state()
    files = [state.run.file_at[path] for path in paths]
    first, _, last = map(state.run.image_id, files)
    catalogue.record([Decision(first, "outcome", "rejected")], "ana", seen=[0])
    instead = [("rejected", "human", ""), ("kept", "", ""), ("rejected", "variant", paths[1])]
    assert outcomes(reviewable, paths) == instead
    shown = catalogue.state().decisions.iloc[files]
    assert shown["duplicate_of"].tolist() == [row[2] for row in instead], "also when it follows on"
    catalogue.record([Decision(last, "outcome", "kept")], "ana", seen=[1])
    assert outcomes(reviewable, paths)[1:] == [
        ("rejected", "variant", paths[2]),
        ("kept", "", ""),
    ]
    assert catalogue.state().totals == Catalogue(reviewable, Ledger.of(reviewable)).state().totals


def test_what_is_reached_by_a_decision_is_answered_and_found_by_its_reason(
    reviewable: Workspace,
) -> None:
    [paths] = relate(reviewable, 3, rule="review")
    app = Browser(app_of(reviewable))
    html = app.get("/list?reason=variant").body.decode()
    assert [html.count(f'aria-label="Select {path}"') for path in paths] == [0, 1, 1]
    state = Catalogue(reviewable, Ledger.of(reviewable)).state()
    best = state.run.file_at[paths[0]]
    asked = {"file": best, "action": "outcome", "value": "rejected", "seen": 0}
    told = app.post("/decisions", {"decisions": [asked]}).json()
    assert {str(state.run.file_at[path]) for path in paths} <= set(told["tiles"])


def test_tables_of_two_runs_are_noticed(reviewable: Workspace) -> None:
    row = {"path": "no such file", "family": 0, "rank": 0, "rule": "keep"}
    stranger = to_parquet(FAMILIES.frame([row]))
    write_atomically(reviewable.tables / "families.parquet", stranger)
    with pytest.raises(StoreError, match="are of two runs"):
        Catalogue(reviewable, Ledger.of(reviewable))
