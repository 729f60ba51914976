"""The workspace: what is measured once stays, whatever happens in between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.store import files
from inksift.curation.store.parquet import read_parquet, read_value, to_parquet
from inksift.curation.store.workspace import Workspace


def rows(*names: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"image_id": pd.Series(names, dtype="str"), "value": [float(len(name)) for name in names]}
    )


def measure(
    workspace: Workspace, names: list[str], batch: int = 2
) -> tuple[pd.DataFrame, int, list[str]]:
    asked: list[str] = []

    def function(some):
        asked.extend(some)
        return rows(*some)

    stored = workspace.measurements("stage", "v1")
    frame, new = stored.measure(names, function, batch=batch, title="stage")
    return frame, new, asked


def test_a_second_run_measures_nothing(tmp_path: Path) -> None:
    names = ["b", "aa", "ccc"]
    measure(Workspace(tmp_path / "w"), names)
    frame, new, asked = measure(Workspace(tmp_path / "w"), names)
    assert (new, asked) == (0, [])
    assert list(frame["image_id"]) == names
    assert list(frame["value"]) == [1.0, 2.0, 3.0]


def test_only_new_pictures_are_measured(tmp_path: Path) -> None:
    measure(Workspace(tmp_path / "w"), ["a", "b"])
    frame, new, asked = measure(Workspace(tmp_path / "w"), ["c", "a", "b", "c"])
    assert (new, asked) == (1, ["c"])
    assert list(frame["image_id"]) == ["c", "a", "b"]


@pytest.mark.parametrize("stays", ["a", "b"])
def test_what_replaces_all_rows_stays_where_a_killed_run_left_them_too(
    tmp_path: Path, stays: str
) -> None:
    """A run that is killed while it replaces leaves two parts, of which one may be what is new."""
    for name in ("a", "b"):
        Workspace(tmp_path / "w").measurements("stage", "v1").add(rows(name))
    Workspace(tmp_path / "w").measurements("stage", "v1").replace(rows(stays))
    left = Workspace(tmp_path / "w").measurements("stage", "v1").frame()
    assert left["image_id"].tolist() == [stays]


def test_another_version_is_measured_afresh(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    measure(workspace, ["a"])
    assert workspace.measurements("stage", "v2").missing(["a"]) == ["a"]


def test_a_stop_between_batches_costs_one_batch(tmp_path: Path) -> None:
    stored = Workspace(tmp_path / "w").measurements("stage", "v1")

    def dies_in_the_second_batch(some):
        if "c" in some:
            raise KeyboardInterrupt
        return rows(*some)

    with pytest.raises(KeyboardInterrupt):
        stored.measure(["a", "b", "c", "d"], dies_in_the_second_batch, batch=2, title="stage")
    _, new, asked = measure(Workspace(tmp_path / "w"), ["a", "b", "c", "d"])
    assert (new, asked) == (2, ["c", "d"])


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
def test_a_damaged_part_is_set_aside_and_measured_again(tmp_path: Path, damage: str) -> None:
    measure(Workspace(tmp_path / "w"), ["a", "b"])
    (part,) = (tmp_path / "w").rglob("*.parquet")
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes({"flip": bytes(data), "truncate": bytes(data[:-9]), "empty": b""}[damage])
    frame, new, _ = measure(Workspace(tmp_path / "w"), ["a", "b"])
    assert new == 2
    assert list(frame["value"]) == [1.0, 1.0]
    assert part.with_suffix(".damaged").exists()


def test_a_folder_of_the_users_is_never_taken_over(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    with pytest.raises(StoreError, match="not inksift's"):
        Workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_workspace_cannot_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("")
    with pytest.raises(StoreError, match="not a folder"):
        Workspace(tmp_path / "w")


def test_published_files_are_listed_with_their_digests(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    target = workspace.publish("decisions.csv", b"path\n")
    workspace.publish("f1_report.json", b"{}")
    assert target.read_bytes() == b"path\n"
    assert workspace.published()["decisions.csv"] == files.file_digest(target)
    assert set(workspace.published()) == {"decisions.csv", "f1_report.json"}


class Fault:
    """Fails the k-th file-system call, and counts them all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, k: int, error: int) -> None:
        self.calls, self._k, self._error = 0, k, error
        for name in ("fsync", "replace", "open"):
            monkeypatch.setattr(files.os, name, self._wrap(getattr(os, name)))
        monkeypatch.setattr(Path, "mkdir", self._wrap(Path.mkdir))
        monkeypatch.setattr(Path, "open", self._wrap(Path.open))

    def _wrap(self, function):
        def called(*args, **kwargs):
            self.calls += 1
            if self.calls == self._k:
                raise OSError(self._error, os.strerror(self._error))
            return function(*args, **kwargs)

        return called


