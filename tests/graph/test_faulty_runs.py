"""A run of a few pictures in which a call fails, or after one of whose calls the power goes: the
next run decides the same, nothing acknowledged is lost, nothing is torn, the pictures are as they
were."""

from __future__ import annotations

import errno
import math
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests import faulty_store
from tests.faults import Call, Ended, FaultServer, build_shim, read_journal
from tests.graph.conftest import fingerprint
from tests.power import Disk, States, Tree, lay_out

pytestmark = pytest.mark.slow
SIDE_PX = 64
_MOST_LOSSES, _MOST_FAILURES = 20, 20
"""Runs after a loss of power, and runs of either kind in which a call fails."""
_STEPS = "tests.graph.faulty_run"
_WHAT_TAKES_LONG = ("inksift", "torch", "onnx", "scipy", "sklearn", "matplotlib", "hdbscan", "cv2")
UNSYNCED = ".ledgers.json"
"""What is written without waiting for the disk, and is made anew where it is damaged."""


class Recorded(NamedTuple):
    """All calls of a run in the workspace `place`, what its folder held `before`, what the run
    `decided`, and the words of its steps."""

    calls: Sequence[Call]
    place: Path
    before: Path
    source: Path
    decided: bytes


def draw_pictures(folder: Path) -> None:
    """Six drawings, a copy of one, and a file that is cut off."""
    rng = np.random.default_rng(3)
    for number in range(6):
        image = Image.new("RGB", (SIDE_PX, SIDE_PX), (250, 240, 200))
        draw = ImageDraw.Draw(image)
        for _ in range(5):
            left, top, width, height = (int(value) for value in rng.integers(8, 30, 4))
            box = (left, top, left + width, top + height)
            draw.ellipse(box, fill=tuple(map(int, rng.integers(0, 256, 3))), outline="black")
        place = folder / ("cat" if number % 2 else "fox") / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        image.save(place)
    shutil.copy(folder / "cat" / "1.png", folder / "fox" / "copy.png")
    (folder / "cat" / "cut.png").write_bytes((folder / "cat" / "3.png").read_bytes()[:99])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    """One that has imported all that a run imports, which would take longer than the run."""
    library, folder = build_shim(tmp_path_factory.mktemp("shim")), tmp_path_factory.mktemp("first")
    draw_pictures(folder / "source")
    with FaultServer(library, _STEPS) as first:
        _sound(first.ask(folder / "w", steps(folder / "source")))
        imported = [name for name in first.modules if name.startswith(_WHAT_TAKES_LONG)]
    with FaultServer(library, _STEPS, *imported) as server:
        yield server


