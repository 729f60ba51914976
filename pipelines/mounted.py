"""The whole code location as a part of somebody's project: under a prefix, and bound to a project
of its own, so that nothing in either has to know of the other."""

import dagster as dg

from inksift.assets import checks
from inksift.assets.registry import registry
from inksift.assets.shared.names import Names
from inksift.curation.project import Project
from inksift.pipelines.given import settings_remembered
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.launch import with_setup
from inksift.pipelines.ledger_sensors import ledger_changes, new_decisions
from inksift.pipelines.named import named
from inksift.pipelines.resources import resources
from inksift.pipelines.schedules import nightly
from inksift.pipelines.sensors import new_files
from inksift.pipelines.settings import checked
from inksift.pipelines.setup_sensor import first_setup


def mounted(project: Project | None, names: Names) -> dg.Definitions:
    """What `build` gives, to be merged into other definitions: it has no executor and no resources
    of its own, which would become those of all. ParamError where the setup cannot be used."""
    registered = registry()
    settings = settings_remembered(project) if project else checked({})
    defined = [
        *with_setup(registered, settings),
        *(dg.load_asset_checks_from_modules([checks])),
    ]
    called = named(defined, names, resources(project, registered.contracts, names))
    return dg.Definitions(
        assets=[one for one in called if not isinstance(one, dg.AssetChecksDefinition)],
        asset_checks=[one for one in called if isinstance(one, dg.AssetChecksDefinition)],
        jobs=list(jobs_called(names)),
        schedules=[nightly(project, names)],
        sensors=[
            new_files(project, names),
            ledger_changes(project, names),
            new_decisions(project, names),
            first_setup(project, names),
        ],
    )
