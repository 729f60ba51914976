"""A step is tried again where what failed may pass by itself, and told at once where not."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import httpx
import pytest
import sqlalchemy as sa

from inksift.assets.shared import retries
from inksift.assets.shared.retries import COMMAND_LINE_TAG, Retries, may_pass, tried_again
from inksift.curation.base.errors import DataError, LedgerError, StoreError, WeightsError
from inksift.curation.people.ledger.entries import Entry
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.project import Project
from inksift.curation.store.objects.interface import ObjectError
from inksift.pipelines.definitions import build
from tests.graph.conftest import Ended

GONE = sa.exc.OperationalError("SELECT", {}, Exception("server closed the connection"))


def raised(error: Exception, cause: Exception) -> Exception:
    """An error as one stands that was raised from another."""
    error.__cause__ = cause
    return error


def of_sqlite(path: Path, statement: str, *, held: bool = False) -> sa.exc.OperationalError:
    """What SQLAlchemy raises of a statement, while somebody else holds the file or not."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    with closing(sqlite3.connect(path if held else ":memory:")) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sa.exc.OperationalError) as met, engine.connect() as connection:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return met.value


PASSING = [
    raised(LedgerError("cannot read the ledger"), GONE),
    raised(WeightsError("no answer"), httpx.ReadTimeout("late")),
    OSError(errno.ESTALE, "stale file handle"),
    raised(StoreError("cannot use s3://b"), ObjectError("failed", "503")),
]
STAYING = [
    DataError("too few pictures"),
    raised(LedgerError("no such table"), sa.exc.ProgrammingError("", {}, Exception())),
    OSError(errno.ENOSPC, "no space left"),
    OSError(errno.EACCES, "permission denied"),
    raised(StoreError("cannot use s3://b"), ObjectError("denied", "403")),
]


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "RETRIES", Retries(wait_s=0))


def tries(
    error: Exception, *, failing: int, tags: dict[str, str] | None = None
) -> tuple[int, bool]:
    """How often a step was tried that fails so often, and whether it came to an end."""
    tried: list[int] = []

    @dg.asset
    @tried_again
    def numbers(context: dg.AssetExecutionContext) -> int:
        tried.append(context.retry_number)
        if len(tried) <= failing:
            raise error
        return 1

    with dg.DagsterInstance.ephemeral() as instance:
        ended = dg.materialize([numbers], instance=instance, tags=tags, raise_on_error=False)
    return len(tried), ended.success


@pytest.mark.parametrize("error", PASSING, ids=str)
def test_what_may_pass_is_tried_again_and_then_told(error: Exception) -> None:
    assert may_pass(error)
    assert tries(error, failing=2) == (3, True)
    assert tries(error, failing=3) == (3, False)


@pytest.mark.parametrize("error", STAYING, ids=str)
def test_a_bad_input_is_told_at_once(error: Exception) -> None:
    assert not may_pass(error)
    assert tries(error, failing=1) == (1, False)


def test_sqlite_calls_much_by_one_name(tmp_path: Path) -> None:
    """A file that somebody holds is free again soon; what is not there stays so."""
    file = tmp_path / "ledger.sqlite"
    assert may_pass(raised(LedgerError("held"), of_sqlite(file, "SELECT 1 FROM t", held=True)))
    assert not may_pass(raised(LedgerError("no table"), of_sqlite(file, "SELECT 1 FROM t")))
    assert not may_pass(of_sqlite(tmp_path / "no folder" / "l.sqlite", "SELECT 1"))


def test_a_person_who_watches_is_told_at_once() -> None:
    assert tries(PASSING[0], failing=1, tags={COMMAND_LINE_TAG: "yes"}) == (1, False)


def test_a_step_of_several_tables_begins_anew() -> None:
    tried: list[int] = []

    @dg.multi_asset(outs={"first": dg.AssetOut(), "second": dg.AssetOut()})
    @tried_again
    def both() -> Iterator[dg.MaterializeResult[int]]:
        tried.append(1)
        yield dg.MaterializeResult(asset_key="first", value=len(tried))
        if len(tried) == 1:
            raise PASSING[0]
        yield dg.MaterializeResult(asset_key="second", value=len(tried))

    with dg.DagsterInstance.ephemeral() as instance:
        ended = dg.materialize([both], instance=instance)
        assert ended.output_for_node("both", "first") == 2


def test_a_lost_ledger_is_read_again(
    finished: tuple[Path, Ended], sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(sample / "images", Path(shutil.copytree(finished[0], tmp_path / "w")))
    entries, lost = Ledger.entries, [PASSING[0]]

    def entries_once_lost(ledger: Ledger) -> list[Entry]:
        if lost:
            raise lost.pop()
        return entries(ledger)

    monkeypatch.setattr(Ledger, "entries", entries_once_lost)
    with dg.DagsterInstance.ephemeral() as instance:
        job = build(project).resolve_implicit_global_asset_job_def()
        ended = job.execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey("human_decisions")]
        )
    assert ended.success
    assert lost == []
