"""What the review app holds true while people decide, other programs write, and runs end."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from starlette.datastructures import QueryParams

from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import LedgerConflict
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.cards import cards, thumbnail
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.filters import PER_PAGE, Filters, start_at, window
from inksift.curation.review.state import State
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict import conflicts, human
from tests.web.finished import finish, later


@pytest.fixture
def catalogue(reviewable: Workspace) -> Catalogue:
    return Catalogue(reviewable, Ledger.of(reviewable))


def table(workspace: Workspace, name: str) -> pd.DataFrame:
    return read_parquet(workspace.tables / f"{name}.parquet")


def replace(workspace: Workspace, name: str, frame: pd.DataFrame) -> None:
    write_atomically(workspace.tables / f"{name}.parquet", to_parquet(frame))


def a_run_takes_in(workspace: Workspace) -> None:
    """What a run does to the tables with what people decided, short of choosing among copies."""
    heard = Ledger.of(workspace).in_force()
    machine, duplicates = table(workspace, "machine_verdicts"), table(workspace, "duplicates")
    replace(workspace, "human_decisions", heard)
    replace(
        workspace,
        "verdicts",
        conflicts.hold(human.apply(machine, duplicates, heard), duplicates, heard),
    )


def keepers(state: State, reason: str = "") -> list[int]:
    """The kept files that hold for a reason, "" for those that stay."""
    rows = state.decisions
    return [file for file in rows.index[rows["reason"] == reason] if state.run.keeps(file)]


def decide(
    catalogue: Catalogue, files: Sequence[int], action: str, value: str, seen: int = 0
) -> list[int]:
    state = catalogue.state()
    decisions = [Decision(state.run.image_id(file), action, value) for file in files]
    return catalogue.record(decisions, "ana", seen=[seen] * len(decisions)).new


def filed(catalogue: Catalogue, query: str) -> list[int]:
    return Filters.of(QueryParams(query)).chosen(catalogue.state())


def test_what_holds_is_what_a_run_would_say(catalogue: Catalogue, reviewable: Workspace) -> None:
    state = catalogue.state()
    for number, file in enumerate(
        keepers(state) + keepers(state, "unsure") + keepers(state, "label_conflict")
    ):
        action, value = [
            ("outcome", "rejected"),
            ("label", "wolf"),
            ("medium", "photo"),
            ("outcome", "kept"),
        ][number % 4]
        decide(catalogue, [file], action, value)
    a_run_takes_in(reviewable)
    pd.testing.assert_frame_equal(catalogue.state().decisions, table(reviewable, "verdicts"))
    assert catalogue.state().totals["waiting"] == 0


def test_only_what_the_run_has_not_heard_waits_for_the_next(
    catalogue: Catalogue, reviewable: Workspace
) -> None:
    first, second = keepers(catalogue.state())[:2]
    (entry,) = decide(catalogue, [first], "outcome", "rejected")
    assert catalogue.state().totals["waiting"] == 1
    a_run_takes_in(reviewable)
    assert catalogue.state().totals["waiting"] == 0
    catalogue.undo([entry], "ana", "")
    decide(catalogue, [second], "label", "wolf", seen=2)
    assert catalogue.state().totals["waiting"] == 2
    changed = {
        catalogue.state().run.path(file)
        for file in filed(catalogue, "changed=yes&outcome=kept&outcome=rejected")
    }
    assert {catalogue.state().run.path(file) for file in (first, second)} <= changed


def test_what_other_programs_write_shows_at_once(
    catalogue: Catalogue, reviewable: Workspace
) -> None:
    file = keepers(catalogue.state())[0]
    Ledger.of(reviewable).record(
        [Decision(catalogue.state().run.image_id(file), "outcome", "rejected")], "bob"
    )
    state = catalogue.state()
    assert state.decisions["outcome"].iat[file] == "rejected"
    assert [word.who for word in cards(state, [file], thumbnail)[0].words] == ["bob"]


def test_a_ledger_brought_back_from_a_copy_shows_as_it_is(
    catalogue: Catalogue, reviewable: Workspace
) -> None:
    first, second = keepers(catalogue.state())[:2]
    decide(catalogue, [first, second], "outcome", "rejected")
    (reviewable.root / "ledger.sqlite").unlink()
    Ledger.of(reviewable).record(
        [Decision(catalogue.state().run.image_id(second), "label", "wolf")], "bob"
    )
    state = catalogue.state()
    assert list(state.decisions["outcome"].iloc[[first, second]]) == ["kept", "kept"]
    assert state.decisions["label"].iat[second] == "wolf"


def test_until_a_run_ends_what_it_took_in_counts_as_new(
    catalogue: Catalogue, reviewable: Workspace
) -> None:
    """A run takes decisions in first, and its verdicts come last."""
    first, second = keepers(catalogue.state())[:2]
    decide(catalogue, [first], "outcome", "rejected")
    a_run_takes_in(reviewable)
    assert catalogue.state().totals["waiting"] == 0
    decide(catalogue, [second], "outcome", "rejected", seen=1)
    replace(reviewable, "human_decisions", Ledger.of(reviewable).in_force())
    later(reviewable, "human_decisions")
    assert catalogue.state().totals["waiting"] == 1
    started = Catalogue(reviewable, Ledger.of(reviewable)).state()
    assert started.run.unfinished
    assert started.totals["waiting"] == 2
    assert list(started.decisions["outcome"].iloc[[first, second]]) == ["rejected", "rejected"]
    a_run_takes_in(reviewable)
    assert catalogue.state().totals["waiting"] == 0
    assert not Catalogue(reviewable, Ledger.of(reviewable)).state().run.unfinished


def test_a_copied_workspace_is_finished_in_whatever_order_its_tables_were_written(
    reviewable: Workspace,
) -> None:
    for name in ("verdicts", "human_decisions"):
        replace(reviewable, name, table(reviewable, name))
    assert not Catalogue(reviewable, Ledger.of(reviewable)).state().run.unfinished


def test_a_page_stays_valid_through_a_run_that_changes_no_number(
    catalogue: Catalogue, reviewable: Workspace
) -> None:
    before = catalogue.state().run
    for name in ("machine_verdicts", "duplicates", "images"):
        replace(reviewable, name, table(reviewable, name))
        catalogue.state()
    a_run_takes_in(reviewable)
    assert catalogue.state().run is not before
    assert catalogue.state().run.name == before.name
    duplicates = table(reviewable, "duplicates")
    replace(reviewable, "duplicates", duplicates.assign(group=duplicates["group"] + 1))
    assert catalogue.state().run.name != before.name


def test_a_run_that_ends_is_noticed(
    catalogue: Catalogue, reviewable: Workspace, tmp_path: Path
) -> None:
    before = catalogue.state().run.name
    larger = finish(tmp_path / "larger", pictures=30)
    for file in sorted(larger.tables.iterdir()):
        write_atomically(reviewable.tables / file.name, file.read_bytes())
        assert catalogue.state().run.name == before or len(catalogue.state().run) > 36
    assert catalogue.state().run.name != before
    assert len(catalogue.state().run) > 36


def test_the_tables_of_a_run_that_goes_on_are_not_mixed(
    catalogue: Catalogue, reviewable: Workspace
) -> None:
    before = catalogue.state().run
    copies = table(reviewable, "duplicates")
    replace(reviewable, "duplicates", copies.assign(duplicate_of=""))
    assert catalogue.state().run is before
    replace(reviewable, "duplicates", copies)
    assert catalogue.state().run is not before
    replace(reviewable, "duplicates", copies.assign(duplicate_of=""))
    with pytest.raises(StoreError, match="of two runs: wait"):
        Catalogue(reviewable, Ledger.of(reviewable))


def test_a_workspace_without_a_run_or_of_an_older_one_says_what_to_do(
    reviewable: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(
        ParamError,
        match=r"no machine_verdicts.parquet\): run `inksift run` with this --workspace first",
    ):
        Catalogue(Workspace(tmp_path / "empty"), Ledger.of(reviewable))
    (reviewable.tables / "machine_verdicts.parquet").unlink()
    with pytest.raises(ParamError, match="run `inksift run` again"):
        Catalogue(reviewable, Ledger.of(reviewable))
    (reviewable.tables / "machine_verdicts.parquet").write_bytes(b"torn")
    with pytest.raises(StoreError, match=r"machine_verdicts.parquet cannot be used .* again"):
        Catalogue(reviewable, Ledger.of(reviewable))


def test_no_decision_of_many_threads_is_lost(catalogue: Catalogue) -> None:
    files = (keepers(catalogue.state()) + keepers(catalogue.state(), "unsure"))[:8]
    threads = [
        threading.Thread(target=decide, args=(catalogue, [file], "outcome", "rejected"))
        for file in files
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = catalogue.state()
    assert set(state.decisions["outcome"].iloc[files]) == {"rejected"}
    assert state.last == len(files)


def test_of_copies_chosen_without_knowing_of_each_other_the_second_is_a_conflict(
    catalogue: Catalogue,
) -> None:
    run = catalogue.state().run
    group = next(
        files for files in run.files.values() if len({run.image_id(file) for file in files}) > 2
    )
    first, second = list({run.image_id(file): file for file in group[1:]}.values())[:2]
    decide(catalogue, [first], "copy", "keep")
    with pytest.raises(LedgerConflict, match="'ana' chose another copy meanwhile"):
        decide(catalogue, [second], "copy", "keep")
    assert catalogue.state().last == 1
    decide(catalogue, [second], "copy", "keep", seen=1)


def three_copies(state: State) -> list[int]:
    """The files of a group with three different copies, one file for each; the kept one first."""
    run = state.run
    distinct = (
        {run.image_id(file): file for file in files}.values() for files in run.files.values()
    )
    return next(list(files) for files in distinct if len(files) > 2)


def test_a_copy_chosen_before_is_chosen_again_and_alone_shows_as_chosen(
    catalogue: Catalogue, reviewable: Workspace
) -> None:
    _, first, second = three_copies(catalogue.state())[:3]
    for seen, file in enumerate((first, second, first)):
        assert decide(catalogue, [file], "copy", "keep", seen=seen) == [seen + 1]
    shown = cards(catalogue.state(), [first, second], thumbnail)
    assert [[word.said for word in card.words] for card in shown] == [
        ["chosen among its copies"],
        [],
    ]
    a_run_takes_in(reviewable)
    assert catalogue.state().totals["waiting"] == 0
    decide(catalogue, [second], "copy", "keep", seen=3)
    assert catalogue.state().totals["waiting"] == 1
    assert [word.later for word in cards(catalogue.state(), [second], thumbnail)[0].words] == [True]


def test_what_landed_on_another_copy_is_overruled(
    catalogue: Catalogue, reviewable: Workspace
) -> None:
    kept, copy = three_copies(catalogue.state())[:2]
    decide(catalogue, [kept], "outcome", "rejected")
    Ledger.of(reviewable).record(
        [Decision(catalogue.state().run.image_id(copy), "outcome", "kept")], "bob"
    )
    assert catalogue.state().decisions["outcome"].iat[kept] == "kept"
    with pytest.raises(LedgerConflict, match="'bob' made outcome 'kept' meanwhile"):
        decide(catalogue, [kept], "outcome", "rejected", seen=1)
    assert decide(catalogue, [kept], "outcome", "rejected", seen=2) == [3]
    assert catalogue.state().decisions["outcome"].iat[kept] == "rejected"


def test_several_copies_told_apart_each_show_it(catalogue: Catalogue) -> None:
    kept, *others = three_copies(catalogue.state())
    near = [file for file in others if catalogue.state().run.relations[file] == "duplicate"]
    decide(catalogue, near, "different", catalogue.state().run.image_id(kept))
    assert len(near) > 1
    assert [len(card.words) for card in cards(catalogue.state(), near, thumbnail)] == [1] * len(
        near
    )


def test_what_people_said_is_told_once(catalogue: Catalogue) -> None:
    file, conflict = keepers(catalogue.state())[0], keepers(catalogue.state(), "label_conflict")[0]
    machine = catalogue.state().run.machine["explanation"].iat[file]
    decide(catalogue, [file], "outcome", "rejected")
    decide(catalogue, [file], "label", "wolf", seen=1)
    decide(catalogue, [conflict], "medium", "illustration")
    shown, open_ = cards(catalogue.state(), [file, conflict], thumbnail)
    assert shown.tile.explanation == f"the machine: {machine}"
    assert open_.tile.explanation.startswith("copies of it are filed under ")
    assert "ana" not in open_.tile.explanation


def test_an_older_word_of_the_same_kind_is_not_shown_beside_the_last(catalogue: Catalogue) -> None:
    run = catalogue.state().run
    kept, copy = next(
        files for files in run.files.values() if len({run.image_id(file) for file in files}) == 2
    )[:2]
    decide(catalogue, [copy], "label", "wolf")
    decide(catalogue, [kept], "label", "bear", seen=1)
    for card in cards(catalogue.state(), [kept, copy], thumbnail):
        assert [word.said for word in card.words] == ["class bear"]
        assert card.tile.label == "bear"


@pytest.mark.parametrize(
    ("query", "column", "value"),
    [
        ("outcome=kept", "outcome", "kept"),
        ("reason=photo", "reason", "photo"),
        ("label=fox", "label", "fox"),
        ("by=machine", "decided_by", "machine"),
    ],
)
def test_a_filter_lets_through_all_that_is_asked_for_and_nothing_else(
    catalogue: Catalogue, query: str, column: str, value: str
) -> None:
    rows = catalogue.state().decisions
    usual = (
        rows["outcome"].isin(["review", "rejected"])
        if column != "outcome"
        else rows["outcome"] == "kept"
    )
    assert sorted(filed(catalogue, query)) == list(rows.index[usual & (rows[column] == value)])


def test_copies_of_each_relation_are_found(catalogue: Catalogue, reviewable: Workspace) -> None:
    relations = table(reviewable, "duplicates").set_index("path")["relation"]
    for relation in ("exact", "pixels", "duplicate"):
        paths = {
            catalogue.state().run.path(file) for file in filed(catalogue, f"relation={relation}")
        }
        assert paths == set(relations.index[relations == relation])
    assert filed(catalogue, "relation=none") == filed(catalogue, "")


def test_a_path_is_found_wherever_it_went(catalogue: Catalogue) -> None:
    outcomes = catalogue.state().decisions["outcome"]
    assert set(outcomes.iloc[filed(catalogue, "text=.png")]) == {"kept", "review", "rejected"}
    assert set(outcomes.iloc[filed(catalogue, "text=.png&outcome=kept")]) == {"kept"}
    assert set(outcomes.iloc[filed(catalogue, "text=drawn000")]) == {"kept"}


def test_chances_bound_pictures_and_leave_copies_out(catalogue: Catalogue) -> None:
    rows = catalogue.state().decisions.iloc[filed(catalogue, "low=0.5&high=0.9")]
    assert len(rows)
    assert rows["p_photo"].between(0.5, 0.9).all()
    assert (rows["duplicate_of"] == "").all()


def test_paths_are_searched_as_text_in_any_case(catalogue: Catalogue) -> None:
    names = {catalogue.state().run.path(file) for file in filed(catalogue, "text=MIRRORED.PNG")}
    assert names
    assert all(name.endswith("mirrored.png") for name in names)
    assert filed(catalogue, "text=.*") == []


@pytest.mark.parametrize(
    "query", ["outcome=all", "low=2&high=x", "by=nobody", "from=99999", "from=²&from=-1"]
)
def test_what_makes_no_sense_asks_for_nothing(catalogue: Catalogue, query: str) -> None:
    assert filed(catalogue, query) == filed(catalogue, "")
    chosen = filed(catalogue, "")
    assert start_at(chosen, catalogue.state(), QueryParams(query).get("from", "")) == 0


def test_filters_survive_their_own_query() -> None:
    filters = Filters(("kept",), "a&b", "<i>", 0.25, 0.75, "human", True, "ü+ %", "exact")
    assert Filters.of(QueryParams(filters.query)) == filters
    assert Filters.of(QueryParams(Filters().query)) == Filters()


def test_for_review_comes_first_and_the_likeliest_photographs_before_others(
    catalogue: Catalogue,
) -> None:
    rows = catalogue.state().decisions.iloc[
        filed(catalogue, "outcome=kept&outcome=review&outcome=rejected")
    ]
    assert len(rows) == 36
    outcomes = list(dict.fromkeys(rows["outcome"]))
    assert outcomes == ["review", "rejected", "kept"]
    photos = rows.loc[rows["reason"] == "photo", "p_photo"]
    assert photos.is_monotonic_decreasing
    assert list(rows.loc[rows["outcome"] == "rejected", "reason"].iloc[-2:]) == [
        "unreadable",
        "unreadable",
    ]


def test_pages_meet_even_where_decisions_took_files_out(catalogue: Catalogue) -> None:
    chosen = filed(catalogue, "")
    following = chosen[10]
    decide(
        catalogue,
        [file for file in chosen[:10] if catalogue.state().run.keeps(file)],
        "outcome",
        "kept",
    )
    left = filed(catalogue, "")
    assert left[start_at(left, catalogue.state(), str(following))] == following


def test_a_window_knows_its_neighbours() -> None:
    many = list(range(1000, 1150))
    middle = window(many, PER_PAGE)
    assert (middle.first, middle.before, middle.after, len(middle.files)) == (
        61,
        1000,
        1120,
        PER_PAGE,
    )
    assert window(many, 120).after is None
    assert window([], 0).files == []
