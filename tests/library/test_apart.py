"""Variants, and copies of copies, are shown by the files kept for them."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.tables import KEPT_APART
from inksift.curation.dedup.apart import kept_apart
from inksift.curation.dedup.groups import DedupParams, find_duplicates
from tests.frames import hashes_of, images_of, pair, pairs_of


def apart(names: str, pairs: pd.DataFrame, **pixels: str) -> list[list[object]]:
    """Kept file, kept file, relation and similarity of pictures that stay in the order of their
    names."""
    images = images_of(
        *(
            {"path": f"{name}.png", "image_id": name, "width": 1000 - n}
            for n, name in enumerate(names)
            if name != "T"
        )
    )
    known = hashes_of(*({"image_id": name, "pixels": pixels.get(name, name)} for name in names))
    found = kept_apart(find_duplicates(images, known, pairs, DedupParams()), known, pairs)
    assert list(found) == list(KEPT_APART.columns)
    return found[["path", "other_path", "relation", "similarity"]].to_numpy().tolist()


def test_two_groups_are_told_once_by_their_kept_files_or_else_the_most_similar_pictures() -> None:
    kept = pair("a", "b", relation="variant", similarity=0.8)
    others = [
        pair("a", "c", relation="variant", similarity=0.9),
        pair("a", "d", relation="variant", similarity=0.7),
    ]
    copies = [pair("b", "c"), pair("b", "d")]
    assert apart("abcd", pairs_of(kept, *copies, *others)) == [["a.png", "b.png", "variant", 0.8]]
    assert apart("abcd", pairs_of(*copies, *others)) == [["a.png", "b.png", "variant", 0.9]]


def test_the_most_similar_come_first_and_copies_of_a_copy_are_among_them() -> None:
    pairs = pairs_of(
        pair("a", "d", relation="variant", similarity=0.7), pair("a", "b"), pair("b", "c")
    )
    assert apart("abcd", pairs) == [
        ["a.png", "c.png", "duplicate", 0.99],
        ["a.png", "d.png", "variant", 0.7],
    ]


def test_pictures_with_the_pixels_of_a_test_picture_are_known_by_them() -> None:
    pairs = pairs_of(pair("T", "a", relation="variant"), pair("T", "b", relation="variant"))
    assert apart("Tab", pairs) == []
    assert apart("Tab", pairs, T="b") == [["b.png", "a.png", "variant", 0.99]]


def test_without_pairs_there_is_nothing() -> None:
    assert apart("ab", pairs_of()) == []
