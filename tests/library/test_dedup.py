"""Duplicates: found whatever the order, the best copy stays, and no degenerate hash removes anything."""

from __future__ import annotations

import tracemalloc

import imagehash
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from curation import dedup
from curation.dedup import DedupParams, find_duplicates, near_pairs, related_groups
from curation.errors import SchemaError
from curation.sample.scenes import draw_scene
from curation.sample.styles import paint
from curation.tables import HASHES, IMAGES

PARAMS = DedupParams()
FAR = 0xFFFF_0000_FFFF_0000


def images_of(*rows: dict[str, object]) -> pd.DataFrame:
    """IMAGES from the columns that matter here."""
    usual = {
        "path_bytes": b"", "label": "cat", "size_bytes": 1000, "mtime_ns": 0, "readable": True, "error": "", "note": "",
        "width": 100, "height": 100, "format": "PNG", "mode": "RGB",
    }  # fmt: skip
    return IMAGES.frame([{**usual, **row} for row in rows])


def hashes_of(phashes: dict[str, int], contrast: float = 50.0, **contrasts: float) -> pd.DataFrame:
    rows = [{"image_id": i, "phash": h, "contrast": contrasts.get(i, contrast)} for i, h in phashes.items()]
    return HASHES.frame(rows)


def pictures(*names: str) -> pd.DataFrame:
    """One file per name, larger ones first, so that the order of the names is the order of keeping."""
    return images_of(*({"path": name, "image_id": name, "width": 1000 - i} for i, name in enumerate(names)))


def found(images: pd.DataFrame, hashes: pd.DataFrame, params: DedupParams = PARAMS) -> dict[str, tuple[str, str, int]]:
    table = find_duplicates(images, hashes, params)
    return {row.path: (row.duplicate_of, row.relation, row.distance) for row in table.itertuples()}


