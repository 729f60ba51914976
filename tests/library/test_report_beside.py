"""A report that is too large for one file puts its pictures beside itself, and nothing anew that is
the same."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from inksift.curation.base.rgb import Rgb
from inksift.curation.report import beside, gallery
from inksift.curation.report.page import ReportParams, build_report
from tests import reports
from tests.plots import blank_plots
from tests.reports import COPY, PHOTO, DictShelf, frames

UNSURE = {"outcome": "review", "stage": "verdicts", "reason": "unsure"}
CHANGES: list[dict[str, Any]] = [{}, *[PHOTO] * 40, *[UNSURE] * 4, COPY]


@pytest.fixture(autouse=True)
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two tiles of a kind in the page, files of 5 tiles, 20 entries and few thumbnails; no plots,
    which say nothing of it."""
    monkeypatch.setattr(gallery, "FIRST", 2)
    monkeypatch.setattr(beside, "TILES", 5)
    monkeypatch.setattr(beside, "ENTRIES", 20)
    monkeypatch.setattr(beside, "_CUT", 4)
    with blank_plots():
        yield


def report(shelf: DictShelf, changes: list[dict[str, Any]], **settings: Any) -> str:
    decisions, images = frames(changes)
    params = ReportParams(**{"one_file": 0, "thumbnail_px": 32, **settings})
    return build_report(decisions, images, read=reports.read, params=params, shelf=shelf)


def index_in(html: str) -> dict[str, Any]:
    (text,) = re.findall(r'id="index">(.*?)</script>', html)
    return dict(json.loads(text))


def content(shelf: DictShelf, name: str) -> Any:
    """What a file hands to the page, once under its own name."""
    call = re.fullmatch(rf'arrived\("{name}",(.*)\);\n', shelf.files[name].decode())
    assert call
    return json.loads(call[1])


def unpacked(shelf: DictShelf, names: list[str]) -> list[Any]:
    return [json.loads(gzip.decompress(base64.b64decode(content(shelf, name)))) for name in names]


def test_every_picture_is_in_the_index_and_has_a_tile_with_its_thumbnail() -> None:
    shelf = DictShelf()
    html = report(shelf, CHANGES)
    names = index_in(html)["beside"]
    columns = unpacked(shelf, names["columns"])
    paths = [path for part in columns for path in part["path"]]
    assert sorted(paths) == [f"{n:03d}.png" for n in range(1, 46)]
    assert [len(part["p"]) for part in columns] == [20, 20, 5]
    cards = [card for part in unpacked(shelf, names["tiles"]) for card in part]
    assert [re.search(r"<bdi>([\d]+\.png)", card)[1] for card in cards] == paths[5:]  # type: ignore[index]
    thumbnails = [content(shelf, name) for name in names["thumbnails"]]
    assert sum(map(len, thumbnails)) == 40
    for card in cards:
        number, place = re.findall(r'src="thumbnail:(\d+)\.(\d+)"', card)[0]
        assert base64.b64decode(thumbnails[int(number)][int(place)])[:2] == b"\xff\xd8"
    assert set(shelf.files) == {name for some in names.values() for name in some}


def test_the_page_lets_its_script_load_others_and_no_text_of_it() -> None:
    assert "script-src 'sha256-" in (html := report(DictShelf(), CHANGES))
    assert " 'strict-dynamic'; base-uri 'none'" in html
    assert "strict-dynamic" not in report(DictShelf(), CHANGES, one_file=45)


@pytest.mark.parametrize(("one_file", "files"), [(45, False), (44, True)])
def test_few_pictures_stay_in_one_file(one_file: int, files: bool) -> None:
    shelf = DictShelf()
    report(shelf, CHANGES, one_file=one_file)
    assert bool(shelf.files) is files


def test_a_new_picture_draws_few_thumbnails_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, drawn = DictShelf(), []
    report(shelf, CHANGES)

    def read(image_id: str) -> Rgb:
        drawn.append(int(image_id))
        return once(image_id)

    once = reports.read
    monkeypatch.setattr(reports, "read", read)
    before = dict(shelf.files)
    report(shelf, CHANGES)
    first = len(drawn)
    assert shelf.files == before
    report(shelf, [*CHANGES, PHOTO])
    assert first <= 6  # those in the page, which it holds itself
    assert len(drawn) - 2 * first <= 20


def test_pictures_that_are_stored_later_share_the_files_of_no_others() -> None:
    """Wherever their paths stand: every second one came later."""
    decisions, images = frames([PHOTO] * 40)
    late = set(images["image_id"][::2])
    there = [part[~part["image_id"].isin(late)] for part in (decisions, images)]
    part_of = {one: "b" if one in late else "a" for one in images["image_id"]}
    params = ReportParams(one_file=0, thumbnail_px=32)
    held = []
    for some in (there, [decisions, images]):
        shelf = DictShelf()
        html = build_report(*some, read=reports.read, params=params, shelf=shelf, part_of=part_of)
        held.append(set(index_in(html)["beside"]["thumbnails"]))
    before, after = held
    assert len(before) >= 4
    assert len(before - after) <= 1  # the last one of a part may go on in the next
