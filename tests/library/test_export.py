"""Exports hold exactly what was decided on, never overwrite, and never touch the originals."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.errors import ParamError, SourceError, StoreError
from inksift.curation.base.tables import DECISIONS, IMAGES
from inksift.curation.gather.folder.walk import display
from inksift.curation.gather.gate.formats import ALLOWED, EXTENSIONS
from inksift.curation.publish.beside import NOTHING_BESIDE, Beside, Sidecar
from inksift.curation.publish.export import export
from inksift.curation.publish.export_names import (
    class_folders,
    distinct,
    file_name,
    safe_name,
    sidecar_name,
)
from inksift.curation.publish.task import MARK, ExportParams, ExportSummary

HOSTILE = [
    b"Cats/e\xcc\x81.png",
    b"Cats/\xc3\xa9.png",
    b"cats/A.png",
    b"cats/a.png",
    b"CON/aux.png",
    b"CON/trailing. .png",
    b"=1+1/-rf *?[x]~$(id).png",
    b"not utf-8 \xff\xfe/\xff.png",
    b"new\nline/\x1b[31m.png",
    b".hidden/.png",
    b"<script>alert(1)</script>/a&b.png",
    b"long/" + b"x" * 251 + b".png",
    "猫/".encode() + "漢".encode() * 80,
]


def written(source: Path, files: dict[bytes, bytes]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Those files below `source`, all kept."""
    images, decisions = [], []
    for raw, data in files.items():
        place = os.path.join(os.fsencode(source), raw)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(data)
        known = {
            "path": display(raw),
            "image_id": hashlib.sha256(data).hexdigest(),
            "label": display(raw).split("/")[0],
        }
        size = {"size_bytes": len(data), "mtime_ns": 0, "width": 1, "height": 1}
        rest = {
            "readable": True,
            "error": "",
            "note": "",
            "format": "PNG",
            "mode": "RGB",
            "ai_mark": "",
            "path_bytes": raw,
        }
        images.append(known | size | rest)
        verdict = {"outcome": "kept", "stage": "", "reason": "", "duplicate_of": "", "p_photo": 0.1}
        decisions.append(
            known | verdict | {"medium": "illustration", "explanation": "", "decided_by": "machine"}
        )
    return DECISIONS.frame(decisions), IMAGES.frame(images)


