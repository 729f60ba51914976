"""Every labelled picture in every view, and what is made of it, as the embedder and the signals see
it.

What is measured is kept in the workspace, so that a second fit measures nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.engine import per_item
from inksift.curation.base.errors import DataError
from inksift.curation.base.rgb import Rgb
from inksift.curation.evidence.clusters import ClusterParams, find_clusters
from inksift.curation.evidence.features import FeatureParams, embed, feature_matrix
from inksift.curation.evidence.models.roles import Detector, Embedder
from inksift.curation.evidence.objects import ObjectParams, count_objects
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.gather.signals.table import TABLE as SIGNALS_TABLE
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.medium.fitting.made import MAKINGS, Made, Making, make
from inksift.curation.verdict.medium.fitting.made import VERSION as MADE_VERSION
from inksift.curation.verdict.medium.fitting.manifest import Labelled
from inksift.curation.verdict.medium.fitting.sources import what_cannot_be_left_out
from inksift.curation.verdict.medium.fitting.views import (
    AS_IT_IS,
    SCORED_VIEWS,
    VERSION,
    VIEWS,
    see,
)
from inksift.curation.verdict.medium.style import style_features
from inksift.curation.verdict.medium.votes import EMBEDDING, VOTERS, Bools, Floats

log = logging.getLogger("inksift")


@dataclass(frozen=True)
class MeasuringSettings:
    """How measuring is cut into pieces."""

    batch: int = 256
    """Pictures whose signals are measured between two saves."""


_MEASURING = MeasuringSettings()


class MeasuredPictures(NamedTuple):
    """n labelled pictures and all that was measured on them."""

    table: pd.DataFrame
    """LABELLED."""

    vectors: npt.NDArray[np.float32]
    """What the pictures show as they are, n x the embedder's dimension."""

    style: Mapping[str, npt.NDArray[np.float32]]
    """Style features per view, n x d (see `medium.style`)."""

    made: Mapping[str, Made]
    """What was made of the pictures, by making."""

    signals: Mapping[str, pd.DataFrame]
    """Signals per scored view, a column each."""

    objects: Floats
    """Objects counted in the pictures as they are; NaN where a detector could not, or is not
    there."""

    noise: Floats
    """1.0 for a picture in no cluster of all these pictures, else 0.0."""


def measure_pictures(
    labelled: Labelled, workspace: Workspace, *, embedder: Embedder, detector: Detector | None
) -> MeasuredPictures:
    """The labelled pictures measured in every view.

    Those that the embedder cannot do in some view are left out; DataError where too few publishers
    are left then."""
    read = Thumbnails(workspace, labelled.thumbnails)
    embeddings = _embeddings(labelled.table["image_id"].tolist(), read, workspace, embedder)
    usable = np.logical_and.reduce([frame["status"] == "ok" for frame in embeddings.values()])
    table = labelled.table[usable].reset_index(drop=True)
    if not usable.all():
        log.warning("%d picture(s) left out: the embedder cannot do them", (~usable).sum())
        problem = what_cannot_be_left_out(table)
        if problem:
            raise DataError(f"of the pictures that {embedder.name} can do, {problem}")
    embeddings = {view: frame[usable] for view, frame in embeddings.items()}
    image_ids = table["image_id"].tolist()
    seen = embeddings[AS_IT_IS]
    return MeasuredPictures(
        table=table,
        vectors=feature_matrix(seen),
        style={view: style_features(frame) for view, frame in embeddings.items()},
        made={name: _made(name, table, read, workspace, embedder) for name in MAKINGS},
        signals={view: _signals(image_ids, view, read, workspace) for view in SCORED_VIEWS},
        objects=_objects(image_ids, read, workspace, detector),
        noise=_noise(image_ids, seen),
    )


def some(pictures: MeasuredPictures, rows: npt.NDArray[np.int64]) -> MeasuredPictures:
    """The pictures in these rows, in their order, with what was made of them."""
    place = np.full(len(pictures.table), -1)
    place[rows] = np.arange(len(rows))
    made = {}
    for name, (originals, photo, style) in pictures.made.items():
        own = place[originals] >= 0
        made[name] = Made(place[originals[own]], photo[own], style[own])
    return MeasuredPictures(
        table=pictures.table.iloc[rows].reset_index(drop=True),
        vectors=pictures.vectors[rows],
        style={view: style[rows] for view, style in pictures.style.items()},
        made=made,
        signals={
            view: signals.iloc[rows].reset_index(drop=True)
            for view, signals in pictures.signals.items()
        },
        objects=pictures.objects[rows],
        noise=pictures.noise[rows],
    )


