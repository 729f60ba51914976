"""Every call by which decisions, parts and published files reach the disk fails once, or is the
last before the power goes: nothing acknowledged is lost, and nothing is torn."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from inksift.curation.publish.verify import verify
from inksift.curation.store.workspace import Workspace
from tests import faulty_store
from tests.faults import Call, FaultServer, build_shim, read_journal
from tests.power import Disk, States, lay_out

STEPS = (
    ("record", "a", "kept"),
    ("measure", "pixels", "a"),
    ("publish", "decisions.csv", "first"),
    ("record", "b", "rejected"),
    ("measure", "pixels", "b"),
    ("publish", "decisions.csv", "second"),
    ("record", "a", "rejected"),
)


class Recorded(NamedTuple):
    """All calls of the steps in the workspace `place`, whose folder was empty before."""

    calls: Sequence[Call]
    place: Path
    before: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    library = build_shim(tmp_path_factory.mktemp("shim"))
    with FaultServer(library, "tests.faulty_store") as server:
        yield server


@pytest.fixture(scope="module")
def recorded(server: FaultServer, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("recorded")
    for name in ("before", "after"):
        (folder / name).mkdir()
    place = folder / "after" / "w"
    assert {ended.code for ended in server.ask(place, STEPS, folder / "journal")} == {0}
    return Recorded(read_journal(folder / "journal"), place, folder / "before")


def test_every_change_is_seen(recorded: Recorded) -> None:
    """Else the tests below would prove nothing: all calls, applied again, give the same files."""
    disk = Disk(recorded.place.parent, recorded.before)
    for call in recorded.calls:
        disk.apply(call)
    again = disk.kept("now", lambda file: file.now)
    assert again == Disk(Path(), recorded.place.parent).kept("now", lambda file: file.now)
    assert len(again) > len(STEPS)


def test_a_loss_of_power_takes_nothing_that_was_acknowledged(
    recorded: Recorded, tmp_path: Path
) -> None:
    states = States(recorded.place.parent, recorded.before)
    for loss, tree, acknowledged in states.after_each(recorded.calls):
        place = lay_out(tree, tmp_path / "state") / recorded.place.name
        assert _lost(place, acknowledged) == [], loss
        assert _unmended(place) == [], loss
        shutil.rmtree(place.parent)
    sys.stdout.write(f"{len(recorded.calls)} calls, {states.count} states after a loss of power\n")
    assert states.count > len(STEPS)


def _lost(place: Path, acknowledged: Sequence[str]) -> list[str]:
    """Decisions that were acknowledged, of which the ledger knows nothing."""
    decided = faulty_store.decided(place)[1] if place.exists() else ""
    told = [one.split() for one in acknowledged if one.endswith(("kept", "rejected"))]
    return [
        " ".join(one) for one in told if f"{faulty_store.image_id(one[0])} {one[1]}" not in decided
    ]


def _unmended(place: Path) -> list[str]:
    """Problems for which neither another run nor `inksift repair` is told, and files that the
    manifest names and that are gone."""
    if not place.exists():
        return []
    workspace = Workspace(place)
    problems = [str(one) for one in verify(workspace, {}) if "`inksift r" not in one.remedy]
    named = workspace.manifest.names() or {}
    gone = [place / folder / name for folder in named for name in named[folder]]
    return problems + [str(file) for file in gone if not file.exists()]


@pytest.mark.slow
@pytest.mark.parametrize(("error", "on"), [(errno.EIO, False), (errno.ENOSPC, True)])
def test_a_failed_call_is_told_and_takes_nothing(
    server: FaultServer, recorded: Recorded, tmp_path: Path, error: int, on: bool
) -> None:
    place, journal = tmp_path / "in" / "w", tmp_path / "journal"
    for k in range(1, len(recorded.calls) + 1):
        place.parent.mkdir()
        ended = server.ask(place, STEPS, journal, (k, error), on=on)
        assert [one.output for one in ended if one.code not in (0, 1, 2)] == [], k
        noted = [call.path for call in read_journal(journal) if call.kind == "note"]
        assert _lost(place, noted) == [], k
        assert {one.code for one in server.ask(place, STEPS)} == {0}, k
        assert _unmended(place) == [], k
        shutil.rmtree(place.parent)
    sys.stdout.write(f"{len(recorded.calls)} calls failed with {errno.errorcode[error]}\n")
