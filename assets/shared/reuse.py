"""What a stage made of the same tables and settings before need not be made again.

A stage says in the metadata of its tables what they were made of: a digest of all that went in. Its
tables then stay as they are, for as long as they lie there as that run wrote them. The result is
then without a value, which an asset of one table must allow by its `dagster_type`."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, NamedTuple

import dagster as dg
import pandas as pd

from inksift.assets.shared.names import names_of
from inksift.assets.shared.stage import Stage
from inksift.curation.project import Project
from inksift.curation.store.files import file_digest

MADE_OF = "made_of"
"""What the metadata calls the digest."""

DATA_VERSION = "dagster/data_version"
"""The tag of an event that holds its data version; Dagster's own name for it is private."""


class MadeBefore(NamedTuple):
    """A table that stays as it is."""

    data_version: str
    metadata: Mapping[str, Any]

    def again(self, name: str | None = None) -> dg.MaterializeResult[pd.DataFrame]:
        """The result that leaves the table of that name, or the only one, where it is."""
        told = dg.DataVersion(self.data_version)
        return dg.MaterializeResult(asset_key=name, data_version=told, metadata=self.metadata)


def made_of(stage: Stage, project: Project, tables: Iterable[str], **facts: object) -> str:
    """A digest of these tables of the workspace, of the stage's code, and of facts beside them,
    which JSON can hold; "" where a table does not lie there."""
    places = {name: project.workspace.table(name) for name in sorted(tables)}
    if not all(place.is_file() for place in places.values()):
        return ""
    digests = {name: file_digest(place) for name, place in places.items()}
    told = {"code": [version("inksift"), stage.version], "tables": digests, "facts": facts}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def made_before(
    context: dg.AssetExecutionContext, stage: Stage, project: Project, digest: str
) -> dict[str, MadeBefore]:
    """All tables of the stage as it made them of what has this digest; none where one of them was
    made of something else, or does not lie there as it was written."""
    found = {name: _made(context, project, name, digest) for name in stage.tables}
    return {name: made for name, made in found.items() if made} if all(found.values()) else {}


def _made(
    context: dg.AssetExecutionContext, project: Project, name: str, digest: str
) -> MadeBefore | None:
    key, place = names_of(context).key(name), project.workspace.table(name)
    event = context.instance.get_latest_materialization_event(key)
    made = event and event.asset_materialization
    if not made or not digest or not place.is_file():
        return None
    told, written = made.metadata.get(MADE_OF), (made.tags or {}).get(DATA_VERSION, "")
    same = isinstance(told, dg.TextMetadataValue) and told.text == digest
    if not same or not written or not file_digest(place).startswith(written):
        return None
    return MadeBefore(written, made.metadata)