def _outcome(target: Path) -> str | None:
    try:
        files.write_atomically(target, b"new")
    except StoreError as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", ["ENOSPC", "EDQUOT", "EIO", "EMFILE"])
def test_a_fault_at_any_call_leaves_the_old_file_or_the_new_one(tmp_path, name: str) -> None:
    import errno

    target = tmp_path / "folder" / "file"
    for k in range(1, 100):
        files.write_atomically(target, b"old")
        with pytest.MonkeyPatch.context() as patch:
            fault = Fault(patch, k, getattr(errno, name))
            if (failed := _outcome(target)) is not None:
                assert str(target) in failed
        assert target.read_bytes() in (b"old", b"new")
        assert [path.name for path in target.parent.iterdir()] == ["file"]
        if fault.calls < k:
            break
    assert k > 4, "the loop ended before it met a single call"


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, stop) -> None:
    target = tmp_path / "file"
    files.write_atomically(target, b"old")

    def write_half() -> None:
        with files.atomic_file(target) as file:
            file.write(b"half of what is n")
            raise stop

    with pytest.raises(stop):
        write_half()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert target.read_bytes() == b"old"


def test_a_file_is_seen_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "file"
    with files.atomic_file(target) as file:
        file.write(b"one ")
        assert not target.exists()
        file.write(b"two")
    assert target.read_bytes() == b"one two"


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    program = (
        "import resource, signal; from pathlib import Path;"
        "from inksift.curation.store.workspace import Workspace;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, "
        "(4096, 4096));"
        f"Workspace(Path({str(tmp_path / 'w')!r})).publish('big', b'x' * 10_000)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "no space left for" in ended.stderr
    assert [path.name for path in (tmp_path / "w").iterdir()] == ["workspace.json"]


def test_a_second_run_is_refused_by_name(held: tuple[Path, int]) -> None:
    workspace, pid = held
    refusal = pytest.raises(LockedError, match=rf"pid {pid} .*started \d{{4}}-")
    with refusal, Workspace(workspace).locked():
        pass


def test_what_a_run_is_writing_is_not_read(held: tuple[Path, int]) -> None:
    workspace, pid = held
    with pytest.raises(LockedError, match=rf"pid {pid} "), Workspace(workspace).undisturbed():
        pytest.fail("the block was entered")


def test_a_run_that_came_and_went_while_reading_is_noticed(tmp_path: Path) -> None:
    reader, writer = Workspace(tmp_path / "w"), Workspace(tmp_path / "w")
    refusal = pytest.raises(LockedError, match="while it was read: try again")
    with refusal, reader.undisturbed(), writer.locked():
        writer.publish("decisions.csv", b"others")
    with reader.undisturbed():
        assert reader.published()


def test_the_lock_goes_with_its_run(tmp_path: Path) -> None:
    with Workspace(tmp_path / "w").locked():
        assert (tmp_path / "w" / "run.lock").exists()
    assert not (tmp_path / "w" / "run.lock").exists()


def _lock(tmp_path: Path, **changes: object) -> Workspace:
    me = psutil.Process()
    import socket

    holder = {"pid": me.pid, "started": me.create_time(), "host": socket.gethostname()} | changes
    workspace = Workspace(tmp_path / "w")
    (workspace.root / "run.lock").write_text(json.dumps(holder))
    return workspace


def test_the_lock_of_a_dead_process_is_taken(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with _lock(tmp_path, pid=ended.pid).locked():
        pass


def test_the_lock_of_a_reused_pid_is_taken(tmp_path: Path) -> None:
    with _lock(tmp_path, pid=os.getppid(), started=1.0).locked():
        pass


def test_the_lock_of_another_host_is_respected(tmp_path: Path) -> None:
    with pytest.raises(LockedError, match="elsewhere"), _lock(tmp_path, host="elsewhere").locked():
        pass


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b'{"pid": 1, "host": "h"}',
        b'{"pid": "one", "started": 1.0, "host": "h"}',
        b'{"pid": 1, "started": "today", "host": "h"}',
        b'{"pid": -1, "started": 1.0, "host": "h"}',
        b'{"pid": 1e99, "started": 1e99, "host": "h"}',
        b'{"pid": 1, "started": NaN, "host": "h"}',
    ],
)
def test_a_malformed_lock_may_be_that_of_a_living_run(tmp_path: Path, content: bytes) -> None:
    workspace = Workspace(tmp_path / "w")
    workspace.lock.write_bytes(content)
    for held in (workspace.locked, workspace.undisturbed):
        with pytest.raises(LockedError, match="run `inksift repair`, which moves it aside"), held():
            pass
    assert workspace.lock.read_bytes() == content


