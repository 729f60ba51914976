"""A sidecar belongs to the picture that it is named after; a picture is never taken for one."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from inksift.curation.gather.folder.choice import Choice
from inksift.curation.gather.folder.reach import reach_of
from inksift.curation.gather.folder.sidecars import ENDINGS, SIDECARS, Sorted, sort_sidecars
from inksift.curation.gather.folder.walk import list_files


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, "PNG")
    return buffer.getvalue()


def sorted_out(source: Path, files: dict[str, bytes], choice: Choice | None = None) -> Sorted:
    for name, data in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    with reach_of(source) as reach:
        listed = list_files(
            reach, source, max_file_bytes=10_000, choice=choice or Choice(beside=ENDINGS)
        )
        return sort_sidecars(reach, listed, ENDINGS)


def owners(found: Sorted) -> dict[str, list[str]]:
    rows = SIDECARS.frame(found.sidecars)
    by_path: dict[str, list[str]] = rows.groupby("path")["picture"].agg(list).to_dict()
    return by_path


@pytest.mark.parametrize(
    "name",
    [
        "000.txt",
        "000.TXT",
        "000.caption",
        "000.png.json",
        "000.xmp",
        "000.png.xmp",
        "000.wd14.txt",
        "000.npz",
        "000_0512x0512_sdxl.npz",
        "000_te_outputs.safetensors",
    ],
)
def test_it_is_found_by_name(name: str, tmp_path: Path) -> None:
    found = sorted_out(tmp_path, {"fox/000.png": picture(), f"fox/{name}": b"PK"})
    assert owners(found) == {f"fox/{name}": ["fox/000.png"]}
    assert [file.path for file in found.listing.files] == ["fox/000.png"]


@pytest.mark.parametrize("name", ["fox/001.txt", "owl/000.txt", "fox/000_b.txt", "readme.txt"])
def test_without_a_picture_of_its_name_it_is_alone(name: str, tmp_path: Path) -> None:
    found = sorted_out(tmp_path, {"fox/000.png": picture(), name: b"a fox"})
    assert owners(found) == {name: [""]}


def test_the_longest_name_counts_and_equal_ones_share(tmp_path: Path) -> None:
    pictures = dict.fromkeys(("a/0.png", "a/0.jpg", "a/0.x.png"), picture())
    found = sorted_out(tmp_path, {**pictures, "a/0.txt": b"", "a/0.jpg.txt": b"", "a/0.x.txt": b""})
    assert owners(found) == {
        "a/0.txt": ["a/0.jpg", "a/0.png"],
        "a/0.jpg.txt": ["a/0.jpg"],
        "a/0.x.txt": ["a/0.x.png"],
    }


def test_a_picture_with_the_ending_of_a_sidecar_stays_a_picture(tmp_path: Path) -> None:
    found = sorted_out(tmp_path, {"fox/0.png": picture(), "fox/0.txt": picture()})
    assert [file.path for file in found.listing.files] == ["fox/0.png", "fox/0.txt"]
    assert found.sidecars == []


def test_those_of_a_picture_that_is_left_out_are_left_out_with_it(tmp_path: Path) -> None:
    files = {"fox/0.png": picture(), "fox/0-mask.png": picture(), "fox/0-mask.txt": b"mask"}
    choice = Choice(exclude=["*-mask.png"], beside=ENDINGS)
    found = sorted_out(tmp_path, files, choice)
    aside = [(entry.path_bytes, entry.pattern) for entry in found.listing.set_aside]
    assert aside == [(b"fox/0-mask.png", "*-mask.png"), (b"fox/0-mask.txt", "*-mask.png")]
    assert found.sidecars == []


def test_a_caption_is_safe_to_show(tmp_path: Path) -> None:
    text = "\ufeffa fox,\r\n\x1b[31mred\u202e".encode() + b"\xff"
    found = sorted_out(tmp_path, {"fox/0.png": picture(), "fox/0.txt": text})
    assert pd.DataFrame(found.sidecars)["text"].tolist() == [
        "a fox, \\x1b[31mred\\u202e\ufffd",
    ]


def test_no_link_is_looked_into_and_a_large_one_is_one(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    source = tmp_path / "source"
    (source / "fox").mkdir(parents=True)
    os.symlink("../../secret", source / "fox" / "0.txt")
    found = sorted_out(source, {"fox/0.png": picture(), "fox/0.npz": bytes(20_000)})
    assert owners(found) == {"fox/0.npz": ["fox/0.png"]}
    assert {file.path: file.error for file in found.listing.files}["fox/0.txt"] == "link_outside"
