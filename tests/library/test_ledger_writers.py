"""Many writers at once, killed writers and full disks: what was acknowledged is there."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger import database
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from tests.ledgers import A, B, assert_each_entry_continues_the_one_before, at, decided

WRITER = """
import sys; from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.people.ledger.decisions import Decision
ledger = Ledger(sys.argv[1]); print("ready", flush=True); sys.stdin.readline()
for n in range(int(sys.argv[3])):
    print(*ledger.record([Decision("a" * 64, "label", f"{sys.argv[2]} {n}")], sys.argv[2]).new)
"""


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, name, "25"], **pipes)
        for name in ("ann", "bob")
    ]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n", "ready\n"]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    numbers = [
        int(number) for writer in writers for number in writer.communicate(timeout=300)[0].split()
    ]
    assert sorted(numbers) == list(range(1, 51))
    assert_each_entry_continues_the_one_before(Ledger(url))


def test_threads_write_at_once(ledger: Ledger) -> None:
    def write(n: int) -> list[int]:
        return ledger.record(
            [Decision(A, "label", f"{n}"), Decision(B, "label", f"{n}")], "ann"
        ).new

    with ThreadPoolExecutor(8) as threads:
        numbers = list(itertools.chain(*threads.map(write, range(24))))
    assert sorted(numbers) == list(range(1, 49))
    assert_each_entry_continues_the_one_before(ledger)


def test_a_ledger_that_stays_busy_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    at(tmp_path / "ledger.sqlite").record([Decision(A, "outcome", "kept")], "ann")
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="database is locked"):
        at(tmp_path / "ledger.sqlite").record([Decision(B, "outcome", "kept")], "ann")
    other.close()
    assert len(at(tmp_path / "ledger.sqlite").history()) == 1


RECORDER = """
import os, sys; from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.people.ledger.decisions import Decision
for line in sys.stdin:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print("dead", flush=True)
    else:
        os.write(1, b"%d\\n" % os.getpid())
        ledger = Ledger(sys.argv[1])
        while True:
            mine = [Decision(os.urandom(32).hex(), "outcome", "kept")]
            os.write(1, b"%d\\n" % ledger.record(mine, "ann").new[0])
"""
"""A child writes each line whole or not at all: one write to a pipe, where print may need two."""


@pytest.mark.parametrize("kills", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, kills: int) -> None:
    """One interpreter forks the children that die, so that none of them costs its start."""
    path, moments = tmp_path / "ledger.sqlite", random.Random(49)
    command = [sys.executable, "-c", RECORDER, f"sqlite:///{path}"]
    acknowledged: list[int] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as recorder:
        for _ in range(kills):
            recorder.stdin.write("go\n")
            recorder.stdin.flush()
            child = int(recorder.stdout.readline())
            acknowledged += [int(recorder.stdout.readline()) for _ in range(moments.randrange(5))]
            time.sleep(moments.uniform(0, 0.03))
            os.kill(child, signal.SIGKILL)
            acknowledged += map(int, iter(recorder.stdout.readline, "dead\n"))
            written = list(at(path).history()["entry"])
            assert written == list(range(1, len(written) + 1))
            assert set(acknowledged) <= set(written)
        recorder.stdin.close()
    assert len(acknowledged) > kills
    assert len(set(acknowledged)) == len(acknowledged)


def test_power_loss_is_provided_for(ledger: Ledger) -> None:
    ledger.record([Decision(A, "outcome", "kept")], "ann")
    with ledger._database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    at(path).record([Decision(A, "outcome", "kept")], "ann")
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from inksift.curation.people.ledger.ledger import Ledger;"
        "from inksift.curation.people.ledger.decisions import Decision;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000));"
        "Ledger(sys.argv[1]).record([Decision('b' * 64, 'label', str(n)) for n in range(1000)], "
        "'ann')"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{path}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "LedgerError: cannot use the ledger" in ended.stderr
    assert decided(at(path)) == [(A, "outcome", "kept", "")]
