"""A workspace at a URL: two machines work on it in turn, and neither loses what the other did."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from inksift.curation.base import beats
from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.base.location import Url
from inksift.curation.people.ledger import travel
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.people.ledger.travel import TravellingLedger, entries_in, joined, lines_of
from inksift.curation.publish.verify_parts import part_problems
from inksift.curation.store.files import atomic_file
from inksift.curation.store.objects.interface import ObjectError, ObjectStore
from inksift.curation.store.objects.opened import object_store, read_object
from inksift.curation.store.shared import hold as holding
from inksift.curation.store.shared import working_copy
from inksift.curation.store.shared.contents import (
    BY_NAME,
    HEAD,
    LOCK,
    head_bytes,
    merged,
    read_head,
)
from inksift.curation.store.shared.hold import shared_hold
from inksift.curation.store.shared.holder import read_holder, this_holder
from inksift.curation.store.shared.working_copy import WorkingCopy
from inksift.curation.store.workspace import Workspace
from tests.object_server import Server, served


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def url(running: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Url:
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    running.forget()
    name = re.sub(r"[^a-z0-9]+", "-", f"w-{tmp_path.name.lower()}").strip("-")
    running.client().create_bucket(Bucket=name)
    return Url("s3", name, "ws")


def machine(url: Url, folder: Path) -> WorkingCopy:
    """The copy of one machine, in step."""
    root = folder / "workspace"
    root.mkdir(parents=True, exist_ok=True)
    copy = WorkingCopy(url, object_store(url), root, folder / "state.json", TravellingLedger(root))
    copy.pull()
    return copy


def measure(copy: WorkingCopy, *image_ids: str) -> None:
    rows = pd.DataFrame({"image_id": list(image_ids), "value": range(len(image_ids))})
    Workspace(copy.root).measurements("stage", "v1").add(rows)


def measured(copy: WorkingCopy) -> set[str]:
    return set(Workspace(copy.root).measurements("stage", "v1").frame()["image_id"])


def decide(copy: WorkingCopy, image_id: str, who: str) -> None:
    ledger = Ledger.of(Workspace(copy.root))
    ledger.record([Decision(image_id * 64, "tag", "odd", "")], who)


def deciders(copy: WorkingCopy) -> list[tuple[int, str]]:
    return [(entry.entry, entry.who) for entry in Ledger.of(Workspace(copy.root)).entries()]


def held_by(objects: Any, url: Url) -> AbstractContextManager[Any]:
    return shared_hold(objects, LOCK, where=str(url))


def test_what_one_machine_publishes_another_has(url: Url, tmp_path: Path) -> None:
    one = machine(url, tmp_path / "one")
    measure(one, "a", "b")
    workspace = Workspace(one.root)
    workspace.publish("decisions.csv", b"path\n")
    (one.root / "runs" / "r1").mkdir(parents=True)
    (one.root / "runs" / "latest").symlink_to("r1")
    (one.root / "runs" / "r1" / "run.json").write_bytes(b"{}")
    (one.root / "dagster").mkdir()
    (one.root / "dagster" / "history.db").write_bytes(b"stays")
    one.push()
    other = machine(url, tmp_path / "other")
    assert measured(other) == {"a", "b"}
    assert (other.root / "decisions.csv").read_bytes() == b"path\n"
    assert os.readlink(other.root / "runs" / "latest") == "r1"
    assert not (other.root / "dagster").exists()
    client: Any = other.objects
    assert client.facts(f"ws/{BY_NAME}decisions.csv").size_bytes == 5


def test_nothing_new_sends_nothing_and_contents_are_sent_once(
    url: Url, tmp_path: Path, running: Server
) -> None:
    one = machine(url, tmp_path / "one")
    measure(one, "a")
    one.push()
    running.forget()
    one.push()
    assert not running.faulty.asked
    measure(one, "b")
    one.push()
    puts = [key for (method, key), _ in running.faulty.asked.items() if method == "PUT"]
    assert len(puts) == 2  # the new part, and the head
    running.forget()
    machine(url, tmp_path / "one")
    assert running.faulty.bytes_read < 2_000  # the head alone


def test_what_is_removed_goes_everywhere(url: Url, tmp_path: Path) -> None:
    one = machine(url, tmp_path / "one")
    Workspace(one.root).publish("medium.json", b"{}")
    one.push()
    other = machine(url, tmp_path / "other")
    Workspace(other.root).withdraw("medium.json")
    other.push()
    one.pull()
    assert not (one.root / "medium.json").exists()


def test_measurements_of_two_machines_are_joined(url: Url, tmp_path: Path) -> None:
    one, other = machine(url, tmp_path / "one"), machine(url, tmp_path / "other")
    measure(one, "a")
    measure(other, "b")
    one.push()
    other.push()
    one.pull()
    assert measured(one) == measured(other) == {"a", "b"}


def test_the_same_file_by_two_machines_is_refused_and_nothing_measured_is_lost(
    url: Url, tmp_path: Path
) -> None:
    one, other = machine(url, tmp_path / "one"), machine(url, tmp_path / "other")
    one.push()
    other.pull()
    for copy, data in ((one, b"1"), (other, b"2")):
        Workspace(copy.root).publish("decisions.csv", data)
        measure(copy, data.decode())
    one.push()
    with pytest.raises(LockedError, match="another run published 2 of the same files"):
        other.push()
    other.pull()
    other.push()
    assert (other.root / "decisions.csv").read_bytes() == b"1"
    assert measured(other) == {"1", "2"}


def test_a_killed_run_leaves_what_it_measured_to_another_machine(url: Url, tmp_path: Path) -> None:
    one = machine(url, tmp_path / "one")
    Workspace(one.root).publish("decisions.csv", b"old")
    one.push()
    Workspace(one.root).publish("decisions.csv", b"half a run")
    measure(one, "a")
    one.push_measured()
    other = machine(url, tmp_path / "other")
    assert measured(other) == {"a"}
    assert (other.root / "decisions.csv").read_bytes() == b"old"


def test_a_first_run_that_was_killed_leaves_a_workspace_that_opens_elsewhere(
    url: Url, tmp_path: Path
) -> None:
    one = machine(url, tmp_path / "one")
    measure(one, "a")
    one.push_measured()
    assert measured(machine(url, tmp_path / "other")) == {"a"}


def test_decisions_of_two_people_are_joined_and_none_is_lost(url: Url, tmp_path: Path) -> None:
    one = machine(url, tmp_path / "one")
    decide(one, "a", "ann")
    one.push()
    other = machine(url, tmp_path / "other")
    decide(one, "b", "ann")
    decide(other, "c", "bob")
    one.push()
    other.push()
    assert deciders(other) == [(1, "ann"), (2, "ann"), (3, "bob")]
    one.pull()
    assert deciders(one) == deciders(other)
    decide(one, "d", "ann")
    assert deciders(one)[-1] == (4, "ann")


def test_a_ledger_that_is_gone_here_is_not_gone_there_and_comes_back(
    url: Url, tmp_path: Path
) -> None:
    one = machine(url, tmp_path / "one")
    decide(one, "a", "ann")
    one.push()
    (one.root / "ledger.sqlite").unlink()
    one.push()
    assert deciders(machine(url, tmp_path / "two")) == [(1, "ann")]
    one.pull()
    assert deciders(one) == [(1, "ann")]


def test_what_another_machine_stored_and_gave_up_is_no_loss(url: Url, tmp_path: Path) -> None:
    one, two = machine(url, tmp_path / "one"), machine(url, tmp_path / "two")
    measure(one, "a")
    one.push()
    two.pull()
    assert part_problems(Workspace(two.root)) == []
    rows = pd.DataFrame({"image_id": ["b"], "value": [1]})
    Workspace(one.root).measurements("stage", "v1").replace(rows)
    one.push()
    two.pull()
    assert measured(two) == {"b"}
    assert part_problems(Workspace(two.root)) == []


def test_decisions_that_no_command_shared_are_shared_by_the_next_one(
    url: Url, tmp_path: Path
) -> None:
    one = machine(url, tmp_path / "one")
    decide(one, "a", "ann")
    one.push()
    decide(one, "b", "killed")
    later = machine(url, tmp_path / "one")
    later.push(later.files())
    assert deciders(machine(url, tmp_path / "other")) == [(1, "ann"), (2, "killed")]


def test_a_review_shares_what_is_decided_and_nothing_else(url: Url, tmp_path: Path) -> None:
    run, review = machine(url, tmp_path / "run"), machine(url, tmp_path / "review")
    measure(run, "a")
    decide(run, "a", "ann")
    run.push()
    decide(review, "b", "bob")
    Workspace(review.root).publish("decisions.csv", b"stays")
    review.push_ledger()
    shared = read_head(run.objects, url.prefix)
    assert "decisions.csv" not in shared.files
    assert deciders(review) == [(1, "ann"), (2, "bob")]
    measure(run, "b")
    run.push_measured()
    other = machine(url, tmp_path / "other")
    assert deciders(other) == deciders(review)
    assert measured(other) == {"a", "b"}
    for copy in (run, review):
        copy.push()
    run.pull()
    assert deciders(run) == deciders(review)
    assert measured(run) == measured(review) == {"a", "b"}
    assert (run.root / "decisions.csv").read_bytes() == b"stays"


def test_who_decides_while_two_ledgers_become_one_waits_and_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("mine", "theirs"):
        (tmp_path / name).mkdir()
        ledger = Ledger.of(Workspace(tmp_path / name))
        ledger.record([Decision("a" * 64, "tag", "odd", "")], name)
    mine, deciding = Ledger.of(Workspace(tmp_path / "mine")), threading.Event()

    def decide_in_a_review() -> None:
        deciding.set()
        mine.record([Decision("b" * 64, "tag", "odd", "")], "review")

    def slowly(*entries: Any) -> Any:
        review.start()
        deciding.wait(30)
        review.join(0.2)  # ends only where nothing keeps it waiting
        return joined(*entries)

    review = threading.Thread(target=decide_in_a_review)
    monkeypatch.setattr(travel, "joined", slowly)
    TravellingLedger(tmp_path / "mine").take_in(TravellingLedger(tmp_path / "theirs").packed())
    review.join(30)
    assert [entry.who for entry in mine.entries()] == ["theirs", "mine", "review"]
    with (
        closing(sqlite3.connect(tmp_path / "mine" / "ledger.sqlite")) as raw,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        raw.execute("DELETE FROM inksift_ledger")


def test_an_undo_follows_the_entry_that_it_takes_back(tmp_path: Path) -> None:
    entries = {}
    for name, image in (("mine", "a"), ("theirs", "b")):
        (tmp_path / name).mkdir()
        ledger = Ledger.of(Workspace(tmp_path / name))
        ledger.record([Decision(image * 64, "tag", "odd", "")], name)
        if name == "mine":
            ledger.undo([1], name)
        entries[name] = entries_in(lines_of(ledger.entries()))
    whole = joined(entries["mine"], entries["theirs"])
    assert [(one.entry, one.who, one.undoes) for one in whole] == [
        (1, "theirs", 0),
        (2, "mine", 0),
        (3, "mine", 2),
    ]


def test_a_second_run_is_refused_and_a_dead_one_is_not_waited_for(url: Url) -> None:
    objects = object_store(url)
    with (
        held_by(objects, url),
        pytest.raises(LockedError, match=r"another run holds s3://.*: pid \d+ on"),
        held_by(objects, url),
    ):
        pytest.fail("held twice")
    with pytest.raises(ObjectError):
        objects.facts(LOCK)
    dead = {**this_holder("dead"), "pid": 999999999, "until": 1e12}

    def left(**otherwise: object) -> None:
        objects.put(LOCK, json.dumps({**dead, **otherwise}).encode())

    left()
    with held_by(objects, url):
        pass
    for elsewhere in ({"boot": "another"}, {"pids": "pid:[1]"}, {"host": "elsewhere"}):
        left(**elsewhere)  # the first two have the name of this machine
        with pytest.raises(LockedError), held_by(objects, url):
            pass
    left(host="elsewhere", until=1.0)
    with held_by(objects, url):
        pass


def test_a_lock_that_is_none_of_ours_is_left_as_it_is(url: Url) -> None:
    objects = object_store(url)
    for theirs in (b'{"the user": 1}', b"a key"):
        objects.put(LOCK, theirs)
        with pytest.raises(StoreError, match=r"lock.json is not inksift's"), held_by(objects, url):
            pass
        assert objects.facts(LOCK).size_bytes == len(theirs)


def test_a_lock_that_was_taken_meanwhile_stops_the_run_before_it_publishes(url: Url) -> None:
    objects = object_store(url)
    mine = holding.Hold(objects, LOCK, str(url))
    mine.renew()
    mine.demand()
    objects.put(LOCK, b'{"token": "another"}')
    mine.renew()
    with pytest.raises(LockedError, match="another run took s3://"):
        mine.demand()
    mine.renew()
    mine.give_back()
    assert objects.facts(LOCK).size_bytes == len(b'{"token": "another"}')


def test_a_store_that_keeps_no_conditions_is_refused(
    url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = object_store(url)
    put = objects.put
    monkeypatch.setattr(objects, "put", lambda key, data, *, replaces: put(key, data))
    with pytest.raises(StoreError, match="over another although"), held_by(objects, url):
        pass
    with pytest.raises(ObjectError):
        objects.facts(LOCK)


def test_a_lock_is_renewed_for_as_long_as_it_is_held(
    url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beats, "BEAT_S", 0.01)
    renewed, objects = threading.Semaphore(0), object_store(url)
    renew = holding.Hold.renew

    def told(hold: holding.Hold) -> None:
        renew(hold)
        renewed.release()

    monkeypatch.setattr(holding.Hold, "renew", told)
    with held_by(objects, url):
        before = _holder(objects)
        assert all(renewed.acquire(timeout=30) for _ in range(5))
        assert _holder(objects) != before


def _holder(objects: ObjectStore) -> tuple[dict[str, Any], str]:
    """Who holds the lock, asked again where it is replaced while it is read."""
    found = (read_holder(objects, LOCK) for _ in range(100))
    return next(one for one in found if one[1])


def test_a_beat_waits_for_nobody(url: Url, tmp_path: Path) -> None:
    one = machine(url, tmp_path / "one")
    measure(one, "a")
    with one._turn:
        one.push_measured()
    assert not read_head(one.objects, url.prefix).files
    one.push_measured()
    assert read_head(one.objects, url.prefix).files


def test_a_head_that_leads_out_and_a_damaged_content_are_refused(url: Url, tmp_path: Path) -> None:
    objects = object_store(url)
    objects.put(f"ws/{HEAD}", b'{"inksift_shared_workspace": 1, "files": {"../x": ["a", 1]}}')
    with pytest.raises(StoreError, match=f"ws/{HEAD} is damaged"):
        read_head(objects, url.prefix)
    digest = "0" * 64
    objects.put(f"ws/blobs/{digest}", b"other bytes")
    told = b'{"inksift_shared_workspace": 1, "files": {"x": ["%s", 11]}}' % digest.encode()
    objects.put(f"ws/{HEAD}", told)
    with pytest.raises(StoreError, match="is damaged"):
        machine(url, tmp_path / "one")


def test_a_head_of_a_later_version_is_left_as_it_is(url: Url, tmp_path: Path) -> None:
    one = machine(url, tmp_path / "one")
    decide(one, "a", "ann")
    later = b'{"inksift_shared_workspace": 2, "files": []}'
    one.objects.put(f"ws/{HEAD}", later)
    for act in (one.pull, one.push):
        with pytest.raises(StoreError, match="is of format 2, which a later inksift wrote"):
            act()
    assert b"".join(read_object(one.objects, one.objects.facts(f"ws/{HEAD}"))) == later


@pytest.mark.parametrize("damaged", [b"", b"[]", b'{"inksift_shared_workspace": "x"}'])
def test_a_damaged_head_that_is_removed_is_shared_anew(
    url: Url, tmp_path: Path, damaged: bytes
) -> None:
    one = machine(url, tmp_path / "one")
    decide(one, "a", "ann")
    one.push()
    before = read_head(one.objects, url.prefix).files
    one.objects.put(f"ws/{HEAD}", damaged)
    with pytest.raises(StoreError, match=f"else remove it and ws/{BY_NAME}"):
        one.pull()
    one.objects.delete(f"ws/{HEAD}")
    for known in [*one.objects.listed(f"ws/{BY_NAME}")]:
        one.objects.delete(known.key)
    one.pull()
    one.push()
    assert before
    assert read_head(one.objects, url.prefix).files == before


def test_what_belongs_to_a_machine_is_not_fetched_whatever_a_head_names(
    url: Url, tmp_path: Path
) -> None:
    one = machine(url, tmp_path / "one")
    decide(one, "a", "ann")
    ours = ["ledger.sqlite", "ledger.sqlite-wal", "run.lock", "dagster/dagster.yaml", "source/x"]
    hidden = [".hidden", "tables/.partial-1", ".folder/x", "tables/x.parquet.damaged"]
    content = ("0" * 64, 1)
    links = {"history": ("dagster", -1), "tables/latest": (".hidden", -1)}
    one.objects.put(f"ws/{HEAD}", head_bytes(dict.fromkeys([*ours, *hidden], content) | links))
    before = {path: path.read_bytes() for path in one.root.rglob("*") if path.is_file()}
    one.pull()
    other = machine(url, tmp_path / "other")
    assert [*other.root.iterdir()] == []
    assert {path: path.read_bytes() for path in one.root.rglob("*") if path.is_file()} == before
    one.push()
    assert {*read_head(one.objects, url.prefix).files} == {"ledger.jsonl", "workspace.json"}


@pytest.mark.parametrize("name", [f"{BY_NAME}decisions.csv", "lock.json.old", LOCK])
def test_objects_of_others_are_not_taken_for_ours(url: Url, tmp_path: Path, name: str) -> None:
    objects = object_store(url)
    objects.put(f"ws/{name}", b"the user's")
    with pytest.raises(StoreError, match=f"ws/{name} is not inksift's"):
        machine(url, tmp_path / "one")


def test_a_folder_with_a_lock_and_contents_of_a_killed_run_is_ours(url: Url) -> None:
    objects = object_store(url)
    objects.put("ws/blobs/0", b"")
    hold = holding.Hold(objects, f"ws/{LOCK}", str(url))
    assert read_head(objects, url.prefix).tag == ""
    hold.give_back()


def test_what_was_not_put_by_its_name_is_put_by_the_next_command(
    url: Url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, name = machine(url, tmp_path / "one"), f"ws/{BY_NAME}decisions.csv"
    put = one.objects.put

    def fails(key: str, data: bytes, *, replaces: str = "*") -> str:
        if BY_NAME in key:
            raise ObjectError("failed", "503")
        return put(key, data, replaces=replaces)

    monkeypatch.setattr(one.objects, "put", fails)
    Workspace(one.root).publish("decisions.csv", b"path\n")
    with pytest.raises(ObjectError):
        one.push()
    again = machine(url, tmp_path / "one")
    again.push()
    assert again.objects.facts(name).size_bytes == 5
    again.objects.delete(name)
    machine(url, tmp_path / "one").push()
    machine(url, tmp_path / "other").push()  # it was put by others, as far as is known
    with pytest.raises(ObjectError):
        again.objects.facts(name)


def test_what_is_withdrawn_goes_by_its_name_too(
    url: Url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine(url, tmp_path / "one")
    for name in ("medium.json", "f1_report.json", "decisions.csv"):
        Workspace(one.root).publish(name, b"{}")
    measure(one, "a")
    one.push()
    Workspace(one.root).withdraw("medium.json")
    with monkeypatch.context() as silent:
        silent.setattr(one.objects, "delete", _fails)
        with pytest.raises(ObjectError):
            one.push()
    assert by_name(one) == {"medium.json", "f1_report.json", "decisions.csv"}
    machine(url, tmp_path / "one").push()
    assert by_name(one) == {"f1_report.json", "decisions.csv"}
    other = machine(url, tmp_path / "other")
    assert other._latest.put.keys() == {"f1_report.json", "decisions.csv"}
    Workspace(other.root).withdraw("f1_report.json")
    other.push()
    one.pull()
    assert one._latest.put.keys() == by_name(one) == {"decisions.csv"}


def by_name(copy: WorkingCopy) -> set[str]:
    below = f"ws/{BY_NAME}"
    return {one.key.removeprefix(below) for one in copy.objects.listed(below)}


def _fails(*_: object) -> None:
    raise ObjectError("failed", "503")


def test_what_is_put_by_its_name_is_noted_once_for_all_names(
    url: Url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, written = machine(url, tmp_path / "one"), []
    monkeypatch.setattr(working_copy, "write_atomically", lambda file, data: written.append(file))
    for name in "abcde":
        Workspace(one.root).publish(f"{name}.json", b"{}")
    one.push()
    assert written == [tmp_path / "one" / "state.json"] * 2  # the head, and all names


def test_large_contents_are_sent_one_at_a_time(
    url: Url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working_copy, "_LARGE_BYTES", 10)
    one = machine(url, tmp_path / "one")
    put, threads = one.objects.put, {}

    def told(key: str, data: bytes, *, replaces: str = "*") -> str:
        threads[data] = threading.current_thread()
        return put(key, data, replaces=replaces)

    monkeypatch.setattr(one.objects, "put", told)
    large = [f"{name} is large".encode() for name in "abc"]
    for data in (b"small", *large):
        Workspace(one.root).publish(f"{data.decode()[0]}.json", data)
    one.push()
    assert {threads[data] for data in large} == {threading.current_thread()}
    other = machine(url, tmp_path / "other")
    assert [(other.root / f"{name}.json").read_bytes() for name in "abc"] == large


def test_a_content_is_not_in_memory_whole_when_it_is_fetched(
    url: Url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine(url, tmp_path / "one")
    Workspace(one.root).publish("decisions.csv", bytes(2**20))
    one.push()
    sizes: list[int] = []

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            sizes.append(len(chunk))
            yield chunk

    @contextmanager
    def told(target: Path) -> Iterator[Any]:
        with atomic_file(target) as file:
            yield SimpleNamespace(writelines=lambda chunks: file.writelines(counted(chunks)))

    monkeypatch.setattr(working_copy, "atomic_file", told)
    machine(url, tmp_path / "other")
    assert sum(sizes) > 2**20
    assert max(sizes) < 2**20


def test_a_workspace_that_was_emptied_takes_nothing_from_here(url: Url, tmp_path: Path) -> None:
    one = machine(url, tmp_path / "one")
    measure(one, "a")
    one.push()
    one.objects.delete(f"ws/{HEAD}")
    one.pull()
    assert measured(one) == {"a"}
    one.push()
    assert measured(machine(url, tmp_path / "other")) == {"a"}


def test_what_both_changed_alike_is_no_conflict() -> None:
    old, new = ("a", 1), ("b", 1)
    assert merged({"x": old}, {"x": new}, {"x": new}) == ({"x": new}, [])
    assert merged({"x": old}, {}, {}) == ({}, [])
    assert merged({"x": old}, {}, {"x": new}) == ({"x": new}, ["x"])
