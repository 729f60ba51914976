"""Signals are told apart whoever handles them."""

import signal
import threading

from inksift.pipelines.signals_heard import signals_heard


def test_each_is_told_by_its_number() -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with signals_heard() as heard:
            assert heard() == set()
            signal.raise_signal(signal.SIGTERM)
            assert heard() == heard() == {signal.SIGTERM}
    finally:
        signal.signal(signal.SIGTERM, before)


def test_outside_of_the_main_thread_none_is_told() -> None:
    told: list[set[int]] = []

    def listen() -> None:
        with signals_heard() as heard:
            told.append(heard())

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert told == [set()]
