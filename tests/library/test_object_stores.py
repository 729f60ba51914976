"""What every object store keeps to, whichever library reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inksift.curation.base.location import SCHEMES
from inksift.curation.store.objects import opened
from inksift.curation.store.objects.interface import ObjectError, ObjectFacts, ObjectStore
from inksift.curation.store.objects.opened import read_object
from tests.object_server import Server, served

DATA = bytes(range(256)) * 5_000


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with served() as server:
        yield server


def s3(bucket: str, url: str) -> ObjectStore:
    from inksift.curation.store.objects.s3 import S3Objects

    return S3Objects(bucket)


def obstore(bucket: str, url: str) -> ObjectStore:
    from obstore.store import S3Store

    from inksift.curation.store.objects.clouds import CloudObjects

    return CloudObjects(S3Store(bucket, endpoint=url, client_options={"allow_http": True}))


@pytest.fixture(params=[s3, obstore], ids=["botocore", "obstore"])
def objects(
    request: pytest.FixtureRequest,
    running: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> ObjectStore:
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(opened, "_PAUSE_S", 0.01)
    running.forget()
    name = re.sub(r"[^a-z0-9]+", "-", f"o-{tmp_path.name.lower()}").strip("-")
    running.client().create_bucket(Bucket=name)
    make: Callable[[str, str], ObjectStore] = request.param
    return make(name, running.url)


def test_what_is_put_is_listed_told_and_read_in_parts(objects: ObjectStore) -> None:
    tag = objects.put("a/one.bin", DATA)
    objects.put("ab/two.bin", b"")
    (listed,) = objects.listed("a/")
    told = objects.facts("a/one.bin")
    assert listed[:3] == told[:3] == ("a/one.bin", len(DATA), tag)
    assert listed.modified_ns % 10**9 == told.modified_ns % 10**9 == 0
    assert b"".join(objects.chunks(told, 0, len(DATA))) == DATA
    assert b"".join(objects.chunks(told, 100, 300)) == DATA[100:300]
    assert b"".join(read_object(objects, objects.facts("ab/two.bin"))) == b""


def test_every_scheme_has_a_library() -> None:
    from inksift.curation.store.objects.clouds import _STORES

    assert {"s3", *_STORES} == {*SCHEMES}


def test_a_put_holds_only_on_its_condition(objects: ObjectStore) -> None:
    first = objects.put("head", b"1", replaces="")
    second = objects.put("head", b"2", replaces=first)
    for tag in ("", first):
        with pytest.raises(ObjectError) as refused:
            objects.put("head", b"3", replaces=tag)
        assert refused.value.fault == "changed"
    assert objects.facts("head").tag == second
    assert objects.put("head", b"4") not in (first, second)


def test_what_is_not_there_or_another_is_told_apart(objects: ObjectStore) -> None:
    with pytest.raises(ObjectError) as gone:
        objects.facts("nothing")
    objects.put("a", b"1")
    before = objects.facts("a")
    objects.put("a", b"2")
    with pytest.raises(ObjectError) as changed:
        list(objects.chunks(before, 0, 1))
    objects.delete("a")
    objects.delete("a")
    with pytest.raises(ObjectError) as gone_too:
        list(objects.chunks(before, 0, 1))
    faults = [error.value.fault for error in (gone, changed, gone_too)]
    assert faults == ["gone", "changed", "gone"]


@pytest.mark.parametrize("fault", ["cut", "error"])
def test_a_body_is_gone_on_with_from_where_it_broke_off(
    objects: ObjectStore, running: Server, fault: str
) -> None:
    objects.put("a", DATA)
    running.faulty.faults["a"] = [fault, fault]
    assert b"".join(read_object(objects, objects.facts("a"))) == DATA
    assert running.faulty.bytes_read <= len(DATA) * 1.01


class Slow:
    """A store whose bytes come one at a time, and a clock that ticks with each."""

    def __init__(self) -> None:
        self.now = 0.0

    def chunks(self, known: ObjectFacts, start: int, stop: int) -> Iterator[bytes]:
        for _ in range(start, stop):
            self.now += 1
            yield b"x"


def test_an_object_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(opened.time, "monotonic", lambda: slow.now)
    with pytest.raises(ObjectError, match="came too slowly"):
        list(read_object(slow, ObjectFacts("a", 1_000, "tag", 0)))  # type: ignore[arg-type]
    assert slow.now < 70
