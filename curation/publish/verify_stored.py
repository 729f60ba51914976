"""Tables and networks in a workspace that are not as they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from inksift.curation.base.errors import SchemaError, StoreError
from inksift.curation.base.tables import Table
from inksift.curation.store.files import file_digest
from inksift.curation.store.tables import read_table
from inksift.curation.store.workspace import Workspace

_OF_NETWORKS = (".onnx", ".npy")


class UnreadTable(NamedTuple):
    """A table that cannot be used, and why: `is_damaged`, or else it is as another version of
    inksift wrote it."""

    path: Path
    error: BaseException | None

    @property
    def is_damaged(self) -> bool:
        return not isinstance(self.error, SchemaError)


def unread_tables(workspace: Workspace, contracts: Mapping[str, Table]) -> Iterator[UnreadTable]:
    """Every table that cannot be read, or breaks the contract of its name."""
    for path in sorted(workspace.tables.rglob("*.parquet")):
        try:
            read_table(path, contracts.get(workspace.name_of_table(path) or ""))
        except StoreError as error:
            yield UnreadTable(path, error.__cause__)


def damaged_models(workspace: Workspace) -> Iterator[Path]:
    """Every exported network, and what was learned for one, whose bytes do not match its digest."""
    for note in sorted(workspace.models.glob("*.sha256")):
        for file in workspace.models.glob(f"{note.stem}.*"):
            if file.suffix in _OF_NETWORKS and file_digest(file) != _noted(note):
                yield file


def _noted(note: Path) -> str:
    return note.read_text(errors="replace").strip()
