"""How good the classifier is, on pictures that it has not seen."""

import dagster as dg
import pandas as pd

from assets.display import picture
from assets.results import records, table
from curation import evaluation
from curation.evaluation import HELD_OUT, TRUSTED, EvaluationParams
from curation.project import Project
from curation.publish.published import publish_f1
from curation.report import plots
from curation.report.f1_page import build_f1_page
from curation.resample.recipe import ORIGINAL
from curation.splits import TEST, TRAIN
from curation.thumbnails import Thumbnails
from curation.training.classifiers import network_of
from curation.training.pictures import draw_pictures


class EvaluationConfig(EvaluationParams, dg.Config):
    """Settings of the evaluation."""


@dg.asset(group_name="training", kinds={"pytorch"}, code_version=str(evaluation.VERSION))
def predictions(
    classifier: pd.DataFrame,
    splits: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """The class that the network gives every test picture, with its probability."""
    network = classifier.iloc[0]
    folder = project.workspace.models
    test = splits[splits["split"] == TEST].assign(augmentation_seed=ORIGINAL)
    places = pd.concat([thumbnails, test_thumbnails]).drop_duplicates("image_id")
    read = Thumbnails(project.workspace, places)
    pictures = draw_pictures(
        test, read, side_px=int(network["image_side_px"]), folder=folder, pictures_version=read.version
    )
    return table(evaluation.predict(folder / network["checkpoint"], test, pictures.pixels))


@dg.asset(group_name="training", kinds={"json", "html"}, code_version=str(evaluation.VERSION))
def f1_report(
    predictions: pd.DataFrame,
    splits: pd.DataFrame,
    classifier: pd.DataFrame,
    curves: pd.DataFrame,
    config: EvaluationConfig,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """f1_report.json and f1_report.html in the workspace: F1 per class, macro and weighted, and the confusions."""
    report = evaluation.f1_report(
        predictions,
        splits.loc[splits["split"] == TRAIN, "label"].tolist(),
        config,
        test_set=HELD_OUT if project.test is None else TRUSTED,
        seeds={"training": int(classifier.iloc[0]["seed"])},
        network=network_of(classifier),
    )
    page = publish_f1(project.workspace, report, build_f1_page(report, curves))
    per_class = evaluation.per_class_table(report)
    return table(
        per_class,
        macro_f1=report["macro_f1"],
        weighted_f1=report["weighted_f1"],
        accuracy=report["accuracy"],
        majority_macro_f1=report["majority_baseline"]["macro_f1"],
        test_set=report["test_set"],
        network=report["network"]["name"],
        parameters=report["network"]["parameters"],
        page=dg.MetadataValue.path(page),
        per_class=records(per_class),
        f1_per_class=picture(plots.f1_bars(per_class), "F1 per class"),
        confusions=picture(plots.confusion_matrix(predictions), "confusion matrix"),
    )
