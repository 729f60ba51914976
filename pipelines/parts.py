"""What the code location is made of, whichever names it goes by: in a code location of our own, or
as a part of somebody's project."""

from typing import Any

import dagster as dg

from inksift.assets import checks
from inksift.assets.registry import Assets, registry
from inksift.assets.shared.names import BARE, Names
from inksift.curation.project import Project
from inksift.curation.store.setup import Setup, read_setup
from inksift.pipelines.experiments_sensor import after_experiments
from inksift.pipelines.given import settings_remembered
from inksift.pipelines.launch import with_setup
from inksift.pipelines.ledger_sensors import ledger_changes, new_decisions
from inksift.pipelines.sensors import new_files
from inksift.pipelines.settings import checked
from inksift.pipelines.setup_sensor import first_setup
from inksift.pipelines.setup_told import as_the_setup_tells
from inksift.pipelines.source_sensor import source_changes
from inksift.pipelines.unrun_checks import unrun_checks


def assets_of(project: Project | None) -> Assets:
    """The registered assets with what the setup of the project's workspace says of them; ParamError
    where it cannot be used."""
    settings = settings_remembered(project) if project else checked({})
    setup = read_setup(project.workspace_folder) if project else None
    return as_the_setup_tells(with_setup(registry(), settings), setup or Setup())


def all_checks() -> list[dg.AssetChecksDefinition]:
    """Every claim that Dagster checks."""
    return list(dg.load_asset_checks_from_modules([checks]))


def sensors_of(project: Project | None, names: Names = BARE) -> list[Any]:
    """The sensors that watch the source, the ledger and the runs of a project."""
    return [
        new_files(project, names),
        source_changes(project, names),
        ledger_changes(project, names),
        new_decisions(project, names),
        first_setup(project, names),
        unrun_checks(names),
        after_experiments(names),
    ]
