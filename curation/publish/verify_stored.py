"""Tables and networks in a workspace that are not as they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.base.tables import Table
from inksift.curation.store.files import file_digest
from inksift.curation.store.tables import error_line, read_table
from inksift.curation.store.workspace import Workspace

_OF_NETWORKS = (".onnx", ".npy")


def damaged_tables(
    workspace: Workspace, contracts: Mapping[str, Table]
) -> Iterator[tuple[Path, str]]:
    """Every table that cannot be read, or breaks the contract of its name; and why."""
    for path in sorted(workspace.tables.rglob("*.parquet")):
        try:
            read_table(path, contracts.get(workspace.name_of_table(path) or ""))
        except StoreError as error:
            yield path, error_line(error.__cause__)


def damaged_models(workspace: Workspace) -> Iterator[Path]:
    """Every exported network, and what was learned for one, whose bytes do not match its digest."""
    for note in sorted(workspace.models.glob("*.sha256")):
        for file in workspace.models.glob(f"{note.stem}.*"):
            if file.suffix in _OF_NETWORKS and file_digest(file) != _noted(note):
                yield file


def _noted(note: Path) -> str:
    return note.read_text(errors="replace").strip()
