"""What repair does about files, and what it leaves alone: it moves, within the workspace, and
removes nothing that was stored."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from inksift.curation.base.errors import StoreError
from inksift.curation.base.tables import IMAGES, Table
from inksift.curation.publish.digests import FileDigests
from inksift.curation.publish.mending.stored import stored_mends
from inksift.curation.publish.mending.twins import twin_mends
from inksift.curation.publish.verify_parts import part_problems
from inksift.curation.publish.verify_runs import run_problems
from inksift.curation.runs.record import RUN_FILE, read_record
from inksift.curation.store.files import copy_file, file_digest, same_file
from inksift.curation.store.moved_aside import MovedAside
from inksift.curation.store.row_files import VECTOR_ENDING
from inksift.curation.store.workspace import Workspace
from tests.kills import Countdown, Killed
from tests.library.test_manifest import named, there, told

CONTRACTS = {IMAGES.name: IMAGES}


TOY = Table("toy", {"image_id": "str", "vector": "vectors"}, key=("image_id",))


def with_vectors(root: Path) -> Workspace:
    workspace = Workspace(root)
    rows = TOY.frame([{"image_id": one, "vector": np.ones(3, np.float16)} for one in "ab"])
    workspace.measurements("toy", "1").add(rows)
    workspace.measurements("toy", "1").note()
    return workspace


def mend(workspace: Workspace, contracts: dict[str, Table] | None = None) -> list[str]:
    """What is done, until nothing is left to do."""
    aside = MovedAside(workspace.root)
    done: list[str] = []
    while mends := [
        *twin_mends(workspace, aside),
        *stored_mends(workspace, contracts or CONTRACTS, aside),
    ]:
        for one in mends:
            one.do()
        done += [one.file for one in mends]
    return done


def test_the_sound_vectors_of_a_damaged_part_are_set_aside_with_it(tmp_path: Path) -> None:
    workspace = with_vectors(tmp_path)
    (vectors,) = tmp_path.rglob(f"*{VECTOR_ENDING}")
    (part,) = tmp_path.rglob("*.parquet")
    stored = vectors.read_bytes()
    part.write_bytes(b"damaged")
    assert mend(workspace) == [
        part.relative_to(tmp_path).as_posix(),
        vectors.relative_to(tmp_path).as_posix(),
    ]
    (kept,) = (tmp_path / "set-aside").rglob(vectors.name)
    assert kept.read_bytes() == stored
    assert told(workspace) == []


OUTSIDE: list[Callable[[Path], str]] = [
    lambda mine: f"../{mine.name}",
    str,
    lambda mine: f"report-data/../../{mine.name}",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_list_that_names_files_outside_the_workspace_is_a_damaged_one(
    tmp_path: Path, name: Callable[[Path], str]
) -> None:
    mine = tmp_path / "mine"
    mine.write_text("of the user")
    workspace = Workspace(tmp_path / "w")
    workspace.publish("source.json", b"{}")
    listed = workspace.published() | {name(mine): "0" * 64}
    (workspace.root / "published.json").write_text(json.dumps(listed))
    assert workspace.published() == {}
    mend(workspace)
    assert mine.read_text() == "of the user"


def record(name: str, kept: dict[str, str]) -> bytes:
    facts = {"name": name, "date": "2026-01-01T00:00:00+00:00", "source": "s", "decisions": "0"}
    return json.dumps(facts | {"files": 0, "outcomes": {}, "kept": kept}).encode()


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_record_that_names_files_outside_its_folder_is_a_damaged_one(
    tmp_path: Path, name: Callable[[Path], str]
) -> None:
    workspace = Workspace(tmp_path / "w")
    digest = file_digest(workspace.publish("f1.html", b"published"))
    folder = workspace.root / "runs" / "2026"
    folder.mkdir(parents=True)
    outside = name(tmp_path / "mine")
    (folder / RUN_FILE).write_bytes(record("2026", {outside: digest}))
    with pytest.raises(StoreError, match="expected files in the folder of the run"):
        read_record(folder / RUN_FILE)
    mend(workspace)
    assert not (tmp_path / "mine").exists()


def kept_in(workspace: Workspace, runs: int, files: dict[str, bytes]) -> None:
    """Published files, and as many kept runs that share them."""
    kept = {name: file_digest(workspace.publish(name, data)) for name, data in files.items()}
    for number in range(runs):
        folder = workspace.root / "runs" / f"2026-{number}"
        folder.mkdir(parents=True)
        for name in files:
            same_file(workspace.root / name, folder / name)
        (folder / RUN_FILE).write_bytes(record(folder.name, kept))


def test_files_that_runs_share_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    kept_in(workspace, 5, {"a.html": b"a", "b.html": b"b"})
    read: list[Path] = []

    def counted(path: Path) -> str:
        read.append(path)
        return file_digest(path)

    monkeypatch.setattr("inksift.curation.publish.digests.file_digest", counted)
    assert [*twin_mends(workspace, MovedAside(tmp_path))] == []
    assert [path.name for path in read] == ["a.html", "b.html"]


def test_what_lies_twice_is_brought_back_to_each_place(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    kept_in(workspace, 3, {"a.html": b"a"})
    (tmp_path / "a.html").unlink()
    (tmp_path / "runs/2026-1/a.html").unlink()
    assert mend(workspace) == ["a.html", "runs/2026-1/a.html"]
    assert (tmp_path / "a.html").read_bytes() == b"a"
    assert mend(workspace) == []


def test_a_digest_is_that_of_the_bytes_that_a_file_has_now(tmp_path: Path) -> None:
    digests, file = FileDigests(), tmp_path / "a"
    file.write_bytes(b"before")
    first = digests.of(file)
    copy_file(Path(__file__), file)
    assert digests.of(file) == file_digest(file) != first


def test_a_table_that_is_gone_is_told_as_long_as_a_run_makes_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for name in ("images", "of_old"):
        workspace.table(name).parent.mkdir(exist_ok=True)
        workspace.table(name).write_bytes(b"")
    workspace.manifest.add_all()
    for name in ("images", "of_old"):
        workspace.table(name).unlink()
    assert mend(workspace) == ["tables"]
    assert named(workspace) == {"tables/images.parquet"}
    assert there(workspace) == set()
    assert [problem.file for problem in part_problems(workspace)] == ["tables/images.parquet"]


@pytest.mark.parametrize("path", ["measurements/toy/1/part.parquet", "dagster/history"])
def test_what_lies_on_another_disk_is_set_aside_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    file = tmp_path / path if path.endswith(".parquet") else tmp_path / path / "runs.db"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"damaged")
    rename = os.rename

    def across(source: Path, target: Path) -> None:
        if ("set-aside" in source.parts) != ("set-aside" in target.parts):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        rename(source, target)

    monkeypatch.setattr(os, "rename", across)
    moved = MovedAside(tmp_path).move(tmp_path / path)
    assert (moved if moved.is_file() else moved / "runs.db").read_bytes() == b"damaged"
    assert not (tmp_path / path).exists()
    assert [path.name for path in tmp_path.rglob(".partial-*")] == []


def harmed(root: Path) -> Workspace:
    """A workspace with damage of all kinds that stand in this file."""
    workspace = with_vectors(root)
    kept_in(workspace, 3, {"a.html": b"a", "b.html": b"b"})
    for part in [*root.rglob("*.parquet")]:
        part.write_bytes(b"damaged")
    (root / "a.html").unlink()
    (root / "runs/2026-1/b.html").unlink()  # the other names of the file keep their bytes
    (root / "runs/2026-1/b.html").write_bytes(b"changed")
    return workspace


ACTS = 7
"""What the repair of the next test writes and moves."""


@pytest.mark.parametrize("calls", range(ACTS + 1))
def test_a_repair_that_is_killed_is_done_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """Before each change of a name on the disk: what was there is then whole, here or aside."""
    workspace = harmed(tmp_path)
    contents = {file.read_bytes() for file in stored_files(tmp_path)}
    kill = Countdown(calls)
    with monkeypatch.context() as patched:
        for name in ("rename", "replace"):
            patched.setattr(os, name, kill.counted(getattr(os, name)))
        with suppress(Killed):
            mend(workspace)
    assert kill.is_over == (calls < ACTS)
    assert contents <= {file.read_bytes() for file in stored_files(tmp_path)}
    mend(Workspace(tmp_path))
    assert contents <= {file.read_bytes() for file in stored_files(tmp_path)}
    assert told(Workspace(tmp_path)) == []
    assert [*run_problems(Workspace(tmp_path))] == []


def stored_files(root: Path) -> list[Path]:
    """All but the lists, which repair writes anew."""
    lists = {".manifest.json", "published.json"}
    return [path for path in root.rglob("*") if path.is_file() and path.name not in lists]
