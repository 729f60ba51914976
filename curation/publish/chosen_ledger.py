"""The ledger that people decide in is the one that runs hear."""

from __future__ import annotations

from pathlib import Path

from curation.errors import ParamError
from curation.ledger.address import same_place
from curation.ledger.ledger import Ledger
from curation.publish.published import SOURCE, read_ledger, read_source
from curation.store.workspace import Workspace

_OWN = "the workspace's own"


def ledger_of(workspace: Workspace, url: str = "") -> Ledger:
    """The ledger at `url`, or else the workspace's own.

    ParamError when the last run heard another one, so that nobody decides where no run listens, and when its file would
    lie among the pictures.
    """
    ledger = Ledger.of(workspace, url)
    if not (workspace.root / SOURCE).exists():
        return ledger
    refuse_among_pictures(ledger, read_source(workspace))
    heard = read_ledger(workspace)
    if not same_place(heard, ledger.name):
        raise ParamError(
            f"the last run heard the ledger {heard or _OWN}, and this is {ledger.name or _OWN}: {_remedy(heard)}, "
            "or run `inksift run` with this one first"
        )
    return ledger


def refuse_among_pictures(ledger: Ledger, folder: Path) -> None:
    """ParamError when the ledger's file lies in a folder of pictures, which is never written to."""
    if ledger.file and ledger.file.is_relative_to(folder.resolve()):
        raise ParamError(f"the ledger {ledger.file} lies among the pictures in {folder}: choose another --ledger")


def _remedy(heard: str) -> str:
    return f"name that with --ledger {heard}" if heard else "leave --ledger and INKSIFT_LEDGER away"
