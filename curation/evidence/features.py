"""Embeddings: every picture as a vector in which similar pictures lie close."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from inksift.curation.base.engine import per_item
from inksift.curation.base.errors import SchemaError
from inksift.curation.base.params import Params
from inksift.curation.base.reasons import BAD_FEATURE
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import EMBEDDINGS
from inksift.curation.base.vectors import matrix_of
from inksift.curation.evidence.in_windows import answers_in_windows, mean_row
from inksift.curation.evidence.models.downloads import fetch_weights
from inksift.curation.evidence.models.families import embedders
from inksift.curation.evidence.models.roles import Embedder
from inksift.curation.evidence.models.weights import find_weights, search_weights
from inksift.curation.spread.engine import LOCAL, THUMBNAIL_BYTES, Batching, Engine
from inksift.curation.store.measurements import Measured
from inksift.curation.store.workspace import Workspace

VERSION = 3
"""Raised whenever a number may change: what was stored under another is measured again."""

EMBEDDER_NAMES = tuple(embedders())
DEFAULT_EMBEDDER = EMBEDDER_NAMES[0]
_CARRIED = [name for name, model in embedders().items() if model.weights.package]


class FeatureParams(Params):
    """Settings of the embedder."""

    embedder: Literal[EMBEDDER_NAMES] = Field(  # type: ignore[valid-type]
        DEFAULT_EMBEDDER,
        description=f"The network; {' and '.join(_CARRIED)} need no weights to be fetched",
    )
    download: bool = Field(
        False,
        description="Download the weights when they are nowhere on this machine; a run reaches no "
        "network of itself",
    )
    batch: int = Field(256, ge=1, le=4096, description="Pictures measured between two saves")


def load_embedder(
    workspace: Workspace, weights_folder: Path | None, params: FeatureParams
) -> Embedder:
    """The embedder of `params`; WeightsError when its weights cannot be had or are not the pinned
    ones."""
    folders = [weights_folder] if weights_folder else []
    path = search_weights(params.embedder, folders)
    if path is None and params.download:
        path = fetch_weights(params.embedder)
    # Asked for once more, it says in its error where it looked and what to do.
    path = path or find_weights(params.embedder, folders)
    return embedders()[params.embedder].load(path, workspace.models)


def embed(
    image_ids: Sequence[str],
    read: Callable[[str], Rgb],
    *,
    embedder: Embedder,
    workspace: Workspace,
    params: FeatureParams,
    pictures_version: str = "",
    engine: Engine = LOCAL,
) -> Measured:
    """An EMBEDDINGS row per picture, stored under the versions of the model and of what `read`
    gives.

    A picture that the network cannot do, or with a value that is not finite as float16, gets the
    status "bad_feature" and zeros."""
    if not image_ids:
        return Measured(EMBEDDINGS.frame([]), 0)
    facts = f"{VERSION} {embedder.version} {pictures_version}"
    version = hashlib.sha256(facts.encode()).hexdigest()[:16]
    measured = workspace.measurements("embeddings", version).measure(
        image_ids,
        partial(_embed, read=read, embedder=embedder),
        batch=Batching(params.batch, THUMBNAIL_BYTES),
        title="features",
        engine=engine,
        lost=lambda image_id: EMBEDDINGS.frame([_row(image_id, None, embedder)]),
    )
    return Measured(EMBEDDINGS.check(measured.frame), measured.new)


def feature_matrix(frame: pd.DataFrame) -> npt.NDArray[np.float32]:
    """The vectors of an EMBEDDINGS frame, as `matrix_of` reads them."""
    return matrix_of(frame["vector"])


def features_by_id(frame: pd.DataFrame) -> Callable[[Sequence[str]], npt.NDArray[np.float32]]:
    """A function from image_ids to their vectors, as `feature_matrix` gives them."""
    by_id = frame.set_index("image_id")
    return lambda image_ids: feature_matrix(by_id.loc[list(image_ids)])


def _embed(
    image_ids: Sequence[str], read: Callable[[str], Rgb], embedder: Embedder
) -> pd.DataFrame:
    pictures = per_item(read, image_ids)
    answers = answers_in_windows(embedder, pictures, "the embedder")  # type: ignore[arg-type]
    found = zip(image_ids, map(mean_row, answers), strict=True)
    return EMBEDDINGS.frame([_row(image_id, row, embedder) for image_id, row in found])


def _row(
    image_id: str, row: npt.NDArray[np.float32] | None, embedder: Embedder
) -> dict[str, object]:
    width = embedder.dimension + embedder.texture_dimension
    if row is not None and row.shape != (width,):
        raise SchemaError(f"the embedder promised {width} numbers per picture, got {row.shape}")
    half = _as_half(row)
    status = BAD_FEATURE.name if half is None else "ok"
    numbers = np.zeros(width, np.float16) if half is None else half
    vector, texture = np.split(numbers, [embedder.dimension])
    return {
        "image_id": image_id,
        "embedder": embedder.name,
        "status": status,
        "vector": vector,
        "texture": texture,
    }


def _as_half(row: npt.NDArray[np.float32] | None) -> npt.NDArray[np.float16] | None:
    """float16, or None where a value is missing, not finite, or too large for it."""
    # Half the bytes on disk, to three digits: cosines are compared to a thousandth.
    # Asked this way round, NaN is no number that fits.
    if row is None or not (np.abs(row) <= np.finfo(np.float16).max).all():
        return None
    return row.astype(np.float16)
