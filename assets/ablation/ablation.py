"""What each step of the curation bought."""

from collections.abc import Iterator, Mapping

import dagster as dg
import pandas as pd

from inksift.assets.ablation.costs import step_seconds
from inksift.assets.shared.display import picture
from inksift.assets.shared.names import Names, names_of
from inksift.assets.shared.results import numbers, records, table
from inksift.assets.shared.settings_used import settings_used
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.union import union
from inksift.curation.ablation import measure
from inksift.curation.ablation.arms import BOUGHT_BY
from inksift.curation.ablation.costs import ABLATION, with_costs
from inksift.curation.ablation.effects import SCORES, AblationParams
from inksift.curation.ablation.measure import Sources, measure_ablation
from inksift.curation.evidence.features import features_by_id
from inksift.curation.project import Project
from inksift.curation.report.ablation_page import ablation_report, build_ablation_page
from inksift.curation.report.ablation_plot import ablation_plot
from inksift.curation.report.run_bar import with_run
from inksift.curation.report.siblings import keep_pages
from inksift.curation.runs.record import current_run
from inksift.curation.store.published import (
    ABLATION_PAGE,
    ABLATION_REPORT,
    demand_trained,
    publish_ablation,
)
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace
from inksift.curation.training.evaluation import HELD_OUT, TRUSTED
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.rebalance.params import RebalanceParams
from inksift.curation.training.resample.params import ResampleParams
from inksift.curation.training.splits import TEST, SplitParams
from inksift.curation.training.trial import Materials, Recipe
from inksift.curation.verdict.curated import CuratedParams


class AblationConfig(AblationParams, dg.Config):
    """Settings of the ablation; those of the trainings are as in the run before it."""


STAGE = Stage(
    "ablation",
    settings=AblationParams,
    tables={
        "ablation": Made(
            ABLATION,
            "By how much F1 all steps together are above each one left out, with intervals and "
            "costs",
        ),
        "ablation_scores": Made(
            SCORES, "Every training behind the ablation: its arm, its seed and its scores"
        ),
    },
    version=measure.VERSION,
    kinds={"pytorch", "html"},
    work="trains",
)


_LEFT_BY_THE_RUN = (
    "images",
    "test_images",
    "duplicates",
    "verdicts",
    "machine_verdicts",
    "hashes",
    "test_hashes",
    "pairs",
    "embeddings",
    "thumbnails",
    "test_thumbnails",
    "splits",
)


@STAGE.asset(
    reads=_LEFT_BY_THE_RUN, deps=["curated_dataset", "training_set", "balanced_classifier"]
)
def ablated(
    context: dg.AssetExecutionContext,
    config: AblationConfig,
    project: dg.ResourceParam[Project],
    **left: pd.DataFrame,
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Train with all steps, without each and without any, several times, and compare on one test
    set."""
    demand_trained(project.workspace)
    sources, materials = _sources(left, project), _materials(left, project)
    workspace, instance, names = project.workspace, context.instance, names_of(context)
    recipe = _recipe(instance, workspace, names)
    ablation = measure_ablation(
        sources,
        recipe,
        materials,
        curated=settings_used(instance, workspace, "curated_dataset", CuratedParams, names),
        split=settings_used(instance, workspace, "splits", SplitParams, names),
        params=config,
    )
    priced = with_costs(ablation.effects, ablation.scores, step_seconds(instance, names))
    report = ablation_report(
        priced,
        ablation.scores,
        rare=ablation.rare,
        test_set=HELD_OUT if project.test is None else TRUSTED,
        tested=ablation.tested,
        params=config,
        training=recipe.training,
    )
    page = with_run(build_ablation_page(report), current_run(project.workspace))
    place = publish_ablation(project.workspace, report, page)
    keep_pages(project.workspace, (ABLATION_REPORT, ABLATION_PAGE))
    yield table(
        priced,
        "ablation",
        page=dg.MetadataValue.path(place),
        test_set=report["test_set"],
        rare_classes=list(ablation.rare),
        ablation=records(priced),
        **numbers(priced.set_index("left_out")["macro_gain"].rename(_gain_of)),
        plot=picture(ablation_plot(priced), "what each step bought"),
    )
    yield table(
        ablation.scores,
        "ablation_scores",
        trainings=len(ablation.scores),
        scores=records(ablation.scores),
    )


def _gain_of(arm: str) -> str:
    """What the plots over runs call the gain of what an arm leaves out."""
    return f"macro_gain_{BOUGHT_BY[arm].replace(' ', '_')}"


def _sources(left: Mapping[str, pd.DataFrame], project: Project) -> Sources:
    """What the run says of its files, and the pictures that it tested on."""
    images, splits = left["test_images"], left["splits"]
    tested = splits[splits["split"] == TEST] if project.test is None else images[images["readable"]]
    return Sources(
        left["images"],
        left["duplicates"],
        left["verdicts"],
        left["machine_verdicts"],
        union(left["hashes"], left["test_hashes"]),
        left["pairs"],
        tested[["path", "image_id", "label"]],
    )


def _materials(left: Mapping[str, pd.DataFrame], project: Project) -> Materials:
    """What its trainings work with."""
    read = Thumbnails(project.workspace, union(left["thumbnails"], left["test_thumbnails"]))
    features = features_by_id(left["embeddings"])
    return Materials(read, read.version, features, project.workspace.models)


def _recipe(instance: dg.DagsterInstance, workspace: Workspace, names: Names) -> Recipe:
    """What the last run did with its split."""
    return Recipe(
        settings_used(instance, workspace, "training_set", ResampleParams, names),
        settings_used(instance, workspace, "classifier", TrainingParams, names),
        settings_used(instance, workspace, "balanced_classifier", RebalanceParams, names),
    )