def voters_measures(pictures: MeasuredPictures, embedding: Floats, view: str) -> pd.DataFrame:
    """What every voter measured in a view, n x voters, where `embedding` (n x 2) holds the measures
    of EMBEDDING. Objects and clusters are known of the pictures as they are only."""
    unknown = np.full(len(pictures.table), np.nan)
    seen = view == AS_IT_IS
    columns = dict(zip(EMBEDDING, embedding.T, strict=True))
    for signal in SIGNALS:
        columns[signal.name] = pictures.signals[view][signal.name].to_numpy()
    columns["objects"] = pictures.objects if seen else unknown
    columns["cluster_noise"] = pictures.noise if seen else unknown
    return pd.DataFrame(columns, columns=list(VOTERS), dtype="float64")


def _embeddings(
    image_ids: Sequence[str], read: Thumbnails, workspace: Workspace, embedder: Embedder
) -> dict[str, pd.DataFrame]:
    """EMBEDDINGS of the pictures in every view."""
    frames = {}
    for view in VIEWS:
        measured = embed(
            image_ids,
            _looker(view, read),
            embedder=embedder,
            workspace=workspace,
            params=FeatureParams.of("embeddings", {}),
            pictures_version=f"{read.version} {view} {VERSION}",
        )
        frames[view] = measured.frame
    return frames


def _made(
    name: str,
    table: pd.DataFrame,
    read: Thumbnails,
    workspace: Workspace,
    embedder: Embedder,
) -> Made:
    """What a making makes of the pictures in a LABELLED table, where the embedder can do it."""
    making = MAKINGS[name]
    rows = np.flatnonzero(table["photo"].isin(making.of))
    photo_of = dict(zip(table["image_id"], table["photo"], strict=True))
    frame = embed(
        table["image_id"].iloc[rows].tolist(),
        lambda image_id: make(name, image_id, read(image_id), photo=photo_of[image_id]),
        embedder=embedder,
        workspace=workspace,
        params=FeatureParams.of("embeddings", {}),
        pictures_version=f"{read.version} {name} {MADE_VERSION}",
    ).frame
    usable = (frame["status"] == "ok").to_numpy()
    return Made(rows[usable], _label(table, rows[usable], making), style_features(frame[usable]))


def _label(table: pd.DataFrame, rows: npt.NDArray[np.int64], making: Making) -> Bools:
    """Whether what was made of these rows counts as a photograph."""
    photo = table["photo"].to_numpy(dtype=np.bool_)[rows]
    return photo & (not making.turns)


def _signals(
    image_ids: Sequence[str], view: str, read: Thumbnails, workspace: Workspace
) -> pd.DataFrame:
    """SIGNALS of the pictures in a view."""
    look = _looker(view, read)

    def signals_of(image_id: str) -> dict[str, object]:
        picture = look(image_id)
        measured = {signal.name: signal.of(picture) for signal in SIGNALS}
        return {"image_id": image_id, **measured}

    def measured(some: Sequence[str]) -> pd.DataFrame:
        return SIGNALS_TABLE.frame(per_item(signals_of, some))

    signals = "-".join(f"{signal.name}{signal.version}" for signal in SIGNALS)
    stored = workspace.measurements("view_signals", f"{view}-{VERSION}-{signals}")
    return stored.measure(image_ids, measured, batch=_MEASURING.batch, title="signals").frame


def _looker(view: str, read: Callable[[str], Rgb]) -> Callable[[str], Rgb]:
    return lambda image_id: see(view, image_id, read(image_id))


def _objects(
    image_ids: Sequence[str], read: Thumbnails, workspace: Workspace, detector: Detector | None
) -> Floats:
    counted = count_objects(
        image_ids,
        read,
        detector=detector,
        workspace=workspace,
        params=ObjectParams.of("object_counts", {}),
        pictures_version=read.version,
    ).frame
    objects = counted["objects"].astype("float64").where(counted["status"] == "ok")
    return np.asarray(objects, dtype=np.float64)


def _noise(image_ids: Sequence[str], embeddings: pd.DataFrame) -> Floats:
    clusters = find_clusters(embeddings, ClusterParams.of("clusters", {})).frame
    cluster_of = clusters.set_index("image_id")["dbscan"]
    is_noise = cluster_of.loc[list(image_ids)] == -1
    return np.asarray(is_noise, dtype=np.float64)
