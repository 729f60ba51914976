"""What names leave out is counted and named, and nothing else is left out."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from inksift.curation.base.errors import ParamError, SourceError
from inksift.curation.gather.folder.choice import CLUTTER, Choice, SetAside, ending
from inksift.curation.gather.folder.reach import reach_of
from inksift.curation.gather.folder.walk import Listed, list_files
from inksift.curation.gather.images import ImageParams


def listed(source: Path, choice: Choice) -> Listed:
    with reach_of(source) as reach:
        return list_files(reach, source, max_file_bytes=100, choice=choice)


def written(source: Path, *names: str) -> Path:
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(b"x")
    return source


def paths(source: Path, **globs: list[str]) -> list[str]:
    return [file.path for file in listed(source, Choice(**globs)).files]


LEFT_BEHIND = (
    ".DS_Store",
    "fox/.thumbnails/small/1.png",
    "fox/._1.png",
    "@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg",
    "fox/@eaDir/1.png",
    ".ipynb_checkpoints/1-checkpoint.png",
    "__MACOSX/fox/._1.png",
    "fox/thumbs.DB",
    "#recycle/old.png",
    "$Recycle.Bin/old.png",
    "fox/.@__thumb/default1.png",
)


def test_what_programs_leave_behind_is_counted_by_name(tmp_path: Path) -> None:
    source = written(tmp_path, "fox/1.png", "owl/2.png", *LEFT_BEHIND)
    found = listed(source, ImageParams().choice)
    assert [file.path for file in found.files] == ["fox/1.png", "owl/2.png"]
    assert sum(entry.files for entry in found.set_aside) == len(LEFT_BEHIND)
    assert SetAside(b"fox/.thumbnails", ".*", 1) in found.set_aside
    assert found.set_aside == sorted(found.set_aside)


@pytest.mark.parametrize("name", ["thumbnails", "cache", "mac.osx", "eaDir", "~fox", "thumbs"])
def test_a_class_of_a_plain_name_is_no_clutter(name: str, tmp_path: Path) -> None:
    assert paths(written(tmp_path, f"{name}/1.png"), exclude=[*CLUTTER]) == [f"{name}/1.png"]


def test_a_glob_is_of_names_or_of_whole_paths(tmp_path: Path) -> None:
    source = written(tmp_path, "fox/1.png", "fox/1-MASK.png", "owl/fox/2.png", "owl/3.jpg")
    assert paths(source, exclude=["*-mask.*"]) == ["fox/1.png", "owl/3.jpg", "owl/fox/2.png"]
    assert paths(source, exclude=["fox"]) == ["owl/3.jpg"]
    assert paths(source, exclude=["fox/*"]) == ["owl/3.jpg", "owl/fox/2.png"]
    assert paths(source, include=["owl"]) == ["owl/3.jpg", "owl/fox/2.png"]
    assert paths(source, include=["*.png"], exclude=["owl"]) == ["fox/1-MASK.png", "fox/1.png"]


def test_the_unicode_form_of_a_glob_does_not_count(tmp_path: Path) -> None:
    composed, decomposed = "p\u00e9ch\u00e9", unicodedata.normalize("NFD", "p\u00e9ch\u00e9")
    source = written(tmp_path, f"{decomposed}/1.png", "fox/1.png")
    assert paths(source, exclude=[composed]) == ["fox/1.png"]


def test_what_is_not_included_is_told_from_what_is_excluded(tmp_path: Path) -> None:
    source = written(tmp_path, "fox/1.png", "fox/1.jpg", "fox/1.txt", "fox/1-mask.png")
    choice = Choice(include=["*.png"], exclude=["*-mask.png"], beside=[".txt"])
    found = listed(source, choice)
    assert [file.path for file in found.files] == ["fox/1.png", "fox/1.txt"]
    assert found.set_aside == [
        SetAside(b"fox/1-mask.png", "*-mask.png", 1),
        SetAside(b"fox/1.jpg", "", 1),
    ]


def test_a_source_of_which_everything_is_left_out_says_so(tmp_path: Path) -> None:
    written(tmp_path, ".cache/1.png", ".cache/2.png")
    with pytest.raises(SourceError, match="but 2 that images"):
        listed(tmp_path, ImageParams().choice)


@pytest.mark.parametrize(
    ("name", "expected"), [(b"a.TXT", ".txt"), (b"a/.txt", ""), (b"a.b/c", ""), (b"a.b.c", ".c")]
)
def test_an_ending_follows_a_name(name: bytes, expected: str) -> None:
    assert ending(name) == expected


@pytest.mark.parametrize(
    ("setting", "value"), [("sidecars", "txt"), ("sidecars", ".TXT"), ("exclude", "/etc/*")]
)
def test_what_can_match_nothing_is_refused(setting: str, value: str) -> None:
    with pytest.raises(ParamError, match=rf"images\.{setting}"):
        ImageParams.of("images", {setting: [value]})
