"""A signal is measured once under its name and version, on thumbnails, and never decodes
anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.images import ImageParams, Images, find_images
from inksift.curation.gather.signals import SIGNALS, stored
from inksift.curation.gather.signals.base import Limits, Signal
from inksift.curation.gather.signals.stored import StoredSignals
from inksift.curation.gather.signals.table import signals_table
from inksift.curation.store.workspace import Workspace

PARAMS = ImageParams(workers=1)


def _redness(rgb: Rgb) -> float:
    return float(rgb[..., 0].mean())


REDNESS = Signal("redness", _redness, keep=Limits(low=1), reason="pale")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def source(tmp_path: Path, rng: np.random.Generator) -> Path:
    folder = tmp_path / "source" / "cats"
    folder.mkdir(parents=True)
    for name in "abcde":
        Image.fromarray(rng.integers(0, 256, (30, 40, 3), np.uint8)).save(folder / f"{name}.png")
    (folder / "torn.png").write_bytes((folder / "a.png").read_bytes()[:-30])
    return folder.parent


def _declare(monkeypatch: pytest.MonkeyPatch, *signals: Signal) -> None:
    monkeypatch.setattr(stored, "SIGNALS", signals)
    monkeypatch.setattr("inksift.curation.gather.images.SIGNALS_TABLE", signals_table(signals))


def _again(source: Path, workspace: Workspace) -> Images:
    return find_images(source, Workspace(workspace.root), PARAMS)


def test_a_new_signal_measures_only_itself(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = find_images(source, workspace, PARAMS)
    assert (first.new, first.remeasured) == (6, 0)
    monkeypatch.setattr(Gate, "decode", None)
    measured: list[str] = []
    seen = [
        replace(signal, measure=lambda rgb, name=signal.name: measured.append(name))
        for signal in SIGNALS
    ]
    _declare(monkeypatch, REDNESS, *seen)
    second = _again(source, workspace)
    assert (second.new, second.remeasured, measured) == (0, 5, [])
    pd.testing.assert_frame_equal(second.signals.drop(columns="redness"), first.signals)
    with Image.open(source / "cats/a.png") as image:
        assert second.signals["redness"][0] == pytest.approx(np.asarray(image)[..., 0].mean())
    assert second.thumbnails.equals(first.thumbnails)
    third = _again(source, workspace)
    assert (third.new, third.remeasured) == (0, 0)
    pd.testing.assert_frame_equal(third.signals, second.signals)


def test_another_version_of_a_signal_replaces_its_values(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = find_images(source, workspace, PARAMS)
    edges = SIGNALS[0]
    _declare(monkeypatch, replace(edges, measure=lambda _: 9.0, version=edges.version + 1))
    assert _again(source, workspace).signals[edges.name].tolist() == [9.0] * 5
    _declare(monkeypatch, *SIGNALS)
    back = _again(source, workspace)
    assert back.remeasured == 0
    pd.testing.assert_frame_equal(back.signals, first.signals)


def test_values_of_gate_and_thumbnail_are_the_same(source: Path, workspace: Workspace) -> None:
    first = find_images(source, workspace, PARAMS)
    for part in (workspace.root / "measurements" / "signals").rglob("*.parquet"):
        part.unlink()
    second = _again(source, workspace)
    assert (second.new, second.remeasured) == (0, 5)
    pd.testing.assert_frame_equal(second.signals, first.signals)


def test_a_kill_costs_one_batch_of_a_new_signal(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "SIGNAL_BATCH", 2)
    monkeypatch.setattr(stored, "SIGNALS", (REDNESS,))
    pictures = {name: np.full((2, 2, 3), ord(name), np.uint8) for name in "abcde"}

    def dying(name: str) -> Rgb:
        if name == "e":
            raise KeyboardInterrupt
        return pictures[name]

    with pytest.raises(KeyboardInterrupt):
        StoredSignals(workspace, "v").measure(list("abcde"), dying)
    found = StoredSignals(Workspace(workspace.root), "v").measure(
        list("edcba"), pictures.__getitem__
    )
    assert found.new == 1
    assert found.frame["image_id"].tolist() == list("edcba")
    assert found.frame["redness"].tolist() == [float(ord(name)) for name in "edcba"]


def test_no_pictures_have_no_rows(workspace: Workspace) -> None:
    found = StoredSignals(workspace, "v").measure([], lambda _: np.zeros((1, 1, 3), np.uint8))
    assert found.new == 0
    assert signals_table(SIGNALS).check(found.frame).empty
