"""What is done now and then is done again whatever became of it, and waits for no other."""

from __future__ import annotations

import threading

import pytest

from inksift.curation.base import beats
from inksift.curation.base.beats import now_and_then


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beats, "BEAT_S", 0.001)


def test_what_raises_is_told_of_and_called_again(caplog: pytest.LogCaptureFixture) -> None:
    calls = threading.Semaphore(0)

    def fails() -> None:
        calls.release()
        raise RuntimeError("dictionary changed size during iteration")

    with now_and_then(fails, otherwise="nothing is shared yet"):
        assert all(calls.acquire(timeout=30) for _ in range(3))
    told = "nothing is shared yet, and tried again: RuntimeError: dictionary changed size"
    assert told in caplog.text


def test_one_that_waits_keeps_no_other_waiting() -> None:
    calls, go_on = threading.Semaphore(0), threading.Event()
    with (
        now_and_then(lambda: calls.release(), otherwise="not done"),
        now_and_then(lambda: _wait(go_on), otherwise="not done"),
    ):
        assert all(calls.acquire(timeout=30) for _ in range(5))
        go_on.set()


def test_nothing_is_done_once_the_block_has_ended() -> None:
    before = {*threading.enumerate()}
    with now_and_then(lambda: None, otherwise="not done"):
        began = {*threading.enumerate()} - before
        assert len(began) == 1
    assert not any(thread.is_alive() for thread in began)


def _wait(go_on: threading.Event) -> None:
    go_on.wait(60)
