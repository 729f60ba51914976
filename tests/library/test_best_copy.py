"""Of several copies the one stays that shows most of the drawing, unspoilt, and the reason says
which fact decided."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from inksift.curation.dedup.groups import DedupParams, find_duplicates
from tests.frames import hashes_of, images_of, pair, pairs_of

SIDE = 800
BANDS = 31
JPEG = {"format": "JPEG", "lossless": False, "quality": 90.0}
OF_IMAGES = {"width", "height", "format", "size_bytes"}


def spectrum(*, lost: float = 0.0) -> np.ndarray:
    """Flat, as of a drawing, with so many binary orders `lost` in the top octave."""
    return np.array([12.0] * (BANDS - 4) + [12.0 - lost] * 4, np.float32)


def soft(lost: float, **changes: object) -> dict[str, object]:
    return {"row_spectrum": spectrum(lost=lost), "column_spectrum": spectrum(lost=lost)} | changes


def sized(side: int, **changes: object) -> dict[str, object]:
    sides = dict.fromkeys(("width", "height", "content_width", "content_height"), side)
    return sides | dict.fromkeys(("resolved_width", "resolved_height"), side) | changes


def told(*copies: dict[str, object], keep: str = "best", **found: dict[str, object]) -> pd.Series:
    """The row of DUPLICATES that stays of copies a, b, ...; `found` are facts of pairs, such as
    ab={"tilt": 2.0}."""
    names = "abcdef"[: len(copies)]
    whole = [sized(SIDE) | soft(0.0) | copy for copy in copies]
    images = images_of(
        *(
            {"path": name, "image_id": name} | {key: row[key] for key in OF_IMAGES & {*row}}
            for name, row in zip(names, whole, strict=True)
        )
    )
    known = hashes_of(
        *(
            {"image_id": name} | {key: row[key] for key in row if key not in OF_IMAGES}
            for name, row in zip(names, whole, strict=True)
        )
    )
    pairs = pairs_of(
        *(pair(*ends, **found.get("".join(ends), {})) for ends in combinations(names, 2))
    )
    kept = find_duplicates(images, known, pairs, DedupParams(keep=keep)).query("keep")
    assert len(kept) == 1
    return kept.iloc[0]


@pytest.mark.parametrize(
    ("worse", "between", "reason"),
    [
        (
            sized(1600, resolved_width=400, resolved_height=400),
            {"scale": 2.0},
            "most detail of 2 copies (resolves 800 x 800 of its 800 x 800 pixels)",
        ),
        (sized(1600, resolved_width=900, resolved_height=900) | soft(1.5),
         {"scale": 2.0}, "sharpest of 2 copies"),
        ({}, {"marked": "second"}, "no watermark"),
        ({"colours": 64}, {}, "not reduced to a palette of few colours"),
        ({"colours": 64} | soft(-2.0), {"grain": 1.0}, "not reduced to a palette of few colours"),
        (soft(-1.5, halo=0.6), {"grain": 0.8}, "not sharpened afterwards"),
        (soft(-1.5, clipped=0.4), {"grain": 0.8}, "not sharpened afterwards"),
        (soft(0.3), {"stretch": 0.2}, "sharper than a copy that was turned or stretched"),
        (soft(0.3), {"tilt": -1.5}, "sharper than a copy that was turned or stretched"),
        (sized(1600, block=2, resolved_width=800, resolved_height=800),
         {"scale": 2.0}, "not enlarged by repeating its pixels"),
        ({}, {"transform": "extended 20 %, border added"}, "no border added"),
        ({}, {"transform": "cropped 20 %"}, "not cropped"),
        (soft(0.2, colours=1500), {"grain": -1.0}, "its texture was not smoothed away"),
        (JPEG | {"quality": 44.0}, {"grain": 1.0}, "cleanest of 2 copies"),
        (JPEG | {"quality": 95.0, "halo": 0.0}, {"transform": "extended 9 %, border added"},
         "no border added"),
        ({"vividness": 30.0}, {}, "richest in colour of 2 copies"),
        ({"clipped": 0.3}, {}, "not cut off at black or white"),
        (JPEG, {}, "stored without loss (PNG)"),
    ],
)  # fmt: skip
def test_the_worse_copy_goes_for_that_fault(worse, between, reason):
    kept = told({}, worse, ab=between)
    assert kept["kept_because"].startswith(reason)
    assert kept["path"] == "a"


def test_a_watermark_wins_by_detail_only():
    """Four times as many pixels that show more outweigh it, as many do not."""
    marked, larger = {"marked": "second"}, {"scale": 2.0}
    assert told({}, sized(1600), ab=marked | larger)["path"] == "b"
    assert told({}, {"size_bytes": 9000}, ab=marked)["path"] == "a"


def test_of_two_jpegs_the_less_compressed_stays():
    assert told(JPEG, JPEG | {"quality": 60.0})["kept_because"] == "least compressed of 2 copies"


@pytest.mark.parametrize("moved", [{"tilt": 1.5}, {"stretch": 0.2}], ids=["turned", "stretched"])
def test_the_one_that_lies_otherwise_than_most_goes_however_sharp(moved):
    kept = told({}, {}, soft(-0.3), ac=moved, bc=moved)
    assert kept["kept_because"] == "smallest digest of 3 copies, equal in all else"
    assert kept["path"] in "ab"
    kept = told(soft(-0.3), {}, {}, ab=moved, ac=moved)
    assert kept["path"] == "b"


def test_a_flat_drawing_is_not_taken_for_a_palette_of_its_noisy_copy():
    flat, noisy = {"colours": 40}, JPEG | {"colours": 1500}
    assert told(flat, noisy, ab={"grain": 1.2})["path"] == "a"


def test_noise_decides_nothing_and_is_a_close_call():
    kept = told(soft(0.1, clipped=0.02), soft(0.0, size_bytes=999), ab={"grain": 0.1})
    assert kept["kept_because"] == "most bytes of 2 copies (1000)"
    assert kept["close_call"] == "b is as good in all that was measured"


def test_facts_that_disagree_are_a_close_call():
    kept = told(JPEG | {"quality": 70.0}, soft(1.0))
    assert kept["path"] == "a"
    assert kept["close_call"] == "unlike b it is compressed far more strongly"
    assert told(JPEG, soft(1.0))["close_call"] == ""
    assert told({}, soft(5.0))["close_call"] == ""


def test_largest_still_keeps_the_largest():
    larger = sized(1600, resolved_width=400, resolved_height=400)
    kept = told({}, larger, keep="largest", ab={"scale": 2.0})
    assert (kept["path"], kept["close_call"]) == ("b", "")


def test_a_mark_is_believed_of_the_rougher_copy_only():
    marked = {"marked": "first", "grain": 0.8}
    assert told({}, {"size_bytes": 9}, ab=marked)["kept_because"].startswith("most bytes")
    assert told({}, {}, ab=marked | {"grain": -0.8})["path"] == "b"


def test_a_palette_is_graver_than_a_mark():
    assert told({}, {"colours": 64}, ab={"marked": "first"})["path"] == "a"


def test_few_greys_are_a_palette_but_not_beside_what_compression_made_rough():
    grey, few = {"vividness": 0.0, "colours": 250}, {"vividness": 0.0, "colours": 45}
    reason = "not reduced to a palette of few colours"
    assert told(JPEG | grey, few, ab={"grain": 0.2})["kept_because"] == reason
    assert told(JPEG | grey, few, ab={"grain": -0.6})["path"] == "b"


def test_ringing_of_compression_is_no_sharpening():
    rings, filtered = JPEG | {"quality": 50.0, "halo": 0.3}, soft(1.0)
    assert told(rings, filtered, ab={"grain": -0.8})["path"] == "a"
    assert told(rings | {"quality": 90.0}, filtered, ab={"grain": -0.8})["path"] == "b"


def test_what_is_cut_off_is_overshoot_as_well():
    """Neither halos nor clipping alone are enough; and where the other has as much, it tells
    nothing."""
    halos, original = {"halo": 0.05, "clipped": 0.06}, {"clipped": 0.0}
    between = {"grain": 0.8}
    kept = told(original, soft(-1.5, **halos), ab=between)
    assert (kept["path"], kept["kept_because"]) == ("a", "not sharpened afterwards")
    assert told(original | halos, soft(-1.5, **halos), ab=between)["path"] == "b"


def test_halos_tell_on_a_flat_drawing_whose_copy_is_no_rougher():
    flat, sharpened = {"colours": 30}, soft(-0.8, halo=0.2, colours=250)
    assert told(flat, sharpened, ab={"grain": 0.01})["kept_because"] == "not sharpened afterwards"
    kept = told({"colours": 200}, sharpened, ab={"grain": 0.01})
    assert kept["kept_because"] != "not sharpened afterwards"


def test_no_sharpening_makes_grain_four_times_as_strong():
    grainy, filtered = soft(0.0, halo=0.3), soft(1.5)
    assert told(grainy, filtered, ab={"grain": -2.0})["path"] == "a"
    assert told(grainy, filtered, ab={"grain": -1.5})["path"] == "b"


@pytest.mark.parametrize("quality", [60.0, 92.0, 98.0])
def test_a_lossless_copy_is_not_softer_for_what_compression_adds(quality):
    kept = told(JPEG | {"quality": quality}, soft(0.3))
    assert (kept["path"], kept["kept_because"]) == ("b", "stored without loss (PNG)")


def test_without_loss_a_little_roughness_tells():
    flat, mixed = {"colours": 60}, {"colours": 200, "size_bytes": 5000}
    assert told(flat, mixed, ab={"grain": 0.25})["kept_because"].startswith("cleanest")
    assert (
        told(flat, JPEG | mixed, ab={"grain": 0.25})["kept_because"] == "stored without loss (PNG)"
    )
    assert told(flat, mixed, ab={"grain": 0.1})["path"] == "b"


def test_a_darker_copy_is_not_richer_in_colour():
    dark, pale = {"trimmed_contrast": 50.0}, {"trimmed_contrast": 40.0, "vividness": 32.0}
    assert not told(dark, pale)["kept_because"].startswith("richest")
    pale = pale | {"trimmed_contrast": 50.0}
    assert told(dark, pale)["kept_because"].startswith("richest")


def test_what_a_turned_copy_shows_beyond_the_other_is_no_drawing():
    turned = {"tilt": 2.0, "transform": "turned 2 degrees, extended 8 %"}
    assert told({"size_bytes": 2000}, {}, ab=turned)["path"] == "a"
