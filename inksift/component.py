"""The whole graph as a component of a `dg` project."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from inksift.curation.base.location import location_of
from inksift.curation.store.setup import whole_location
from inksift.dagster import PREFIX, definitions


class Curation(dg.Component, dg.Model, dg.Resolvable):
    """A folder of crawled illustrations, curated: `type: inksift.Curation`.

    Its attributes are the arguments of `inksift.dagster.definitions`. Paths that are not whole
    begin at the folder of the project."""

    workspace: str
    """Where everything is written."""
    source: str | None = None
    """Where the pictures are, a folder, an archive or a URL; None: what inksift.yaml there says."""
    test: str | None = None
    """A trusted test folder of the same shape, for F1 only."""
    weights: str | None = None
    """A folder with model weights."""
    ledger: str = ""
    """The database of what people decided, as a SQLAlchemy URL."""
    link_roots: list[str] = Field(default_factory=list)
    """Folders that links among the pictures are followed into."""
    key_prefix: str = PREFIX
    """What comes before the key of every asset, parts with a slash between."""
    group_prefix: str | None = None
    """What comes before the name of every group; None: the key prefix."""

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The definitions, for the loader of the project."""
        root = Path(context.project_root)

        def below(path: str | None) -> str | None:
            return None if path is None else str(whole_location(location_of(path), root))

        return definitions(
            workspace=str(whole_location(location_of(self.workspace), root)),
            source=below(self.source),
            test=below(self.test),
            weights=below(self.weights),
            ledger=self.ledger,
            link_roots=[root / path for path in self.link_roots],
            key_prefix=self.key_prefix,
            group_prefix=self.group_prefix,
        )