def measured(rgbs: dict[str, Image.Image]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables for real pixels, each picture with bytes of its own."""
    rows, hashes = [], []
    for name, picture in rgbs.items():
        grey = np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.LANCZOS), dtype=float)
        rows.append({"path": name, "image_id": name, "width": picture.width, "height": picture.height})
        hashes.append(
            {"image_id": name, "phash": int(str(imagehash.phash(picture)), 16), "contrast": float(grey.std())}
        )
    return images_of(*rows), HASHES.frame(hashes)


def brute_force(hashes: list[int], max_distance: int) -> list[tuple[int, int, int]]:
    return [
        (i, j, (hashes[i] ^ hashes[j]).bit_count())
        for i in range(len(hashes))
        for j in range(i + 1, len(hashes))
        if (hashes[i] ^ hashes[j]).bit_count() <= max_distance
    ]


def test_same_bytes_are_exact_copies_and_the_first_path_stays():
    images = images_of(*({"path": path, "image_id": "x"} for path in ("c", "a", "b")))
    assert found(images, hashes_of({"x": 0})) == {"a": ("", "none", 0), "b": ("a", "exact", 0), "c": ("a", "exact", 0)}


def test_near_copies_within_the_distance_and_no_further():
    near, over = 0b1111, 0b11111
    assert found(pictures("a", "b"), hashes_of({"a": 0, "b": near}))["b"] == ("a", "near", 4)
    assert found(pictures("a", "b"), hashes_of({"a": 0, "b": over}))["b"] == ("", "none", 0)


def test_copies_of_a_near_copy_are_near_copies_of_the_keeper():
    images = images_of(
        {"path": "a", "image_id": "x", "width": 200},
        {"path": "b", "image_id": "y"},
        {"path": "c", "image_id": "y"},
    )
    table = found(images, hashes_of({"x": 0, "y": 3}))
    assert table["b"] == table["c"] == ("a", "near", 2)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"width": 101}, {"size_bytes": 9999}),
        ({"width": 50, "height": 300}, {"width": 140, "height": 100}),
        ({"size_bytes": 1001}, {"size_bytes": 1000}),
        ({"image_id": "0"}, {"image_id": "1"}),
    ],
    ids=["pixels before bytes", "pixels, not sides", "bytes", "digest"],
)
def test_the_keeper_has_most_pixels_then_bytes_then_the_smallest_digest(better, worse):
    images = images_of({"path": "z", "image_id": "p", **better}, {"path": "a", "image_id": "q", **worse})
    table = found(images, hashes_of(dict.fromkeys(images["image_id"], 7)))
    assert table == {"a": ("z", "near", 0), "z": ("", "none", 0)}


def test_a_chain_does_not_swallow_what_is_far_from_the_keeper():
    hashes = hashes_of({"a": 0, "b": 0b1111, "c": 0b1111_1111})
    table = found(pictures("a", "b", "c"), hashes)
    assert table["b"] == ("a", "near", 4)
    assert table["c"] == ("", "none", 0)


def test_a_picture_between_two_keepers_joins_the_nearer():
    hashes = hashes_of({"far": 0, "close": 0b111111, "between": 0b001111})
    assert found(pictures("far", "close", "between"), hashes)["between"] == ("close", "near", 2)


def test_weak_contrast_removes_nothing_but_same_bytes():
    images = images_of(*({"path": f"{i}{k}", "image_id": i} for i in "abc" for k in "12"))
    table = found(images, hashes_of({"a": 5, "b": 5, "c": 5}, a=1.0, b=0.0, c=PARAMS.min_contrast - 0.1))
    assert [table[path] for path in ("a1", "b1", "c1")] == [("", "none", 0)] * 3
    assert [table[path][1] for path in ("a2", "b2", "c2")] == ["exact"] * 3


def test_unequal_contrast_is_no_near_copy():
    assert found(pictures("a", "b"), hashes_of({"a": 5, "b": 5}, a=50.0, b=39.0))["b"] == ("", "none", 0)
    assert found(pictures("a", "b"), hashes_of({"a": 5, "b": 5}, a=50.0, b=41.0))["b"] == ("a", "near", 0)


def test_an_unreadable_twin_never_stays_instead_of_the_good_one():
    images = images_of(
        {"path": "broken", "image_id": "x", "readable": False, "width": 0, "height": 0, "error": "truncated"},
        {"path": "good", "image_id": "y"},
    )
    assert found(images, hashes_of({"y": 1})) == {"good": ("", "none", 0)}


def test_groups_are_numbered_by_their_first_path():
    images = images_of(
        {"path": "d", "image_id": "x", "width": 900},
        {"path": "a", "image_id": "y"},
        {"path": "b", "image_id": "z"},
        {"path": "c", "image_id": "y"},
    )
    table = find_duplicates(images, hashes_of({"x": 0, "y": 1, "z": FAR}), PARAMS).set_index("path")
    assert table["group"].to_dict() == {"a": 0, "b": 1, "c": 0, "d": 0}
    assert table["keep"].to_dict() == {"a": False, "b": True, "c": False, "d": True}


def test_no_files_and_one_file():
    assert find_duplicates(IMAGES.frame([]), HASHES.frame([]), PARAMS).empty
    assert found(pictures("a"), hashes_of({"a": 0})) == {"a": ("", "none", 0)}


def test_a_picture_without_a_hash_is_an_error():
    with pytest.raises(SchemaError, match="1 readable"):
        find_duplicates(pictures("a", "b"), hashes_of({"a": 0}), PARAMS)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 63), st.sampled_from([10.0, 20.0, 23.0, 50.0]), st.integers(1, 3)),
        max_size=14,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_input_does_not_matter_and_every_copy_is_close_to_its_keeper(files, random):
    known = {f"{i}-{h}": (h, c, w) for i, h, c, w in files}
    rows = [
        {"path": f"p{k}", "image_id": f"{i}-{h}", "width": known[f"{i}-{h}"][2]} for k, (i, h, _, _) in enumerate(files)
    ]
    hashes = HASHES.frame([{"image_id": i, "phash": h, "contrast": c} for i, (h, c, _) in known.items()])
    images = images_of(*rows)
    table = find_duplicates(images, hashes, PARAMS)
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(find_duplicates(images_of(*shuffled), hashes.iloc[::-1], PARAMS), table)
    ids = table.set_index("path")["image_id"]
    for row in table.itertuples():
        keeper = row.path if row.keep else row.duplicate_of
        assert table.set_index("path").loc[keeper, "keep"]
        assert row.distance == (known[row.image_id][0] ^ known[ids[keeper]][0]).bit_count()
    assert table.groupby("group")["keep"].sum().eq(1).all()


def test_renaming_files_keeps_the_same_pictures():
    hashes = hashes_of({"a": 0, "b": 1, "c": FAR})
    images = images_of(*({"path": path, "image_id": i} for path, i in (("1", "a"), ("2", "b"), ("3", "c"))))
    renamed = images.assign(path=pd.Series(["9", "8", "7"], dtype="str"))
    kept = [find_duplicates(table, hashes, PARAMS).query("keep")["image_id"] for table in (images, renamed)]
    assert set(kept[0]) == set(kept[1]) == {"a", "c"}


def test_flat_and_tiny_pictures_are_never_near_copies_of_each_other():
    flat = {name: Image.new("RGB", (64, 64), name) for name in ("white", "red", "blue", "black")}
    flat["dot"] = Image.new("RGB", (1, 1), "red")
    flat["strip"] = Image.new("RGB", (2000, 1), "white")
    for name, text in (("text", "hello"), ("other text", "goodbye")):
        flat[name] = Image.new("RGB", (300, 200), "white")
        ImageDraw.Draw(flat[name]).text((20, 20), text, fill="black")
    assert {relation for _, relation, _ in found(*measured(flat)).values()} == {"none"}


def test_a_small_figure_on_grounds_of_different_lightness_is_no_copy():
    def figure(ground: str) -> Image.Image:
        picture = Image.new("RGB", (256, 256), ground)
        ImageDraw.Draw(picture).ellipse((60, 40, 120, 220), fill="white")
        return picture

    images, hashes = measured({"dark": figure("#101010"), "light": figure("#909090")})
    assert int(np.bitwise_count(np.bitwise_xor.reduce(hashes["phash"].to_numpy()))) <= PARAMS.max_distance
    assert found(images, hashes)["light"][1] == "none"


@pytest.mark.parametrize("label", ["cat", "house", "tree"])
def test_drawings_resized_recompressed_and_trimmed_are_found(label, tmp_path):
    rng = np.random.default_rng(3)
    whole = Image.fromarray(paint(draw_scene(label, 1, 1, rng), "shaded", 400, rng))
    whole.save(tmp_path / "q30.jpg", quality=30)
    copies = {
        "whole": whole,
        "half": whole.resize((200, 200), Image.Resampling.BILINEAR),
        "q30": Image.open(tmp_path / "q30.jpg").convert("RGB"),
        "trimmed": whole.crop((2, 2, 398, 398)),
        "other": Image.fromarray(paint(draw_scene(label, 1, 1, rng), "shaded", 300, rng)),
    }
    table = found(*measured(copies))
    keeper = {name: original or name for name, (original, _, _) in table.items()}
    assert len({keeper[name] for name in ("whole", "half", "q30", "trimmed")}) == 1
    assert table["other"] == ("", "none", 0)


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 40), max_size=40), st.integers(0, 64))
def test_near_pairs_equal_brute_force(values, max_distance):
    pairs = near_pairs(np.array(values, dtype=np.uint64), max_distance)
    assert list(zip(*(found.tolist() for found in pairs), strict=True)) == brute_force(values, max_distance)


@pytest.mark.parametrize("block", [1, 3, 7])
def test_near_pairs_do_not_depend_on_the_block(monkeypatch, block):
    values = np.random.default_rng(0).integers(0, 64, 30, dtype=np.uint64)
    monkeypatch.setattr(dedup, "_BLOCK", block)
    pairs = near_pairs(values, 2)
    assert list(zip(*(found.tolist() for found in pairs), strict=True)) == brute_force(values.tolist(), 2)


def test_ten_thousand_pictures_with_one_hash_stay_calm():
    names = [f"{i:05d}" for i in range(10_000)]
    images, hashes = pictures(*names), hashes_of(dict.fromkeys(names, FAR))
    tracemalloc.start()
    table = find_duplicates(images, hashes, PARAMS)
    groups = related_groups(names, hashes, 8)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert table["keep"].sum() == 1
    assert set(table["group"]) == set(groups.tolist()) == {0}
    assert peak < 60e6


def test_related_groups_follow_chains():
    hashes = hashes_of({"a": 0, "b": 0b1111, "c": 0b1111_1111, "d": FAR})
    assert related_groups(["d", "c", "b", "a"], hashes, 4).tolist() == [1, 0, 0, 0]
    assert related_groups(["a", "b", "c", "d"], hashes, 3).tolist() == [0, 1, 2, 3]


def test_related_groups_put_repeated_ids_together_and_link_nothing_through_weak_or_unknown_hashes():
    hashes = hashes_of({"a": 0, "b": 0, "c": 0}, c=1.0)
    assert related_groups(["a", "c", "b", "unknown", "a"], hashes, 8).tolist() == [0, 1, 0, 2, 0]


def test_related_groups_of_nothing():
    assert related_groups([], HASHES.frame([]), 8).tolist() == []
    assert related_groups(["a", "b"], HASHES.frame([]), 8).tolist() == [0, 1]


def test_all_exact_copies_of_a_real_crawl_are_found(shared):
    """243 surplus files in 207 groups, by the digests that came with the crawl; no hash is trusted here."""
    truth = pd.read_csv(shared / "data" / "crawl" / "truth.csv")
    images = images_of(*({"path": row.path, "image_id": row.sha256} for row in truth.itertuples()))
    hashes = hashes_of(dict.fromkeys(truth["sha256"], 0), contrast=0.0)
    copies = find_duplicates(images, hashes, PARAMS).query("not keep")
    assert len(copies) == 243
    assert copies["group"].nunique() == 207


@pytest.mark.slow
def test_pairs_of_a_real_crawl_are_judged_as_by_eye(shared):
    """Hash alone would join 53 duplicates, 4 variants (a speech bubble, say) and 8 different pictures."""
    root = shared / "data" / "crawl"
    pairs = pd.read_csv(root / "near_pairs.csv")
    names = sorted({*pairs["path_a"], *pairs["path_b"]})
    images, hashes = measured({name: Image.open(root / name).convert("RGB") for name in names})
    joined = dict.fromkeys(("duplicate", "variant", "not_duplicate"), 0)
    for row in pairs.itertuples():
        pair = [row.path_a, row.path_b]
        two = find_duplicates(images[images["path"].isin(pair)], hashes[hashes["image_id"].isin(pair)], PARAMS)
        joined[row.verdict] += (two["relation"] == "near").sum()
    assert joined == {"duplicate": 53, "variant": 4, "not_duplicate": 1}
