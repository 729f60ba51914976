"""Every signal keeps the contract, and each one sees what it is named after."""

from __future__ import annotations

import time

import numpy as np
import pytest

from inksift.curation.gather.signals import (
    SIGNALS,
    chroma,
    colours,
    edges,
    entropy,
    flat_area,
    noise,
)
from inksift.curation.gather.signals.base import Rgb, Signal
from inksift.curation.gather.signals.table import TABLE, signals_table


def _flat(value: int, height: int = 64, width: int = 64) -> Rgb:
    return np.full((height, width, 3), value, np.uint8)


def _random(height: int, width: int) -> Rgb:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


ODD = {
    "black": _flat(0),
    "white": _flat(255),
    "one pixel": _flat(9, 1, 1),
    "one row": _random(1, 640),
    "one column": _random(640, 1),
    "two pixels": _random(2, 1),
    "noise": _random(200, 300),
    "one dot": np.pad(_flat(255, 1, 1), ((30, 30), (30, 30), (0, 0))),
}


@pytest.mark.parametrize("picture", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_is_a_finite_float(signal: Signal, picture: Rgb) -> None:
    value = signal.measure(picture)
    assert type(value) is float
    assert np.isfinite(value)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_leaves_the_picture_alone_and_repeats_itself(signal: Signal) -> None:
    picture = _random(120, 90)
    before = picture.copy()
    assert signal.measure(picture) == signal.measure(picture)
    assert np.array_equal(picture, before)


def test_names_are_unique_and_become_columns() -> None:
    names = [signal.name for signal in SIGNALS]
    assert len(set(names)) == len(names)
    assert list(TABLE.columns) == ["image_id", *names]
    assert list(signals_table(SIGNALS[:1]).columns) == ["image_id", names[0]]


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_has_a_reason_and_a_range(signal: Signal) -> None:
    assert signal.reason
    assert signal.keep.low < signal.keep.high
    assert not signal.keep.contain(float("nan"))


def test_edges_counts_lines() -> None:
    lined = _flat(255)
    lined[::8] = 0
    assert edges.edges(_flat(255)) == 0.0
    assert edges.edges(lined) > 0.2


def test_edges_does_not_depend_on_size() -> None:
    small = np.kron(_random(32, 32), np.ones((8, 8, 1), np.uint8))
    large = np.kron(small, np.ones((2, 2, 1), np.uint8))
    assert edges.edges(small) == pytest.approx(edges.edges(large), abs=0.01)


def test_chroma_is_zero_in_grey_and_one_in_pure_colour() -> None:
    assert chroma.chroma(_flat(100)) == 0.0
    assert chroma.chroma(np.full((4, 4, 3), (0, 255, 0), np.uint8)) == 1.0
    assert not chroma.SIGNAL.keep.contain(chroma.chroma(_flat(100)))


def test_entropy_counts_bits_of_grey() -> None:
    halves = _flat(0)
    halves[:32] = 255
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    assert entropy.entropy(_flat(7)) == 0.0
    assert entropy.entropy(halves) == pytest.approx(1.0)
    assert entropy.entropy(ramp) == pytest.approx(8.0)


def test_flat_area_is_the_share_of_calm_pixels() -> None:
    half = _flat(128)
    half[:32] = _random(32, 64)
    assert flat_area.flat_area(_flat(3)) == 1.0
    assert flat_area.flat_area(half) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("deviation", [2.0, 5.0])
def test_noise_finds_the_deviation_of_sensor_noise(deviation: float) -> None:
    grey = np.random.default_rng(2).normal(128, deviation, (256, 256))
    picture = np.repeat(np.clip(np.rint(grey), 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    assert noise.noise(picture) == pytest.approx(deviation, rel=0.25)


def test_noise_overlooks_the_edges_of_a_drawing() -> None:
    drawing = _flat(255, 256, 256)
    drawing[64:192, 64:192] = (200, 30, 30)
    assert noise.noise(drawing) == 0.0


def test_colours_counts_bits_of_palette() -> None:
    four = _flat(0)
    for index, value in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255))):
        four[16 * index : 16 * (index + 1)] = value
    assert colours.colours(_flat(50)) == 0.0
    assert colours.colours(four) == pytest.approx(2.0)


@pytest.mark.slow
def test_all_signals_together_cost_a_few_milliseconds() -> None:
    picture = np.random.default_rng(3).integers(0, 256, (640, 480, 3), dtype=np.uint8)
    times = []
    for _ in range(15):
        start = time.process_time()
        for signal in SIGNALS:
            signal.measure(picture)
        times.append(time.process_time() - start)
    assert min(times) < 0.03
