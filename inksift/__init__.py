"""inksift: a training set that can be trusted, out of a folder of crawled illustrations.

`judge` and `find_duplicates` take a folder and give a table, `Workspace` is a folder of results
that goes on from run to run, `dagster.definitions` is the whole graph for a project of your own,
and `errors` are what all of them raise. Nothing is loaded before one of these is used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from inksift.curation.base.switches import silence

if TYPE_CHECKING:
    from inksift import dagster as dagster
    from inksift import errors as errors
    from inksift.component import Curation as Curation
    from inksift.copies import find_duplicates as find_duplicates
    from inksift.errors import InksiftError as InksiftError
    from inksift.judging import judge as judge
    from inksift.reviewing import Review as Review
    from inksift.workspace import Workspace as Workspace

    __version__: str

silence()  # libraries read their switches at their first import, and here nothing is imported yet

_MODULES = {
    "Curation": "component",
    "InksiftError": "errors",
    "Review": "reviewing",
    "Workspace": "workspace",
    "find_duplicates": "copies",
    "judge": "judging",
}
"""Where each name is defined. No module is called like a name: it would stand in its place."""
_SUBMODULES = ("dagster", "errors")


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("inksift")
    if name in _SUBMODULES:
        return import_module(f"inksift.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module 'inksift' has no attribute {name!r}")
    return getattr(import_module(f"inksift.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*_MODULES, *_SUBMODULES, "__version__"])
