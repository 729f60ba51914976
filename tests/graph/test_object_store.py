"""Commands, runs and the environment take a workspace by URL, and share what they changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pandas as pd
import psutil
import pytest
from click.testing import CliRunner

import inksift
from inksift.curation.base import beats
from inksift.curation.base.errors import LockedError, MissingError, ParamError, StoreError
from inksift.curation.base.location import Url, location_of
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.project import Project
from inksift.curation.store.objects.interface import ObjectError
from inksift.curation.store.objects.opened import object_store
from inksift.curation.store.setup import Setup, read_setup, write_setup
from inksift.curation.store.shared.contents import LOCK, read_head
from inksift.curation.store.shared.working_copy import WorkingCopy
from inksift.curation.store.workspace import Workspace
from inksift.pipelines import sharing_decisions
from inksift.pipelines.commands.options import workspace_option
from inksift.pipelines.executors import _HoldingTheWorkspace
from inksift.pipelines.given import from_environment
from inksift.pipelines.resources import resources
from inksift.pipelines.shared import held, local_workspace, share
from tests.benchmark import load_benchmark
from tests.object_server import Server, served

HOST = socket.gethostname()


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def url(running: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Url:
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    name = re.sub(r"[^a-z0-9]+", "-", f"g-{tmp_path.name.lower()}").strip("-")
    running.client().create_bucket(Bucket=name)
    return Url("s3", name, "ws")


@click.command()
@workspace_option
def publishes(workspace: Path) -> None:
    """A command that changes a workspace."""
    Workspace(workspace).publish("medium.json", b"{}")


def test_decisions_are_shared_while_a_review_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, asked = threading.Event(), []

    def share_ledger(workspace: Path) -> None:
        asked.append(workspace)
        if len(asked) == 1:
            raise LockedError("too many others")
        told.set()

    monkeypatch.setattr(beats, "BEAT_S", 0.001)
    monkeypatch.setattr(sharing_decisions, "share_ledger", share_ledger)
    with sharing_decisions.decisions_shared(tmp_path):
        assert told.wait(30)
    assert {*asked} == {tmp_path}


def test_a_command_shares_what_it_changed_when_it_ends(url: Url) -> None:
    ended = CliRunner().invoke(publishes, ["--workspace", str(url)], catch_exceptions=False)
    assert ended.exit_code == 0
    assert "medium.json" in read_head(object_store(url), url.prefix).files


@click.command()
@workspace_option
def reads(workspace: Path) -> None:
    """A command that changes nothing."""


def test_a_command_shares_nothing_of_a_run_that_was_killed_or_is_at_work(url: Url) -> None:
    workspace = Workspace(local_workspace(url))
    workspace.publish("decisions.csv", b"half a run")
    CliRunner().invoke(reads, ["--workspace", str(url)], catch_exceptions=False)
    CliRunner().invoke(publishes, ["--workspace", str(url)], catch_exceptions=False)
    shared = read_head(object_store(url), url.prefix).files
    assert "medium.json" in shared
    assert "decisions.csv" not in shared
    (workspace.root / "run.lock").write_text(
        json.dumps({"pid": os.getppid(), "started": _started(os.getppid()), "host": HOST})
    )
    share(workspace.root)
    assert read_head(object_store(url), url.prefix).files == shared


def test_a_review_in_python_shares_what_was_decided_and_nothing_else(
    url: Url, judged: Path
) -> None:
    root, objects = local_workspace(url), object_store(url)
    shutil.copytree(judged, root, symlinks=True, dirs_exist_ok=True)
    share(root)
    before = read_head(objects, url.prefix).files
    workspace = Workspace(root)
    workspace.publish("decisions.csv", b"half a run")
    with inksift.Workspace(root).review(who="ana"):
        Ledger.of(workspace).record([Decision("a" * 64, "tag", "odd", "")], "ana")
    shared = read_head(objects, url.prefix).files
    assert shared.keys() - before.keys() == {"ledger.jsonl"}
    assert shared["decisions.csv"] == before["decisions.csv"]


def _started(pid: int) -> float:
    return psutil.Process(pid).create_time()


def test_a_run_holds_what_is_shared_and_begins_with_it(
    url: Url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Workspace(local_workspace(url))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    other = Workspace(local_workspace(url))
    assert mine.root != other.root
    with held(mine):
        mine.publish("decisions.csv", b"path\n")
        with pytest.raises(LockedError, match="another run holds s3://"), held(other):
            pytest.fail("held twice")
    with held(other):
        assert (other.root / "decisions.csv").read_bytes() == b"path\n"


def test_a_run_waits_for_a_pull_under_way(url: Url, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(local_workspace(url))
    pulling, go_on, began = threading.Event(), threading.Event(), threading.Event()
    pull = WorkingCopy.pull

    def slow(copy: WorkingCopy) -> None:
        if threading.current_thread() is command:
            pulling.set()
            go_on.wait(30)
        pull(copy)

    def work() -> None:
        with workspace.locked(), held(workspace):
            began.set()

    monkeypatch.setattr(WorkingCopy, "pull", slow)
    command = threading.Thread(target=local_workspace, args=(url,))
    run = threading.Thread(target=work)
    command.start()
    assert pulling.wait(30)
    run.start()
    assert not began.wait(0.5)
    go_on.set()
    assert began.wait(30)
    command.join()
    run.join()


class _Step:
    """In place of Dagster's steps in processes of their own: one, in a thread."""

    def __init__(self, project: Project) -> None:
        self._project: Any = resources(project, {})["project"].resource_fn

    def execute(self, context: Any, _: Any) -> Iterator[None]:
        thread = threading.Thread(target=self._work, args=(context,))
        thread.start()
        thread.join()
        yield

    def _work(self, context: Any) -> None:
        for project in self._project(SimpleNamespace(run=context)):
            project.workspace.publish("decisions.csv", b"path\n")


