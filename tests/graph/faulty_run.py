"""Commands, as steps for `fault_server.py`: what costs time and writes nothing is left out."""

from __future__ import annotations

import traceback
from pathlib import Path

from click.testing import CliRunner

from inksift.pipelines.cli import main
from tests import faulty_store
from tests.fault_server import TRACEBACK
from tests.faulty_store import Told
from tests.graph.conftest import JUDGE
from tests.graph.histories import engines_kept, histories_in_memory
from tests.plots import blank_plots


def judge(root: Path, source: str, out: str) -> Told:
    """Decisions on all pictures of a folder."""
    return _invoked("judge", source, "--workspace", str(root), "--out", out, *JUDGE)


def verify(root: Path) -> Told:
    """What is wrong with the workspace."""
    return _invoked("verify", "--workspace", str(root))


def repair(root: Path) -> Told:
    """Mend what is wrong with it."""
    return _invoked("repair", "--workspace", str(root), "--yes")


def _invoked(*arguments: str) -> Told:
    with blank_plots(), histories_in_memory(), engines_kept():
        result = CliRunner().invoke(main, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        return TRACEBACK, "".join(traceback.format_exception(result.exception))
    return result.exit_code, result.output


STEPS = {"judge": judge, "verify": verify, "repair": repair, **faulty_store.STEPS}