def test_one_process_may_hold_it_twice(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    with workspace.locked(), workspace.locked():
        pass
    assert not (workspace.root / "run.lock").exists()


def test_what_a_killed_run_left_half_written_is_cleared(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    leftover = workspace.root / ".partial-dead"
    leftover.write_bytes(b"half")
    with workspace.locked():
        assert not leftover.exists()


def test_a_run_killed_at_its_first_write_keeps_nobody_out(tmp_path: Path) -> None:
    (tmp_path / ".partial-dead").write_bytes(b"half")
    with Workspace(tmp_path).locked():
        assert not (tmp_path / ".partial-dead").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_bytes(b"mine")
    with pytest.raises(StoreError, match="holds files that are not inksift's"):
        Workspace(tmp_path / "other")


@pytest.mark.parametrize("statistics", ["all", "of text", "none"])
@pytest.mark.parametrize("rows_per_group", [None, 1, 2])
def test_one_value_is_read_out_of_many(
    tmp_path: Path, rows_per_group: int | None, statistics: str
) -> None:
    part, known = tmp_path / "part.parquet", rows("a", "bb", "ccc", "dd", "bb")
    if statistics == "none":  # as earlier versions stored thumbnails
        table = pa.Table.from_pandas(known, preserve_index=False)
        pq.write_table(table, part, row_group_size=rows_per_group, write_statistics=False)
    else:
        packing = "zstd" if statistics == "all" else "none"
        part.write_bytes(to_parquet(known, rows_per_group=rows_per_group, compression=packing))
    found = [
        read_value(part, "value", where="image_id", equals=name)
        for name in ("a", "bb", "ccc", "dd")
    ]
    assert found == [1.0, 2.0, 3.0, 2.0]
    assert read_parquet(part)["image_id"].tolist() == ["a", "bb", "ccc", "dd", "bb"]
    with pytest.raises(ValueError, match="not in list"):
        read_value(part, "value", where="image_id", equals="e")


def test_a_folder_that_cannot_be_written_to_is_told_before_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path / "w")
    workspace.tables.mkdir()
    workspace.demand_writable()
    assert sorted(path.name for path in workspace.root.rglob("*")) == ["tables", "workspace.json"]

    def touch(path: Path) -> None:
        if path.parent == workspace.tables:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", touch)
    with pytest.raises(StoreError, match=r"cannot write to .*tables \(Permission denied\): give"):
        workspace.demand_writable()


def test_a_new_folder_is_as_durable_as_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a loss of power takes the folder, and with it what was synced there."""
    synced: list[Path] = []
    monkeypatch.setattr(files, "sync_folder", synced.append)
    files.write_atomically(tmp_path / "new" / "inner" / "file", b"data")
    assert synced == [tmp_path, tmp_path / "new", tmp_path / "new" / "inner"]


def test_what_moved_to_another_disk_is_synced_before_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old" / "inner").mkdir(parents=True)
    (tmp_path / "old" / "inner" / "file").write_bytes(b"data")
    synced: set[str] = set()
    sync = os.fsync

    def noted(handle: int) -> None:
        synced.add(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        assert (tmp_path / "old").exists()
        sync(handle)

    monkeypatch.setattr(files.os, "fsync", noted)
    files._move_to_another_disk(tmp_path / "old", tmp_path / "moved")
    assert {"file", "inner"} <= synced
    assert (tmp_path / "moved" / "inner" / "file").read_bytes() == b"data"
    assert not (tmp_path / "old").exists()
