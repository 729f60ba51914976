"""What the assets are given: the project they work on, locked for the length of a run, and the
settings of that run."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import dagster as dg

from inksift.assets.registry import registry
from inksift.assets.shared.names import BARE, Names
from inksift.curation.base.errors import ParamError
from inksift.curation.base.params import Params
from inksift.curation.base.tables import Table
from inksift.curation.project import Project, RunSettings
from inksift.curation.spread.engine import Engine
from inksift.curation.spread.opened import opened_engine
from inksift.pipelines.given import (
    from_environment,
    named_profile,
    project_given,
    remembered_values,
    with_links,
)
from inksift.pipelines.io_managers import ParquetTables
from inksift.pipelines.remembering import REMEMBER_TAG, differences
from inksift.pipelines.settings import Values, checked, laid_over
from inksift.pipelines.shared import held


def project_from_environment() -> Project | None:
    """The project that the setup of INKSIFT_WORKSPACE names, or the variables that outrank it, if
    one of them names a source."""
    return project_given(from_environment())


def resources(
    project: Project | None, contracts: Mapping[str, Table], names: Names = BARE
) -> dict[str, dg.ResourceDefinition]:
    """Resources bound to one project, whose tables keep these contracts, called by these names.
    They take no run config, so no run can point them at other folders."""

    @dg.resource(
        config_schema={},
        description="The folders of this code location, locked while a run works on them",
    )
    def locked_project(context: dg.InitResourceContext) -> Iterator[Project]:
        here, run = _required(project), context.run
        workspace, run_id = here.workspace, run.run_id if run else ""
        with (
            workspace.locked(run_id) as before,  # who then shares what this makes
            nullcontext() if before else held(workspace, *here.pictures),
        ):
            yield here

    @dg.resource(
        config_schema={},
        description="The settings of every stage in this run, and in what it differs from the "
        "setup of the workspace",
    )
    def run_settings(context: dg.InitResourceContext) -> RunSettings:
        here, run = _required(project), context.run
        stages = settings_of_run(here, run.run_config if run else {}, names)
        becomes_the_setup = run is not None and REMEMBER_TAG in run.tags
        differs = [] if becomes_the_setup else differences(here, stages)
        return RunSettings(stages, differs, named_profile(here.workspace_folder))

    @dg.resource(
        config_schema={},
        description="What does the work on pictures and pairs: this machine, or a Ray cluster",
    )
    def working_engine(_: dg.InitResourceContext) -> Iterator[Engine]:
        here = _required(project)
        with opened_engine(here.engine, lambda: here.landmarks) as engine:
            yield engine

    @dg.io_manager(
        config_schema={}, description="Parquet tables in the workspace, written atomically"
    )
    def parquet_tables(_: dg.InitResourceContext) -> ParquetTables:
        return ParquetTables(_required(project), contracts)

    made = {
        "project": locked_project,
        "run_settings": run_settings,
        "engine": working_engine,
        "io_manager": parquet_tables,
    }
    return {names.called(name): resource for name, resource in made.items()}


def settings_of_run(
    project: Project, config: Mapping[str, Any], names: Names = BARE
) -> dict[str, Params]:
    """The settings of every stage in a run with this run config: those it gives, over those of the
    setup."""
    ops = config.get("ops", {})
    given: Values = {}
    for stage, steps in registry().steps.items():
        for step in map(names.called, steps):
            given[stage] = {**(ops.get(step) or {}).get("config", {}), **given.get(stage, {})}
    remembered = with_links(remembered_values(project.workspace_folder), project)
    return checked(laid_over(remembered, given))


def _required(project: Project | None) -> Project:
    if project is None:
        raise ParamError(
            "no source: set INKSIFT_SOURCE=/path/to/images, or INKSIFT_WORKSPACE to a workspace "
            "with an inksift.yaml, before starting Dagster"
        )
    return project
