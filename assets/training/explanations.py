"""Why the classifier decides as it does."""

import re
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from inksift.assets.shared.display import picture
from inksift.assets.shared.results import table
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.training.pictures import tested_pictures
from inksift.curation.drawing.captioned_sheet import captioned_sheet
from inksift.curation.project import Project
from inksift.curation.training.explain.examined import Examined
from inksift.curation.training.explain.figures import FIGURES
from inksift.curation.training.explain.params import ExplainParams
from inksift.curation.training.explain.stored import VERSION, figures_key, stored_or_made
from inksift.curation.training.splits import TEST

MOST_TILES = 30
"""On one sheet; with more of them, letters would become too small to read."""


class ExplainConfig(ExplainParams, dg.Config):
    """Settings of the explanations."""


STAGE = Stage(
    "explanations",
    settings=ExplainParams,
    tables={"explanations": Made(FIGURES)},
    version=VERSION,
    kinds={"pytorch"},
    work="trains",
)


@STAGE.asset()
def explanations(
    predictions: pd.DataFrame,
    splits: pd.DataFrame,
    balanced_classifier: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    config: ExplainConfig,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Mistakes, heat maps, what layers respond to and how they sort the test pictures; made
    once."""
    from inksift.curation.training.explain.explain import explain
    from inksift.curation.training.explain.networks import networks_of

    models, network = project.workspace.models, balanced_classifier.iloc[0]
    checkpoint, seed = models / network["checkpoint"], int(network["seed"])
    pictures = tested_pictures(
        predictions, balanced_classifier, [thumbnails, test_thumbnails], project
    )
    examined = Examined.of(predictions, splits[splits["split"] == TEST], pictures.pixels)
    figures = stored_or_made(
        models,
        figures_key(checkpoint, seed, examined, pictures.digest, config),
        lambda: explain(networks_of(checkpoint, seed), examined, config),
    )
    return table(figures, **dict(_sheets(figures)), **dict(_plots(figures)))


def _sheets(figures: pd.DataFrame) -> Iterator[tuple[str, dg.MarkdownMetadataValue]]:
    """A sheet per section with its pictures and their captions, of each class the first."""
    shown = figures[figures["kind"] == "picture"]
    for section, rows in shown.groupby("section", sort=False):
        first = rows.drop_duplicates("heading") if section == "heat" else rows
        headed = first["caption"].where(
            first["heading"] == "", first["heading"] + "\n" + first["caption"]
        )
        sheet = captioned_sheet(list(zip(first["data"], headed, strict=True))[:MOST_TILES])
        if sheet:
            yield f"sheet_{section}", picture(sheet, str(section))


def _plots(figures: pd.DataFrame) -> Iterator[tuple[str, dg.MarkdownMetadataValue]]:
    plots = figures[figures["kind"] == "plot"]
    titles = plots["heading"].str.split(":").str[0] + " " + plots["caption"].str.split("\n").str[0]
    for section, title, data in zip(plots["section"], titles, plots["data"], strict=True):
        yield "_".join([section, *re.findall(r"\w+", title.lower())]), picture(data, title)
