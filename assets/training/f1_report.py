"""How good the classifier is, on pictures that it has not seen."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.display import picture
from inksift.assets.shared.results import records, table
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.this_run import facts_of
from inksift.curation.project import Project, RunSettings
from inksift.curation.report import plots
from inksift.curation.report.f1_page import build_f1_page
from inksift.curation.report.run_bar import with_run
from inksift.curation.report.siblings import keep_pages
from inksift.curation.runs.begin import begin_training
from inksift.curation.store.published import F1, F1_PAGE, publish_f1
from inksift.curation.training import evaluation
from inksift.curation.training.evaluation import HELD_OUT, TRUSTED, EvaluationParams
from inksift.curation.training.fit.classifiers import network_of
from inksift.curation.training.splits import TRAIN


class EvaluationConfig(EvaluationParams, dg.Config):
    """Settings of the evaluation."""


STAGE = Stage(
    "f1_report",
    settings=EvaluationParams,
    tables={"f1_report": Made(None)},
    version=evaluation.VERSION,
    kinds={"json", "html"},
    work="publishes",
)


@STAGE.asset(reads=("training_set", "curves", "explanations"), deps=["kept_run"])
def f1_report(
    context: dg.AssetExecutionContext,
    predictions: pd.DataFrame,
    splits: pd.DataFrame,
    balanced_classifier: pd.DataFrame,
    config: EvaluationConfig,
    project: dg.ResourceParam[Project],
    run_settings: dg.ResourceParam[RunSettings],
    **tables: pd.DataFrame,
) -> dg.MaterializeResult[pd.DataFrame]:
    """f1_report.json and f1_report.html in the workspace: scores per class, averages, confusions
    and explanations."""
    report = evaluation.f1_report(
        predictions,
        splits.loc[splits["split"] == TRAIN, "label"].tolist(),
        config,
        test_set=HELD_OUT if project.test is None else TRUSTED,
        seeds={"training": int(balanced_classifier.iloc[0]["seed"])},
        network=network_of(balanced_classifier),
        training_set=tables["training_set"],
    )
    run = begin_training(project.workspace, facts_of(context, run_settings), report)
    page = with_run(build_f1_page(report, tables["curves"], tables["explanations"]), run)
    place = publish_f1(project.workspace, report, page)
    keep_pages(project.workspace, (F1, F1_PAGE))
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
        page=dg.MetadataValue.path(place),
        per_class=records(per_class),
        averages=records(evaluation.averages_table(report)),
        f1_per_class=picture(plots.f1_bars(per_class), "F1 per class"),
        confusions=picture(plots.confusion_matrix(predictions), "confusion matrix"),
    )
