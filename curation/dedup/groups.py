"""Groups of copies: which files show one picture, and which of them stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from inksift.curation.base.among import is_among
from inksift.curation.base.components import connected_components
from inksift.curation.base.errors import SchemaError
from inksift.curation.base.params import Params
from inksift.curation.base.tables import DUPLICATES, HASHES, IMAGES, PAIRS
from inksift.curation.dedup.best_copy.keep import NO_REASON, in_keep_order, reasons
from inksift.curation.dedup.best_copy.stamped_end import which_marked
from inksift.curation.dedup.linkage import Place, link
from inksift.curation.dedup.related_groups import pixels_of
from inksift.curation.dedup.reverse import reverse
from inksift.curation.dedup.torn import plain_pixels, tear, ties_of_torn
from inksift.curation.gather.folder.walk import UNLABELLED
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS

VERSION = 7
"""Raised whenever other copies may stay or other families be found, so that stored tables are made
anew."""

_FACT_TYPES = {"distance": "int64", "similarity": "float64", "transform": "str"}
_FACTS = [*_FACT_TYPES]
_SAME = {"distance": 0, "similarity": 1.0, "transform": ""}

VariantRule = Literal["keep", "review", "best"]
"""What becomes of all but the best of a family of variants: see `families`."""


class DedupParams(Params):
    """Which of several copies, and of several variants, stays. What a person chose outranks all
    settings."""

    keep: Literal["best", "largest", "first"] = Field(
        "best",
        description="What shows most of the drawing, unspoilt, whatever its number of pixels; the "
        "largest content, then the cleanest and least compressed; or the first path",
    )
    prefer: str = Field(
        "",
        max_length=1000,
        description="A glob such as masters/*; a matching path stays rather (* matches / too)",
    )
    variants: VariantRule = Field(
        "keep",
        description="Variants of one drawing: all stay, all but the best go to review, or only "
        "the best stays",
    )


def find_duplicates(
    images: pd.DataFrame,
    hashes: pd.DataFrame,
    pairs: pd.DataFrame,
    params: DedupParams,
    human: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """DUPLICATES of all readable IMAGES, sorted by path, whatever the order of the input.

    Files with the same bytes or the same pixels show one picture. The duplicates of PAIRS form
    groups by `linkage`, and the first in the order of `keep` stays in each. Variants are never
    copies.

    In HUMAN_DECISIONS `copy` puts a picture first among its copies, the latest before earlier ones,
    and `different` says that two pictures are no copies, short of the same bytes. HASHES and PAIRS
    may speak of other pictures too. SchemaError when a readable picture has no row in HASHES."""
    decided = HUMAN_DECISIONS.frame([]) if human is None else HUMAN_DECISIONS.check(human)
    known = tear(HASHES.check(hashes), decided)
    files = _files(images, known)
    apart = _told_apart(decided, known)
    related = ties_of_torn(PAIRS.check(pairs), known)
    ties, varied = (
        _ties(related, kind, known, apart, among=files["pixels"])
        for kind in ("duplicate", "variant")
    )
    described = _described(files, ties, decided)
    ordered = in_keep_order(described, ties, policy=params.keep, prefer=params.prefer)
    found = _copies(ordered, ties, apart, varied)
    why = reasons(found, policy=params.keep, prefer=params.prefer)
    found = found.sort_values("path", ignore_index=True)
    told = [why.get(path, NO_REASON) for path in found["path"]]
    return DUPLICATES.check(
        found.assign(
            # Numbered by first path, so that a number does not depend on who stays.
            group=pd.factorize(found["group"])[0].astype(np.int64),
            kept_because=pd.Series([one.because for one in told], dtype="str"),
            close_call=pd.Series([one.close_call for one in told], dtype="str"),
            conflict=_conflicts(found),
        )
    )


def in_order_of_keeping(
    images: pd.DataFrame,
    hashes: pd.DataFrame,
    ties: pd.DataFrame,
    params: DedupParams,
    human: pd.DataFrame,
) -> pd.DataFrame:
    """Readable IMAGES in keep order, with a number in `related` for those that a chain of `ties`
    joins: rows as in PAIRS, whose ends are pixels as in HASHES."""
    described = _described(_files(images, hashes), ties, human)
    return in_keep_order(described, ties, policy=params.keep, prefer=params.prefer)


def _files(images: pd.DataFrame, hashes: pd.DataFrame) -> pd.DataFrame:
    files = IMAGES.check(images).query("readable")
    files = files.merge(hashes, on="image_id", how="left", validate="m:1")
    missing = int(files["pixels"].isna().sum())
    if missing:
        raise SchemaError(f"hashes: {missing} readable picture(s) have no row")
    return files


def _ties(
    pairs: pd.DataFrame,
    relation: str,
    hashes: pd.DataFrame,
    apart: set[tuple[str, str]],
    among: pd.Series,
) -> pd.DataFrame:
    """The PAIRS of that relation that nobody called different, by pixels, where both ends are
    `among` those given."""
    some = pairs[pairs["relation"] == relation]
    first, second = (pixels_of(some[name], hashes) for name in ("first", "second"))
    ties = some.assign(first=first, second=second)
    ties = ties[is_among(ties["first"], among) & is_among(ties["second"], among)]
    ends = zip(ties["first"], ties["second"], strict=True)
    allowed = [tuple(sorted(both)) not in apart for both in ends]
    return ties[np.array(allowed, dtype=np.bool_)]


def _told_apart(human: pd.DataFrame, hashes: pd.DataFrame) -> set[tuple[str, str]]:
    """The pictures that people called different, by pixels, each two in order."""
    said = human[human["action"] == "different"]
    ends = zip(pixels_of(said["image_id"], hashes), pixels_of(said["value"], hashes), strict=True)
    return {(min(both), max(both)) for both in ends}


def _described(files: pd.DataFrame, ties: pd.DataFrame, human: pd.DataFrame) -> pd.DataFrame:
    """`files` with all that decides which of them stay."""
    # Numbered together, so that files and ties speak of the same nodes.
    pictures, distinct = pd.factorize(pd.concat([files["pixels"], ties["first"], ties["second"]]))
    own, first, second = np.split(pictures, [len(files), len(files) + len(ties)])
    bears = which_marked(ties)
    marked = {
        *ties.loc[bears == "first", "first"],
        *ties.loc[bears == "second", "second"],
    }
    chosen = human[human["action"] == "copy"].set_index("image_id")[["who", "at"]].to_dict()
    return files.assign(
        related=connected_components(len(distinct), first, second)[own],
        marked=is_among(files["pixels"], marked),
        who=[chosen["who"].get(image_id, "") for image_id in files["image_id"]],
        at=[chosen["at"].get(image_id, "") for image_id in files["image_id"]],
    )


def _copies(
    ordered: pd.DataFrame, ties: pd.DataFrame, apart: set[tuple[str, str]], varied: pd.DataFrame
) -> pd.DataFrame:
    """Files in keep order with the path kept for each (also as `group`) and its relation to that
    one."""
    picture, pixels = pd.factorize(ordered["pixels"])  # in keep order, so better ones come first
    place = dict(zip(pixels, range(len(pixels)), strict=True))
    ties = _from_better_to_worse(ties, place)
    distinct = ordered.drop_duplicates("pixels")
    ends = zip(ties["better"], ties["worse"], strict=True)
    differing = zip(varied["first"].map(place), varied["second"].map(place), strict=True)
    places = link(len(pixels), ends, _foes(apart, place), differing)
    facts = _reasons_to_go(places, ties, distinct["path"].tolist())
    first_file = distinct.iloc[[places[own].keeper for own in picture]]
    keep = ordered["path"] == first_file["path"].to_numpy()
    same_bytes = ordered["image_id"] == first_file["image_id"].to_numpy()
    same_pixels = plain_pixels(ordered["pixels"]) == plain_pixels(first_file["pixels"]).to_numpy()
    # The first that holds: same bytes are same pixels too, and the kept file is none's copy.
    relation = np.select([keep, same_bytes, same_pixels], ["none", "exact", "pixels"], "duplicate")
    found = ordered.assign(
        **facts.iloc[picture].set_index(ordered.index),
        keep=keep,
        group=first_file["path"].to_numpy(),
        duplicate_of=first_file["path"].mask(keep.to_numpy(), "").to_numpy(),
        relation=relation,
    )
    return found.astype({"duplicate_of": "str", "relation": "str"})


def _from_better_to_worse(ties: pd.DataFrame, place: Mapping[str, int]) -> pd.DataFrame:
    """`ties` with the places of both ends in keep order, and the transform from the better on."""
    first, second = ties["first"].map(place), ties["second"].map(place)
    told = ties.assign(
        better=np.minimum(first, second),
        worse=np.maximum(first, second),
        transform=ties["transform"].where(first < second, ties["transform"].map(reverse)),
    )
    # A total order: several files with other bytes may tie the same two pictures.
    return told.sort_values(["better", "worse", "similarity", "transform"])


def _foes(apart: set[tuple[str, str]], place: Mapping[str, int]) -> list[tuple[int, int]]:
    """The places of pictures that people told apart, where both are here. Same bytes stay
    together, whoever says what."""
    told = [ends for ends in apart if ends[0] != ends[1] and place.keys() >= set(ends)]
    return [(place[one], place[other]) for one, other in told]


def _reasons_to_go(
    places: Sequence[Place], ties: pd.DataFrame, paths: Sequence[str]
) -> pd.DataFrame:
    """The facts on each picture's relation to its keeper; by way of the group's centre where only
    that ties them."""
    ends = zip(ties["better"], ties["worse"], strict=True)
    number = {both: k for k, both in enumerate(ends)}  # of equal ones the most similar, the last
    facts: list[dict[Any, Any]] = ties[_FACTS].to_dict("records")
    rows = []
    for picture, (keeper, centre) in enumerate(places):
        direct = number.get((keeper, picture))
        if keeper == picture or direct is not None:
            rows.append(_SAME if direct is None else facts[direct])
        else:
            tie = facts[number[min(picture, centre), max(picture, centre)]]
            rows.append({**tie, "transform": f"by way of {paths[centre]}"})
    return pd.DataFrame(rows, columns=_FACTS).astype(_FACT_TYPES)


def _conflicts(files: pd.DataFrame) -> pd.Series:
    """The other classes that files of the same group lie in, joined by ", "; "" where it has no
    two. Files outside of any class folder contradict nobody."""
    filed = files[files["label"] != UNLABELLED]
    classes = filed.groupby("group")["label"].agg(set).to_dict()
    rows = zip(files["group"], files["label"], strict=True)
    others = [_others(classes.get(group, set()), own) for group, own in rows]
    return pd.Series(others, index=files.index, dtype="str")


def _others(labels: set[str], own: str) -> str:
    """The labels other than one's own, where there is a contradiction at all."""
    return ", ".join(sorted(labels - {own})) if len(labels) > 1 else ""
