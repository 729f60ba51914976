"""What people and runs store, as steps for `fault_server.py`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.workspace import Workspace

Told = tuple[int, str]


def image_id(name: str) -> str:
    """That of a picture called so."""
    return hashlib.sha256(name.encode()).hexdigest()


def record(root: Path, picture: str, outcome: str) -> Told:
    """A decision of a person."""
    decision = Decision(image_id(picture), "outcome", outcome)
    Ledger.of(Workspace(root)).record([decision], "ann")
    return 0, ""


def measure(root: Path, stage: str, picture: str) -> Told:
    """A row of a picture, in a part that the manifest names."""
    stored = Workspace(root).measurements(stage, "1")
    stored.add(pd.DataFrame({"image_id": [image_id(picture)], "width": [64]}))
    stored.note()
    return 0, ""


def publish(root: Path, name: str, text: str) -> Told:
    """A file for people."""
    with Workspace(root).locked():
        Workspace(root).publish(name, text.encode())
    return 0, ""


def decided(root: Path) -> Told:
    """Every decision that the ledger holds, a line each."""
    entries = Ledger.of(Workspace(root)).entries()
    return 0, "".join(f"{entry.image_id} {entry.value}\n" for entry in entries)


STEPS = {"record": record, "measure": measure, "publish": publish, "decided": decided}
