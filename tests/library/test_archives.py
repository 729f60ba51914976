"""Archives are a source like a folder: unpacked once, within bounds, and nothing leads out."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from PIL import Image

from inksift.curation.base.errors import SourceError, StoreError
from inksift.curation.gather.archive import unpack
from inksift.curation.gather.archive.arrange import Member, places
from inksift.curation.gather.archive.kinds import find_archives, kind_of
from inksift.curation.gather.archive.sink import Bounds
from inksift.curation.gather.archive.unpack import Unpacked, unpacked
from inksift.curation.gather.images import ImageParams, Images, find_images
from inksift.curation.gather.notes import folder_notes
from inksift.curation.gather.reached import pictures_of
from inksift.curation.store.workspace import Workspace

BOUNDS = Bounds(member_bytes=10**6, total_bytes=10**8)
PARAMS = ImageParams(workers=1)


def picture(seed: int, kind: str = "PNG") -> bytes:
    """A drawn picture of 40 by 30 pixels, another one for every seed."""
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 40, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, kind)
    return data.getvalue()


def make_tar(path: Path, members: Mapping[str, bytes], mode: str = "w") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def make_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return path


def make_parquet(
    path: Path, columns: Mapping[str, list[Any]], features: Mapping[str, Any] | None = None
) -> Path:
    """A file as the library `datasets` writes it, where `features` are given."""
    table = pa.table(dict(columns))
    if features:
        told = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": told})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


def paths_in(result: Unpacked) -> list[str]:
    folder = result.folder
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def errors_of(result: Images) -> dict[str, str]:
    return dict(zip(result.images["path"], result.images["error"], strict=True))


def labels_of(result: Images) -> dict[str, str]:
    return dict(zip(result.images["path"], result.images["label"], strict=True))


def test_a_zip_is_read_like_its_folder(tmp_path: Path, workspace: Workspace) -> None:
    members = {"fox/1.png": picture(1), "fox/1.txt": b"a fox", "owl/2.png": picture(2)}
    folder = tmp_path / "folder"
    for name, data in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    packed = find_images(make_zip(tmp_path / "data.zip", members), workspace, PARAMS)
    plain = find_images(folder, Workspace(tmp_path / "other"), PARAMS)
    columns = ["path", "image_id", "label", "readable", "error", "width", "format"]
    assert packed.images[columns].equals(plain.images[columns])
    assert packed.folder.sidecars.equals(plain.folder.sidecars)
    assert packed.told[0].startswith("unpacked into ")
    assert plain.told == []


def test_a_tar_of_several_zstandard_frames(tmp_path: Path, workspace: Workspace) -> None:
    whole = make_tar(tmp_path / "a.tar", {"fox/1.png": picture(1)}).read_bytes()
    frames = [zstandard.compress(whole[:1000]), zstandard.compress(whole[1000:])]
    (tmp_path / "a.tar.zst").write_bytes(b"".join(frames))
    result = unpacked(tmp_path / "a.tar.zst", workspace, BOUNDS)
    assert paths_in(result) == ["fox/1.png"]
    assert result.refused == []


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tars_of_all_compressions(mode: str, tmp_path: Path, workspace: Workspace) -> None:
    source = make_tar(tmp_path / "any.name", {"./fox/1.png": picture(1)}, mode)
    assert kind_of(source) == "tar"
    assert paths_in(unpacked(source, workspace, BOUNDS)) == ["fox/1.png"]


def test_shards_of_a_webdataset(tmp_path: Path, workspace: Workspace) -> None:
    """Keys that meet in several shards are different pictures; their class is in `.cls`, or by
    name in `.json`, and captions stay with them."""
    shards = tmp_path / "shards"
    make_tar(
        shards / "s-0.tar",
        {
            "0.png": picture(1),
            "0.cls": b"fox\n",
            "0.txt": b"red",
            "1.png": picture(2),
            "1.cls": b"3",
        },
    )
    told = json.dumps({"label": 7, "class_name": "owl"}).encode()
    make_tar(shards / "s-1.tar", {"0.png": picture(3), "0.cls": b"7", "0.json": told})
    (shards / "sizes.csv").write_text("s-0.tar,2")
    result = find_images(shards, workspace, PARAMS)
    assert labels_of(result) == {
        "3/s-0.tar/1.png": "3",
        "fox/s-0.tar/0.png": "fox",
        "owl/s-1.tar/0.png": "owl",
    }
    assert set(errors_of(result).values()) == {""}
    assert result.folder.sidecars["picture"].tolist() == ["fox/s-0.tar/0.png", "owl/s-1.tar/0.png"]
    assert "sizes.csv" in result.told[1]


def test_archives_named_after_splits_are_splits(tmp_path: Path, workspace: Workspace) -> None:
    shards = tmp_path / "shards"
    for seed, name in enumerate(["train-0000", "train-0001", "imagenet-val-0000"]):
        make_tar(shards / f"{name}.tar", {"0.png": picture(seed), "0.cls": b"fox"})
    result = find_images(shards, workspace, PARAMS)
    assert set(labels_of(result).values()) == {"fox"}
    assert sorted(result.folder.given_splits["split"]) == ["train", "train", "validation"]


def test_an_archive_of_no_split_beside_splits_is_asked_about(
    tmp_path: Path, workspace: Workspace
) -> None:
    for seed, name in enumerate(["train", "test", "extra"]):
        make_tar(tmp_path / "shards" / f"{name}.tar", {"fox/0.png": picture(seed)})
    with pytest.raises(SourceError, match=r"extra\.tar lies beside"):
        find_images(tmp_path / "shards", workspace, PARAMS)


def test_parquet_of_hugging_face(tmp_path: Path, workspace: Workspace) -> None:
    images = [
        {"bytes": picture(1), "path": "a/red.png"},
        {"bytes": picture(2, "JPEG"), "path": None},
        {"bytes": None, "path": "/elsewhere/c.png"},
        None,
    ]
    features = {
        "image": {"_type": "Image"},
        "animal": {"_type": "ClassLabel", "names": ["fox", "owl"]},
        "text": {"dtype": "string", "_type": "Value"},
    }
    columns = {"image": images, "animal": [1, 0, 0, -1], "text": ["a red owl", None, "x", None]}
    source = make_parquet(tmp_path / "train-00000-of-00001.parquet", columns, features)
    result = find_images(source, workspace, PARAMS)
    assert errors_of(result) == {
        "fox/000001.jpg": "",
        "fox/000002-c.png": "outside_archive",
        "owl/000000-red.png": "",
        "unlabelled/000003": "outside_archive",
    }
    rows = result.folder.sidecars.set_index("picture")
    assert rows.loc["owl/000000-red.png", "text"] == "a red owl"


def test_a_folder_of_parquet_with_splits_and_plain_bytes(
    tmp_path: Path, workspace: Workspace
) -> None:
    for seed, split in enumerate(["train", "validation"]):
        columns = {"jpg": [picture(seed)], "label": ["TV/radio"], "mask": [picture(seed + 7)]}
        make_parquet(tmp_path / "hub" / "data" / f"{split}-00000-of-00001.parquet", columns)
    (tmp_path / "hub" / "README.md").write_text("about")
    (tmp_path / "hub" / ".git").mkdir()
    (tmp_path / "hub" / ".git" / "old.png").write_bytes(picture(9))
    result = find_images(tmp_path / "hub", workspace, PARAMS)
    assert set(labels_of(result).values()) == {"TV\N{DIVISION SLASH}radio"}
    names = sorted(path.rpartition("/")[2] for path in errors_of(result))
    assert names == ["000000-mask.png", "000000-mask.png", "000000.png", "000000.png"]
    assert sorted(result.folder.given_splits["split"].unique()) == ["train", "validation"]


def test_parquet_without_pictures_says_what_there_is(tmp_path: Path, workspace: Workspace) -> None:
    source = make_parquet(tmp_path / "a.parquet", {"url": ["http://a"], "n": [1]})
    with pytest.raises(SourceError, match=r"no column of pictures.*url \(string\), n \(int64\)"):
        unpacked(source, workspace, BOUNDS)


def hostile_tar(path: Path) -> Path:
    with tarfile.open(path, "w") as tar:
        for name in ("fox/1.png", "../out.png", "/tmp/absolute.png", "fox/../../out.png"):
            info = tarfile.TarInfo(name)
            info.size = len(picture(1))
            tar.addfile(info, io.BytesIO(picture(1)))
        for name, kind, target in (
            ("link", tarfile.SYMTYPE, "/etc"),
            ("fox/hard.png", tarfile.LNKTYPE, "fox/1.png"),
            ("fox/out.png", tarfile.LNKTYPE, "/etc/passwd"),
            ("null", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
        info = tarfile.TarInfo("link/passwd.png")
        info.size = len(picture(2))
        tar.addfile(info, io.BytesIO(picture(2)))
    return path


def test_nothing_leads_out_of_a_hostile_tar(tmp_path: Path, workspace: Workspace) -> None:
    source = hostile_tar(tmp_path / "hostile.tar")
    before = {path for path in tmp_path.rglob("*") if workspace.root not in path.parents}
    result = find_images(source, workspace, PARAMS)
    assert errors_of(result) == {
        "fox/1.png": "",
        "fox/hard.png": "",
        "fox/out.png": "outside_archive",
        "fox/out~2.png": "not_a_regular_file",
        "link": "not_a_regular_file",
        "link/passwd.png": "",
        "null": "not_a_regular_file",
        "out.png": "outside_archive",
        "pipe": "not_a_regular_file",
        "tmp/absolute.png": "outside_archive",
    }
    after = {path for path in tmp_path.rglob("*") if workspace.root not in path.parents}
    assert after == before
    kept = workspace.root / "source"
    modes = {stat.S_IFMT(path.lstat().st_mode) for path in kept.rglob("*")}
    assert modes <= {stat.S_IFREG, stat.S_IFDIR}


def test_a_zip_with_locked_damaged_and_linked_members(tmp_path: Path, workspace: Workspace) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1), "fox/2.png": picture(2)})
    with zipfile.ZipFile(source, "a") as packed:
        packed.writestr("fox/3.png", picture(3))
        link = zipfile.ZipInfo("fox/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
        odd = packed.getinfo("fox/2.png")
        odd.flag_bits |= 1
        packed.getinfo("fox/3.png").CRC ^= 1
    result = find_images(source, workspace, PARAMS)
    assert errors_of(result) == {
        "fox/1.png": "",
        "fox/2.png": "member_encrypted",
        "fox/3.png": "member_damaged",
        "fox/link.png": "not_a_regular_file",
    }


def test_only_locked_members_are_one_sentence(tmp_path: Path, workspace: Workspace) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1)})
    with zipfile.ZipFile(source, "a") as packed:
        packed.getinfo("fox/1.png").flag_bits |= 1
        packed.writestr("empty/", b"")
    with pytest.raises(SourceError, match=r"a\.zip \(1 members: member_encrypted\).*password"):
        unpacked(source, workspace, BOUNDS)
    assert not list((workspace.root / "source").iterdir())


def test_a_zip_of_a_version_to_come_is_one_sentence(tmp_path: Path, workspace: Workspace) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1)})
    data = bytearray(source.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 6] = 99
    source.write_bytes(data)
    with pytest.raises(SourceError, match=r"a\.zip is damaged \(zip file version 9\.9\)"):
        unpacked(source, workspace, BOUNDS)


def test_names_of_zips_are_read_as_they_are_meant(tmp_path: Path, workspace: Workspace) -> None:
    source = tmp_path / "a.zip"
    with zipfile.ZipFile(source, "w") as packed:
        dos = zipfile.ZipInfo("placeholder")
        dos.create_system, dos.filename = 0, "fox\\1.png"
        packed.writestr(dos, picture(1))
        packed.writestr("füchse/2.png", picture(2))
    data = bytearray(source.read_bytes())
    unsaid = data.rindex(b"PK\x01\x02") + 9  # the byte of flags that says UTF-8
    data[unsaid] &= ~0x08
    data[data.rindex(b"PK\x03\x04") + 7] &= ~0x08
    source.write_bytes(data)
    assert paths_in(unpacked(source, workspace, BOUNDS)) == ["fox/1.png", "füchse/2.png"]


def test_bytes_count_as_they_come(tmp_path: Path, workspace: Workspace) -> None:
    """A bomb is a small file: a member that unfolds is a row, all of them together stop."""
    bomb = {f"fox/{number}.bmp": bytes(2 * 10**6) for number in range(3)}
    good = {"fox/a.png": picture(1)}
    for source in (
        make_zip(tmp_path / "a.zip", bomb | good),
        make_tar(tmp_path / "a.tar.gz", bomb | good, "w:gz"),
    ):
        result = unpacked(source, workspace, BOUNDS)
        assert paths_in(result) == ["fox/a.png"]
        assert {entry.error for entry in result.refused} == {"file_too_big"}
        with pytest.raises(SourceError, match=r"images\.unpacked_gb"):
            unpacked(source, workspace, Bounds(3 * 10**6, 3 * 10**6))
        with pytest.raises(SourceError, match="more than 2 members"):
            unpacked(source, workspace, Bounds(10**5, 10**8, members=2))


def test_folders_count_and_are_not_endless(tmp_path: Path, workspace: Workspace) -> None:
    deep = {"fox/1.png": picture(1), "a/" * 1400 + "2.png": picture(2)}
    result = unpacked(make_zip(tmp_path / "a.zip", deep), workspace, BOUNDS)
    assert paths_in(result) == ["fox/1.png"]
    assert [entry.error for entry in result.refused] == ["outside_archive"]
    wide = {f"{number}/a/b/1.png": b"" for number in range(3)}
    with pytest.raises(SourceError, match="more than 9 members"):
        unpacked(make_zip(tmp_path / "b.zip", wide), workspace, Bounds(9, 9, members=9))


def test_a_full_disk_is_said_first(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1)})
    status = os.statvfs(tmp_path)
    little = os.statvfs_result((*status[:4], 1, *status[5:]))
    monkeypatch.setattr(os, "statvfs", lambda _: little)
    with pytest.raises(StoreError, match="free some disk space"):
        unpacked(source, workspace, BOUNDS)


def test_a_long_header_is_no_name(tmp_path: Path, workspace: Workspace) -> None:
    source = make_tar(tmp_path / "a.tar", {"fox/1.png": picture(1), "x" * (2**20 + 9): b"long"})
    result = unpacked(source, workspace, BOUNDS)
    assert paths_in(result) == ["fox/1.png"]
    assert [entry.error for entry in result.refused] == ["archive_damaged"]


@pytest.mark.parametrize("cut", [700, 2100])
def test_a_torn_tar_keeps_what_it_has_and_is_a_row(
    cut: int, tmp_path: Path, workspace: Workspace
) -> None:
    members = {"fox/1.png": b"x" * 100, "fox/2.png": b"y" * 5000}
    whole = make_tar(tmp_path / "a.tar", members).read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[: 1024 + cut])
    result = unpacked(tmp_path / "a.tar", workspace, BOUNDS)
    assert paths_in(result) == ["fox/1.png"]
    assert [(e.path, e.error) for e in result.refused] == [(b"a.tar", "archive_damaged")]
    assert "damaged after 1 files" in result.told[1]


def test_a_shard_that_is_none_is_a_row(tmp_path: Path, workspace: Workspace) -> None:
    make_tar(tmp_path / "shards" / "0.tar", {"fox/1.png": picture(1)})
    (tmp_path / "shards" / "deep").mkdir()
    (tmp_path / "shards" / "deep" / "1.tar").write_bytes(b"<html>404</html>")
    result = find_images(tmp_path / "shards", workspace, PARAMS)
    assert errors_of(result) == {"fox/1.png": "", "deep-1.tar": "archive_damaged"}


def test_a_header_that_is_wrong_does_not_end_a_tar_silently(
    tmp_path: Path, workspace: Workspace
) -> None:
    source = make_tar(tmp_path / "a.tar", {f"fox/{n}.png": b"x" for n in range(4)})
    data = bytearray(source.read_bytes())
    data[2048 + 10] ^= 0xFF
    source.write_bytes(data)
    result = unpacked(source, workspace, BOUNDS)
    assert [entry.error for entry in result.refused] == ["archive_damaged"]


@pytest.mark.parametrize("name", ["a.tar.gz", "a.zip", "a.parquet"])
def test_an_archive_of_which_nothing_can_be_read(
    name: str, tmp_path: Path, workspace: Workspace
) -> None:
    source = tmp_path / name
    if name == "a.zip":
        make_zip(source, {"fox/1.png": picture(1)})
    elif name == "a.parquet":
        make_parquet(source, {"image": [picture(1)]})
    else:
        make_tar(source, {"fox/1.png": os.urandom(9000)}, "w:gz")
    source.write_bytes(source.read_bytes()[:-60] if name != "a.tar.gz" else _torn(source))
    with pytest.raises(SourceError, match=f"{name} is damaged.*get it again"):
        unpacked(source, workspace, BOUNDS)


def _torn(source: Path) -> bytes:
    """A gzip whose first 1024 bytes come out and no more."""
    return gzip.compress(gzip.decompress(source.read_bytes())[:2000])[:-40]


def test_an_unchanged_archive_is_not_unpacked_again(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1), "../2.png": picture(2)})
    first = unpacked(source, workspace, BOUNDS)
    with monkeypatch.context() as patch:
        patch.setattr(unpack, "read_zip", None)
        assert unpacked(source, workspace, BOUNDS) == first
    assert first.refused
    assert pictures_of(source, workspace) == first.folder


def test_a_changed_archive_is_read_anew(tmp_path: Path, workspace: Workspace) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1)})
    unpacked(source, workspace, BOUNDS)
    make_zip(source, {"owl/2.png": picture(2)})
    assert paths_in(unpacked(source, workspace, BOUNDS)) == ["owl/2.png"]


def test_what_was_lost_in_the_workspace_is_unpacked_again(
    tmp_path: Path, workspace: Workspace
) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1), "fox/2.png": picture(2)})
    folder = unpacked(source, workspace, BOUNDS).folder
    (folder / "fox" / "1.png").write_bytes(b"")
    assert (unpacked(source, workspace, BOUNDS).folder / "fox" / "1.png").stat().st_size


def test_a_killed_unpacking_starts_again(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1)})
    with monkeypatch.context() as patch:
        patch.setattr(unpack, "_remove", lambda _: None)
        patch.setattr(unpack, "put_in_place", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            unpacked(source, workspace, BOUNDS)
    assert [place.suffix for place in (workspace.root / "source").iterdir()] == [".new"]
    assert paths_in(unpacked(source, workspace, BOUNDS)) == ["fox/1.png"]
    assert len(list((workspace.root / "source").iterdir())) == 1


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_archive_is_never_touched(tmp_path: Path, workspace: Workspace) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/1.png": picture(1)})
    source.chmod(0o400)
    before = (source.read_bytes(), source.stat().st_mtime_ns, source.stat().st_mode)
    find_images(source, workspace, PARAMS)
    assert (source.read_bytes(), source.stat().st_mtime_ns, source.stat().st_mode) == before


def test_members_with_names_of_our_own_outlive_the_next_run(
    tmp_path: Path, workspace: Workspace
) -> None:
    source = make_zip(tmp_path / "a.zip", {"fox/.partial-1.png": picture(1)})
    folder = unpacked(source, workspace, BOUNDS).folder
    with workspace.locked():
        assert (folder / "fox" / ".partial-1.png").exists()


def test_a_folder_of_pictures_with_an_archive_in_it_stays_one(
    tmp_path: Path, workspace: Workspace
) -> None:
    source = tmp_path / "source"
    make_tar(source / "old.tar", {"fox/1.png": picture(1)})
    (source / "fox").mkdir()
    (source / "fox" / "2").write_bytes(picture(2))
    assert find_archives(source).archives == []
    assert errors_of(find_images(source, workspace, PARAMS)) == {
        "fox/2": "",
        "old.tar": "format_not_allowed",
    }


def test_links_to_archives_are_followed_where_links_are(
    tmp_path: Path, workspace: Workspace
) -> None:
    """As the cache of the Hugging Face hub lays its files out."""
    store, source = tmp_path / "blobs", tmp_path / "snapshot"
    make_tar(store / "abc", {"fox/1.png": picture(1)})
    source.mkdir()
    (source / "a.tar").symlink_to(store / "abc")
    with pytest.raises(SourceError, match="--link-root"):
        find_images(source, workspace, PARAMS)
    params = ImageParams(workers=1, follow_links=True)
    result = find_images(source, workspace, params, link_roots=[store])
    assert errors_of(result) == {"fox/1.png": ""}


def test_another_file_is_no_source(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "a.png").write_bytes(picture(1))
    with pytest.raises(SourceError, match=r"a\.png is not a folder, and no archive"):
        unpacked(tmp_path / "a.png", workspace, BOUNDS)


def test_what_names_leave_out_is_counted(tmp_path: Path, workspace: Workspace) -> None:
    members = {"data/fox/1.png": picture(1), "__MACOSX/data/fox/._1.png": b"x", "read.me": b"x"}
    source = make_zip(tmp_path / "a.zip", members)
    result = find_images(source, workspace, PARAMS)
    assert errors_of(result) == {"fox/1.png": "", "read.me": "not_an_image"}
    assert any("__MACOSX" in note for note in folder_notes(result.images, result.folder))


@pytest.mark.parametrize(
    ("archive", "path", "placed"),
    [
        ("a.tar", b"fox/1.png", b"fox/a.tar/1.png"),
        ("a.tar", b"1.png", b"unlabelled/a.tar/1.png"),
        ("a.tar", b"train/fox/1.png", b"train/fox/a.tar/1.png"),
        ("a.tar", b"train/1.png", b"train/unlabelled/a.tar/1.png"),
        ("d/b.tar", b"fox/deep/1.png", b"fox/deep/d/b.tar/1.png"),
    ],
)
def test_each_of_several_archives_has_a_folder_in_every_class(
    archive: str, path: bytes, placed: bytes
) -> None:
    member = Member(archive, path)
    others = [Member("z.tar", b"owl/1.png"), Member("z.tar", b"2.png")]
    assert places([member, *others], {})[member] == placed
