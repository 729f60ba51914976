"""A source in an object store is read as a folder is: every object once, every odd key a row."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from inksift.curation.base.engine import per_item
from inksift.curation.base.errors import ParamError, SourceError
from inksift.curation.base.location import Url, lies_in, location_of
from inksift.curation.gather import reached
from inksift.curation.gather.folder.identity import Identity, confirm_all, identify_all
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.gather.folder.snapshot import changes_told
from inksift.curation.gather.images import ImageParams, Images, find_images
from inksift.curation.gather.reached import listed_source, pictures_of, reach_again, snapshot
from inksift.curation.gather.remote import reach as remote_reach
from inksift.curation.gather.remote.spool import Spool
from inksift.curation.store.objects import opened
from inksift.curation.store.objects.interface import Fault, ObjectError, ObjectFacts
from inksift.curation.store.setup import Setup
from inksift.curation.store.workspace import Workspace
from tests.files import saved
from tests.library.test_archives import make_tar
from tests.object_server import Server, served

PARAMS = ImageParams(workers=1)
CHOICE = PARAMS.choice
BYTES = 10**6


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with served() as server:
        yield server


@dataclasses.dataclass
class Bucket:
    """A new bucket, and what a run reads of it."""

    name: str
    server: Server
    client: Any
    folder: Path

    def put(self, objects: Mapping[str, bytes]) -> None:
        for key, data in objects.items():
            self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def read(self, prefix: str = "crawl", params: ImageParams = PARAMS) -> Images:
        workspace = Workspace(self.folder / "workspace")
        return find_images(location_of(f"s3://{self.name}/{prefix}"), workspace, params)

    def identities(self, prefix: str = "crawl") -> dict[str, Identity]:
        """What is known of each object before anything is decoded, and again at the end."""
        url = location_of(f"s3://{self.name}/{prefix}")
        with listed_source(url, workspace_in(self), choice=CHOICE, bounds=PARAMS.bounds) as source:
            files = source.listing.files
            found = identify_all(source.reach, files, BYTES)
            found = confirm_all(source.reach, files, found, BYTES)
        return {file.path: one for file, one in zip(files, found, strict=True)}

    def errors(self) -> dict[str, str]:
        return {path: one.error for path, one in self.identities().items()}


@pytest.fixture
def bucket(running: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(opened, "_PAUSE_S", 0.01)
    running.forget()
    name = re.sub(r"[^a-z0-9]+", "-", f"b-{tmp_path.name.lower()}").strip("-")
    client = running.client()
    client.create_bucket(Bucket=name)
    return Bucket(name, running, client, tmp_path)


def drawn(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    return saved(Image.fromarray(noise).resize((200, 200)), "PNG")


def errors_of(found: Images) -> dict[str, str]:
    return dict(zip(found.images["path"], found.images["error"], strict=True))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def workspace_in(bucket: Bucket) -> Workspace:
    return Workspace(bucket.folder / "workspace")


def rows_of(found: Images) -> pd.DataFrame:
    return found.images.drop(columns="mtime_ns")


def test_a_bucket_is_read_as_the_same_folder_is_with_all_that_lies_beside(bucket: Bucket) -> None:
    files = {
        "fox/1.png": drawn(1),
        "fox/1.txt": b"a red fox",
        "owl/2.png": drawn(2),
        "owl/again.png": drawn(1),
        "owl/broken.png": drawn(3)[:300],
        "owl/empty.png": b"",
        ".git/config": b"clutter",
        ".git/deep/er": b"clutter",
        "out/3.png": drawn(4),
    }
    for name, data in files.items():
        place = bucket.folder / "crawl" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    bucket.put({f"crawl/{name}": data for name, data in files.items()})
    params = ImageParams(workers=1, exclude=["out"])
    there = bucket.read(params=params)
    here = find_images(bucket.folder / "crawl", Workspace(bucket.folder / "other"), params)
    pd.testing.assert_frame_equal(rows_of(there), rows_of(here))
    pd.testing.assert_frame_equal(there.hashes, here.hashes)
    pd.testing.assert_frame_equal(there.signals, here.signals)
    for name in ("set_aside", "sidecars", "given_splits"):
        pd.testing.assert_frame_equal(getattr(there.folder, name), getattr(here.folder, name))


def test_every_object_is_read_once_and_a_second_run_reads_none(bucket: Bucket) -> None:
    pictures = {f"crawl/fox/{k}.png": drawn(k) for k in range(5)}
    bucket.put(pictures)
    assert bucket.read().new == 5
    assert bucket.server.faulty.bytes_read == sum(map(len, pictures.values()))
    bucket.server.forget()
    assert bucket.read().new == 0
    assert {method for method, _ in bucket.server.faulty.asked} == {"LIST"}
    bucket.put({"crawl/fox/3.png": drawn(9)})
    bucket.server.forget()
    assert bucket.read().new == 1
    assert bucket.server.faulty.bytes_read == len(drawn(9))


def test_a_run_that_was_stopped_reads_nothing_twice(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = {f"crawl/fox/{k}.png": drawn(k) for k in range(4)}
    bucket.put(pictures)
    with monkeypatch.context() as patched:
        patched.setattr("inksift.curation.gather.decoding._decode", _stop)
        with pytest.raises(KeyboardInterrupt):
            bucket.read()
    assert bucket.read().new == 4
    assert bucket.server.faulty.bytes_read == sum(map(len, pictures.values()))
    assert not list((bucket.folder / "workspace").rglob("*.spool"))


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_odd_keys_are_files_of_their_own_and_lead_nowhere(bucket: Bucket) -> None:
    keys = [
        "x//y.png", "a/../b.png", "../../etc/passwd.png", "a/./b.png", "/lead.png", "pre",
        "pre/in.png", "tail/.", "[a]*?.png", "back\\slash.png", "per%41.png", "plus+ sp.png",
        "q?x=1#f.png", "e\u0301.png", "\u00e9.png", "ctl\x01.png", "u\u2028.png", "dir/full/",
    ]  # fmt: skip
    bucket.put({f"crawl/{key}": drawn(k) for k, key in enumerate(keys)})
    bucket.put({"crawl/": b"", "crawl/marker/": b"", "crawlers/other.png": drawn(99)})
    url = location_of(f"s3://{bucket.name}/crawl")
    with listed_source(url, workspace_in(bucket), choice=CHOICE, bounds=PARAMS.bounds) as source:
        files = source.listing.files
        found = identify_all(source.reach, files, BYTES)
    labels = {file.path_bytes.decode(): file.label for file in files}
    assert labels.keys() == set(keys)
    assert {one.image_id for one in found} == {digest(drawn(k)) for k in range(len(keys))}
    assert labels["x//y.png"] == "x"
    assert {labels[key] for key in ("../../etc/passwd.png", "/lead.png")} == {"unlabelled"}
    assert len({file.path for file in files}) == len(keys)


@pytest.mark.parametrize("fault", ["error", "cut", "slow"])
def test_a_fault_that_passes_costs_nothing_but_time(bucket: Bucket, fault: str) -> None:
    bucket.put({"crawl/fox/1.png": drawn(1), "crawl/fox/2.png": drawn(2)})
    bucket.server.faulty.faults["crawl/fox/1.png"] = [fault]
    assert set(bucket.errors().values()) == {""}
    assert bucket.server.faulty.bytes_read == len(drawn(1)) + len(drawn(2))


def test_a_key_that_vanishes_is_a_row_of_its_own(bucket: Bucket) -> None:
    bucket.put({"crawl/fox/1.png": drawn(1), "crawl/fox/2.png": drawn(2)})
    bucket.server.faulty.faults["crawl/fox/1.png"] = ["gone"]
    assert bucket.errors() == {"fox/1.png": "vanished", "fox/2.png": ""}


def test_a_body_that_always_ends_early_is_a_row_with_words(bucket: Bucket) -> None:
    bucket.put({"crawl/fox/1.png": drawn(1), "crawl/fox/2.png": drawn(2)})
    bucket.server.faulty.faults["crawl/fox/1.png"] = ["cut"] * 9
    found = bucket.identities()
    assert found["fox/1.png"].error == "unreadable"
    assert "tried 5 times" in found["fox/1.png"].note
    assert found["fox/2.png"].image_id == digest(drawn(2))


def test_what_is_replaced_while_it_is_read_is_as_it_is_or_a_row(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put({"crawl/fox/1.png": drawn(1), "crawl/fox/2.png": drawn(2)})
    look_again = remote_reach.RemoteReach.look_again

    def replaced(reach: remote_reach.RemoteReach) -> None:
        bucket.put({"crawl/fox/1.png": drawn(7)})
        look_again(reach)

    monkeypatch.setattr(remote_reach.RemoteReach, "look_again", replaced)
    assert bucket.errors() == {"fox/1.png": "changed_during_run", "fox/2.png": ""}


def test_a_store_that_stops_answering_stops_the_run_and_rejects_nothing(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_reach, "_MOST_FAULTS", 3)
    bucket.put({f"crawl/fox/{k}.png": drawn(k) for k in range(6)})
    for k in range(6):
        bucket.server.faulty.faults[f"crawl/fox/{k}.png"] = ["cut"] * 9
    with pytest.raises(SourceError, match=r"3 objects of .* in a row cannot be read.*run again"):
        bucket.identities()


class _Slow(int):
    """A count that another thread may look at while it grows."""

    def __add__(self, more: int) -> _Slow:
        time.sleep(0.01)
        return _Slow(int(self) + more)


class _Silent:
    """A store that lists nothing and answers nothing else."""

    def __init__(self, fault: Fault, words: str) -> None:
        self._error = fault, words

    def listed(self, prefix: str) -> list[ObjectFacts]:
        return []

    def facts(self, key: str) -> ObjectFacts:
        raise ObjectError(*self._error)


def test_every_fault_counts_however_many_are_met_at_once() -> None:
    silent: Any = _Silent("failed", "503")
    reach = remote_reach.RemoteReach(silent, Url("s3", "b", ""), Spool(None))
    reach._faults = _Slow(0)

    def is_refused(k: int) -> bool:
        with pytest.raises(RefusedError):
            reach.head(b"%d.png" % k, 1)
        return True

    assert all(per_item(is_refused, range(8), workers=8))
    assert reach._faults == 8


def test_no_bucket_no_object_and_nothing_but_clutter_are_said_in_words(bucket: Bucket) -> None:
    workspace = Workspace(bucket.folder / "workspace")
    with pytest.raises(SourceError, match="cannot list s3://no-such-bucket-here"):
        find_images(location_of("s3://no-such-bucket-here/a"), workspace, PARAMS)
    with pytest.raises(SourceError, match="no files in s3://"):
        bucket.read()
    bucket.put({"crawl/.DS_Store": b"x"})
    with pytest.raises(SourceError, match="1 that images"):
        bucket.read()


def test_a_store_that_does_not_say_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = _Silent("denied", "403 Forbidden")
    monkeypatch.setattr(reached, "store_at", lambda url: silent)
    with pytest.raises(SourceError, match=r"cannot read s3://b/a\.tar: 403"):
        find_images(location_of("s3://b/a.tar"), Workspace(tmp_path), PARAMS)


def test_archives_are_fetched_once_and_read_as_on_this_machine(bucket: Bucket) -> None:
    shard = make_tar(bucket.folder / "a.tar", {"fox/1.png": drawn(1), "owl/2.png": drawn(2)})
    bucket.put({"crawl/a.tar": shard.read_bytes(), "crawl/read.me": b"words"})
    assert bucket.errors() == {"fox/1.png": "", "owl/2.png": ""}
    read = bucket.server.faulty.bytes_read
    assert read <= len(shard.read_bytes()) + 2 * len(b"words")
    assert bucket.errors() == {"fox/1.png": "", "owl/2.png": ""}
    assert bucket.server.faulty.bytes_read <= read + len(b"words")
    assert bucket.identities("crawl/a.tar").keys() == {"fox/1.png", "owl/2.png"}
    url = location_of(f"s3://{bucket.name}/crawl/a.tar")
    place = pictures_of(url, Workspace(bucket.folder / "workspace"))
    assert (place / "fox" / "1.png").read_bytes() == drawn(1)  # type: ignore[operator]


def test_an_original_is_read_again_by_its_path(bucket: Bucket) -> None:
    bucket.put({"crawl/fox/1.png": drawn(1)})
    with (
        reach_again(location_of(f"s3://{bucket.name}/crawl")) as reach,
        reach.open(b"fox/1.png", max_bytes=10**6) as handle,
    ):
        assert os.pread(handle, 10**6, 0) == drawn(1)


def test_a_snapshot_tells_what_changed_from_keys_alone(bucket: Bucket) -> None:
    bucket.put({"crawl/fox/1.png": drawn(1), "crawl/owl/1.png": drawn(2)})
    url = location_of(f"s3://{bucket.name}/crawl")
    before = snapshot(url)
    bucket.put({"crawl/fox/2.png": drawn(3), "crawl/owl/1.png": drawn(4)})
    told = changes_told(before, snapshot(url))
    assert told == "fox: 1 file more; owl: changed, 1 file"
    assert {method for method, _ in bucket.server.faulty.asked} == {"LIST", "PUT"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ftp://a/b", "there are: file, s3"),
        ("s3:///b", "expected a path, or a URL"),
        ("s3://key:secret@bucket/b", "names no user and no key"),
        ("s3://key:secret/b", "names no user and no key"),
        ("az://box?sv=1&sig=secret", "names no user and no key"),
        ("az://box/b?sig=secret", "names no user and no key"),
        ("ftp://key:secret@a/b", "ftp://…: expected a path"),
        ("key:secret@s3://a/b", "there are: file, s3"),
    ],
)
def test_a_url_that_is_not_read_is_refused_and_no_secret_repeated(text: str, told: str) -> None:
    with pytest.raises(ParamError, match=told) as refused:
        location_of(text)
    assert "secret" not in str(refused.value)
    with pytest.raises(ParamError, match=told) as refused:
        Setup.of("inksift.yaml", {"source": text})
    assert "secret" not in str(refused.value)


def test_places_lie_in_each_other_by_whole_folders() -> None:
    crawl = location_of("s3://b/crawl/")
    assert isinstance(crawl, Url)
    assert lies_in(location_of("s3://b/crawl/fox"), crawl)
    assert not lies_in(location_of("s3://b/crawlers"), crawl)
    assert not lies_in(location_of("s3://other/crawl/fox"), crawl)
    assert not lies_in(Path("/crawl"), crawl)
    assert location_of("s3://b/x//y/") == Url("s3", "b", "x//y")
