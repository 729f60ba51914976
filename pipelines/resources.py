"""What the assets are given: the project they work on, locked for the length of a run."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg

from curation.base.errors import ParamError
from curation.base.tables import Table
from curation.project import Project
from pipelines.io_managers import ParquetTables


def project_from_environment() -> Project | None:
    """The project that INKSIFT_SOURCE, _WORKSPACE, _TEST, _WEIGHTS, _LEDGER and _LINK_ROOTS
    (folders with colons between them) name, if a source is set."""
    source = os.environ.get("INKSIFT_SOURCE")
    if not source:
        return None
    workspace = os.environ.get("INKSIFT_WORKSPACE", "inksift-workspace")
    test, weights = os.environ.get("INKSIFT_TEST"), os.environ.get("INKSIFT_WEIGHTS")
    roots = os.environ.get("INKSIFT_LINK_ROOTS", "")
    return Project(
        Path(source),
        Path(workspace),
        test=Path(test) if test else None,
        weights=Path(weights) if weights else None,
        ledger_url=os.environ.get("INKSIFT_LEDGER", ""),
        link_roots=tuple(map(Path, filter(None, roots.split(os.pathsep)))),
    )


def resources(project: Project | None, contracts: Mapping[str, Table]) -> dict[str, object]:
    """Resources bound to one project, whose tables keep these contracts. They take no run config,
    so no run can point them at other folders."""

    @dg.resource(
        config_schema={},
        description="The folders of this code location, locked while a run works on them",
    )
    def locked_project(_: dg.InitResourceContext) -> Iterator[Project]:
        here = _required(project)
        with here.workspace.locked():
            yield here

    @dg.io_manager(
        config_schema={}, description="Parquet tables in the workspace, written atomically"
    )
    def parquet_tables(_: dg.InitResourceContext) -> ParquetTables:
        return ParquetTables(_required(project), contracts)

    return {"project": locked_project, "io_manager": parquet_tables}


def _required(project: Project | None) -> Project:
    if project is None:
        raise ParamError(
            "no image folder: set INKSIFT_SOURCE=/path/to/images before starting Dagster"
        )
    return project
