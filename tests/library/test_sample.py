"""The drawn set: its truth is true, the same seed draws the same bytes, and nothing is
overwritten."""

from __future__ import annotations

import hashlib
from io import BytesIO
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.base.errors import MissingError, ParamError, SchemaError, SourceError
from inksift.curation.base.tables import DECISIONS
from inksift.curation.gather.gate.content import grey_square
from inksift.curation.gather.gate.fingerprint import oriented_hashes
from inksift.curation.sample import (
    TRUTH,
    SampleParams,
    draw_sample,
    photographs,
    read_truth,
    score_against_truth,
)
from inksift.curation.sample.draw import class_sizes
from inksift.curation.sample.encode import DAMAGES, FILE_ENDINGS, damaged, encode
from inksift.curation.sample.photographs import cut, plan_crops
from inksift.curation.sample.scenes import SUBJECTS, draw_scene
from inksift.curation.sample.styles import STYLES, paint

SMALL = SampleParams(
    images=16, imbalance=8, max_side_px=160, photo_share=0.2,
    exact_copy_share=0.1, near_copy_share=0.1,
    unreadable_share=0.1, test_per_class=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("drawn") / "sample"
    return folder, draw_sample(folder, SMALL)


def _phash(rgb: np.ndarray) -> int:
    return int(oriented_hashes(grey_square(rgb))[0])


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def decoded(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            Image.open(file).load()
    except (OSError, SyntaxError):
        return False
    return True


def decisions(
    truth: pd.DataFrame, rejected: set[str], review: frozenset[str] = frozenset()
) -> pd.DataFrame:
    blank = dict.fromkeys(DECISIONS.columns, "") | {"p_photo": float("nan")}
    outcomes = {
        path: "rejected" if path in rejected else "review" if path in review else "kept"
        for path in truth.path
    }
    return DECISIONS.frame(
        [{**blank, "path": path, "outcome": outcome} for path, outcome in outcomes.items()]
    )


def found(
    truth: pd.DataFrame, rejected: set[str], review: frozenset[str] = frozenset()
) -> dict[str, tuple[int, int]]:
    score = score_against_truth(truth, decisions(truth, rejected, review))
    return {row.what: (row.found, row.planted) for row in score.itertuples()}


def test_truth_lists_exactly_the_files(drawn):
    folder, truth = drawn
    files = {str(path.relative_to(folder / "images")) for path in (folder / "images").rglob("*.*")}
    assert set(truth.path) == files
    assert (truth.path.str.split("/").str[0] == truth.label).all()
    assert set(truth.label) == set(SUBJECTS)


def test_truth_is_read_back_as_it_was_returned(drawn):
    folder, truth = drawn
    pd.testing.assert_frame_equal(read_truth(folder / "truth.csv"), truth)


def test_reading_truth_from_elsewhere_says_how_to_make_one(tmp_path):
    with pytest.raises(SourceError, match="inksift sample"):
        read_truth(tmp_path / "truth.csv")


def test_what_truth_calls_unreadable_is_and_all_else_decodes(drawn):
    folder, truth = drawn
    for row in truth.itertuples():
        assert decoded(folder / "images" / row.path) == (row.kind != "unreadable"), row.path


def test_exact_copies_share_bytes_and_nothing_else_does(drawn):
    folder, truth = drawn
    digest = truth.path.map(digests(folder / "images"))
    exact = truth["copy"] == "exact"
    sources = truth.set_index("path").index.get_indexer(truth.loc[exact, "copy_of"])
    assert exact.sum() > 0
    assert (digest[exact].to_numpy() == digest.to_numpy()[sources]).all()
    readable = truth.kind != "unreadable"
    assert digest[readable & ~exact].is_unique


def test_near_copies_differ_in_bytes_but_hardly_in_hash(drawn):
    folder, truth = drawn
    near = truth[truth["copy"] == "near"]
    assert len(near) > 0
    for row in near.itertuples():
        pair = [
            np.asarray(Image.open(folder / "images" / path).convert("RGB"))
            for path in (row.path, row.copy_of)
        ]
        one, other = (_phash(rgb) for rgb in pair)
        assert (one ^ other).bit_count() <= 6


def test_no_picture_is_copied_twice_and_copies_stay_in_their_class(drawn):
    _, truth = drawn
    copies = truth[truth["copy"] != ""]
    labels = truth.set_index("path").label
    assert copies.copy_of.is_unique
    assert (labels.loc[copies.copy_of].to_numpy() == copies.label.to_numpy()).all()


def test_the_same_seed_draws_the_same_bytes_and_another_seed_others(drawn, tmp_path):
    folder, _ = drawn
    draw_sample(tmp_path / "again", SMALL)
    draw_sample(tmp_path / "other", SMALL.model_copy(update={"seed": 1}))
    assert digests(tmp_path / "again") == digests(folder)
    assert not set(digests(tmp_path / "other" / "test").values()) & set(
        digests(folder / "test").values()
    )


def test_the_test_folder_is_clean_and_shares_no_file_with_the_images(drawn):
    folder, _ = drawn
    test = sorted((folder / "test").rglob("*.png"))
    assert [path.parent.name for path in test] == sorted(list(SUBJECTS) * SMALL.test_per_class)
    assert all(decoded(path) for path in test)
    assert not set(digests(folder / "test").values()) & set(digests(folder / "images").values())


def test_a_transparent_and_a_turned_picture_are_among_them(drawn):
    folder, truth = drawn
    seen = []
    for path in truth.path[truth.kind == "illustration"]:
        with Image.open(folder / "images" / path) as picture:
            seen.append((picture.mode, picture.getexif().get(0x0112)))
    assert sum(mode == "RGBA" for mode, _ in seen) == 1
    assert sum(orientation == 6 for _, orientation in seen) == 1


@pytest.mark.parametrize("content", ["a file in it", "a file in its place"])
def test_a_folder_in_use_is_refused_and_left_alone(tmp_path, content):
    folder = tmp_path / "mine"
    precious = folder if content == "a file in its place" else folder / "precious.txt"
    precious.parent.mkdir(exist_ok=True)
    precious.write_text("keep me")
    with pytest.raises(SourceError, match="not an empty folder"):
        draw_sample(folder, SMALL)
    assert digests(tmp_path).keys() == {str(precious.relative_to(tmp_path))}
    assert precious.read_text() == "keep me"


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="cannot make"):
        draw_sample(tmp_path / "file" / "sample", SMALL)


def test_too_few_images_is_an_error_that_names_the_setting():
    with pytest.raises(ParamError, match=r"sample\.images"):
        SampleParams.of("sample", {"images": 0})


@pytest.mark.parametrize(
    ("images", "imbalance"), [(120, 30.0), (8, 1.0), (8, 1000.0), (6000, 34.0)]
)
def test_class_sizes_fall_from_the_largest_to_the_smallest(images, imbalance):
    sizes = list(class_sizes(images, imbalance).values())
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == images
    assert sizes[-1] == max(1, round(images / imbalance))


@pytest.mark.parametrize("label", SUBJECTS)
@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_every_class(label, style):
    rng = np.random.default_rng(5)
    rgb = paint(draw_scene(label, 1.33, 1.0, rng), style, 120, rng)
    assert rgb.shape == (120, 160, 3)
    assert rgb.dtype == np.uint8
    assert rgb.std() > 5


@pytest.mark.parametrize("label", SUBJECTS)
def test_two_drawings_of_a_class_are_no_near_copies(label):
    drawings = [
        paint(draw_scene(label, 1, 1, rng), "flat", 120, rng)
        for rng in map(np.random.default_rng, range(6))
    ]
    hashes = [_phash(rgb) for rgb in drawings]
    assert min((one ^ other).bit_count() for one, other in combinations(hashes, 2)) > 4


@pytest.mark.parametrize("encoding", FILE_ENDINGS)
def test_encoded_pictures_open_upright_in_their_size(encoding):
    rgb = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    with Image.open(BytesIO(encode(rgb, encoding, np.random.default_rng(0)))) as picture:
        assert picture.size == ((40, 60) if encoding == "turned" else (60, 40))


def test_a_turned_picture_shows_upright_by_its_orientation():
    rgb = np.zeros((40, 60, 3), dtype=np.uint8)
    rgb[:20] = 255
    with Image.open(BytesIO(encode(rgb, "turned", np.random.default_rng(0)))) as picture:
        stored = np.asarray(picture.convert("L"))
    assert np.abs(np.rot90(stored, -1).astype(int) - rgb[..., 0]).max() < 8


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("seed", range(5))
def test_damaged_files_never_decode(tmp_path, kind, seed):
    rgb = np.random.default_rng(seed).integers(0, 255, (50, 50, 3), dtype=np.uint8)
    file = tmp_path / f"file.{DAMAGES[kind]}"
    file.write_bytes(damaged(kind, rgb, np.random.default_rng(seed)))
    assert not decoded(file)


def test_photographs_are_distinct():
    crops = [cut(crop) for crop in plan_crops(37, np.random.default_rng(0))]
    hashes = [_phash(rgb) for rgb in crops]
    assert min((one ^ other).bit_count() for one, other in combinations(hashes, 2)) > 4
    assert 0 < sum(bool((rgb[..., 0] == rgb[..., 1]).all()) for rgb in crops) < len(crops)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(photographs, "find_spec", lambda _name: None)
    with pytest.raises(MissingError, match="pip install sklearn"):
        photographs._folder("sklearn")


TRUTH_ROWS = TRUTH.frame(
    [
        {"path": path, "kind": kind, "label": "cat", "style": "", "copy_of": source, "copy": copy}
        for path, kind, source, copy in (
            ("a", "illustration", "", ""),
            ("a2", "illustration", "a", "exact"),
            ("b", "illustration", "", ""),
            ("b2", "illustration", "b", "near"),
            ("c", "illustration", "", ""),
            ("p", "photo", "", ""),
            ("q", "photo", "", ""),
            ("u", "unreadable", "", ""),
        )
    ]
)


def test_score_of_a_perfect_run():
    for rejected in ({"a2", "b2", "p", "q", "u"}, {"a", "b", "p", "q", "u"}):
        assert found(TRUTH_ROWS, rejected) == {
            "exact copies found": (1, 1),
            "near copies found": (1, 1),
            "unreadable files rejected": (1, 1),
            "photographs rejected": (2, 2),
            "photographs in review": (0, 2),
            "illustrations wrongly rejected": (0, 3),
            "illustrations in review": (0, 3),
        }


def test_score_of_a_run_that_keeps_everything():
    assert [number for number, _ in found(TRUTH_ROWS, set()).values()] == [0] * 7


def test_score_of_a_run_that_rejects_everything_finds_no_copies():
    score = found(TRUTH_ROWS, set(TRUTH_ROWS.path))
    assert score["exact copies found"] == (0, 1)
    assert score["illustrations wrongly rejected"] == (3, 3)


def test_what_waits_for_review_is_neither_lost_nor_kept():
    score = found(TRUTH_ROWS, {"a2"}, frozenset({"a", "c", "p"}))
    assert score["exact copies found"] == (1, 1)
    assert score["illustrations wrongly rejected"] == (0, 3)
    assert score["illustrations in review"] == (2, 3)
    assert score["photographs in review"] == (1, 2)


def test_score_refuses_decisions_with_a_file_missing():
    with pytest.raises(SchemaError, match="1 file"):
        score_against_truth(TRUTH_ROWS, decisions(TRUTH_ROWS, set()).iloc[1:])


def test_score_of_nothing():
    assert set(found(TRUTH.frame([]), set()).values()) == {(0, 0)}


@pytest.mark.parametrize("style", STYLES)
def test_a_scene_of_any_shape_can_be_painted(style):
    """A part of a scene may lie wholly beside the canvas."""
    for subject in SUBJECTS:
        for width, height in ((4.0, 0.3), (0.4, 1.2), (1.0, 1.0)):
            rng = np.random.default_rng([0, 9])
            scene = draw_scene(subject, width, height, rng)
            assert np.ptp(paint(scene, style, 60, rng)) > 0
