"""The manifest: what is named and gone is a loss, and a kill at any moment leaves none that is not
one."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from inksift.curation.base.errors import StoreError
from inksift.curation.publish.backup import back_up
from inksift.curation.publish.verify_parts import part_problems
from inksift.curation.store import measurements
from inksift.curation.store.files import write_atomically
from inksift.curation.store.lock import guarded
from inksift.curation.store.manifest import MANIFEST_FILE, MANIFEST_GUARD, Manifest, paths_of
from inksift.curation.store.measurements import PartLimits
from inksift.curation.store.workspace import Workspace
from tests.kills import Countdown, Killed


def rows(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"image_id": pd.Series(names, dtype="str"), "value": map(len, names)})


def measured(root: Path, names: list[str], batch: int = 2) -> Workspace:
    workspace = Workspace(root)
    stored = workspace.measurements("toy", "1")
    stored.measure(names, lambda some: rows(list(some)), batch=batch, title="toy")
    return workspace


def named(workspace: Workspace) -> set[str]:
    return paths_of(workspace.manifest.names() or {})


def there(workspace: Workspace) -> set[str]:
    return paths_of(workspace.manifest.there())


def told(workspace: Workspace) -> list[str]:
    return [problem.file for problem in part_problems(workspace)]


def test_all_that_was_stored_is_named(tmp_path: Path) -> None:
    workspace = measured(tmp_path, ["a", "b", "c"])
    assert named(workspace) == there(workspace) != set()
    assert told(workspace) == []


def test_a_run_that_measures_nothing_does_not_write_it(tmp_path: Path) -> None:
    before = measured(tmp_path, ["a", "b"]).manifest.file.stat()
    workspace = Workspace(tmp_path)
    with workspace.locked():
        measured(tmp_path, ["b", "a"])
    after = workspace.manifest.file.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_small_parts_that_became_large_ones_are_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measurements, "_LIMITS", PartLimits(4, 2, 8))
    workspace = measured(tmp_path, list("abcdef"), batch=1)
    assert named(workspace) == there(workspace)
    assert told(workspace) == []


WRITES = 21
"""What the run of the next test writes and removes."""


@pytest.mark.parametrize("calls", range(WRITES + 1))
def test_a_kill_at_any_write_leaves_no_name_without_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """Before each write and each removal of a run that stores, gathers and gives up parts."""
    monkeypatch.setattr(measurements, "_LIMITS", PartLimits(4, 2, 8))
    kill = Countdown(calls)
    measured(tmp_path, ["x"])
    with monkeypatch.context() as patched:
        for module in ("part_writer", "manifest", "soundness"):
            place = f"inksift.curation.store.{module}.write_atomically"
            patched.setattr(place, kill.counted(write_atomically))
        patched.setattr(Path, "unlink", kill.counted(Path.unlink))
        with suppress(Killed):
            measured(tmp_path, list("abcd"), batch=1)
        assert kill.is_over == (calls < WRITES)
    workspace = Workspace(tmp_path)
    assert named(workspace) <= there(workspace)
    with workspace.locked():
        pass
    assert named(workspace) == there(workspace)
    assert told(workspace) == []


@pytest.mark.parametrize("held", [True, False])
def test_what_is_lost_is_told_and_measured_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, held: bool
) -> None:
    part = next(iter(sorted(there(measured(tmp_path, ["a", "b"])))))
    (tmp_path / part).unlink()
    if held:  # a backup, or a run of something else, takes no loss for granted
        with Workspace(tmp_path).locked():
            pass
    assert told(Workspace(tmp_path)) == [part]
    measured(tmp_path, ["a", "b"])
    assert "1 stored files" in caplog.text
    assert told(Workspace(tmp_path)) == []


def test_a_workspace_of_an_earlier_version_gets_one_with_its_next_run(tmp_path: Path) -> None:
    workspace = measured(tmp_path, ["a", "b"])
    workspace.manifest.file.unlink()
    assert told(workspace) == []
    with workspace.locked():
        pass
    assert told(workspace) == []
    assert named(workspace) == there(workspace)


def test_what_a_killed_run_left_is_no_problem_and_is_named_by_the_next(tmp_path: Path) -> None:
    workspace = measured(tmp_path, ["a", "b"])
    workspace.measurements("toy", "1").add(rows(["c"]))
    assert named(workspace) < there(workspace)
    assert told(workspace) == []
    with workspace.locked():
        pass
    assert named(workspace) == there(workspace)


def test_a_backup_names_what_a_killed_run_left(tmp_path: Path) -> None:
    workspace = measured(tmp_path / "w", ["a", "b"])
    workspace.manifest.file.unlink()
    back_up(workspace, tmp_path / "w.tar")
    shutil.unpack_archive(tmp_path / "w.tar", tmp_path / "again", filter="data")
    again = Workspace(tmp_path / "again")
    assert named(again) == there(again) == there(workspace) != set()


def test_a_page_that_only_reads_hides_no_loss(tmp_path: Path) -> None:
    (part,) = there(measured(tmp_path, ["a", "b"]))
    (tmp_path / part).unlink()
    for _ in range(2):
        assert Workspace(tmp_path).measurements("toy", "1").parts() == []
    assert told(Workspace(tmp_path)) == [part]


def test_parts_that_another_process_made_a_large_one_of_are_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measurements, "_LIMITS", PartLimits(4, 2, 8))
    one = Workspace(tmp_path).measurements("toy", "1")
    for name in "abcdef":
        one.add(rows([name]))
    Workspace(tmp_path).measurements("toy", "1").gather()
    one.note()
    assert told(Workspace(tmp_path)) == []


def test_nothing_that_was_written_is_nothing_to_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = measured(tmp_path, ["a", "b"])
    stored = Workspace(tmp_path).measurements("toy", "1")
    read: list[Manifest] = []
    monkeypatch.setattr(Manifest, "names", read.append)
    stored.note()
    workspace.manifest.drop([])
    workspace.manifest.remove([])
    assert read == []


def test_no_decision_waits_for_the_manifest(tmp_path: Path) -> None:
    workspace = measured(tmp_path, ["a"])
    with guarded(workspace.manifest.file), guarded(workspace.lock):  # which a decision takes
        guards = {path.name for path in tmp_path.glob("*.guard")}
    assert guards == {MANIFEST_GUARD, "run.guard"}


def test_one_that_cannot_be_read_now_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = measured(tmp_path, ["a", "b"])
    before = workspace.manifest.file.read_bytes()

    def failing(_: Path) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", failing)
        with pytest.raises(StoreError, match="Input/output error"):
            workspace.manifest.names()
        workspace.manifest.add_all()
        assert told(workspace) == [MANIFEST_FILE]
    assert workspace.manifest.file.read_bytes() == before
    assert not workspace.manifest.file.with_suffix(".damaged").exists()


def test_a_damaged_one_that_cannot_be_set_aside_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = measured(tmp_path, ["a", "b"])
    workspace.manifest.file.write_bytes(b"")

    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "rename", refused)
    workspace.manifest.add_all()
    assert told(workspace) == [MANIFEST_FILE]


def test_a_new_workspace_needs_none(tmp_path: Path) -> None:
    assert told(Workspace(tmp_path)) == []


@pytest.mark.parametrize("change", [lambda data: data[:-9], lambda _: b"", lambda _: b"[1]"])
def test_a_damaged_one_is_told_and_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, change: Callable[[bytes], bytes]
) -> None:
    workspace = measured(tmp_path, ["a", "b"])
    workspace.manifest.file.write_bytes(change(workspace.manifest.file.read_bytes()))
    with pytest.raises(StoreError, match="run `inksift repair`"):
        workspace.manifest.names()
    assert told(workspace) == [MANIFEST_FILE]
    measured(tmp_path, ["a", "b", "c"])
    assert "could not be read" in caplog.text
    assert told(Workspace(tmp_path)) == []


def test_a_name_that_was_taken_out_by_hand_is_noticed(tmp_path: Path) -> None:
    workspace = measured(tmp_path, ["a", "b"])
    content = json.loads(workspace.manifest.file.read_bytes())
    content["files"] = {}
    workspace.manifest.file.write_text(json.dumps(content))
    assert told(workspace) == [MANIFEST_FILE]


def test_a_folder_that_is_gone_whole_is_one_loss(tmp_path: Path) -> None:
    workspace = measured(tmp_path, list("abcdef"))
    folder = tmp_path / "measurements" / "toy" / "1"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    (problem,) = part_problems(workspace)
    assert (problem.file, problem.what) == ("measurements/toy/1", "gone, with 3 stored files")


def test_parts_without_a_workspace_have_their_own(tmp_path: Path) -> None:
    assert Manifest.over(tmp_path).file == tmp_path / MANIFEST_FILE
