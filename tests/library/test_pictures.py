from __future__ import annotations

import errno

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base.errors import StoreError
from inksift.curation.training.fit.augment import augmented, letterboxed
from inksift.curation.training.fit.pictures import draw_pictures

ROWS = pd.DataFrame({"image_id": ["fox", "owl", "fox"], "augmentation_seed": [-1, -1, 7]})


def read(image_id):
    return np.full((40, 60, 3), {"fox": 90, "owl": 30}[image_id], np.uint8)


def unread(image_id):
    raise AssertionError(f"{image_id} was read again")


def test_rows_keep_their_order_and_copies_are_changed(tmp_path):
    pictures = draw_pictures(ROWS, read, side_px=32, folder=tmp_path)
    expected = [
        letterboxed(read("fox"), 32),
        letterboxed(read("owl"), 32),
        augmented(read("fox"), 32, 7),
    ]
    assert np.array_equal(pictures.pixels, expected)
    assert pictures.new == 3


def test_are_drawn_once(tmp_path):
    first = draw_pictures(ROWS, read, side_px=32, folder=tmp_path)
    second = draw_pictures(ROWS, unread, side_px=32, folder=tmp_path)
    assert (second.digest, second.new) == (first.digest, 0)
    assert draw_pictures(ROWS[::-1], read, side_px=32, folder=tmp_path).new == 3
    assert draw_pictures(ROWS, read, side_px=33, folder=tmp_path).new == 3
    assert draw_pictures(ROWS, read, side_px=32, folder=tmp_path, recipe="camp2022").new == 3


def test_damaged_file_is_drawn_again(tmp_path, caplog):
    first = draw_pictures(ROWS, read, side_px=32, folder=tmp_path)
    file = next(tmp_path.glob("*.npy"))
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    again = draw_pictures(ROWS, read, side_px=32, folder=tmp_path)
    assert (again.digest, again.new) == (first.digest, 3)
    assert "drawn again" in caplog.text


def test_no_rows_give_an_empty_array(tmp_path):
    assert draw_pictures(ROWS[:0], read, side_px=32, folder=tmp_path).pixels.shape == (0, 32, 32, 3)


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "no space left for .*: free some disk space"), (errno.EACCES, "permissions")],
)
def test_a_disk_that_takes_nothing_is_a_named_error_and_leaves_nothing(
    tmp_path, monkeypatch, number, remedy
):
    def refused(*_):
        raise OSError(number, "refused")

    monkeypatch.setattr("os.fsync", refused)
    with pytest.raises(StoreError, match=remedy):
        draw_pictures(ROWS, read, side_px=32, folder=tmp_path)
    assert not list(tmp_path.iterdir())
