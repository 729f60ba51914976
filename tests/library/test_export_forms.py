"""Every form of an export holds the bytes that were decided on, nothing of this machine, and what
the next tool needs; what single forms promise is below."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import tarfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.publish import tree
from inksift.curation.publish.chosen import removed_files
from inksift.curation.publish.export_names import kept_folder, kept_name
from inksift.curation.publish.facts import NO_FACTS
from inksift.curation.publish.forms import FORMS, form_named
from inksift.curation.publish.forms.as_imagefolder import without_split_words
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.shards import shards_of
from inksift.curation.publish.task import ExportPicture
from inksift.pipelines.commands.export import FORMS as OFFERED
from tests.exported import Folder, Given, contents

PICTURES = {
    "fox/1.png": Given(),
    "fox/a b (2).jpg": Given("JPEG", split="validation"),
    "cat/1.png": Given(split="test"),
    "cat/deep/1.png": Given(),
    "cat/photo.png": Given(outcome="rejected", split=""),
}
SIDECARS = {
    "fox/1.txt": ("fox/1.png", b" a fox\n"),
    "fox/1.json": ("fox/1.png", b'{"license": "CC BY 4.0"}'),
    "cat/1.txt": ("cat/1.png", b"a cat"),
}
WITHOUT_PICTURES = ("csv", "labels")
TREES = ("imagefolder", "kohya", "coco", "yolo", "fiftyone", "lightly")
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, PICTURES, SIDECARS)


@every_form
@pytest.mark.parametrize("split", [False, True])
def test_it_holds_the_bytes_of_what_stays_and_no_other(
    folder: Folder, form: Form, split: bool
) -> None:
    before = contents(folder.source)
    summary = folder.export(form.name, split=split)
    everything = b"\0".join(contents(folder.root / form.name).values())
    there = {name for name, data in folder.data.items() if data in everything}
    expected = {name for name in PICTURES if form.holds == "seen" or "photo" not in name}
    assert there == (set() if form.name in WITHOUT_PICTURES else expected)
    assert (summary.pictures, summary.complete) == (len(expected), True)
    assert contents(folder.source) == before


@every_form
def test_no_path_leads_out_of_it(folder: Folder, form: Form) -> None:
    folder.export(form.name, split=True)
    for name, data in contents(folder.root / form.name).items():
        assert str(folder.root).encode() not in data, name


@every_form
def test_the_same_export_gives_the_same_bytes(folder: Folder, form: Form) -> None:
    folder.export(form.name)
    first = contents(folder.root / form.name)
    folder.export(form.name)
    assert contents(folder.root / form.name) == first
    folder.export(form.name, folder.root / "other")
    assert contents(folder.root / "other") == first


@every_form
def test_a_decision_that_changed_leaves_nothing_behind(folder: Folder, form: Form) -> None:
    folder.export(form.name)
    folder.decisions["outcome"] = folder.decisions["outcome"].where(
        folder.decisions["path"] != "fox/1.png", "rejected"
    )
    folder.export(form.name)
    folder.export(form.name, folder.root / "new")
    assert contents(folder.root / form.name) == contents(folder.root / "new")


@every_form
def test_a_file_that_changed_since_is_named_and_nowhere_told_of(folder: Folder, form: Form) -> None:
    (folder.source / "fox/1.png").write_bytes(b"new")
    summary = folder.export(form.name)
    assert summary.skipped == {"fox/1.png": "changed"}
    everything = b"\0".join(contents(folder.root / form.name).values())
    assert b"fox/1.png" not in everything


@every_form
def test_killed_at_any_write_it_is_made_whole_by_the_next(
    folder: Folder, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.export(form.name)
    whole = contents(folder.root / form.name)
    for write in range(30):
        target = folder.root / f"killed {write}"
        with monkeypatch.context() as killed:
            replace, left = os.replace, iter(range(write))

            def last(source: Path, place: Path, replace=replace, left=left) -> None:
                if next(left, None) is None:
                    raise KeyboardInterrupt
                replace(source, place)

            killed.setattr(os, "replace", last)
            killed.setattr(Path, "unlink", lambda *_, **__: None)  # nobody is left to clean up
            try:
                folder.export(form.name, target)
                break
            except KeyboardInterrupt:
                pass
        folder.export(form.name, target)
        assert contents(target) == whole
    assert write > 1


@every_form
def test_an_empty_export_is_one(folder: Folder, form: Form) -> None:
    folder.decisions["outcome"] = "rejected"
    if form.holds == "seen":
        folder.images["readable"] = False
    assert folder.export(form.name).pictures == 0


@every_form
def test_a_picture_outside_of_every_given_split_trains_and_none_is_lost(
    folder: Folder, form: Form
) -> None:
    folder.beside = folder.beside._replace(splits={"fox/1.png": "train", "cat/1.png": "test"})
    summary = folder.export(form.name)
    found = contents(folder.root / form.name)
    everything = b"\0".join(found.values())
    there = {name for name, data in folder.data.items() if data in everything}
    if form.name not in WITHOUT_PICTURES:
        assert there >= {name for name in PICTURES if "photo" not in name}
    told = "2 pictures that are in no split of the source count as train, such as cat/deep/1.png"
    assert (told in summary.notes) == (form.holds != "seen")
    if form.name == "csv":
        rows = list(csv.DictReader(io.StringIO(found["pictures.csv"].decode())))
        assert [row["split"] for row in rows] == ["test", "train", "train", "train"]


WITH_TAGS = {
    "csv": "pictures.csv",
    "labels": "labels.jsonl",
    "imagefolder": "metadata.jsonl",
    "lightly": "metadata.jsonl",
    "fiftyone": "samples.json",
    "coco": "annotations/captions_images.json",
    "webdataset": "train-000000.tar",
    "huggingface": "data/train-00000-of-00001.parquet",
    "croissant": "records.parquet",
    "parquet": "pictures.parquet",
}


@pytest.mark.parametrize(("form", "place"), WITH_TAGS.items(), ids=WITH_TAGS)
def test_tags_are_told_of_the_pictures_that_people_gave_them(
    folder: Folder, form: str, place: str
) -> None:
    folder.tags = {"fox/1.png": ["bad hands", "=feet"]}
    folder.export(form)
    data = (folder.root / form / place).read_bytes()
    if place.endswith("parquet"):
        rows = pq.ParquetFile(io.BytesIO(data)).read(["tags"]).to_pylist()
        assert sorted(row["tags"] for row in rows) == ["", "", "", "bad hands, =feet"]
    else:
        assert data.count(b"bad hands") == data.count(b"=feet") == 1


@pytest.mark.parametrize(
    ("form", "new"),
    [
        ("imagefolder", "fox/1.txt"),
        ("kohya", "1_cat/1.png"),
        ("yolo", "labels/cat/1.txt"),
        ("webdataset", "train-000000.tar"),
    ],
)
def test_a_file_that_no_export_wrote_is_never_replaced(folder: Folder, form: str, new: str) -> None:
    folder.decisions["outcome"] = "rejected"
    folder.export(form)
    theirs = folder.root / form / new
    theirs.parent.mkdir(parents=True, exist_ok=True)
    theirs.write_bytes(b"mine")
    folder.decisions["outcome"] = "kept"
    with pytest.raises(ParamError, match="is no file of the earlier export, and would be replaced"):
        folder.export(form)
    assert theirs.read_bytes() == b"mine"
    theirs.unlink()
    assert folder.export(form).complete


def test_a_class_that_changed_its_case_is_there_where_case_is_ignored(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = tree._remove

    def remove_in_any_case(target: Path, name: str) -> bool:
        alike = [one for one in contents(target) if one.casefold() == name.casefold()]
        return all(remove(target, one) for one in alike)

    folder.decisions["label"] = folder.decisions["label"].str.replace("fox", "Fox")
    folder.export("yolo")
    folder.decisions["label"] = folder.decisions["label"].str.replace("Fox", "fox")
    monkeypatch.setattr(tree, "_remove", remove_in_any_case)
    folder.export("yolo")
    found = contents(folder.root / "yolo")
    assert found["images/fox/1.png"] == folder.data["fox/1.png"]
    assert "labels/fox/1.txt" in found
    assert not [name for name in found if "Fox" in name]


@every_form
@pytest.mark.parametrize(
    "label", ["README.md", "METADATA.jsonl", "inksift-export.json", "schema.json", "data.yaml"]
)
def test_a_class_called_like_a_file_of_the_export_is_there(
    tmp_path: Path, form: Form, label: str
) -> None:
    folder = Folder(tmp_path, {f"{label}/a.png": Given()})
    summary = folder.export(form.name)
    assert (summary.pictures, set(summary.classes.values())) == (1, {label})


@every_form
@pytest.mark.parametrize(("name", "value"), [("files", "link"), ("repeats", 3)])
def test_a_form_heeds_what_is_asked_or_says_that_it_cannot(
    folder: Folder, form: Form, name: str, value: object
) -> None:
    target = folder.root / form.name
    if name not in form.heeds:
        with pytest.raises(ParamError, match="leave out --"):
            folder.export(form.name, **{name: value})
        assert not target.exists()
        return
    folder.export(form.name, **{name: value})
    first = [file.stat().st_nlink for file in target.rglob("*.png")]
    assert {"files": set(first) == {2}, "repeats": (target / "3_fox").is_dir()}[name]


def test_a_file_in_place_of_a_folder_is_called_one(folder: Folder) -> None:
    (folder.root / "set").write_bytes(b"mine")
    with pytest.raises(ParamError, match="set is a file: choose"):
        folder.export("imagefolder", folder.root / "set")


def test_an_export_that_cannot_be_written_names_no_workspace(folder: Folder) -> None:
    with pytest.raises(StoreError, match="check the folder's permissions, or choose another place"):
        folder.export("imagefolder", Path("/proc/nowhere/set"))


def test_every_form_is_offered_under_its_name() -> None:
    assert [form.name for form in FORMS] == list(OFFERED)
    with pytest.raises(ParamError, match="no form called tfrecord; there are: folders, "):
        form_named("tfrecord")


def test_pictures_of_the_trusted_folder_test_and_relatives_are_left_out(folder: Folder) -> None:
    folder.trust("fox/1.png")
    folder.splits.loc[folder.splits["path"] == "cat/1.png", "split"] = "left_out"
    folder.splits = folder.splits[folder.splits["path"] != "cat/deep/1.png"]
    summary = folder.export("imagefolder", split=True)
    assert summary.in_no_split == {"cat/1.png": "left_out", "cat/deep/1.png": "class_too_small"}
    rows = lines(folder.root / "imagefolder/test/metadata.jsonl")
    assert [(row["source"], row["caption"]) for row in rows] == [("test:fox/1.png", "")]
    trusted = folder.tested.folder / "fox/1.png"
    assert (folder.root / "imagefolder/test/fox/1.png").read_bytes() == trusted.read_bytes()


def test_a_run_that_divided_nothing_cannot_be_exported_divided(folder: Folder) -> None:
    folder.facts = lambda **_: NO_FACTS  # type: ignore[method-assign]
    with pytest.raises(ParamError, match="divided nothing"):
        folder.export("imagefolder", split=True)


@pytest.mark.parametrize("form", TREES)
def test_names_are_those_of_the_source(folder: Folder, form: str) -> None:
    folder.export(form)
    names = [Path(name).name for name in contents(folder.root / form)]
    assert {"1.png", "a b (2).jpg"} < set(names)
    assert names.count("1-2.png") == 1


def test_imagefolder_tells_label_source_split_and_licence(folder: Folder) -> None:
    folder.export("imagefolder", split=True)
    (fox, other) = lines(folder.root / "imagefolder/train/metadata.jsonl")
    rows = {row["source"]: row for row in (fox, other)}
    image_id = folder.images.set_index("path").loc["fox/1.png", "image_id"]
    assert rows["fox/1.png"] == {
        "file_name": "fox/1.png",
        "label": "fox",
        "source": "fox/1.png",
        "split": "train",
        "p_photo": 0.25,
        "caption": "a fox",
        "licence": "CC BY 4.0",
        "tags": "",
        "image_id": image_id,
    }
    assert (folder.root / "imagefolder/train/fox/1.txt").read_bytes() == b" a fox\n"


def test_imagefolder_avoids_what_datasets_takes_for_a_split(tmp_path: Path) -> None:
    names = ["test/val 1.png", "__x/.y.png", "best/contest.png", "a/task.png", "a/2021-01-01.png"]
    folder = Folder(tmp_path, dict.fromkeys(names, Given()))
    summary = folder.export("imagefolder")
    assert set(contents(tmp_path / "imagefolder")) - {"README.md", "metadata.jsonl"} == {
        "test+/val+ 1.png",
        "x/y.png",
        "best/contest.png",
        "a/task+.png",
        "a/2021-01-01.png",
    }
    assert "class 'test' is the folder test+" in summary.notes
    assert "3 files have another name, such as x/y.png for __x/.y.png" in summary.notes


def test_no_sidecar_makes_datasets_take_it_for_a_split(tmp_path: Path) -> None:
    beside = {
        f"a/1.{added}": ("a/1.png", added.encode())
        for added in ("train.txt", "train+.txt", "txt", "val.json")
    }
    Folder(tmp_path, {"a/1.png": Given()}, beside).export("imagefolder")
    found = contents(tmp_path / "imagefolder/a")
    assert [found[name] for name in ("1.txt", "1.val+.json")] == [b"txt", b"val.json"]
    assert {*beside} & {f"a/{name}" for name in found} <= {"a/1.txt", "a/1.train+.txt"}
    assert {b"train.txt", b"train+.txt"} < {*found.values()}


def test_a_class_that_is_a_date_is_pointed_out(tmp_path: Path) -> None:
    folder = Folder(tmp_path, {"2021-01-01/a.png": Given()})
    assert "datasets reads 2021-01-01 in metadata" in folder.export("imagefolder").notes[0]


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        ("train", "train+"),
        ("a-test.png", "a-test+.png"),
        ("eval2 dev", "eval+2 dev+"),
        ("trains", "trains"),
        ("Test", "Test"),
        ("contest_valid.png", "contest_valid+.png"),
        ("instruction.png", "instruction+.png"),
        ("my task.png", "my task.png"),
    ],
)
def test_only_words_of_splits_are_mended(name: str, mended: str) -> None:
    assert without_split_words(name) == mended


def test_a_picture_and_its_caption_are_numbered_together(tmp_path: Path) -> None:
    pictures = dict.fromkeys(["a/x/1.png", "a/y/1.jpg", "a/z/1.png"], Given())
    folder = Folder(
        tmp_path,
        pictures | {"a/y/1.jpg": Given("JPEG")},
        {f"a/{one}/1.txt": (name, one.encode()) for one, name in zip("xyz", pictures, strict=True)},
    )
    folder.export("imagefolder")
    found = contents(tmp_path / "imagefolder/a")
    assert [found[name] for name in ("1.txt", "1-2.txt", "1-3.txt")] == [b"x", b"y", b"z"]
    assert found["1-2.jpg"] == folder.data["a/y/1.jpg"]
    assert found["1-3.png"] == folder.data["a/z/1.png"]


def test_sidecars_whose_names_become_equal_all_come_along(tmp_path: Path) -> None:
    beside = {f"a/1{sign}.json": ("a/1.png", sign.encode()) for sign in (":", "?")}
    Folder(tmp_path, {"a/1.png": Given()}, beside).export("imagefolder")
    found = contents(tmp_path / "imagefolder/a")
    assert sorted(data for name, data in found.items() if name.endswith(".json")) == [b":", b"?"]


@every_form
def test_hostile_texts_stop_no_export(tmp_path: Path, form: Form) -> None:
    beside = {
        "a/1.json": ("a/1.png", b'{"license": "\\ud800\\u001b[31m", "rights": 7}'),
        "a/2.json": ("a/2.png", b"[" * 100_000),
        "a/1.txt": ("a/1.png", b"\xff\x00 | <b>"),
    }
    pictures = {"a/1.png": Given(), "a/2.png": Given(), "|<x>\n/[3](y).png": Given()}
    summary = Folder(tmp_path, pictures, beside).export(form.name)
    assert (summary.pictures, summary.complete) == (3, True)


@pytest.mark.parametrize(
    ("note", "licence"),
    [
        ({"licence": " CC0\n1.0 "}, "CC0 1.0"),
        ({"license": "", "rights": "mine"}, "mine"),
        ({"license": ["CC0"], "title": "CC0"}, ""),
        (["license"], ""),
        ({"rights": "x" * 999}, "x" * 300),
    ],
)
def test_a_licence_is_what_json_beside_a_picture_says(
    tmp_path: Path, note: object, licence: str
) -> None:
    beside = {"a/1.json": ("a/1.png", json.dumps(note).encode())}
    Folder(tmp_path, {"a/1.png": Given()}, beside).export("imagefolder")
    assert lines(tmp_path / "imagefolder/metadata.jsonl")[0]["licence"] == licence


def test_caches_come_along_for_kohya(tmp_path: Path) -> None:
    beside = {"a/1_te.npz": ("a/1.png", b"cache"), "a/1.tags": ("a/1.png", b"fox")}
    Folder(tmp_path, {"a/1.png": Given()}, beside).export("kohya")
    found = contents(tmp_path / "kohya/1_a")
    assert (found["1_te.npz"], found["1.txt"]) == (b"cache", b"fox")


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("c/a b (1).JPEG", "JPEG", "a b (1).JPEG"),
        ("c/a.jfif", "JPEG", "a.jpg"),
        ("c/a.Png", "PNG", "a.png"),
        ("c/picture.tar.png", "JPEG", "picture.tar.jpg"),
        ("c/no ending", "WEBP", "no ending.webp"),
        ("c/..png", "PNG", "picture.png"),
        ("c/a\n?.png", "PNG", "a__.png"),
        ("c/aux.png", "PNG", "aux_.png"),
        ("c/" + "x" * 300 + ".png", "PNG", "x" * 147 + ".png"),
    ],
)
def test_a_name_is_kept_as_far_as_it_can_be(path: str, kind: str, name: str) -> None:
    assert kept_name(path, kind) == name


@pytest.mark.parametrize("label", ["", "..", "__", " . ", ". __x", "a/b", "con", "x" * 300])
def test_a_class_gives_a_folder_that_hides_nothing(label: str) -> None:
    folder = kept_folder(label)
    assert not folder.startswith((".", "__"))
    assert "/" not in folder
    assert len(folder.encode()) <= 151


def test_huggingface_holds_bytes_with_a_name_and_classes_by_number(folder: Folder) -> None:
    folder.export("huggingface", split=True)
    stored = pq.ParquetFile(folder.root / "huggingface/data/train-00000-of-00001.parquet")
    features = json.loads(stored.schema_arrow.metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"}
    assert features["label"] == {"names": ["cat", "fox"], "_type": "ClassLabel"}
    rows = {row["source"]: row for row in stored.read().to_pylist()}
    assert rows["fox/1.png"]["image"] == {"bytes": folder.data["fox/1.png"], "path": "1.png"}
    assert [rows["fox/1.png"][name] for name in ("label", "licence")] == [1, "CC BY 4.0"]


def test_the_card_counts_classes_licences_and_what_was_removed(folder: Folder) -> None:
    folder.export("huggingface", split=True)
    card = (folder.root / "huggingface/README.md").read_text()
    head = yaml.safe_load(card.split("---")[1])
    assert [one["split"] for one in head["configs"][0]["data_files"]] == [
        "train",
        "validation",
        "test",
    ]
    for line in ("| cat | 1 | 1 | 0 |", "| CC BY 4.0 | 1 |", "| not known | 3 |"):
        assert line in card
    assert "| rejected | photo | 1 |" in card
    assert removed_files(folder.decisions)[0] == ("kept", "", 4)


def test_shards_are_bounded_and_no_class_fills_one_alone(folder: Folder) -> None:
    pictures = [picture(str(number), "train", 10) for number in range(7)]
    shards = shards_of([*pictures, picture("8", "", 50)], most_bytes=30)
    assert [(one.split, one.number, one.of, len(one.pictures)) for one in shards] == [
        ("train", 0, 4, 3),
        ("train", 1, 4, 3),
        ("train", 2, 4, 1),
        ("train", 3, 4, 1),
    ]


def picture(digest: str, split: str, size: int) -> ExportPicture:
    known = dict.fromkeys(ExportPicture._fields, "")
    return ExportPicture(**known | {"image_id": digest, "split": split, "size_bytes": size})  # type: ignore[arg-type]


def test_webdataset_keeps_samples_whole_under_one_ending(folder: Folder) -> None:
    summary = folder.export("webdataset")
    with tarfile.open(folder.root / "webdataset/train-000000.tar") as tar:
        members = tar.getmembers()
        first = tar.extractfile(members[0]).read()
    names = [member.name for member in members]
    keys = [name.rpartition(".")[0] for name in names]
    assert Counter(name.rpartition(".")[2] for name in names) == dict.fromkeys(
        ("png", "txt", "cls", "json"), 4
    )
    assert all(keys[start] == key for start in range(0, 16, 4) for key in keys[start : start + 4])
    assert {member.mtime for member in members} == {0}
    assert first in folder.data.values()
    assert "1 pictures of other formats bear the ending .png too" in summary.notes[0]


def test_keys_of_webdataset_have_no_dot_and_are_never_skipped(tmp_path: Path) -> None:
    names = ["a.b/c.d.png", "a.b/c_d.png", "__x/__y.png"]
    Folder(tmp_path, dict.fromkeys(names, Given())).export("webdataset")
    with tarfile.open(tmp_path / "webdataset/train-000000.tar") as tar:
        pictures = {name for name in tar.getnames() if name.endswith(".png")}
    assert pictures == {"a_b/c_d.png", "a_b/c_d-2.png", "x/y.png"}


def test_kohya_names_repeats_and_takes_one_caption(folder: Folder) -> None:
    summary = folder.export("kohya", repeats=5)
    found = contents(folder.root / "kohya")
    assert found["5_fox/1.txt"] == b" a fox\n"
    assert not [name for name in found if name.endswith(".json")]
    assert "2 pictures have no caption: kohya takes the name of their folder" in summary.notes
    with pytest.raises(ParamError, match="repeats"):
        folder.export("kohya", repeats=0)


def test_coco_gives_boxes_in_pixels_and_captions(folder: Folder) -> None:
    folder.export("coco", split=True)
    found = contents(folder.root / "coco")
    instances = json.loads(found["annotations/instances_val.json"])
    (image,), (box,) = instances["images"], instances["annotations"]
    assert (image["file_name"], image["width"], image["height"]) == ("fox/a b (2).jpg", 24, 16)
    assert f"val/{image['file_name']}" in found
    assert (box["bbox"], box["area"], box["category_id"]) == ([6.0, 4.0, 12.0, 4.0], 48.0, 1)
    assert instances["categories"] == [{"id": 1, "name": "face"}, {"id": 2, "name": "hand"}]
    captions = json.loads(found["annotations/captions_test.json"])
    assert [one["caption"] for one in captions["annotations"]] == ["a cat"]


def test_yolo_gives_a_text_beside_every_picture_and_names_no_folder_outside(
    folder: Folder,
) -> None:
    folder.export("yolo", split=True)
    found = contents(folder.root / "yolo")
    assert found["labels/val/fox/a b (2).txt"] == b"0 0.500000 0.375000 0.500000 0.250000\n"
    told = yaml.safe_load(found["data.yaml"])
    assert [told[name] for name in ("train", "val", "test")] == [
        "images/train",
        "images/val",
        "images/test",
    ]
    assert "path" not in told
    assert told["names"] == {0: "face", 1: "hand"}


@pytest.mark.parametrize("form", ["yolo", "kohya", "webdataset"])
def test_two_pictures_never_share_what_belongs_to_a_name(tmp_path: Path, form: str) -> None:
    Folder(tmp_path, {"a/1.png": Given(), "a/1.jpg": Given("JPEG")}).export(form)
    names = contents(tmp_path / form)
    if form == "webdataset":
        with tarfile.open(tmp_path / form / "train-000000.tar") as tar:
            names = dict.fromkeys(tar.getnames(), b"")
    assert len({name.rpartition(".")[0] for name in names if name.endswith("g")}) == 2


def test_a_class_called_images_does_not_hide_the_labels_from_ultralytics(tmp_path: Path) -> None:
    Folder(tmp_path, {"images/a.png": Given()}).export("yolo")
    assert {"images/images+/a.png", "labels/images+/a.txt"} < set(contents(tmp_path / "yolo"))


@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_without_a_detector_there_are_no_boxes_to_export(folder: Folder, form: str) -> None:
    folder.facts = lambda **_: NO_FACTS  # type: ignore[method-assign]
    with pytest.raises(ParamError, match="the detector looked at no picture"):
        folder.export(form)


def test_a_tag_called_like_an_outcome_stands_once_in_fiftyone(folder: Folder) -> None:
    folder.tags = {"fox/1.png": ["kept", "odd"]}
    folder.export("fiftyone")
    samples = json.loads((folder.root / "fiftyone/samples.json").read_text())["samples"]
    fox = next(sample for sample in samples if sample["source"] == "fox/1.png")
    assert fox["tags"] == ["kept", "odd"]


def test_fiftyone_and_lightly_hold_what_was_rejected_with_its_reason(folder: Folder) -> None:
    folder.export("fiftyone", split=True)
    samples = json.loads((folder.root / "fiftyone/samples.json").read_text())["samples"]
    by_source = {sample["source"]: sample for sample in samples}
    photo, fox = by_source["cat/photo.png"], by_source["fox/1.png"]
    assert (photo["outcome"], photo["reason"], photo["tags"]) == ("rejected", "photo", ["rejected"])
    assert (fox["family"], fox["tags"], by_source["cat/1.png"]["family"]) == (
        7,
        ["kept", "train"],
        None,
    )
    assert fox["objects"]["detections"][0]["bounding_box"] == [0.25, 0.25, 0.5, 0.25]
    folder.export("lightly", split=True)
    fields = {row["source"]: row for row in lines(folder.root / "lightly/metadata.jsonl")}
    assert [fields["cat/photo.png"][name] for name in ("outcome", "reason", "family")] == [
        "rejected",
        "photo",
        -1,
    ]
    vectors = list(csv.reader(io.StringIO((folder.root / "lightly/embeddings.csv").read_text())))
    assert vectors[0] == ["filenames", *(f"embedding_{n}" for n in range(4)), "labels"]
    assert ["cat/photo.png", "0", "1", "2", "3", "0"] in vectors


def test_croissant_describes_the_file_that_is_there(folder: Folder) -> None:
    folder.export("croissant")
    told = json.loads((folder.root / "croissant/croissant.json").read_text())
    data = (folder.root / "croissant/records.parquet").read_bytes()
    assert told["distribution"][0]["sha256"] == hashlib.sha256(data).hexdigest()
    assert told["@context"]["@language"] == "en"


def test_what_the_next_tool_cannot_open_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path, {"a/1.png": Given(), "a/2.gif": Given("GIF")})
    summary = folder.export("yolo")
    assert summary.skipped == {"a/2.gif": "yolo cannot open GIF"}
    assert (summary.pictures, summary.complete) == (1, False)


@pytest.mark.parametrize(
    ("form", "name"), [("csv", "kept.csv"), ("parquet", "all.PARQUET"), ("labels", "tags.jsonl")]
)
def test_a_target_named_like_a_file_is_that_file(folder: Folder, form: str, name: str) -> None:
    place = folder.root / "new" / name
    assert folder.export(form, place).pictures == 4
    assert [path.name for path in place.parent.iterdir()] == [name]
    folder.export(form)
    assert place.read_bytes() in contents(folder.root / form).values()
    with pytest.raises(ParamError, match="is there already"):
        folder.export(form, place)


def test_a_form_of_many_files_makes_a_folder_whatever_its_name(folder: Folder) -> None:
    folder.export("imagefolder", folder.root / "a.csv")
    assert (folder.root / "a.csv").is_dir()


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
