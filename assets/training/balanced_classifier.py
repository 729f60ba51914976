"""The classifier with a balanced last layer."""

import json

import dagster as dg
import pandas as pd

from inksift.assets.shared.names import names_of
from inksift.assets.shared.results import records, table
from inksift.assets.shared.settings_used import settings_of, settings_used
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.training.pictures import trained_on
from inksift.curation.project import Project
from inksift.curation.training.fit.classifiers import CLASSIFIER
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.rebalance.checkpoint import rebalance_checkpoint
from inksift.curation.training.rebalance.params import VERSION, RebalanceParams


class RebalanceConfig(RebalanceParams, dg.Config):
    """Settings of the rebalancing."""


STAGE = Stage(
    "balanced_classifier",
    settings=RebalanceParams,
    tables={"balanced_classifier": Made(CLASSIFIER)},
    version=VERSION,
    kinds={"pytorch"},
    work="trains",
)


@STAGE.asset()
def balanced_classifier(
    context: dg.AssetExecutionContext,
    classifier: pd.DataFrame,
    training_set: pd.DataFrame,
    thumbnails: pd.DataFrame,
    config: RebalanceConfig,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """The network whose answers count: the classifier with its last layer rebalanced, or as it
    is."""
    folder = project.workspace.models
    training = settings_used(
        context.instance, project.workspace, "classifier", TrainingParams, names_of(context)
    )
    made = rebalance_checkpoint(
        folder / classifier.iloc[0]["checkpoint"],
        training_set,
        trained_on(training_set, thumbnails, training, project),
        folder=folder,
        params=config,
        training=training,
    )
    told = {"method": config.method, **made.figures}
    row = classifier.assign(checkpoint=made.checkpoint.name, rebalancing=json.dumps(told))
    return table(
        CLASSIFIER.check(row.astype({"checkpoint": "str", "rebalancing": "str"})),
        curves=records(made.curves.tail(50)),
        **told,
        **settings_of(config),
    )
