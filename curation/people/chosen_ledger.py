"""The ledger that people decide in is the one that runs hear."""

from __future__ import annotations

from inksift.curation.base.errors import ParamError
from inksift.curation.base.location import Location, lies_in
from inksift.curation.people.heard import called, how_to_name, read_heard
from inksift.curation.people.ledger.address import same_place
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.published import read_pictures
from inksift.curation.store.setup import remembered_ledger
from inksift.curation.store.workspace import Workspace


def ledger_of(workspace: Workspace, url: str = "") -> Ledger:
    """The ledger at `url`, or else the one in the setup of the workspace, or its own, to decide in.

    ParamError when the last run heard another one, so that nobody decides where no run listens, and
    when its file would lie among the pictures."""
    ledger = any_ledger(workspace, url)
    heard = read_heard(workspace)
    if heard is not None and not same_place(heard, ledger.name):
        raise ParamError(
            f"the last run heard {_the(heard)}, and this is {called(ledger.name)}: "
            f"{how_to_name(heard)}, "
            "or run `inksift run` with this one first"
        )
    return ledger


def any_ledger(workspace: Workspace, url: str = "") -> Ledger:
    """The same, whichever the last run heard, to read; ParamError when its file would lie among the
    pictures."""
    ledger = Ledger.of(workspace, url or remembered_ledger(workspace.root))
    for folder in read_pictures(workspace):
        refuse_among_pictures(ledger, folder)
    return ledger


def ledger_to_fill(workspace: Workspace, url: str = "") -> Ledger:
    """The ledger at `url` where nobody has decided anything in it, to move to it; else only as
    `ledger_of` allows."""
    ledger = any_ledger(workspace, url)
    return ledger_of(workspace, url) if ledger.last() else ledger


def refuse_among_pictures(ledger: Ledger, folder: Location) -> None:
    """ParamError when the ledger's file lies in a folder of pictures, which is never written to."""
    if ledger.file and lies_in(ledger.file, folder):
        raise ParamError(
            f"the ledger {ledger.file} lies among the pictures in {folder}: choose another --ledger"
        )


def _the(name: str) -> str:
    return f"the ledger {name}" if name else "the workspace's own ledger"
