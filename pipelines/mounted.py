"""The whole code location as a part of somebody's project: under a prefix, and bound to a project
of its own, so that nothing in either has to know of the other."""

import dagster as dg

from inksift.assets.registry import registry
from inksift.assets.shared.names import Names
from inksift.curation.project import Project
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.named import named
from inksift.pipelines.parts import all_checks, assets_of, sensors_of
from inksift.pipelines.resources import resources
from inksift.pipelines.schedules import nightly


def mounted(project: Project | None, names: Names) -> dg.Definitions:
    """What `build` gives, to be merged into other definitions: it has no executor and no resources
    of its own, which would become those of all. ParamError where the setup cannot be used."""
    bound = resources(project, registry().contracts, names)
    called = named([*assets_of(project), *all_checks()], names, bound)
    return dg.Definitions(
        assets=[one for one in called if not isinstance(one, dg.AssetChecksDefinition)],
        asset_checks=[one for one in called if isinstance(one, dg.AssetChecksDefinition)],
        jobs=list(jobs_called(names)),
        schedules=[nightly(project, names)],
        sensors=sensors_of(project, names),
    )
