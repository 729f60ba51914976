"""What every experiment works on, and where its result lies."""

from pathlib import Path

import dagster as dg
import pandas as pd

from inksift.curation.evidence.features import features_by_id
from inksift.curation.experiments.conditions import Conditions
from inksift.curation.experiments.results import EXPERIMENTS
from inksift.curation.project import Project
from inksift.curation.store.published import demand_trained
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.training.evaluation import HELD_OUT, TRUSTED
from inksift.curation.training.trial import Materials

PARTITIONS = dg.DynamicPartitionsDefinition(name="experiments")
"""One per experiment of the grid."""


def conditions(
    splits: pd.DataFrame, embeddings: pd.DataFrame, thumbnails: pd.DataFrame, project: Project
) -> Conditions:
    """What the last run left to try experiments on; StoreError when it trained nothing on the
    present decisions."""
    demand_trained(project.workspace)
    read = Thumbnails(project.workspace, thumbnails)
    materials = Materials(read, read.version, features_by_id(embeddings), project.workspace.models)
    return Conditions(splits, materials, HELD_OUT if project.test is None else TRUSTED)


def results_folder(project: Project) -> Path:
    """Where the partitions of `experiments` are; read from here, since one that is damaged is as
    good as none."""
    return project.workspace.tables / EXPERIMENTS.name
