"""What a stage made last, kept so that it is not made again of the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import pandas as pd

from inksift.curation.store.files import remove_folder, whole_folder, write_atomically
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.soundness import sound_files
from inksift.curation.store.workspace import Workspace

_LAST = "last"


class LastResult:
    """The tables that one stage made last in a workspace, and what it made them of."""

    def __init__(self, workspace: Workspace, stage: str) -> None:
        self._folder = workspace.root / "measurements" / stage / _LAST
        self._manifest = workspace.manifest

    def recall(self, made_of: str, names: Iterable[str]) -> dict[str, pd.DataFrame] | None:
        """The tables of these names, where they were made of the same; None where they were not, or
        where one is damaged or gone."""
        folder = self._folder / made_of
        found = {name: sound_files(folder / name, "*.parquet") for name in names}
        if not all(found.values()):
            return None
        return {name: read_parquet(parts[0]) for name, parts in found.items()}

    def remember(self, made_of: str, tables: Mapping[str, pd.DataFrame]) -> None:
        """Keep these tables, in place of those before."""
        before = list(self._folder.glob("*"))
        self._manifest.drop_below(self._folder)
        if (self._folder / made_of) in before:
            remove_folder(self._folder / made_of)
        with whole_folder(self._folder / made_of) as folder:
            for name, table in tables.items():
                data = to_parquet(table)
                part = folder / name / f"{hashlib.sha256(data).hexdigest()}.parquet"
                write_atomically(part, data)
        for old in before:
            if old.exists() and old.name != made_of:
                remove_folder(old)
        self._manifest.settle([*self._folder.glob("*/*/*.parquet")])


def digest_of_facts(facts: Iterable[object]) -> str:
    """A short name for facts, in their order: the same for equal ones."""
    digest = hashlib.sha256()
    for fact in facts:
        data = fact if isinstance(fact, bytes) else repr(fact).encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:32]