def tree(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def pictures(root: Path) -> dict[str, bytes]:
    return {name: data for name, data in tree(root).items() if name != MARK}


class Case:
    """A source of three files in two classes, and a place to export to."""

    def __init__(self, folder: Path, files: dict[bytes, bytes] | None = None) -> None:
        self.source, self.target = folder / "source", folder / "out"
        self.files = files or {b"a/1.png": b"one", b"a/2.png": b"two", b"b/3.jpg": b"three"}
        self.decisions, self.images = written(self.source, self.files)

    def export(self, beside: Beside = NOTHING_BESIDE, **settings: Any) -> ExportSummary:
        params = ExportParams.of("export", settings)
        return export(
            self.decisions,
            self.images,
            source=self.source,
            target=self.target,
            params=params,
            beside=beside,
        )

    def captioned(self) -> Beside:
        """Sidecars of the first picture, and the splits that all of them were given."""
        texts = {"a/1.txt": b" a fox\n", "a/1.png.json": b"{}", "a/1_te.npz": bytes(9)}
        for name, data in texts.items():
            (self.source / name).write_bytes(data)
        sidecars = {"a/1.png": [Sidecar(name, name.encode()) for name in sorted(texts)]}
        splits = {"a/1.png": "train", "a/2.png": "test", "b/3.jpg": "train"}
        return Beside(sidecars, {"a/1.png": ["a", "c"]}, splits)

    def decide(self, path: str, outcome: str, reason: str = "") -> None:
        self.decisions.loc[self.decisions["path"] == path, ["outcome", "reason"]] = [
            outcome,
            reason,
        ]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_folders_hold_the_kept_bytes_by_class(case: Case) -> None:
    before = tree(case.source)
    case.decide("a/2.png", "rejected")
    summary = case.export()
    first, third = (hashlib.sha256(data).hexdigest()[:12] for data in (b"one", b"three"))
    assert pictures(case.target) == {f"a/1-{first}.png": b"one", f"b/3-{third}.png": b"three"}
    assert (summary.pictures, summary.complete, summary.classes) == (2, True, {"a": "a", "b": "b"})
    assert tree(case.source) == before


def test_sidecars_follow_their_picture_and_its_split(case: Case) -> None:
    beside, first = case.captioned(), hashlib.sha256(b"one").hexdigest()[:12]
    summary = case.export(beside)
    assert (summary.pictures, summary.sidecars, summary.complete) == (3, 3, True)
    assert {name: data for name, data in pictures(case.target).items() if "train/a" in name} == {
        f"train/a/1-{first}.png": b"one",
        f"train/a/1-{first}.txt": b" a fox\n",
        f"train/a/1-{first}.png.json": b"{}",
        f"train/a/1-{first}_te.npz": bytes(9),
    }
    case.decide("a/1.png", "rejected")
    assert case.export(beside).sidecars == 0
    assert not (case.target / "train" / "a").exists()
    assert (case.target / "train" / "b").is_dir()


def test_a_sidecar_that_is_gone_is_named_and_its_picture_exported(case: Case) -> None:
    beside = case.captioned()
    (case.source / "a" / "1.txt").unlink()
    summary = case.export(beside)
    assert (summary.pictures, summary.sidecars) == (3, 2)
    assert summary.skipped == {"a/1.txt": "vanished"}


def test_lists_tell_captions_sidecars_and_splits(case: Case) -> None:
    beside = case.captioned()
    case.export(beside, form="csv")
    with (case.target / "pictures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["split"] for row in rows] == ["train", "test", "train"]
    assert rows[0]["caption"] == "a fox"
    assert rows[0]["sidecars"] == "a/1.png.json | a/1.txt | a/1_te.npz"
    case.target = case.target.with_name("parquet")
    case.export(beside, form="parquet")
    first, *others = pq.read_table(case.target / "pictures.parquet").to_pylist()
    assert (first["caption"], first["split"]) == ("a fox", "train")
    assert [one["bytes"] for one in first["sidecars"]] == [b"{}", b" a fox\n", bytes(9)]
    assert [row["sidecars"] for row in others] == [[], []]


def test_labels_hold_every_class_of_a_picture_also_where_that_is_in_doubt(case: Case) -> None:
    case.decide("a/1.png", "review", "label_conflict")
    case.decide("a/2.png", "rejected")
    summary = case.export(case.captioned(), form="labels")
    lines = (case.target / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [(row["path"], row["labels"]) for row in rows] == [
        ("a/1.png", ["a", "c"]),
        ("b/3.jpg", ["b"]),
    ]
    assert (rows[0]["caption"], summary.pictures) == ("a fox", 2)


@given(st.binary(min_size=1, max_size=40), st.binary(max_size=300))
def test_names_of_sidecars_are_safe(stem: bytes, added: bytes) -> None:
    picture, sidecar = display(b"a/" + stem + b".png"), display(b"a/" + stem + added + b".txt")
    exported = file_name(picture, "0" * 64, "PNG")
    name = sidecar_name(picture, sidecar, exported)
    assert len(name.encode()) <= 255
    assert "/" not in name.removeprefix(exported.rpartition(".")[0])
    assert name.endswith(".txt")


@pytest.mark.parametrize(("review", "count"), [("kept", 3), ("held", 2)])
def test_pictures_under_review_follow_the_setting(case: Case, review: str, count: int) -> None:
    case.decide("a/2.png", "review")
    assert case.export(review=review).pictures == count


@pytest.mark.parametrize("review", ["kept", "held"])
def test_a_picture_whose_class_is_in_doubt_is_never_exported(case: Case, review: str) -> None:
    case.decide("a/2.png", "review", "label_conflict")
    assert case.export(review=review).pictures == 2


def test_hostile_names_give_safe_names_that_differ_without_case(tmp_path: Path) -> None:
    case = Case(tmp_path, {raw: bytes([number]) for number, raw in enumerate(HOSTILE)})
    summary = case.export()
    assert summary.pictures == len(HOSTILE)
    assert sorted(pictures(case.target).values()) == sorted(case.files.values())
    assert len({name.casefold() for name in pictures(case.target)}) == len(HOSTILE)
    for name in pictures(case.target):
        assert all(
            len(part.encode()) <= 255 and not part.startswith((".", "-"))
            for part in name.split("/")
        )
    assert set(summary.classes.values()) == set(case.decisions["label"])


def test_copies_that_a_person_kept_do_not_overwrite_each_other(tmp_path: Path) -> None:
    case = Case(tmp_path, {b"c/x/same.png": b"twin", b"c/y/SAME.png": b"twin"})
    case.export()
    assert list(pictures(case.target).values()) == [b"twin", b"twin"]
    assert len({name.casefold() for name in pictures(case.target)}) == 2


def test_a_second_export_writes_nothing_and_a_changed_decision_only_its_file(case: Case) -> None:
    case.export()
    times = {path: path.stat().st_mtime_ns for path in case.target.rglob("*.png")}
    assert case.export().reused == 3
    assert {path: path.stat().st_mtime_ns for path in case.target.rglob("*.png")} == times
    case.decide("b/3.jpg", "rejected")
    summary = case.export()
    assert (summary.pictures, summary.removed) == (2, 1)
    assert not (case.target / "b").exists()


def test_a_torn_file_of_a_killed_export_is_written_again(case: Case) -> None:
    case.export()
    torn = next((case.target / "a").iterdir())
    whole = torn.read_bytes()
    torn.write_bytes(b"")
    (case.target / "a" / ".partial-dead").write_bytes(b"half")
    assert case.export().reused == 2
    assert torn.read_bytes() == whole
    assert not (case.target / "a" / ".partial-dead").exists()


@pytest.mark.parametrize("form", ["folders", "parquet", "csv"])
def test_changed_vanished_and_swapped_files_are_named_and_left_out(
    case: Case, form: str, tmp_path: Path
) -> None:
    (case.source / "a/1.png").write_bytes(b"new")
    (case.source / "a/2.png").unlink()
    secret = tmp_path / "secret"
    secret.write_bytes(b"three")
    (case.source / "b/3.jpg").unlink()
    (case.source / "b/3.jpg").symlink_to(secret)
    summary = case.export(form=form)
    assert summary.skipped == {
        "a/1.png": "changed",
        "a/2.png": "vanished",
        "b/3.jpg": "not_a_regular_file",
    }
    assert not summary.complete
    assert summary.pictures == 0


def test_a_folder_swapped_for_a_link_is_not_followed(case: Case, tmp_path: Path) -> None:
    (case.source / "b").rename(tmp_path / "elsewhere")
    (case.source / "b").symlink_to(tmp_path / "elsewhere")
    assert set(case.export().skipped) == {"b/3.jpg"}


def test_hard_links_share_the_original(case: Case) -> None:
    case.export(files="link")
    inodes = {path.stat().st_ino for path in case.source.rglob("*.*")}
    assert {path.stat().st_ino for path in case.target.rglob("*-*.png")} == inodes


def test_linking_falls_back_to_a_copy(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    assert case.export(files="link").pictures == 3
    assert sorted(pictures(case.target).values()) == [b"one", b"three", b"two"]


def test_parquet_holds_the_bytes_in_row_groups(tmp_path: Path) -> None:
    files = {b"c/%03d.png" % number: b"%d" % number for number in range(130)}
    case = Case(tmp_path, files)
    case.export(form="parquet")
    stored = pq.ParquetFile(case.target / "pictures.parquet")
    assert stored.num_row_groups == 3
    rows = stored.read().to_pylist()
    assert [row["bytes"] for row in rows] == list(files.values())
    assert list(rows[0]) == [
        "path",
        "label",
        "image_id",
        "format",
        "split",
        "caption",
        "tags",
        "sidecars",
        "bytes",
    ]


def test_csv_lists_paths_and_labels_without_formulas(tmp_path: Path) -> None:
    case = Case(tmp_path, {b"=a/1.png": b"one"})
    case.export(form="csv")
    with (case.target / "pictures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["path"], row["label"]) for row in rows] == [("'=a/1.png", "'=a")]


@pytest.mark.parametrize("form", ["folders", "parquet", "csv"])
def test_nothing_kept_gives_an_empty_export(case: Case, form: str) -> None:
    case.decisions["outcome"] = "rejected"
    assert case.export(form=form).pictures == 0
    assert (case.target / MARK).exists()


def test_targets_that_would_mix_are_refused(case: Case) -> None:
    case.target.mkdir()
    (case.target / "mine.txt").write_text("keep me")
    with pytest.raises(ParamError, match="not an earlier export"):
        case.export()
    (case.target / "mine.txt").unlink()
    case.export()
    with pytest.raises(ParamError, match="not as csv"):
        case.export(form="csv")


@pytest.mark.parametrize("inside", ["", "a", "new/deeper"])
def test_a_target_inside_the_source_is_refused(case: Case, inside: str) -> None:
    before = tree(case.source)
    case.target = case.source / inside
    with pytest.raises(ParamError, match="inside the source"):
        case.export()
    assert tree(case.source) == before


def test_a_link_into_the_source_is_no_way_around(case: Case, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(case.source)
    case.target = tmp_path / "link" / "new"
    with pytest.raises(ParamError, match="inside the source"):
        case.export()


def test_a_missing_source_is_named(case: Case, tmp_path: Path) -> None:
    params = ExportParams()
    with pytest.raises(SourceError, match="gone"):
        export(
            case.decisions, case.images, source=tmp_path / "gone", target=case.target, params=params
        )


@pytest.mark.parametrize("name", ["../victim", "/victim", "a/../../victim", "..", "", "a/b/c"])
def test_an_edited_list_of_files_removes_nothing_outside(
    case: Case, tmp_path: Path, name: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    case.export()
    mark = json.loads((case.target / MARK).read_text())
    (case.target / MARK).write_text(json.dumps(mark | {"files": [*mark["files"], name]}))
    assert case.export().removed == 0
    assert victim.exists()


@pytest.mark.parametrize("form", ["folders", "parquet", "csv"])
def test_a_full_disk_is_one_clear_error_and_the_retry_succeeds(
    case: Case, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="space"):
            case.export(form=form)
    assert not list(case.target.rglob(".partial-*"))
    assert case.export(form=form).pictures == 3


def test_class_folders_are_stable_and_distinct() -> None:
    labels = [
        "Cats",
        "cats",
        "CATS",
        "",
        "..",
        "con",
        "a/b",
        "\u00e9",
        "e\u0301",
        "Straße",
        "STRASSE",
    ]
    folders = class_folders(labels)
    assert folders == class_folders(reversed(labels))
    assert len({name.casefold() for name in folders.values()}) == len(set(labels))
    assert folders["con"] == "con_"


@given(st.text(max_size=300))
def test_safe_names_are_safe(text: str) -> None:
    name = safe_name(text)
    assert len(name.encode()) <= 121
    assert not set(name) & set('/\\:*?"<>|\0\n ')
    assert not name.startswith((".", "-"))
    assert not name.endswith((".", " "))


@given(
    st.lists(
        st.sampled_from(["a.png", "A.png", "a-2.png", "\u00e1.png", "a\u0301.png", "ab"]),
        max_size=12,
    )
)
def test_distinct_names_differ_without_case(names: list[str]) -> None:
    taken: set[str] = set()
    given_names = [distinct(name, taken) for name in names]
    assert len({name.casefold() for name in given_names}) == len(names)


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("c/picture.tar.png", "JPEG", "picture.tar-0123456789ab.jpg"),
        ("c/no extension", "WEBP", "no_extension-0123456789ab.webp"),
        ("c/.png", "PNG", "png-0123456789ab.png"),
        ("c/???.png", "GIF", "picture-0123456789ab.gif"),
    ],
)
def test_file_names_say_what_the_content_is(path: str, kind: str, name: str) -> None:
    assert file_name(path, "0123456789abcdef", kind) == name


@pytest.mark.parametrize("kind", ALLOWED)
def test_every_format_has_an_ending(kind: str) -> None:
    assert EXTENSIONS[f".{file_name('a', '0', kind).rpartition('.')[2]}"] == kind
