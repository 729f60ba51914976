"""The network trained on the result."""

import json
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from inksift.assets.shared.display import picture
from inksift.assets.shared.results import table
from inksift.assets.shared.settings_used import settings_of
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.training.pictures import trained_on
from inksift.curation.base.tables import CURVES
from inksift.curation.project import Project
from inksift.curation.report import plots
from inksift.curation.training.fit.classifiers import CLASSIFIER
from inksift.curation.training.fit.params import VERSION, TrainingParams


class TrainingConfig(TrainingParams, dg.Config):
    """Settings of the network and its training."""


STAGE = Stage(
    "classifier",
    settings=TrainingParams,
    tables={
        "classifier": Made(
            CLASSIFIER,
            "A CNN and its checkpoint; an interrupted training goes on, a finished one is used "
            "again",
        ),
        "curves": Made(CURVES, "Loss, macro F1 and learning rate of every epoch"),
    },
    version=VERSION,
    kinds={"pytorch", "parquet"},
    work="trains",
)


@STAGE.asset()
def trained_classifier(
    training_set: pd.DataFrame,
    thumbnails: pd.DataFrame,
    config: TrainingConfig,
    project: dg.ResourceParam[Project],
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Draw the training pictures and train on them."""
    from inksift.curation.training.fit.loop import train

    pictures = trained_on(training_set, thumbnails, config, project)
    trained = train(training_set, pictures, folder=project.workspace.models, params=config)
    row = {
        "checkpoint": trained.checkpoint.name,
        "network": config.network,
        "settings": json.dumps(config.network_settings()),
        "parameters": trained.parameters.all,
        "trainable_parameters": trained.parameters.trainable,
        "image_side_px": config.side_px,
        "best_epoch": trained.best_epoch,
        "seed": config.seed,
        "rebalancing": "{}",
    }
    yield table(
        CLASSIFIER.frame([row]),
        "classifier",
        measured=0 if trained.reused else len(trained.curves),
        epochs=len(trained.curves),
        best_epoch=trained.best_epoch,
        resumed=trained.resumed,
        network=config.network,
        parameters=trained.parameters.all,
        trainable_parameters=trained.parameters.trainable,
        **settings_of(config),
    )
    yield table(
        trained.curves,
        "curves",
        plot=picture(plots.training_curves(trained.curves), "training curves"),
    )