def test_steps_of_their_own_leave_what_is_shared_to_their_run(url: Url, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    project, objects = Project(tmp_path / "images", local_workspace(url)), object_store(url)
    steps: Any = _Step(project)
    run = _HoldingTheWorkspace(steps, project).execute(SimpleNamespace(run_id="r1"), None)
    for _ in run:
        assert objects.facts(f"{url.prefix}{LOCK}")
        assert (project.workspace_folder / "decisions.csv").exists()
        assert not read_head(objects, url.prefix).files
    assert "decisions.csv" in read_head(objects, url.prefix).files
    with pytest.raises(ObjectError):
        objects.facts(f"{url.prefix}{LOCK}")


def test_a_run_shares_what_it_measured_meanwhile(url: Url, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beats, "BEAT_S", 0.01)
    workspace, shared = Workspace(local_workspace(url)), threading.Semaphore(0)
    push_measured = WorkingCopy.push_measured

    def told(copy: WorkingCopy) -> None:
        push_measured(copy)
        shared.release()

    monkeypatch.setattr(WorkingCopy, "push_measured", told)
    with held(workspace):
        workspace.measurements("stage", "v1").add(pd.DataFrame({"image_id": ["a"], "value": [1]}))
        assert all(shared.acquire(timeout=30) for _ in range(2))  # one began after it was measured
        files = read_head(object_store(url), url.prefix).files
        assert any(path.startswith("measurements/stage/") for path in files)


def test_a_run_that_fails_shares_what_it_measured(url: Url) -> None:
    workspace = Workspace(local_workspace(url))
    with pytest.raises(ZeroDivisionError):
        _fails(workspace)
    assert "medium.json" in read_head(object_store(url), url.prefix).files


def _fails(workspace: Workspace) -> None:
    with held(workspace):
        workspace.publish("medium.json", b"{}")
        raise ZeroDivisionError


def test_a_workspace_among_pictures_is_refused(url: Url, running: Server) -> None:
    workspace = Workspace(local_workspace(url))
    around = Url(url.scheme, url.bucket, "")
    with pytest.raises(ParamError, match="lie inside each other"), held(workspace, around):
        pytest.fail("held")
    running.client().put_object(Bucket=url.bucket, Key="crawl/1.png", Body=b"x")
    with pytest.raises(StoreError, match=r"crawl/1.png is not inksift's"):
        local_workspace(Url(url.scheme, url.bucket, "crawl"))


def test_a_workspace_in_a_store_that_cannot_hold_one_is_refused() -> None:
    with pytest.raises(ParamError, match=r"cannot be at gs:// yet, pictures can: choose"):
        local_workspace(location_of("gs://results/2026"))


def test_a_workspace_on_this_machine_asks_nobody(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    assert local_workspace(tmp_path / "work") == tmp_path / "work"
    share(workspace.root)
    with held(workspace):
        pass


def test_the_environment_names_a_workspace_by_url(
    url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKSIFT_WORKSPACE", str(url))
    monkeypatch.setenv("INKSIFT_SOURCE", "s3://crawls/2026/")
    given = from_environment()
    assert given.workspace == local_workspace(url)
    assert given.source == Url("s3", "crawls", "2026")


def test_a_setup_remembers_a_url(tmp_path: Path) -> None:
    write_setup(tmp_path, Setup(source=location_of("s3://crawls/2026"), test=Path("test")))
    setup = read_setup(tmp_path)
    assert setup
    assert setup.source == Url("s3", "crawls", "2026")
    assert setup.test == tmp_path / "test"


def test_a_store_that_cannot_be_used_is_told_in_words(url: Url) -> None:
    told = (
        r"(?s)cannot use s3://no-such-bucket-here/ws .*its name.*by the next run .* by any command"
    )
    with pytest.raises(StoreError, match=told):
        local_workspace(location_of("s3://no-such-bucket-here/ws"))


def test_a_library_that_is_missing_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "inksift.curation.store.objects.s3", raising=False)
    monkeypatch.setitem(sys.modules, "botocore", None)
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(MissingError, match=r"inksift\[remote\]"):
        object_store(Url("s3", "bucket", ""))


@pytest.mark.slow
def test_a_run_between_buckets_that_is_killed_twice_decides_as_one_on_a_folder(
    shared: Path,
) -> None:
    with served():
        remote = load_benchmark("remote")
    figures = remote.measure(shared / "data" / "crawl" / "images", 40, seed=3)
    assert figures.exits == (0, 0)
    assert figures.equal
    assert figures.files == 40
    assert figures.read_share <= 1.05
