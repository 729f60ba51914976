"""Training and test pictures as the network sees them."""

import pandas as pd

from inksift.curation.project import Project
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.fit.pictures import Pictures, draw_pictures
from inksift.curation.training.resample.recipe import ORIGINAL


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


def tested_pictures(
    rows: pd.DataFrame, classifier: pd.DataFrame, places: list[pd.DataFrame], project: Project
) -> Pictures:
    """The pictures of these rows (column image_id), whose thumbnails are where THUMBNAILS tables
    say; drawn once."""
    read = Thumbnails(project.workspace, pd.concat(places).drop_duplicates("image_id"))
    return draw_pictures(
        rows.assign(augmentation_seed=ORIGINAL),
        read,
        side_px=int(classifier.iloc[0]["image_side_px"]),
        folder=project.workspace.models,
        pictures_version=read.version,
    )
