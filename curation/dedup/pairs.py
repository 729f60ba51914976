"""Which pictures are copies or variants of one another: every candidate pair is compared once in
its life."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import metadata
from itertools import chain
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from inksift.curation.base.arrays import Flags, Integers
from inksift.curation.base.components import connected_components
from inksift.curation.base.params import Params
from inksift.curation.base.progress import already_known, tell_nothing_left
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import EMBEDDINGS, HASHES, PAIR_SEARCH, PAIRS, Table
from inksift.curation.base.unseen import Unseen, nothing_unseen
from inksift.curation.base.vectors import matrix_of
from inksift.curation.dedup.comparisons import PAIRING, Comparisons, pair_key
from inksift.curation.dedup.glances.glance import VERSION as GLANCED
from inksift.curation.dedup.glances.glance_store import GlanceStore
from inksift.curation.dedup.propose.candidates import VERSION as PROPOSED
from inksift.curation.dedup.propose.candidates import gathered
from inksift.curation.dedup.propose.known_neighbours import VERSION as NEIGHBOURS
from inksift.curation.dedup.propose.known_neighbours import known_neighbours
from inksift.curation.gather.gate.fingerprint import ORIENTATIONS
from inksift.curation.spread.engine import LOCAL, Engine
from inksift.curation.store.last_result import LastResult, digest_of_facts
from inksift.curation.store.workspace import Workspace

VERSION = 7
"""Raised whenever a comparison may have another outcome: what older code stored is compared
again."""

_FOUND = 1
"""Raised whenever the same comparisons may make other pairs: which are asked for beyond the
candidates, and what is told of them."""

BEST = 16
"""Pictures at the head of a chain of copies that all others in it are compared with. Chosen by
eye."""

Read = Callable[[str], Rgb]
ReadUnseen = Callable[[str], Unseen]

SIZES = Table("sizes", {"image_id": "str", "width": "int64", "height": "int64"}, key=("image_id",))
"""One row per readable picture, with the size of the original as in IMAGES; best in the order of
storage."""


class PairParams(Params):
    """Which pairs of pictures are compared. None of these settings says what a copy is: the
    comparison does."""

    max_distance: int = Field(
        8, ge=0, le=16, description="Hash bits within which two pictures are compared"
    )
    min_contrast: float = Field(
        4.0,
        ge=0,
        le=128,
        description="Deviation of grey levels (0 to 128) below which a picture is too flat to "
        "compare",
    )
    neighbours: int = Field(
        8, ge=0, le=64, description="Nearest embeddings that each picture is compared with"
    )
    min_cosine: float = Field(
        0.6, ge=-1, le=1, description="Least cosine of embeddings to be compared"
    )
    most_candidates: int = Field(
        32,
        ge=2,
        le=1024,
        description="Pictures with a close hash that each is compared with, where there are more",
    )


class FoundPairs(NamedTuple):
    """Related pictures, and what finding them took."""

    frame: pd.DataFrame
    """PAIRS."""

    compared: int
    """How many candidates were compared, now or in an earlier run."""

    new: int
    """How many of these now."""

    crowded: int
    """How many pictures have too many close ones to be compared with all."""

    flat: int
    """How many pictures have too little contrast for a hash."""

    lost: int = 0
    """How many pairs no worker could compare: they count as unrelated until a run compares them."""


def find_pairs(
    sizes: pd.DataFrame,
    hashes: pd.DataFrame,
    embeddings: pd.DataFrame,
    read: Read,
    *,
    workspace: Workspace,
    params: PairParams,
    unseen: ReadUnseen = nothing_unseen,
    pictures_version: str = "",
    engine: Engine = LOCAL,
) -> FoundPairs:
    """The PAIRS among the pictures of SIZES, whatever their order; `read` gives the thumbnail of an
    image_id, and `unseen` what that does not show.

    Candidates come from hashes and embeddings; then each copy is also compared with the best of the
    pictures that it is tied to by a chain of copies. What was compared is stored under the version
    of this code and of what `read` gives: pictures seen before are compared with new ones only. The
    answer depends on the pictures and settings alone."""
    last = LastResult(workspace, "found_pairs")
    made_of = _made_of(sizes, hashes, embeddings, params, pictures_version)
    if known := last.recall(made_of, ("pairs", "search")):
        recalled = _recalled(known)
        with already_known(recalled.compared):
            tell_nothing_left(PAIRING)
        return recalled
    found = _found(
        sizes, hashes, embeddings, read, workspace, params, unseen, pictures_version, engine
    )
    if not found.lost:
        last.remember(made_of, {"pairs": found.frame, "search": _counts(found)})
    return found


def _found(
    sizes: pd.DataFrame,
    hashes: pd.DataFrame,
    embeddings: pd.DataFrame,
    read: Read,
    workspace: Workspace,
    params: PairParams,
    unseen: ReadUnseen,
    pictures_version: str,
    engine: Engine,
) -> FoundPairs:
    pictures = _distinct(sizes, hashes)
    trusted = (pictures["trimmed_contrast"] >= params.min_contrast).to_numpy()
    # A row of zeros more, taken away again, as no rows at all cannot be stacked.
    oriented = np.stack([*pictures["oriented"], np.zeros(ORIENTATIONS, np.uint64)])[:-1]
    near = known_neighbours(
        pictures["image_id"].tolist(),
        _PlacedVectors(pictures["image_id"], EMBEDDINGS.check(embeddings), trusted),
        params.neighbours,
        params.min_cosine,
        stored=workspace.measurements("neighbours", _neighbours_version(params)),
    )
    candidates = gathered(
        oriented, trusted, near, max_distance=params.max_distance, most=params.most_candidates
    )
    comparisons = _comparisons(pictures, read, unseen, workspace, pictures_version, engine)
    ids = pictures["image_id"].to_numpy(dtype=object)
    ends = zip(ids[candidates.first], ids[candidates.second], strict=True)
    comparisons.add([pair_key(*pair) for pair in ends])
    related = comparisons.related()
    # A chain may part for want of candidates between its ends; the best of it are what stays.
    comparisons.add(_to_the_best(related[related["relation"] == "duplicate"], ids))
    frame = _with_distance(comparisons.related(), ids, np.where(trusted[:, None], oriented, 0))
    flat = int((~trusted).sum())
    counted = comparisons.count, comparisons.new, candidates.crowded, flat, comparisons.lost
    return FoundPairs(frame, *counted)


def _counts(found: FoundPairs) -> pd.DataFrame:
    counted: dict[str, object] = {name: getattr(found, name) for name in PAIR_SEARCH.columns}
    return PAIR_SEARCH.frame([counted])


def _recalled(tables: Mapping[str, pd.DataFrame]) -> FoundPairs:
    counted = {name: int(tables["search"][name].iloc[0]) for name in PAIR_SEARCH.columns}
    return FoundPairs(PAIRS.check(tables["pairs"]), new=0, **counted)


def _made_of(
    sizes: pd.DataFrame,
    hashes: pd.DataFrame,
    embeddings: pd.DataFrame,
    params: PairParams,
    pictures_version: str,
) -> str:
    """All that decides which pairs are found, whatever the order of the pictures."""
    known = SIZES.check(sizes).sort_values("image_id")
    seen = EMBEDDINGS.check(embeddings).sort_values("image_id")
    measured = HASHES.check(hashes).sort_values("image_id")
    told = ["image_id", "pixels", "trimmed_contrast", "content_width", "content_height"]
    facts = [known, measured[told], seen[["image_id", "embedder", "status"]]]
    return digest_of_facts(
        (
            metadata.version("inksift"),
            (_FOUND, PROPOSED),
            *(_version(code, pictures_version) for code in (VERSION, GLANCED)),
            _neighbours_version(params),
            params.model_dump_json(),
            *(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes() for rows in facts),
            b"".join(hashes.tobytes() for hashes in measured["oriented"]),
            seen["vector"].array.identity(),
        )
    )


def _comparisons(
    pictures: pd.DataFrame,
    read: Read,
    unseen: ReadUnseen,
    workspace: Workspace,
    pictures_version: str,
    engine: Engine,
) -> Comparisons:
    """All that was compared under this version, and what compares the rest."""

    def seen(image_id: str) -> tuple[Rgb, Unseen]:
        return read(image_id), unseen(image_id)

    version, glanced = _version(VERSION, pictures_version), _version(GLANCED, pictures_version)
    glances = GlanceStore(workspace.measurements("glances", glanced), seen, engine)
    return Comparisons(workspace.measurements("pairs", version), glances, pictures, seen, engine)


def _neighbours_version(params: PairParams) -> str:
    """Names the store of neighbours, by all that decides which they are but the vectors."""
    return f"{NEIGHBOURS}-{params.neighbours}-{params.min_cosine!r}"


def _version(code: int, pictures_version: str) -> str:
    """Names a store: by its code, by OpenCV, whose releases differ in their last bits, and by what
    thumbnails are made of."""
    facts = f"{code} {cv2.__version__} {pictures_version}"
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def _distinct(sizes: pd.DataFrame, hashes: pd.DataFrame) -> pd.DataFrame:
    """HASHES with the size and the `place` in SIZES: one row per picture with pixels of its own,
    large ones first."""
    known = SIZES.check(sizes)
    placed = known.assign(place=np.arange(len(known)))
    pictures = HASHES.check(hashes).merge(placed, on="image_id", validate="1:1")
    pictures = pictures.sort_values("image_id").drop_duplicates("pixels")
    # By content, as large borders make no large drawing; then by id, so that no order is left open.
    area = pictures["content_width"] * pictures["content_height"]
    return pictures.assign(area=-area).sort_values(["area", "image_id"], ignore_index=True)


class _PlacedVectors:
    """The embeddings of pictures in their order, read some at a time: zeros where there is none or
    the picture is too flat."""

    def __init__(self, ids: pd.Series, embeddings: pd.DataFrame, trusted: Flags) -> None:
        sound = embeddings[embeddings["status"] == "ok"].drop_duplicates("image_id")
        self._vectors = sound["vector"].reset_index(drop=True)
        found = pd.Index(sound["image_id"]).get_indexer(ids)
        self._rows = np.where(trusted, found, -1)
        self._dimension = len(self._vectors[0]) if len(sound) else 1

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, places: Integers, /) -> npt.NDArray[np.float32]:
        rows = self._rows[places]
        vectors = np.zeros((len(rows), self._dimension), np.float32)
        vectors[rows >= 0] = matrix_of(self._vectors.iloc[rows[rows >= 0]]).reshape(
            -1, self._dimension
        )
        return vectors


def _to_the_best(copies: pd.DataFrame, ids: npt.NDArray[Any]) -> list[str]:
    """The pairs of each picture with the best few of those that a chain of copies ties it to; `ids`
    are best first."""
    place = dict(zip(ids, range(len(ids)), strict=True))
    first, second = (copies[name].map(place).to_numpy(int) for name in ("first", "second"))
    tied = connected_components(len(ids), first, second)
    chains = pd.Series(ids).groupby(tied).agg(list)
    return [pair_key(*pair) for pair in chain.from_iterable(map(_pairs_with_the_best, chains))]


def _pairs_with_the_best(members: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each of the first few with all after it."""
    for k, best in enumerate(members[:BEST]):
        for other in members[k + 1 :]:
            yield best, other


def _with_distance(
    related: pd.DataFrame, ids: npt.NDArray[Any], oriented: npt.NDArray[np.uint64]
) -> pd.DataFrame:
    """PAIRS with the bits between hashes in the best orientation; a hash of 0 is not trusted."""
    place = dict(zip(ids, range(len(ids)), strict=True))
    first, second = (
        oriented[related[name].map(place).to_numpy(int)] for name in ("first", "second")
    )
    # One upright against eight orientations: turning both would only find the same pairs again.
    bits = np.bitwise_count(first[:, :1] ^ second).min(axis=1, initial=64).astype(np.int64)
    known = first.any(axis=1) & second.any(axis=1)
    return PAIRS.check(related.assign(distance=np.where(known, bits, -1)))
