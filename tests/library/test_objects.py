"""Counting objects with toy detectors: every odd answer has a rule, and nothing is measured
twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from inksift.curation.base.errors import ParamError, SchemaError, WeightsError
from inksift.curation.evidence import objects
from inksift.curation.evidence.objects import ObjectParams, count_objects, load_detector
from inksift.curation.store.workspace import Workspace

CAT = (0.1, 0.2, 0.5, 0.6, 0.9, 0)
DOG = (0.0, 0.0, 1.0, 0.5, 0.8, 1)


class Toy:
    """Answers with what `boxes` says of a picture's first pixel; remembers the batches that it was
    given."""

    version = "toy-1"
    classes: Sequence[str] = ("cat", "dog")

    def __init__(self, boxes: Callable[[int], list[tuple[float, ...]]]) -> None:
        self.boxes = boxes
        self.batches: list[int] = []

    def __call__(self, batch):
        self.batches.append(len(batch))
        return [
            np.array(self.boxes(int(one.flat[0])), dtype=np.float32).reshape(-1, 6) for one in batch
        ]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


def read(image_id: str) -> np.ndarray:
    return np.full((4, 4, 3), int(image_id), dtype=np.uint8)


def count(workspace, detector, image_ids, **settings):
    return count_objects(
        image_ids,
        read,
        detector=detector,
        workspace=workspace,
        params=ObjectParams.of("objects", settings),
    )


def one(workspace, *boxes):
    return count(workspace, Toy(lambda _: list(boxes)), ["0"]).frame.iloc[0]


def test_a_row_says_what_was_seen(workspace):
    row = one(workspace, CAT, DOG, DOG)
    assert (row["status"], row["objects"], row["classes"]) == ("ok", 3, "dog:2,cat:1")
    assert row["largest_share"] == pytest.approx(0.5)
    assert np.allclose(row["boxes"].reshape(-1, 6), [CAT, DOG, DOG])


def test_no_object_is_a_count_of_nought(workspace):
    row = one(workspace)
    assert (row["status"], row["objects"], row["classes"], row["largest_share"]) == (
        "ok",
        0,
        "",
        0.0,
    )
    assert len(row["boxes"]) == 0


def test_three_hundred_objects_are_counted(workspace):
    assert one(workspace, *[CAT] * 300)["objects"] == 300


@pytest.mark.parametrize(
    ("box", "objects_found"),
    [
        ((np.nan, 0, 1, 1, 0.9, 0), 0),
        ((0, 0, np.inf, 1, 0.9, 0), 0),
        ((0, 0, 1, 1, np.nan, 0), 0),
        ((0, 0, 1, 1, 0.9, np.nan), 0),
        ((1.2, 1.2, 1.5, 1.5, 0.9, 0), 0),
        ((0.5, 0.5, 0.5, 0.9, 0.9, 0), 0),
        ((0.9, 0.9, 0.1, 0.1, 0.9, 0), 0),
        ((-3, -3, 4, 4, 0.9, 0), 1),
    ],
)
def test_impossible_boxes_are_dropped_and_the_others_cut_to_the_picture(
    workspace, box, objects_found
):
    row = one(workspace, box, CAT)
    assert row["objects"] == objects_found + 1
    assert np.isfinite(row["boxes"]).all()
    assert row["largest_share"] == pytest.approx(1.0 if objects_found else 0.16)


@pytest.mark.parametrize("index", [2, -1, 1e9])
def test_a_class_without_a_name_is_unknown(workspace, index):
    assert one(workspace, (0, 0, 1, 1, 0.9, index))["classes"] == "unknown:1"


def test_a_second_run_measures_only_what_is_new(workspace):
    detector = Toy(lambda value: [CAT] * value)
    first = count(workspace, detector, ["1", "2", "3"], batch=2)
    second = count(workspace, detector, ["3", "1", "4", "4"], batch=2)
    assert (first.new, second.new) == (3, 1)
    assert second.frame["image_id"].tolist() == ["3", "1", "4"]
    assert second.frame["objects"].tolist() == [3, 1, 4]
    assert detector.batches == [2, 1, 1]


def test_another_version_of_the_detector_measures_again(workspace):
    count(workspace, Toy(lambda _: [CAT]), ["1"])
    newer = Toy(lambda _: [])
    newer.version = "toy-2"
    assert count(workspace, newer, ["1"]).frame["objects"].tolist() == [0]


def test_how_results_are_saved_is_no_part_of_the_version(workspace):
    count(workspace, Toy(lambda _: [CAT]), ["1"], batch=1)
    assert count(workspace, Toy(lambda _: [CAT]), ["1"], batch=7, required=True).new == 0


def test_without_a_detector_every_row_says_so_and_nothing_is_stored(workspace):
    rows = count(workspace, None, ["1", "2", "1"])
    assert rows.frame["status"].tolist() == ["detector_unavailable"] * 2
    assert rows.new == 0
    assert not (workspace.root / "measurements").exists()


@pytest.mark.parametrize("detector", [None, Toy(lambda _: [])], ids=["none", "toy"])
def test_no_pictures_give_an_empty_table(workspace, detector):
    assert count(workspace, detector, []).frame.empty


def test_only_the_picture_that_breaks_the_detector_is_a_model_error(workspace):
    def boxes(value):
        if value == 3:
            raise RuntimeError("cannot")
        return [CAT]

    rows = count(workspace, Toy(boxes), list("0123456")).frame
    assert rows["status"].tolist() == ["ok", "ok", "ok", "model_error", "ok", "ok", "ok"]
    assert rows["objects"].tolist() == [1, 1, 1, 0, 1, 1, 1]


def test_a_detector_that_forgets_a_picture_is_broken_code(workspace):
    detector = Toy(lambda _: [])
    detector.__class__ = type("Forgetful", (Toy,), {"__call__": lambda self, batch: []})
    with pytest.raises(SchemaError, match="expected 1 answers, got 0"):
        count(workspace, detector, ["1"])


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No weights on this machine, and no network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("INKSIFT_WEIGHTS", raising=False)

    def fetch(name):
        raise WeightsError(f"could not download weights {name}")

    monkeypatch.setattr(objects, "fetch_weights", fetch)


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("download", [True, False])
def test_missing_weights_are_a_warning_or_an_error_as_asked(workspace, tmp_path, caplog, download):
    with caplog.at_level(logging.WARNING):
        assert load_detector(workspace, tmp_path, ObjectParams(download=download)) is None
    assert "objects are not counted" in caplog.text
    with pytest.raises(WeightsError, match="yolov8n"):
        load_detector(workspace, tmp_path, ObjectParams(download=download, required=True))


@pytest.mark.usefixtures("nowhere")
def test_wrong_weights_are_an_error_even_if_not_required(workspace, tmp_path):
    (tmp_path / "yolov8n.pt").write_bytes(b"<html>")
    with pytest.raises(WeightsError, match="digest mismatch"):
        load_detector(workspace, tmp_path, ObjectParams())


@pytest.mark.parametrize(
    "settings", [{"input_side_px": 650}, {"confidence": 0}, {"batch": 0}, {"overlaps": 1}]
)
def test_impossible_settings_are_named(settings):
    with pytest.raises(ParamError, match=f"objects.{next(iter(settings))}"):
        ObjectParams.of("objects", settings)
