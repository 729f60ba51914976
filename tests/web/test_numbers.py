"""Numbers by image_id and files by group read like the dicts that they stand for."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from inksift.curation.review.numbers import CopiesOf, FilesOf, NumberOf, PictureIndex, shared_texts

IDS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(50)]
GROUPS = np.array([4, -1, 0, 4, 0, 9, 4])
KEEPS = np.array([False, False, True, True, False, True, False])


def numbers(image_ids: list[str], values: list[int]) -> NumberOf:
    return NumberOf(PictureIndex(pd.Series(IDS)), pd.Series(image_ids), np.array(values))


def test_a_number_is_that_of_its_picture_and_of_no_other() -> None:
    found = numbers(IDS[::2], list(range(25)))
    assert dict(found) == {image_id: number for number, image_id in enumerate(IDS[::2])}
    assert [found.get(image_id) for image_id in IDS[1::2]] == [None] * 25
    for stranger in ("", "0", IDS[0][:-1], IDS[0] + "0", IDS[0] + "\0", "ä", "\ud800"):
        assert stranger not in found, stranger
        with pytest.raises(KeyError):
            found[stranger]


def test_of_a_picture_given_twice_the_last_number_counts() -> None:
    assert numbers([IDS[0], IDS[1], IDS[0]], [5, 6, 7])[IDS[0]] == 7


def test_files_stand_by_group_the_kept_one_first() -> None:
    files = FilesOf(GROUPS, KEEPS)
    assert dict(files) == {0: [2, 4], 4: [3, 0, 6], 9: [5]}
    assert files.first(GROUPS).tolist() == [3, -1, 2, 3, 2, 5, 3]
    for nobody in (-1, 1, 10):
        assert nobody not in files
    assert dict(FilesOf(GROUPS[:0], KEEPS[:0])) == {}
    assert FilesOf(GROUPS[1:2], KEEPS[1:2]).first(GROUPS[1:2]).tolist() == [-1]


def test_copies_are_named_by_each_of_them() -> None:
    ids = pd.Series([IDS[0], IDS[9], IDS[1], IDS[0], IDS[2], IDS[3], IDS[4]])
    readable = GROUPS >= 0
    group_of = NumberOf(PictureIndex(ids), ids[readable], GROUPS[readable])
    copies = CopiesOf(group_of, FilesOf(GROUPS, KEEPS), ids)
    assert copies[IDS[4]] == copies[IDS[0]] == {IDS[0], IDS[4]}
    assert copies[IDS[3]] == {IDS[3]}
    assert copies.get(IDS[9], ()) == ()


def test_equal_texts_are_one_text() -> None:
    texts = shared_texts(pd.Series(["cat", "dog", "cat"]), np.array([0, -1, 2, 1]))
    assert texts == ["cat", "", "cat", "dog"]
    assert texts[0] is texts[2]
