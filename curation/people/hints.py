"""Commands that a person is told to run next: they name what the setup of the workspace does not
remember."""

from __future__ import annotations

from pathlib import Path

from inksift.curation.base.commands import Places, command
from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.base.location import Location
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.published import link_options, read_differs, read_source
from inksift.curation.store.setup import Setup, read_setup
from inksift.curation.store.workspace import Workspace


def places_of(workspace: Workspace, ledger: Ledger, weights: Path | None = None) -> Places:
    """What a command has to name to work where this one did."""
    setup = _remembered(workspace) or Setup()
    ledger_to_name = "" if _names(setup, ledger, workspace) else ledger.name
    weights_to_name = None if setup.weights == weights else weights
    return Places(workspace.root, ledger_to_name, weights_to_name)


def take_decisions_in(workspace: Workspace, ledger: Ledger, weights: Path | None = None) -> str:
    """The command that takes in what people decided: without training, where the last run was one
    with the setup."""
    setup = _remembered(workspace)
    if setup and setup.source and _follows_setup(workspace):
        return command("decide", at=places_of(workspace, ledger, weights))
    return next_run(workspace, ledger, weights)


def next_run(workspace: Workspace, ledger: Ledger, weights: Path | None = None) -> str:
    """The command that makes the whole run again."""
    places = places_of(workspace, ledger, weights)
    setup = _remembered(workspace)
    if setup and setup.source:
        return command("run", at=places)
    return command("run", _source(workspace), *link_options(workspace), at=places)


def _remembered(workspace: Workspace) -> Setup | None:
    """The setup, if there is one that can be read: a run says what is wrong with another."""
    try:
        return read_setup(workspace.root)
    except ParamError:
        return None


def _names(setup: Setup, ledger: Ledger, workspace: Workspace) -> bool:
    """Whether the setup names this ledger."""
    return bool(setup.ledger) and Ledger.of(workspace, setup.ledger).name == ledger.name


def _source(workspace: Workspace) -> Location | str:
    """Where the pictures of the last run were; a word for it where every run so far was stopped by
    a brake."""
    try:
        return read_source(workspace)
    except StoreError:
        return "SOURCE"


def _follows_setup(workspace: Workspace) -> bool:
    """Whether there is a run, and it did not differ from the setup."""
    try:
        return not read_differs(workspace)
    except StoreError:
        return False
