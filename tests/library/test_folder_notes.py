"""What a person should know of a folder is said, once each, and nothing where there is nothing."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest

from inksift.curation.gather.companions import companions
from inksift.curation.gather.folder.layout import GIVEN_SPLITS
from inksift.curation.gather.folder.sidecars import SIDECARS
from inksift.curation.gather.listing import SET_ASIDE, FolderFacts
from inksift.curation.gather.notes import folder_notes
from inksift.curation.gather.spelling import written_alike
from tests.frames import images_of


def facts(
    set_aside: list[dict[str, object]] | None = None,
    sidecars: list[dict[str, object]] | None = None,
    splits: list[dict[str, object]] | None = None,
) -> FolderFacts:
    return FolderFacts(
        SET_ASIDE.frame(set_aside or []),
        SIDECARS.frame(sidecars or []),
        GIVEN_SPLITS.frame(splits or []),
    )


def pictures(*paths: str, **columns: object) -> pd.DataFrame:
    rows = [{"path": path, "image_id": path, "label": path.split("/")[0]} for path in paths]
    return images_of(*({**row, **columns} for row in rows))


def test_a_plain_folder_needs_no_word() -> None:
    assert folder_notes(pictures("fox/1.png", "owl/2.png"), facts()) == []


def test_what_is_left_out_is_counted_under_its_name() -> None:
    rows: list[dict[str, object]] = [
        {"path": "fox/.thumbnails", "pattern": ".*", "files": 4},
        {"path": "owl/.thumbnails", "pattern": ".*", "files": 3},
        {"path": "fox/1-mask.png", "pattern": "*-mask.png", "files": 1},
        {"path": "notes.doc", "pattern": "", "files": 1},
    ]
    included, excluded = folder_notes(pictures("fox/1.png"), facts(set_aside=rows))
    assert included == "1 file left out that images.include does not name"
    assert excluded.startswith(
        "8 files left out by name, in .thumbnails (7 files), 1-mask.png (1 file): "
    )


def test_many_names_are_counted_under_their_glob() -> None:
    rows: list[dict[str, object]] = [
        {"path": f"fox/{k}-mask.png", "pattern": "*-mask.*", "files": 1} for k in range(9)
    ]
    (note,) = folder_notes(pictures("fox/1.png"), facts(set_aside=rows))
    assert "in *-mask.* (9 files): " in note


def test_sidecars_are_counted_apart_and_lone_ones_named() -> None:
    rows = [
        {"path": path, "path_bytes": b"", "picture": picture, "size_bytes": 1, "text": ""}
        for path, picture in (("a/1.txt", "a/1.png"), ("a/1.json", "a/1.png"), ("a/9.txt", ""))
    ]
    owned, lone = folder_notes(pictures("a/1.png"), facts(sidecars=rows))
    assert owned.startswith("2 sidecars (1 .json, 1 .txt) of 1 picture: ")
    assert lone == "1 sidecar without a picture of that name: a/9.txt"


def test_given_splits_and_links_are_told() -> None:
    rows: list[dict[str, object]] = [{"path": "train/fox/1", "split": "train"}]
    images = pictures("train/fox/1", readable=False, error="link_outside")
    splits, links = folder_notes(images, facts(splits=rows))
    assert "1 train" in splits
    assert "images.layout=classes" in splits
    assert links.startswith("1 of 1 file is a link out of this folder")


@pytest.mark.parametrize(
    "added", ["-masklabel", "_mask", ".depth", " normal", "_DEPTH", "-openpose"]
)
def test_companions_are_told_by_name_and_picture(added: str) -> None:
    found = companions(["fox/1.png", f"fox/1{added}.png", f"owl/2{added}.png"])
    assert [(one.pattern, one.files, one.example) for one in found] == [
        (f"*{added.lower()}.*", 1, f"fox/1{added}.png")
    ]


def test_companions_may_lie_in_a_folder_of_their_own() -> None:
    found = companions(["fox/1.png", "fox/masks/1.png", "fox/masks/2.png", "masks/1.png"])
    assert [(one.pattern, one.files) for one in found] == [("masks", 1)]


@pytest.mark.parametrize("name", ["unmask", "mask", "1-masked man", "1 in depth of field"])
def test_a_drawing_of_such_a_name_is_none(name: str) -> None:
    assert companions(["fox/1.png", f"fox/{name}.png"]) == []


PECHE = "p\u00e9ch\u00e9"


@pytest.mark.parametrize(
    "labels",
    [
        [PECHE, unicodedata.normalize("NFD", PECHE)],
        ["Hatsune Miku", "hatsune miku", "Hatsune Miku ", "hatsune_miku", "hatsune-miku"],
        ["\u30d4\u30ab", unicodedata.normalize("NFD", "\u30d4\u30ab"), "\uff8b\uff9f\uff76"],
        ["fox", "\uff26\uff4f\uff58"],
    ],
)
def test_classes_written_alike_are_one_group(labels: list[str]) -> None:
    assert written_alike([*labels, "owl"]) == [sorted(labels)]


def test_other_classes_are_not_taken_for_one() -> None:
    assert written_alike(["fox", "foxes", "peche", PECHE, "rein deer", "reindeer"]) == []


def test_the_difference_is_shown_in_code_points() -> None:
    labels = (PECHE, unicodedata.normalize("NFD", PECHE))
    (note,) = folder_notes(pictures(*(f"{label}/1.png" for label in labels)), facts())
    assert "('p\\xe9ch\\xe9'): 1 file" in note
    assert "('pe\\u0301che\\u0301'): 1 file" in note
