"""Weights are found in a fixed order, and never opened unless they are the pinned ones."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from inksift.curation.base.errors import MissingError, ParamError, WeightsError
from inksift.curation.evidence.models import weights
from inksift.curation.evidence.models.families import known_weights
from inksift.curation.evidence.models.pinned import Weights, load_state
from inksift.curation.evidence.models.weights import find_weights, list_weights, search_weights
from inksift.curation.evidence.models.yolo_network import load_yolo
from tests.toy_weights import register

GOOD = b"the published file"
TOY = Weights(
    "toy", "toy.pt", (hashlib.sha256(GOOD).hexdigest(),), "https://example.org/toy.pt", "MIT"
)


class Evil:
    """A pickle that leaves a mark when it is opened."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


@pytest.fixture(autouse=True)
def toy(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("INKSIFT_WEIGHTS", raising=False)
    register(monkeypatch, TOY)


def put(folder: Path, data: bytes = GOOD) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.pt").write_bytes(data)
    return folder / "toy.pt"


def test_a_given_folder_comes_before_the_environment_and_that_before_the_cache(
    tmp_path, monkeypatch
):
    monkeypatch.setenv(
        "INKSIFT_WEIGHTS", f"{tmp_path / 'nowhere'}{os.pathsep}{tmp_path / 'environment'}"
    )
    cached = put(weights.cache_folder())
    assert find_weights("toy") == cached
    in_environment = put(tmp_path / "environment")
    assert find_weights("toy") == in_environment
    given = put(tmp_path / "given")
    assert find_weights("toy", [tmp_path / "empty", tmp_path / "given"]) == given


def test_weights_that_are_nowhere_say_what_to_do(tmp_path):
    assert search_weights("toy", [tmp_path]) is None
    with pytest.raises(
        WeightsError, match=r"toy\.pt is in none of .*\n.*weights fetch toy.*example\.org"
    ) as raised:
        find_weights("toy", [tmp_path])
    assert raised.value.exit_code == 3


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(
        ParamError, match="no weights called yolov9; there are: yolov8n, efficientnet-lite2"
    ):
        find_weights("yolov9")


@pytest.mark.parametrize(
    "data",
    [GOOD[:-1], b"", bytes([GOOD[0] ^ 1]) + GOOD[1:], b"<html>404</html>", GOOD[::-1]],
    ids=["truncated", "empty", "one bit", "page", "same size"],
)
def test_other_bytes_are_refused_and_the_users_file_stays(tmp_path, data):
    path = put(tmp_path, data)
    with pytest.raises(WeightsError) as raised:
        find_weights("toy", [tmp_path])
    message = str(raised.value)
    assert str(path) in message
    assert TOY.digests[0] in message
    assert hashlib.sha256(data).hexdigest() in message
    assert path.read_bytes() == data


def test_a_damaged_file_in_our_cache_is_set_aside(caplog):
    path = put(weights.cache_folder(), b"torn")
    with caplog.at_level(logging.WARNING):
        assert search_weights("toy") is None
    assert not path.exists()
    assert path.with_name("toy.pt.damaged").read_bytes() == b"torn"
    assert "digest mismatch" in caplog.text


def test_the_first_digits_of_a_digest_are_enough(tmp_path, monkeypatch):
    register(monkeypatch, replace(TOY, digests=("00000000", TOY.digests[0][:8])))
    path = put(tmp_path)
    assert find_weights("toy", [tmp_path]) == path


def test_no_digest_is_pinned_by_fewer_than_eight_digits():
    assert min(len(digest) for known in known_weights().values() for digest in known.digests) >= 8


@pytest.mark.parametrize(("size", "digest"), [("lite0", "57934424"), ("lite2", "9656183e")])
def test_a_lite_network_is_carried_by_its_package(size, digest):
    name = f"efficientnet-{size}"
    assert find_weights(name).name == f"{name}-{digest}.pth"


def test_the_pinned_digests_are_those_of_the_authors():
    from efficientnet_pytorch.utils import url_map

    assert {name: known.url for name, known in known_weights().items() if "-b" in name} == url_map
    assert all(
        known.digests[0] in known.file for name, known in known_weights().items() if "-b" in name
    )


def test_the_listing_has_every_name_once(tmp_path):
    put(tmp_path, b"torn")
    listed = {line.name: line for line in list_weights([tmp_path])}
    assert list(listed) == list(known_weights())
    assert "digest mismatch" in listed["toy"].where
    assert (listed["yolov8n"].where, listed["yolov8n"].size_bytes) == ("not found", 0)
    assert listed["efficientnet-lite0"].size_bytes == 18826032


def test_evil_pickles_are_refused_before_they_are_opened(tmp_path):
    for name, legacy in (("yolov8n", False), ("efficientnet-b0", True)):
        torch.save(
            {"model": Evil(tmp_path / "marker")},
            tmp_path / known_weights()[name].file,
            _use_new_zipfile_serialization=not legacy,
        )
        with pytest.raises(WeightsError, match="digest mismatch"):
            find_weights(name, [tmp_path])
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("load", [load_state, load_yolo])
@pytest.mark.parametrize("legacy", [False, True])
def test_the_loaders_build_no_unknown_type_even_if_the_digest_were_right(
    tmp_path, load, legacy, monkeypatch
):
    def no_process(*arguments, **options):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", no_process)
    path = tmp_path / "evil.pt"
    torch.save(
        {"model": Evil(tmp_path / "marker")}, path, _use_new_zipfile_serialization=not legacy
    )
    with pytest.raises(WeightsError, match=str(path)):
        load(path)
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("load", [load_state, load_yolo])
def test_a_file_of_something_else_is_a_weights_error(tmp_path, load):
    for data in (b"", b"PK\x03\x04 torn", b"\x80\x02K\x01."):
        (tmp_path / "odd.pt").write_bytes(data)
        with pytest.raises(WeightsError):
            load(tmp_path / "odd.pt")


def test_torch_without_safe_loading_is_refused(tmp_path, monkeypatch):
    monkeypatch.delattr(torch.serialization, "get_unsafe_globals_in_checkpoint")
    with pytest.raises(MissingError, match=r"install torch 2\.6"):
        load_yolo(tmp_path / "any.pt")
