"""What the network calls the test pictures."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import table
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.training.pictures import tested_pictures
from inksift.curation.base.tables import PREDICTIONS
from inksift.curation.project import Project
from inksift.curation.training import evaluation
from inksift.curation.training.splits import TEST

STAGE = Stage(
    "predictions",
    tables={"predictions": Made(PREDICTIONS)},
    version=evaluation.VERSION,
    kinds={"pytorch"},
    work="trains",
)


@STAGE.asset()
def predictions(
    balanced_classifier: pd.DataFrame,
    splits: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """The class that the network gives every test picture, with its probability."""
    test = splits[splits["split"] == TEST]
    pictures = tested_pictures(test, balanced_classifier, [thumbnails, test_thumbnails], project)
    checkpoint = project.workspace.models / balanced_classifier.iloc[0]["checkpoint"]
    return table(evaluation.predict(checkpoint, test, pictures.pixels))
