"""The images table: one row per file, one decode per content, nothing measured twice, the input
untouched."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.base.engine import per_item
from inksift.curation.base.errors import GateError, ParamError, SourceError, StoreError
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import HASHES, IMAGES
from inksift.curation.gather import images as module
from inksift.curation.gather.gate.answer import Decoded
from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.gate.sandbox.layer import Layer
from inksift.curation.gather.images import ImageParams, Images, find_images, no_images
from inksift.curation.gather.signals.table import TABLE as SIGNALS_TABLE
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.thumbnails import THUMBNAILS, SingleThumbnails, Thumbnails
from inksift.curation.store.workspace import Workspace

PARAMS = ImageParams(workers=1)


def _picture(
    seed: int = 0, kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any
) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def _write(source: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small folder with a bit of everything."""
    folder = tmp_path / "source"
    whole = _picture(3, "JPEG")
    _write(
        folder,
        {
            "cats/a.png": _picture(0),
            "cats/copy of a.jpg": _picture(0),
            "dogs/b.webp": _picture(1, "WEBP"),
            "dogs/big.bmp": _picture(2, "BMP", (900, 700)),
            "dogs/torn.jpg": whole[: len(whole) // 2],
            "dogs/empty.jpg": b"",
            "dogs/page.jpg": b"<html>404</html>",
            "dogs/paper.jpg": b"%PDF-1.7",
            "dogs/_finder": b"\0\0\0\1Bud1",
        },
    )
    (folder / "dogs" / "link.png").symlink_to("../cats/a.png")
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def _column(result: Images, name: str) -> dict[str, Any]:
    return dict(zip(result.images["path"], result.images[name], strict=True))


def test_every_file_has_one_row_and_one_outcome(source: Path, workspace: Workspace) -> None:
    result = find_images(source, workspace, PARAMS)
    assert _column(result, "error") == {
        "cats/a.png": "",
        "cats/copy of a.jpg": "",
        "dogs/_finder": "not_an_image",
        "dogs/b.webp": "",
        "dogs/big.bmp": "",
        "dogs/empty.jpg": "empty",
        "dogs/link.png": "link_inside",
        "dogs/page.jpg": "not_an_image",
        "dogs/paper.jpg": "format_not_allowed",
        "dogs/torn.jpg": "broken:OSError",
    }
    assert (result.images["readable"] == (result.images["error"] == "")).all()
    assert result.new == 8
    IMAGES.check(result.images)
    HASHES.check(result.hashes)
    SIGNALS_TABLE.check(result.signals)
    THUMBNAILS.check(result.thumbnails)
    readable = list(dict.fromkeys(result.images.loc[result.images["readable"], "image_id"]))
    for table in (result.hashes, result.signals, result.thumbnails):
        assert table["image_id"].tolist() == readable


def test_rows_hold_the_facts(source: Path, workspace: Workspace) -> None:
    rows = find_images(source, workspace, PARAMS).images.set_index("path", drop=False)
    big = rows.loc["dogs/big.bmp"]
    assert big["path_bytes"] == b"dogs/big.bmp"
    assert big["image_id"] == hashlib.sha256((source / "dogs/big.bmp").read_bytes()).hexdigest()
    assert (big["label"], big["width"], big["height"], big["format"], big["mode"]) == (
        "dogs",
        900,
        700,
        "BMP",
        "RGB",
    )
    status = (source / "dogs/big.bmp").stat()
    assert (big["size_bytes"], big["mtime_ns"]) == (status.st_size, status.st_mtime_ns)
    assert rows.loc["cats/a.png", "image_id"] == rows.loc["cats/copy of a.jpg", "image_id"]
    assert rows.loc["cats/copy of a.jpg", "note"] == "ext_mismatch"
    assert rows.loc["cats/a.png", "note"] == ""
    assert "truncated" in rows.loc["dogs/torn.jpg", "note"]


def test_seven_names_of_one_content_are_one_picture(tmp_path: Path, workspace: Workspace) -> None:
    extensions = ("png", "jpg", "webp", "gif", "bmp", "tiff", "avif")
    _write(tmp_path / "source", {f"cats/a.{extension}": _picture() for extension in extensions})
    result = find_images(tmp_path / "source", workspace, PARAMS)
    assert result.images["image_id"].nunique() == result.new == len(result.hashes) == 1
    assert {path for path, note in _column(result, "note").items() if note != "ext_mismatch"} == {
        "cats/a.png"
    }


def _same(one: Images, other: Images) -> None:
    for table, twin in zip(one[:4], other[:4], strict=True):
        pd.testing.assert_frame_equal(table, twin)


def test_a_second_run_measures_nothing(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = find_images(source, workspace, PARAMS)

    def forbidden(*_: object) -> Decoded:
        raise AssertionError("decoded again")

    monkeypatch.setattr(Gate, "decode", forbidden)
    for again in (workspace, Workspace(workspace.root)):
        second = find_images(source, again, PARAMS)
        assert second.new == 0
        _same(first, second)


def test_only_new_contents_are_measured(source: Path, workspace: Workspace) -> None:
    first = find_images(source, workspace, PARAMS)
    _write(source, {"cats/new.png": _picture(9), "cats/third copy.png": _picture(0)})
    second = find_images(source, workspace, PARAMS)
    assert second.new == 1
    pd.testing.assert_frame_equal(
        second.images[second.images["path"].isin(first.images["path"])].reset_index(drop=True),
        first.images,
    )


def test_other_settings_measure_again(source: Path, workspace: Workspace) -> None:
    find_images(source, workspace, PARAMS)
    assert find_images(source, workspace, ImageParams(workers=1, timeout_s=9)).new == 0
    result = find_images(source, workspace, ImageParams(workers=1, max_megapixels=0.5))
    assert result.new == 8
    assert _column(result, "error")["dogs/big.bmp"] == "too_many_pixels"


def test_order_and_number_of_workers_change_nothing(
    source: Path, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = find_images(source, workspace, PARAMS)
    monkeypatch.setattr(module, "DECODE_BATCH", 3)
    other = Workspace(tmp_path / "other")
    second = find_images(source, other, ImageParams(workers=3))
    third = find_images(source, Workspace(other.root), ImageParams(workers=3))
    for result in (second, third):
        _same(first._replace(thumbnails=result.thumbnails), result)
    assert len(set(second.thumbnails["part"])) > 1


def test_the_source_is_not_touched(source: Path, workspace: Workspace) -> None:
    def state() -> list[tuple[Any, ...]]:
        files = sorted(source.rglob("*"))
        return [
            (
                path,
                path.lstat().st_mtime_ns,
                path.lstat().st_mode,
                path.is_file() and path.read_bytes(),
            )
            for path in files
        ]

    before = state()
    find_images(source, workspace, PARAMS)
    assert state() == before


def test_a_missing_layer_of_the_sandbox_is_told_where_pictures_were_decoded(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = (Layer("seccomp", True), Layer("Landlock", False, "no such call"))
    monkeypatch.setattr(Gate, "layers", lambda _: layers)
    found, again = (find_images(source, workspace, PARAMS) for _ in range(2))
    assert (list(found.unprotected), again.new) == (["Landlock (no such call)"], 0)
    assert list(again.unprotected) == []


PASSING = ("timeout", "decoder_died", "memory", "changed_during_run", "vanished", "unreadable")


@pytest.mark.parametrize("error", PASSING)
def test_what_may_pass_is_tried_again(
    error: str, source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Gate, "decode", lambda *_: Decoded(error, "once"))
        failed = find_images(source, workspace, PARAMS)
    assert not failed.images["readable"].any()
    assert _column(failed, "error")["cats/a.png"] == error
    assert len(failed.hashes) == len(failed.signals) == len(failed.thumbnails) == 0
    assert find_images(source, workspace, PARAMS).images["readable"].sum() == 4


def test_a_kill_costs_at_most_one_batch(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DECODE_BATCH", 2)
    real, calls = Gate.decode, []

    def failing(gate: Gate, handle: int, image_id: str) -> Decoded:
        calls.append(image_id)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return real(gate, handle, image_id)

    monkeypatch.setattr(Gate, "decode", failing)
    with pytest.raises(KeyboardInterrupt):
        find_images(source, workspace, PARAMS)
    monkeypatch.setattr(Gate, "decode", real)
    assert find_images(source, Workspace(workspace.root), PARAMS).new == 8 - 4


def test_a_lost_thumbnail_is_made_again(source: Path, workspace: Workspace) -> None:
    first = find_images(source, workspace, PARAMS)
    (part,) = (workspace.root / name for name in set(first.thumbnails["part"]))
    part.write_bytes(part.read_bytes()[:-1])
    again = Workspace(workspace.root)
    second = find_images(source, again, PARAMS)
    assert second.new == 3
    _same(first, second)
    assert Thumbnails(again, second.thumbnails)(second.hashes["image_id"][0]).shape == (30, 40, 3)


def test_a_picture_that_fails_where_its_thumbnail_was_lost_is_one_row(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = find_images(source, workspace, PARAMS)
    (part,) = (workspace.root / name for name in set(first.thumbnails["part"]))
    part.unlink()
    monkeypatch.setattr(Gate, "decode", lambda *_: Decoded("timeout", "once"))
    second = find_images(source, Workspace(workspace.root), PARAMS)
    assert second.images["path"].tolist() == first.images["path"].tolist()
    assert not second.images["readable"].any()
    assert _column(second, "error")["cats/a.png"] == "timeout"


def _while_decoding(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Run `change` once, after the files are hashed and before the first is decoded."""
    real, done = Gate.decode, []

    def changing(gate: Gate, handle: int, image_id: str) -> Decoded:
        if not done:
            done.append(change())
        return real(gate, handle, image_id)

    monkeypatch.setattr(Gate, "decode", changing)


def test_a_file_that_changes_during_the_run_loses_its_row(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = source / "dogs/b.webp"
    _while_decoding(monkeypatch, lambda: victim.write_bytes(_picture(8, "WEBP")))
    result = find_images(source, workspace, PARAMS)
    row = result.images.set_index("path").loc["dogs/b.webp"]
    assert (row["readable"], row["error"], row["image_id"]) == (False, "changed_during_run", "")
    assert len(result.hashes) == 2
    assert (
        find_images(source, workspace, PARAMS)
        .images.set_index("path")
        .loc["dogs/b.webp", "readable"]
    )


def test_a_change_that_keeps_size_and_time_is_seen(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = source / "dogs/big.bmp"
    before = victim.stat()
    find_images(source, workspace, PARAMS)
    victim.write_bytes(_picture(7, "BMP", (900, 700)))
    os.utime(victim, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert victim.stat().st_size == before.st_size
    result = find_images(source, workspace, PARAMS)
    assert result.new == 1
    assert (
        _column(result, "image_id")["dogs/big.bmp"]
        == hashlib.sha256(victim.read_bytes()).hexdigest()
    )


@pytest.mark.parametrize(
    ("change", "error"), [("touch", ""), ("remove", "vanished"), ("rewrite", "")]
)
def test_other_changes_during_the_run(
    change: str, error: str, source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = source / "cats/a.png"

    def act() -> None:
        if change == "touch":
            os.utime(victim, ns=(1, 1))
        else:
            victim.unlink()
        if change == "rewrite":
            victim.write_bytes(_picture(0))

    _while_decoding(monkeypatch, act)
    result = find_images(source, workspace, PARAMS)
    assert _column(result, "error")["cats/a.png"] == error
    assert _column(result, "error")["cats/copy of a.jpg"] == ""
    assert result.images["mtime_ns"][0] == (
        victim.stat().st_mtime_ns if victim.exists() else result.images["mtime_ns"][0]
    )


def test_a_changed_copy_does_not_cost_the_other(
    tmp_path: Path, workspace: Workspace, monkeypatch: Any
) -> None:
    _write(
        tmp_path / "source",
        {"cats/0.png": _picture(5), "cats/1.png": _picture(0), "cats/2.png": _picture(0)},
    )
    victim = tmp_path / "source/cats/1.png"
    _while_decoding(monkeypatch, lambda: victim.write_bytes(_picture(6)))
    result = find_images(tmp_path / "source", workspace, PARAMS)
    assert _column(result, "error") == {
        "cats/0.png": "",
        "cats/1.png": "changed_during_run",
        "cats/2.png": "",
    }


def test_a_folder_of_bad_files_gives_empty_tables(tmp_path: Path, workspace: Workspace) -> None:
    _write(tmp_path / "source", {"cats/a.jpg": b"no", "cats/b.jpg": b""})
    result = find_images(tmp_path / "source", workspace, PARAMS)
    assert [len(table) for table in result[:4]] == [2, 0, 0, 0]
    for table, twin in zip(result[1:4], no_images()[1:4], strict=True):
        pd.testing.assert_frame_equal(table, twin)


def test_a_workspace_inside_the_source_is_refused(source: Path) -> None:
    with pytest.raises(SourceError, match="lies inside"):
        find_images(source, Workspace(source / "out"), PARAMS)


def test_a_folder_without_files_is_refused_before_any_worker_starts(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "source").mkdir()
    monkeypatch.setattr(module, "DecodingTask", None)
    with pytest.raises(SourceError, match="no files in"):
        find_images(tmp_path / "source", workspace, PARAMS)


def test_a_gate_that_cannot_work_stops_the_run(
    source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Decoded:
        raise GateError("a decode worker did not start")

    monkeypatch.setattr(Gate, "decode", broken)
    with pytest.raises(GateError, match="did not start"):
        find_images(source, workspace, PARAMS)


def test_settings_have_ranges() -> None:
    for values in (
        {"timeout_s": 0},
        {"max_megapixels": 0},
        {"memory_mb": 1},
        {"thumbnail_px": 640},
    ):
        with pytest.raises(ParamError, match=r"images\."):
            ImageParams.of("images", values)


Reader = Callable[[str], Rgb]
READERS = (Thumbnails, SingleThumbnails)


def _read_all(read: Reader, image_ids: Sequence[str]) -> list[tuple[int, ...]]:
    return per_item(lambda image_id: read(image_id).shape, image_ids, workers=2)


@pytest.mark.parametrize("kind", READERS)
def test_thumbnails_are_read_by_content(
    kind: Callable[..., Reader], source: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DECODE_BATCH", 2)
    monkeypatch.setattr("inksift.curation.store.thumbnails.PARTS_IN_MEMORY", 1)
    result = find_images(source, workspace, PARAMS)
    read = kind(workspace, result.thumbnails)
    ids = result.thumbnails["image_id"].tolist()
    assert _read_all(read, ids) == [(30, 40, 3), (30, 40, 3), (498, 640, 3)]
    assert _read_all(read, ids[::-1]) == [(498, 640, 3), (30, 40, 3), (30, 40, 3)]
    with Image.open(source / "cats/a.png") as image:
        assert np.array_equal(read(ids[0]), np.asarray(image))


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("image_id", ["", "0" * 64])
def test_a_missing_thumbnail_is_an_error_with_a_remedy(
    kind: Callable[..., Reader], image_id: str, workspace: Workspace
) -> None:
    with pytest.raises(StoreError, match="run the images stage again"):
        kind(workspace, no_images().thumbnails)(image_id)


def test_a_part_of_an_earlier_version_is_an_error_with_a_remedy(
    source: Path, workspace: Workspace
) -> None:
    result = find_images(source, workspace, PARAMS)
    for part in set(result.thumbnails["part"]):
        rows = read_parquet(workspace.root / part)
        (workspace.root / part).write_bytes(to_parquet(rows.drop(columns="unseen")))
    read = Thumbnails(workspace, result.thumbnails)
    for ask in (read, read.unseen):
        with pytest.raises(StoreError, match="run the images stage again"):
            ask(result.thumbnails["image_id"][0])


@pytest.mark.parametrize("kind", READERS)
def test_a_lost_part_is_an_error_with_a_remedy(
    kind: Callable[..., Reader], source: Path, workspace: Workspace
) -> None:
    result = find_images(source, workspace, PARAMS)
    for part in set(result.thumbnails["part"]):
        (workspace.root / part).unlink()
    with pytest.raises(StoreError, match="run the images stage again"):
        kind(workspace, result.thumbnails)(result.thumbnails["image_id"][0])


@pytest.mark.slow
def test_real_pictures_are_all_readable_and_remembered(shared: Path, workspace: Workspace) -> None:
    folder = shared / "data/crawl/images/wiehan_de_jager"
    truth = pd.read_csv(shared / "data/crawl/truth.csv")
    truth = truth[truth["class"] == "wiehan_de_jager"].set_index("sha256")
    result = find_images(folder, workspace, ImageParams())
    assert len(result.images) == len(truth)
    assert result.images["readable"].all()
    for row in result.images.itertuples():
        expected = truth.loc[[row.image_id]].iloc[0]
        assert (row.width, row.height) == (expected["width"], expected["height"])
    assert find_images(folder, workspace, ImageParams()).new == 0
