"""Examples in docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.graph.exports import exports_kept
from tests.graph.histories import histories_in_memory
from tests.plots import blank_plots

ROOT = Path(__file__).parents[1]


def _modules_with_examples() -> list[str]:
    files = [
        path
        for package in ("curation", "assets", "pipelines", "inksift")
        for path in sorted((ROOT / package).rglob("*.py"))
        if ">>> " in path.read_text(encoding="utf-8")
    ]
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in files]
    names = [".".join(part for part in module if part != "__init__") for module in parts]
    return [name if name.startswith("inksift") else f"inksift.{name}" for name in names]


MODULES = _modules_with_examples()


def test_there_is_something_to_check() -> None:
    assert len(MODULES) > 40


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    kept = exports_kept(tmp_path_factory)
    with blank_plots(), kept, histories_in_memory():  # some run the whole chain
        found = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0
    assert found.attempted > 0
