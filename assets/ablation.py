"""What each step of the curation bought."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.costs import step_seconds
from assets.curated import curated_dataset
from assets.display import picture
from assets.resample import training_set
from assets.results import records, table
from assets.settings_used import settings_used
from assets.union import union
from curation.ablation import measure
from curation.ablation.costs import with_costs
from curation.ablation.effects import AblationParams
from curation.ablation.measure import Sources, measure_ablation
from curation.evidence.features import features_by_id
from curation.project import Project
from curation.report.ablation_page import ablation_report, build_ablation_page
from curation.report.ablation_plot import ablation_plot
from curation.store.published import demand_trained, publish_ablation
from curation.store.thumbnails import Thumbnails
from curation.training.evaluation import HELD_OUT, TRUSTED
from curation.training.fit.params import TrainingParams
from curation.training.rebalance.params import RebalanceParams
from curation.training.resample.params import ResampleParams
from curation.training.splits import TEST, SplitParams
from curation.training.trial import Materials, Recipe
from curation.verdict.curated import CuratedParams


class AblationConfig(AblationParams, dg.Config):
    """Settings of the ablation; those of the trainings are as in the run before it."""


def _out(description: str) -> dg.AssetOut:
    return dg.AssetOut(
        group_name="ablation",
        kinds={"pytorch", "html"},
        code_version=str(measure.VERSION),
        description=description,
    )


@dg.multi_asset(
    name="ablation",
    outs={
        "ablation": _out(
            "By how much F1 all steps together are above each one left out, with intervals and "
            "costs"
        ),
        "ablation_scores": _out(
            "Every training behind the ablation: its arm, its seed and its scores"
        ),
    },
    deps=[curated_dataset, training_set, "balanced_classifier"],
)
def ablated(
    context: dg.AssetExecutionContext,
    images: pd.DataFrame,
    test_images: pd.DataFrame,
    duplicates: pd.DataFrame,
    verdicts: pd.DataFrame,
    machine_verdicts: pd.DataFrame,
    hashes: pd.DataFrame,
    test_hashes: pd.DataFrame,
    pairs: pd.DataFrame,
    embeddings: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    splits: pd.DataFrame,
    config: AblationConfig,
    project: dg.ResourceParam[Project],
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Train with all steps, without each and without any, several times, and compare on one test
    set."""
    demand_trained(project.workspace)
    trusted = project.test is not None
    tested = test_images[test_images["readable"]] if trusted else splits[splits["split"] == TEST]
    sources = Sources(
        images,
        duplicates,
        verdicts,
        machine_verdicts,
        union(hashes, test_hashes),
        pairs,
        tested[["path", "image_id", "label"]],
    )
    read = Thumbnails(project.workspace, union(thumbnails, test_thumbnails))
    materials = Materials(read, read.version, features_by_id(embeddings), project.workspace.models)
    recipe = _recipe(context.instance)
    ablation = measure_ablation(
        sources,
        recipe,
        materials,
        curated=settings_used(context.instance, "curated_dataset", CuratedParams),
        split=settings_used(context.instance, "splits", SplitParams),
        params=config,
    )
    priced = with_costs(ablation.effects, ablation.scores, step_seconds(context.instance))
    report = ablation_report(
        priced,
        ablation.scores,
        rare=ablation.rare,
        test_set=TRUSTED if trusted else HELD_OUT,
        tested=ablation.tested,
        params=config,
        training=recipe.training,
    )
    page = publish_ablation(project.workspace, report, build_ablation_page(report))
    yield table(
        priced,
        "ablation",
        page=dg.MetadataValue.path(page),
        test_set=report["test_set"],
        rare_classes=list(ablation.rare),
        ablation=records(priced),
        plot=picture(ablation_plot(priced), "what each step bought"),
    )
    yield table(
        ablation.scores,
        "ablation_scores",
        trainings=len(ablation.scores),
        scores=records(ablation.scores),
    )


def _recipe(instance: dg.DagsterInstance) -> Recipe:
    """What the last run did with its split."""
    return Recipe(
        settings_used(instance, "training_set", ResampleParams),
        settings_used(instance, "classifier", TrainingParams),
        settings_used(instance, "balanced_classifier", RebalanceParams),
    )
