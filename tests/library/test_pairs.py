"""Pairs: related pictures are found, whatever the order, and no pair is compared twice."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import EMBEDDINGS, PAIRS
from inksift.curation.dedup import comparisons as library
from inksift.curation.dedup.pairs import SIZES, FoundPairs, PairParams, find_pairs
from inksift.curation.gather.gate.content import find_content
from inksift.curation.gather.gate.fingerprint import fingerprint
from inksift.curation.sample.scenes import SUBJECTS, draw_scene
from inksift.curation.sample.styles import paint
from inksift.curation.store.workspace import Workspace
from tests.frames import hashes_of

PARAMS = PairParams()


def drawing(subject: str, seed: int = 0, side_px: int = 240) -> Rgb:
    rng = np.random.default_rng(seed)
    return paint(draw_scene(subject, 1.0, 0.8, rng), "cartoon", side_px, rng)


def shrunk(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.resize(rgb, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA), np.uint8)


def cropped(rgb: Rgb) -> Rgb:
    height, width = rgb.shape[:2]
    return rgb[height // 12 : -height // 12, width // 12 : -width // 12]


class Shelf:
    """Pictures by name, as the tables that the search takes."""

    def __init__(self, pictures: Mapping[str, Rgb], root: Path) -> None:
        self.pictures = dict(pictures)
        self.workspace = Workspace(root)
        self.reads: list[str] = []

    def find(self, names: list[str] | None = None, params: PairParams = PARAMS) -> FoundPairs:
        names = [*self.pictures] if names is None else names
        return find_pairs(
            SIZES.frame([{"image_id": name, **self._size(name)} for name in names]),
            hashes_of(*({"image_id": name, **self._print(name)} for name in names)),
            EMBEDDINGS.frame([self._embedding(name) for name in names]),
            self._read,
            workspace=self.workspace,
            params=params,
        )

    def _read(self, name: str) -> Rgb:
        self.reads.append(name)
        return self.pictures[name]

    def _size(self, name: str) -> dict[str, object]:
        height, width = self.pictures[name].shape[:2]
        return {"width": width, "height": height}

    def _print(self, name: str) -> dict[str, object]:
        found = fingerprint(find_content(self.pictures[name], self.pictures[name]))._asdict()
        return found | {"oriented": np.array(found["oriented"], np.uint64)}

    def _embedding(self, name: str) -> dict[str, object]:
        small = (
            np.asarray(Image.fromarray(self.pictures[name]).resize((4, 4)))
            .astype(np.float16)
            .ravel()
        )
        none = np.zeros(1, np.float16)
        return {
            "image_id": name,
            "embedder": "thumb",
            "status": "ok",
            "vector": small / 255,
            "texture": none,
        }


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    cat, tree = drawing("cat"), drawing("tree")
    named = {subject: drawing(subject, seed=3) for subject in [*SUBJECTS][:4]}
    copies = {
        "cat-1": cat,
        "cat-2": shrunk(cat),
        "cat-3": np.ascontiguousarray(cat[:, ::-1]),
        "tree-1": tree,
    }
    return Shelf({**copies, "tree-2": cropped(tree), **named}, tmp_path / "workspace")


def related(found: FoundPairs, relation: str = "duplicate") -> set[tuple[str, str]]:
    rows = PAIRS.check(found.frame).query("relation == @relation")
    return set(zip(rows["first"], rows["second"], strict=True))


def test_copies_are_found_and_other_drawings_are_not(shelf: Shelf) -> None:
    cats = set(combinations(("cat-1", "cat-2", "cat-3"), 2))
    assert related(shelf.find()) == cats | {("tree-1", "tree-2")}


def test_transform_and_distance_are_told(shelf: Shelf) -> None:
    rows = shelf.find().frame.set_index(["first", "second"])
    assert rows.loc[("cat-1", "cat-2"), "transform"] == "resized to 70 %"
    assert "mirrored" in rows.loc[("cat-1", "cat-3"), "transform"]
    assert rows.loc[("cat-1", "cat-3"), "distance"] <= 2
    assert rows.loc[("tree-1", "tree-2"), "transform"].startswith("cropped")


def test_the_order_of_the_input_changes_nothing(shelf: Shelf, tmp_path: Path) -> None:
    found = shelf.find()
    other = Shelf(shelf.pictures, tmp_path / "other").find([*shelf.pictures][::-1])
    pd.testing.assert_frame_equal(found.frame, other.frame)


def test_a_second_search_compares_nothing_and_reads_nothing(shelf: Shelf) -> None:
    first = shelf.find()
    shelf.reads.clear()
    again = shelf.find()
    assert first.new == first.compared > 0
    assert (again.new, again.compared, shelf.reads) == (0, first.compared, [])
    pd.testing.assert_frame_equal(first.frame, again.frame)


def test_a_new_picture_is_compared_with_the_old_ones_only(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shelf.find([name for name in shelf.pictures if name != "cat-3"])
    glanced: list[int] = []
    look = library.may_be_related
    monkeypatch.setattr(
        library,
        "may_be_related",
        lambda glances, first, second: glanced.append(len(first)) or look(glances, first, second),
    )
    shelf.reads.clear()
    after = shelf.find()
    assert sum(glanced) == after.new
    assert related(before) < related(after)
    assert after.new < before.new


def test_the_answer_depends_on_pictures_and_settings_and_not_on_earlier_searches(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.find()
    fewer, blind = (
        [name for name in shelf.pictures if name != "cat-1"],
        PairParams(max_distance=0, neighbours=0),
    )
    fresh = Shelf(shelf.pictures, tmp_path / "fresh")
    pd.testing.assert_frame_equal(shelf.find(fewer).frame, fresh.find(fewer).frame)
    assert related(shelf.find(params=blind)) < related(shelf.find())


def test_pictures_that_are_gone_are_not_related(shelf: Shelf) -> None:
    shelf.find()
    assert related(shelf.find(["cat-1", "cat-2", "fish"])) == {("cat-1", "cat-2")}


def test_of_equal_pixels_only_the_smallest_id_is_compared(shelf: Shelf) -> None:
    shelf.pictures["another-cat"] = shelf.pictures["cat-1"].copy()
    found = related(shelf.find())
    assert ("another-cat", "cat-2") in found
    assert not any("cat-1" in pair for pair in found)


def test_copies_of_copies_are_compared_with_the_best_of_them(tmp_path: Path) -> None:
    original = drawing("house")
    chain = {"best": original, "middle": shrunk(original)}
    chain |= {
        f"copy-{side}": shrunk(np.ascontiguousarray(np.roll(chain["middle"], 0))[side:, side:])
        for side in (2, 3)
    }
    shelf = Shelf(chain, tmp_path / "workspace")
    found = related(shelf.find(params=PairParams(max_distance=16, neighbours=1)))
    assert {("best", "copy-2"), ("best", "copy-3"), ("best", "middle")} <= found


def test_flat_pictures_are_counted_and_not_compared(tmp_path: Path) -> None:
    colours = {
        f"flat-{k}": np.full((40 + k, 50, 3), (k * 9, 255 - k, k), np.uint8) for k in range(25)
    }
    found = Shelf({**colours, "cat": drawing("cat")}, tmp_path / "workspace").find()
    assert (found.flat, found.compared, len(found.frame)) == (25, 0, 0)


@pytest.mark.parametrize("names", [[], ["cat-1"]])
def test_too_few_pictures_have_no_pairs(shelf: Shelf, names: list[str]) -> None:
    found = shelf.find(names)
    assert (len(found.frame), found.compared, found.new, found.crowded) == (0, 0, 0, 0)


def test_a_crowd_is_compared_with_a_few_and_counted(tmp_path: Path) -> None:
    cat = drawing("cat", side_px=120)  # some 400 pairs are compared
    crowd = {f"cat-{k:02}": np.ascontiguousarray(cat[: len(cat) - k]) for k in range(30)}
    params = PairParams(most_candidates=4, neighbours=0)
    found = Shelf(crowd, tmp_path / "workspace").find(params=params)
    assert found.crowded > 0
    assert found.compared < 30 * 29 / 2
    assert {pair for pair in related(found) if "cat-00" in pair} == {
        ("cat-00", f"cat-{k:02}") for k in range(1, 30)
    }


def test_pictures_that_come_later_give_the_same_pairs_as_all_at_once(tmp_path: Path) -> None:
    originals = {f"{subject}-0": drawing(subject, side_px=120) for subject in [*SUBJECTS][:5]}
    pictures = dict(originals)
    for name, rgb in originals.items():
        pictures |= {f"{name}-small": shrunk(rgb), f"{name}-cut": cropped(rgb)}
        pictures |= {f"{name}-{k}": np.ascontiguousarray(rgb[: len(rgb) - k]) for k in range(1, 4)}
    params = PairParams(most_candidates=3, neighbours=2)
    order = sorted(pictures, key=lambda name: name[::-1])
    later = Shelf(pictures, tmp_path / "later")
    for some in (order[:10], order[:20], order[5:], order):
        in_parts = later.find(some, params)
    at_once = Shelf(pictures, tmp_path / "at once").find(order, params)
    pd.testing.assert_frame_equal(in_parts.frame, at_once.frame)
    assert in_parts.crowded == at_once.crowded > 0
