"""What a browser gets to see of a picture: pixels that we encoded ourselves, and nothing else of
the file."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.review import pictures as module
from inksift.curation.review.pictures import PICTURE_PX, THUMBNAIL_PX, ServedPictures
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace
from tests.web.asking import Browser

TAIL = b"<script>alert(1)</script>"


def flat(image_id: str) -> Rgb:
    return np.full((600, 900, 3), int(image_id) % 256, np.uint8)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_pictures_are_small_and_undistorted() -> None:
    pictures = ServedPictures(flat, {"7"})
    assert opened(pictures.thumbnail("7")).size == (THUMBNAIL_PX, 107)
    assert opened(pictures.picture("7")).size == (PICTURE_PX, 341)
    assert opened(pictures.picture("7")).getpixel((9, 9)) == (7, 7, 7)


def test_a_picture_that_is_not_of_the_run_is_not_read() -> None:
    def read(image_id: str) -> Rgb:
        raise AssertionError(image_id)

    for find in (ServedPictures(read, {"7"}).thumbnail, ServedPictures(read, {"7"}).picture):
        with pytest.raises(KeyError):
            find("8")


def test_what_was_shown_lately_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 2)
    asked: list[str] = []
    pictures = ServedPictures(
        lambda image_id: (asked.append(image_id), flat(image_id))[1], {"1", "2", "3"}
    )
    first = pictures.thumbnail("1")
    for image_id in ("2", "1", "3", "1"):
        pictures.thumbnail(image_id)
    assert pictures.thumbnail("1") == first
    assert asked == ["1", "2", "3"]
    pictures.thumbnail("2")
    assert asked == ["1", "2", "3", "2"]


def test_many_threads_may_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 3)
    pictures, together = ServedPictures(flat, set(map(str, range(9)))), threading.Barrier(4)

    def look(start: int) -> list[bytes]:
        together.wait()
        return [pictures.thumbnail(str((start + step) % 9)) for step in range(45)]

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(look, range(4)))
    assert len({data for shown in seen for data in shown}) == 9
    assert len(pictures._recent) == 3


def test_nothing_of_the_file_but_its_pixels_is_served(tmp_path: Path) -> None:
    folder = tmp_path / "pictures/cat"
    folder.mkdir(parents=True)
    hostile = Image.new("RGB", (300, 200), "orange")
    exif = Image.Exif()
    exif[0x010E] = TAIL.decode()
    buffer = BytesIO()
    hostile.save(buffer, "JPEG", exif=exif, icc_profile=b"profile" + TAIL, comment=TAIL)
    (folder / "polyglot.jpg").write_bytes(buffer.getvalue() + TAIL)
    workspace = Workspace(tmp_path / "workspace")
    found = find_images(tmp_path / "pictures", workspace, ImageParams(workers=1))
    (image_id,) = found.thumbnails["image_id"]
    pictures = ServedPictures(Thumbnails(workspace, found.thumbnails), {image_id})
    for data in (pictures.thumbnail(image_id), pictures.picture(image_id)):
        assert TAIL not in data
        assert b"profile" not in data
        assert data.endswith(b"\xff\xd9")
        shown = opened(data)
        assert (shown.format, dict(shown.getexif()), shown.info.get("icc_profile")) == (
            "JPEG",
            {},
            None,
        )
        assert "comment" not in shown.info


def test_the_app_serves_them_as_jpeg_by_content(browser: Browser) -> None:
    page = browser.get("/files/0").body.decode()
    (first, *_) = {
        part.split('"')[0]
        for part in page.split('src="')[1:]
        if part.startswith(("/pict", "/thumb"))
    }
    answer = browser.get(first)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert opened(answer.body).format == "JPEG"
