"""The first asset of all: every file by its name, and what a run would fail on later."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.names import steps_beside
from inksift.assets.shared.results import counts, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.gather.folder.layout import demand_one_test
from inksift.curation.gather.images import ImageParams
from inksift.curation.gather.preflight import (
    LISTING,
    Names,
    demand_apart,
    demand_classes_named,
    demand_trainable,
    list_names,
)
from inksift.curation.gather.reached import snapshot
from inksift.curation.people.ledger.entries import human_decisions as decisions_in_force
from inksift.curation.project import Project, RunSettings

SNAPSHOT = "snapshot"
"""The metadata that tells what lay in the source when it was listed."""
_TRAINS = "training_set"

STAGE = Stage(
    "listing",
    tables={
        "listing": Made(
            LISTING,
            "Every file by its name, before any is opened. Stops a run that would fail later: "
            "without classes to train on, with settings that name no class, with test pictures "
            "among the source",
        )
    },
    version=1,
    kinds={"parquet"},
)


@STAGE.asset(deps=["source"])
def listing(
    context: dg.AssetExecutionContext,
    project: dg.ResourceParam[Project],
    run_settings: dg.ResourceParam[RunSettings],
) -> dg.MaterializeResult[pd.DataFrame]:
    """List the source and the trusted test folder, and refuse what cannot end well."""
    seen = snapshot(project.source)  # first, so that what changes from here on is a change
    found = _names(project, run_settings)
    if _TRAINS in steps_beside(context):
        labels = [*found.files["label"], *_labels_of_people(project)]
        demand_trainable(labels, project.source)
        demand_classes_named(run_settings.stages, labels)
    return table(
        found.files,
        classes=counts(found.files["label"]),
        differs_from_setup=list(run_settings.differs),
        **{SNAPSHOT: dg.MetadataValue.json({name: list(one) for name, one in seen.items()})},
    )


def _names(project: Project, run_settings: RunSettings) -> Names:
    """What the source holds, apart from what is tested on."""
    params = run_settings.stages["images"]
    if not isinstance(params, ImageParams):
        raise TypeError("settings of images are those of its stage")
    found = list_names(project.source, project.workspace, params, link_roots=project.link_roots)
    demand_one_test(found.folder.given_splits, project.test)
    if project.test is not None:
        tested = list_names(project.test, project.workspace, params, link_roots=project.link_roots)
        demand_apart(found.files, tested.files, source=project.source, test=project.test)
    return found


def _labels_of_people(project: Project) -> list[str]:
    """The classes that people gave pictures."""
    decided = decisions_in_force(project.ledger.entries())
    return decided.loc[decided["action"] == "label", "value"].tolist()