@pytest.fixture(scope="module")
def recorded(server: FaultServer, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A run over all pictures, behind one over some of them: so there is an old state and a new
    one."""
    folder = tmp_path_factory.mktemp("recorded")
    source, place, before = folder / "source", folder / "after" / "w", folder / "before"
    draw_pictures(source)
    shutil.copytree(source, folder / "some")
    (folder / "some" / "fox" / "4.png").unlink()
    place.parent.mkdir()
    _sound(server.ask(place, [("judge", folder / "some", folder / "out.csv")]))
    shutil.copytree(place.parent, before, symlinks=True)
    _sound(server.ask(place, steps(source), folder / "journal"))
    calls = read_journal(folder / "journal")
    return Recorded(calls, place, before, source, (place / "decisions.csv").read_bytes())


def steps(source: Path) -> list[tuple[object, ...]]:
    """A run between two decisions of a person, on pictures that are not there."""
    judge = ("judge", source, source.with_suffix(".csv"))
    return [("record", "a", "kept"), judge, ("record", "b", "rejected")]


def _sound(ended: Sequence[Ended]) -> None:
    assert [one.output for one in ended if one.code] == []


def test_every_change_is_seen(recorded: Recorded) -> None:
    """Else what follows would prove nothing: all calls, applied again, give the same files."""
    disk = Disk(recorded.place.parent, recorded.before)
    for call in recorded.calls:
        disk.apply(call)
    after = Disk(Path(), recorded.place.parent)
    assert disk.kept("now", lambda file: file.now) == after.kept("now", lambda file: file.now)


def test_no_loss_of_power_leaves_a_torn_file(recorded: Recorded) -> None:
    """After any call, whatever is lost of what was not synced."""
    whole = whole_files(recorded)
    states = States(recorded.place.parent, recorded.before)
    for loss, tree, _ in states.after_each(recorded.calls):
        assert list(torn(tree, whole)) == [], loss
    sys.stdout.write(f"{len(recorded.calls)} calls, {states.count} states, none with a torn file\n")


def whole_files(recorded: Recorded) -> set[tuple[str, bytes | None]]:
    """Every name with every content that it got by a rename or a link, or had before."""
    disk = Disk(recorded.place.parent, recorded.before)
    whole = set(disk.kept("now", lambda file: file.now).items())
    for call in recorded.calls:
        disk.apply(call)
        if call.kind in ("rename", "link") and not call.error:
            name = call.data.decode().removeprefix(f"{recorded.place.parent}/")
            held = disk.kept("now", lambda file: file.now)
            whole |= {one for one in held.items() if f"{one[0]}/".startswith(f"{name}/")}
    return whole


def torn(tree: Tree, whole: set[tuple[str, bytes | None]]) -> Iterator[str]:
    """Files under a name of their own whose content is none that was put there whole."""
    for name, data in tree.items():
        own = not re.search(r"\.partial-|\.sqlite|\.guard$", name)
        if own and data is not None and not name.endswith(UNSYNCED) and (name, data) not in whole:
            yield name


def test_a_run_after_a_loss_of_power_decides_the_same(
    server: FaultServer, recorded: Recorded, tmp_path: Path
) -> None:
    """Some of all states, evenly spread; the quick tests have all of the ledger's."""
    states = States(recorded.place.parent, recorded.before)
    found = states.after_each(recorded.calls)
    every = [(loss, dict(tree), [*acknowledged]) for loss, tree, acknowledged in found]
    chosen = every[:: math.ceil(len(every) / _MOST_LOSSES)]
    for loss, tree, acknowledged in chosen:
        place = lay_out(tree, tmp_path / "state") / recorded.place.name
        _goes_on(server, recorded, place, acknowledged, loss)
        shutil.rmtree(place.parent)
    told = f"{len(chosen)} of {len(every)} runs after a loss of power, 0 differing decisions\n"
    sys.stdout.write(told)


@pytest.mark.parametrize(("error", "on"), [(errno.EIO, False), (errno.ENOSPC, True)])
def test_a_run_after_a_failed_call_decides_the_same(
    server: FaultServer, recorded: Recorded, tmp_path: Path, error: int, on: bool
) -> None:
    """The first call of each kind on each kind of file, of some of these, evenly spread."""
    first = {site(call): k for k, call in reversed(list(enumerate(recorded.calls, 1)))}
    every = sorted(k for (kind, _), k in first.items() if kind != "note")
    chosen = every[:: math.ceil(len(every) / _MOST_FAILURES)]
    for k in chosen:
        call = recorded.calls[k - 1]
        place = Path(shutil.copytree(recorded.before, tmp_path / "state", symlinks=True)) / "w"
        asked = steps(recorded.source)
        ended = server.ask(place, asked, tmp_path / "journal", (k, error), on=on)
        assert [one.output for one in ended if one.code not in (0, 1, 2)] == [], (k, call[:4])
        made = read_journal(tmp_path / "journal")
        assert error in {one.error for one in made}, f"no call failed: {k}"
        noted = [one.path for one in made if one.kind == "note"]
        _goes_on(server, recorded, place, noted, f"call {k}, {call[:4]}")
        shutil.rmtree(place.parent)
    told = f"{len(chosen)} of {len(every)} runs in which a call failed, 0 differing decisions\n"
    sys.stdout.write(told)


def _goes_on(
    server: FaultServer, recorded: Recorded, place: Path, acknowledged: Sequence[str], when: str
) -> None:
    """The ledger has all that was acknowledged, and after a repair, which seldom finds anything,
    the next run decides as one that nothing disturbed, from pictures that are as they were."""
    source = fingerprint(recorded.source)
    asked = [("decided",), ("repair",), *steps(recorded.source), ("verify",)]
    decided, _, *ended, problems = server.ask(place, asked)
    told = [one.split() for one in acknowledged if one.endswith(("kept", "rejected"))]
    for picture, value in told:
        assert f"{faulty_store.image_id(picture)} {value}" in decided.output, when
    assert [one.output for one in (*ended, problems) if one.code] == [], when
    assert (place / "decisions.csv").read_bytes() == recorded.decided, when
    assert fingerprint(recorded.source) == source, when


def site(call: Call) -> tuple[str, str]:
    """What is done to which kind of file: parts and tables count as one each."""
    path = call.data.decode() if call.kind in ("rename", "link") else call.path
    below = re.sub(r"[0-9a-f]{12,}", "#", path.partition("/w/")[2])
    top, _, rest = below.partition("/")
    kind = rest.rpartition("/")[2]
    return call.kind, f"{top}/{kind if top != 'tables' else kind.rpartition('.')[2]}"
