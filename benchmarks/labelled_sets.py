"""The labelled sets on which benchmarks measure the verdict, and the options that name them."""

from __future__ import annotations

import argparse
from pathlib import Path

from inksift.curation.evidence.features import DEFAULT_EMBEDDER, FeatureParams, load_embedder
from inksift.curation.evidence.objects import ObjectParams, load_detector
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.medium.fitting.manifest import read_labelled
from inksift.curation.verdict.medium.fitting.measured import MeasuredPictures, measure_pictures

SETS = ("labelled", "labelled2")
"""Below `--data`; `--more` names further ones."""


def options_of(told: str | None) -> argparse.ArgumentParser:
    """The options of a benchmark that measures the sets, and what it says of itself."""
    parser = argparse.ArgumentParser(
        description=told, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--weights-dir", type=Path, default=Path("../shared/weights"))
    parser.add_argument(
        "--workspace",
        type=Path,
        default=Path("medium-workspace"),
        help="where measurements are kept",
    )
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="further labelled sets")
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    return parser


def measured_sets(given: argparse.Namespace) -> MeasuredPictures:
    """The labelled pictures of all sets that were named, measured in every view."""
    workspace = Workspace(given.workspace)
    labelled = read_labelled([*(given.data / name for name in SETS), *given.more], workspace)
    features = FeatureParams.of("embeddings", {"embedder": given.embedder})
    objects = ObjectParams.of("object_counts", {"download": False})
    return measure_pictures(
        labelled,
        workspace,
        embedder=load_embedder(workspace, given.weights_dir, features),
        detector=load_detector(workspace, given.weights_dir, objects),
    )
