"""The network trained on the result."""

import json
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.display import picture
from assets.results import table
from assets.settings_used import settings_of
from curation.project import Project
from curation.report import plots
from curation.store.thumbnails import Thumbnails
from curation.training.fit.classifiers import CLASSIFIER
from curation.training.fit.loop import VERSION, train
from curation.training.fit.params import TrainingParams
from curation.training.fit.pictures import Pictures, draw_pictures


class TrainingConfig(TrainingParams, dg.Config):
    """Settings of the network and its training."""


@dg.multi_asset(
    name="classifier",
    outs={
        "classifier": dg.AssetOut(
            group_name="training",
            kinds={"pytorch"},
            code_version=str(VERSION),
            description="A CNN and its checkpoint; an interrupted training goes on, a finished one "
            "is used again",
        ),
        "curves": dg.AssetOut(
            group_name="training",
            kinds={"parquet"},
            code_version=str(VERSION),
            description="Loss, macro F1 and learning rate of every epoch",
        ),
    },
)
def trained_classifier(
    training_set: pd.DataFrame,
    thumbnails: pd.DataFrame,
    config: TrainingConfig,
    project: dg.ResourceParam[Project],
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Draw the training pictures and train on them."""
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


def trained_on(
    training_set: pd.DataFrame, thumbnails: pd.DataFrame, params: TrainingParams, project: Project
) -> Pictures:
    """The pictures of a TRAINING_SET at the side of the network; drawn once."""
    read = Thumbnails(project.workspace, thumbnails)
    return draw_pictures(
        training_set,
        read,
        side_px=params.side_px,
        folder=project.workspace.models,
        recipe=params.oversampling_recipe,
        pictures_version=read.version,
    )
