"""Families of variants among the pictures of a finished workspace."""

from __future__ import annotations

from itertools import islice, pairwise

import pandas as pd

from inksift.curation.base.tables import FAMILIES, KEPT_APART
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.workspace import Workspace

TIE = {"relation": "variant", "distance": 5, "similarity": 0.9, "transform": ""}
TIE |= {"places": "100 200 300 400", "other_places": "500 500 501 501; 0 0 90 90"}


def relate(workspace: Workspace, *sizes: int, rule: str = "keep") -> list[list[str]]:
    """Write families of these sizes, of pictures that stay as long as there are some: chains in the
    order of their paths, the first of each the best. Their paths."""
    copies = read_parquet(workspace.tables / "duplicates.parquet")
    free = iter(sorted(copies.loc[copies["keep"], "path"], key=lambda path: "drawn" not in path))
    families = [sorted(islice(free, size)) for size in sizes]
    members, ties = [], []
    for number, paths in enumerate(families):
        told = {"family": number, "rule": rule}
        members += [{"path": path, "rank": rank, **told} for rank, path in enumerate(paths)]
        ties += [{**TIE, "path": one, "other_path": other} for one, other in pairwise(paths)]
    _write(workspace, KEPT_APART.name, KEPT_APART.frame(ties))
    _write(workspace, FAMILIES.name, FAMILIES.frame(members))
    return families


def _write(workspace: Workspace, name: str, frame: pd.DataFrame) -> None:
    write_atomically(workspace.tables / f"{name}.parquet", to_parquet(frame))
