"""What an audit reads of a workspace: the last run's verdicts and all that a head needs to judge
the folder again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from inksift.curation.base.errors import ParamError
from inksift.curation.base.tables import DECISIONS, DUPLICATES, EMBEDDINGS, Table
from inksift.curation.store.published import MEDIUM
from inksift.curation.store.tables import read_table, unusable
from inksift.curation.store.thumbnails import THUMBNAILS, Thumbnails
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.medium.folder import Folder
from inksift.curation.verdict.medium.head import Head, digest, load_head
from inksift.curation.verdict.medium.thresholds import Promises
from inksift.curation.verdict.medium.votes import MEASURES, VOTES


@dataclass(frozen=True)
class Audited:
    """The last run of a workspace."""

    workspace: Workspace
    """The workspace."""

    votes: pd.DataFrame
    """Its VOTES."""

    decisions: pd.DataFrame
    """Its DECISIONS, also where a brake held them back."""

    duplicates: pd.DataFrame
    """Its DUPLICATES."""

    @classmethod
    def of(cls, workspace: Workspace) -> Audited:
        """ParamError when no run has finished its verdicts, or its recipe knows no probability;
        StoreError when a table is damaged."""
        found = cls(
            workspace,
            votes=_table(workspace, VOTES.name, VOTES),
            decisions=_table(workspace, "verdicts", DECISIONS),
            duplicates=_table(workspace, DUPLICATES.name, DUPLICATES),
        )
        if found.votes.empty and len(found.duplicates):
            raise ParamError(
                "the recipe of the last run knows no probability, so nothing can be audited: "
                "run `inksift run` with --set verdicts.recipe=learned"
            )
        return found

    def thumbnails(self) -> Thumbnails:
        """Every picture by its image_id."""
        return Thumbnails(self.workspace, _table(self.workspace, THUMBNAILS.name, THUMBNAILS))

    def folder(self, weights: Sequence[Path]) -> Folder:
        """The folder, to be judged by the head that the run began with: the user's in one of
        `weights`, or shipped.

        ParamError when that is another head, or the run had no picture to judge.
        """
        if self.votes.empty:
            raise ParamError(
                f"no picture of this folder can be audited: the last run in {self.workspace.root} "
                "judged none; run `inksift run` on a folder with readable pictures"
            )
        told = _medium(self.workspace)
        head = _head(told, weights)
        # the setting itself is not stored; a run that adapts has some vote of the folder's
        adapted = bool(self.votes[["neighbours", "prior"]].to_numpy().any())
        return Folder(
            _table(self.workspace, MEASURES.name, MEASURES),
            _table(self.workspace, EMBEDDINGS.name, EMBEDDINGS),
            head=head,
            promised=told.promised,
            adapt=adapted,
        )


class _Medium(NamedTuple):
    """What the last verdict was made with."""

    embedder: str
    """The network's name."""

    head: str
    """The digest of the head that the run began with."""

    promised: Promises
    """The errors that it might make."""


def _medium(workspace: Workspace) -> _Medium:
    place = workspace.root / MEDIUM
    try:
        told = json.loads(place.read_bytes())
        return _Medium(
            str(told["embedder"]),
            str(told["head"]),
            Promises(float(told["max_illustrations_rejected"]), float(told["max_photos_kept"])),
        )
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise unusable(place, error) from error


def _head(told: _Medium, weights: Sequence[Path]) -> Head:
    head = load_head(told.embedder, weights)
    if digest(head) != told.head:
        where = f"in {', '.join(map(str, weights))}" if weights else "without --weights-dir"
        raise ParamError(
            f"the last run judged by the medium head {told.head} for {told.embedder}, but {where} "
            f"it is {digest(head)}: give the same --weights-dir as that run, or run `inksift run` "
            "again"
        )
    return head


def _table(workspace: Workspace, name: str, contract: Table) -> pd.DataFrame:
    place = workspace.table(name)
    if not place.exists():
        raise ParamError(
            f"no finished run in {workspace.root} (no {place.name}): run `inksift run` with this "
            "--workspace first"
        )
    return read_table(place, contract)
