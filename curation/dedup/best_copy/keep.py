"""Which of several copies stays, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from inksift.curation.dedup.best_copy.copies import Columns
from inksift.curation.dedup.best_copy.grades import ASKED, grades
from inksift.curation.gather.folder.walk import UNLABELLED

_OF_PAIRS = ("tilt", "stretch", "scale", "grain", "transform")
"""What PAIRS say of two copies that tells the better one."""


@dataclass(frozen=True)
class KeepSteps:
    """How large a difference must be to decide which copy is the largest. Chosen by eye; those of
    the best copy are beside its faults."""

    area: float = 1.05
    """Ratio: contents whose areas differ by less count as equally large, as trimming is no more
    exact."""

    density: float = 2.0
    """Ratio of bytes per pixel below which two files count as equally compressed."""

    border: float = 0.03
    """Share of a picture (0 to 1) that may lie around its content, beyond what the barest copy has,
    before it counts as a border."""


_STEPS = KeepSteps()


class _Criterion(NamedTuple):
    """What may decide which file stays."""

    column: str
    """A column that is smaller for the file to keep."""

    words: str
    """The reason where this one decides."""

    fault: str = ""
    """What the worse file is, in words, where that alone is worth a second look."""

    strong: int = 1
    """Steps from which it is."""


_CHOSEN = _Criterion("chosen", "chosen by {who}")
_PREFERRED = _Criterion("passed_over", "matches prefer={prefer}")
_FILED = _Criterion("unfiled", "filed under a class")
_FIRST_PATH = _Criterion("path", "first path of {count} copies")
_FORMALITIES = (
    _Criterion("fewer_pixels", "most pixels of {count} copies ({width} x {height})"),
    _Criterion("fewer_bytes", "most bytes of {count} copies ({size_bytes})"),
    _Criterion("image_id", "smallest digest of {count} copies, equal in all else"),
)
_FAULTS = (
    _Criterion(
        "lacks_detail",
        "most detail of {count} copies (resolves {resolved_width} x {resolved_height} of its "
        "{content_width} x {content_height} pixels)",
    ),
    _Criterion("reduced", "not reduced to a palette of few colours"),
    _Criterion("marked", "no watermark", fault="bears a watermark"),
    _Criterion("framed", "no border added"),
    _Criterion("turned", "not turned, as most of {count} copies", fault="is turned"),
    _Criterion("stretched", "not stretched, as most of {count} copies", fault="is stretched"),
    _Criterion("sharpened", "not sharpened afterwards"),
    _Criterion("redrawn", "sharper than a copy that was turned or stretched"),
    _Criterion("repeated", "not enlarged by repeating its pixels"),
    _Criterion(
        "soft",
        "sharpest of {count} copies ({content_width} x {content_height})",
    ),
    _Criterion("smoothed", "its texture was not smoothed away"),
    _Criterion("rough", "cleanest of {count} copies where the drawing is smooth"),
    _Criterion("cropped", "not cropped"),
    _Criterion("paler", "richest in colour of {count} copies"),
    _Criterion(
        "clipped", "not cut off at black or white", fault="is cut off at black or white", strong=4
    ),
    _Criterion("bordered", "no border", fault="has a border"),
    _Criterion("lossy", "stored without loss ({format})"),
    _Criterion(
        "compressed",
        "least compressed of {count} copies",
        fault="is compressed far more strongly",
        strong=4,
    ),
)
POLICIES = {
    "best": (_CHOSEN, _PREFERRED, _FILED, *_FAULTS, *_FORMALITIES, _FIRST_PATH),
    "largest": (
        _CHOSEN,
        _PREFERRED,
        _FILED,
        _Criterion("smaller", "largest of {count} copies ({content_width} x {content_height})"),
        _Criterion("marked", "no watermark"),
        _Criterion("bordered", "no border"),
        _Criterion("lossy", "stored without loss ({format})"),
        _Criterion("compressed", "least compressed of {count} copies"),
        *_FORMALITIES,
        _FIRST_PATH,
    ),
    "first": (_CHOSEN, _PREFERRED, _FILED, _FIRST_PATH),
}
"""What counts, in order, by the name of the policy."""


def in_keep_order(
    files: pd.DataFrame, ties: pd.DataFrame, *, policy: str, prefer: str
) -> pd.DataFrame:
    """`files`, those that should rather be kept first: a total order, in which paths decide only
    between same bytes (and by the policy "first").

    Columns: path, label, format, width, height and size_bytes as in IMAGES; those of HASHES;
    `related`, a number for files that may be copies of each other; `marked` for those with a
    watermark; `who` chose a file to be kept and `at` what time, "" for none. `ties` are the
    duplicates of PAIRS among them, by pixels. The answer has a column more for each criterion.

    What is wrong with a file is measured against the best of the related ones, in steps, so that
    the noise of trimming and encoding decides nothing (see `dedup.best_copy.grades`)."""
    judged = files.assign(
        # The latest choice first: codes of a sorted time rise, and "" for none has the lowest.
        chosen=-pd.Categorical(files["at"]).codes.astype(np.int64),
        passed_over=[not fnmatchcase(path, prefer) for path in files["path"]],
        unfiled=files["label"] == UNLABELLED,
        fewer_pixels=-files["width"] * files["height"],
        fewer_bytes=-files["size_bytes"],
        **_judged(files, ties, policy),
    )
    columns = [criterion.column for criterion in POLICIES[policy]]
    return judged.sort_values(columns, ignore_index=True)


class Why(NamedTuple):
    """Why a file stays instead of its copies."""

    because: str
    """The first criterion in which it is better than the next best with other bytes, if there is
    one."""

    close_call: str
    """What speaks for the next best with other pixels all the same, "" where nothing does."""


NO_REASON = Why("", "")
"""Of a file without copies, and of a copy."""


def reasons(ordered: pd.DataFrame, *, policy: str, prefer: str) -> dict[str, Why]:
    """Why the first file of every `group` with copies stays, by its path; `ordered` is of
    `in_keep_order`."""
    counts, best = ordered["group"].value_counts(), ordered.drop_duplicates("group")
    others = ordered.drop(best.index)
    same_bytes = others["image_id"] == others["group"].map(best.set_index("group")["image_id"])
    # Files with the same bytes last: between them nothing but the path can have decided.
    next_best = others.loc[same_bytes.sort_values(kind="stable").index].drop_duplicates("group")
    rivals = {row["group"]: row for row in next_best.to_dict("records")}
    why: dict[str, Why] = {}
    for row in best[best["group"].isin(rivals)].to_dict("records"):
        group = row["group"]
        told = {"count": counts[group], "prefer": prefer}
        because = _reason(row, rivals[group], policy, **told)
        why[row["path"]] = Why(because, _close_call(row, rivals[group], policy))
    return why


def _close_call(best: Mapping[Any, Any], next_best: Mapping[Any, Any], policy: str) -> str:
    """What speaks for the next best, where neither a person nor a path decided, and by one step at
    most."""
    decided = _decided(best, next_best, policy)
    if policy != "best" or best["pixels"] == next_best["pixels"]:
        return ""
    if decided in _FORMALITIES:
        return f"{next_best['path']} is as good in all that was measured"
    if decided not in _FAULTS or next_best[decided.column] > 1:
        return ""
    faults = [one.fault for one in _FAULTS if one.fault and next_best[one.column] <= -one.strong]
    return f"unlike {next_best['path']} it {' and '.join(faults)}" if faults else ""


def _decided(best: Mapping[Any, Any], next_best: Mapping[Any, Any], policy: str) -> _Criterion:
    """The first criterion in which two files differ."""
    return next(one for one in POLICIES[policy] if best[one.column] != next_best[one.column])


def _reason(
    best: Mapping[Any, Any], next_best: Mapping[Any, Any], policy: str, **told: object
) -> str:
    """The words for the first criterion in which two files differ."""
    return _decided(best, next_best, policy).words.format(**best, **told)


def _judged(files: pd.DataFrame, ties: pd.DataFrame, policy: str) -> dict[str, pd.Series]:
    """What the policy asks of files beyond what they are called, as columns."""
    if policy == "best":
        return _faults(files, ties)
    return _steps(files) if policy == "largest" else {}


def _faults(files: pd.DataFrame, ties: pd.DataFrame) -> dict[str, pd.Series]:
    """The `grades` of files among those related to them."""
    distinct = files.drop_duplicates("image_id").sort_values("related", kind="stable")
    copies = {name: distinct[name].to_numpy() for name in distinct.columns}
    pairs = _pairs(ties, distinct["pixels"])
    graded = {name: np.zeros(len(distinct), np.int64) for name in ASKED}
    bounds = np.flatnonzero(np.diff(copies["related"], prepend=-1, append=-1))
    edges = np.searchsorted(pairs["one"], bounds)
    groups = zip(pairwise(bounds.tolist()), pairwise(edges.tolist()), strict=True)
    for (begin, end), between in groups:
        if end - begin > 1:
            found = grades(_cut(copies, begin, end), _cut(pairs, *between, shift=begin))
            for name, steps in found.items():
                graded[name][begin:end] = steps
    by_id = {name: pd.Series(steps, distinct["image_id"]) for name, steps in graded.items()}
    return {name: files["image_id"].map(steps) for name, steps in by_id.items()}


def _pairs(ties: pd.DataFrame, pixels: pd.Series) -> Columns:
    """`ties` between every two files whose pixels they name, by their places, in the order of the
    first; files of the same group lie side by side."""
    places = pd.DataFrame({"pixels": pixels.to_numpy(), "place": np.arange(len(pixels))})
    found = ties[["first", "second", *_OF_PAIRS]]
    for end, place in (("first", "one"), ("second", "other")):
        named = places.rename(columns={"pixels": end, "place": place})
        found = found.merge(named, on=end)
    found = found.sort_values(["one", "other", *_OF_PAIRS])
    return {name: found[name].to_numpy() for name in ("one", "other", *_OF_PAIRS)}


def _cut(columns: Columns, begin: int, end: int, *, shift: int = 0) -> Columns:
    """Some rows, with places counted from `shift` on."""
    cut = {name: values[begin:end] for name, values in columns.items()}
    return cut | {name: cut[name] - shift for name in ("one", "other") if name in cut}


def _steps(files: pd.DataFrame) -> dict[str, pd.Series]:
    """How many steps smaller and more compressed a file is than the best one related to it, whether
    it has a border and was stored with loss. A watermark may lie outside the content: a marked file
    is taken to have no larger a content than the clean ones."""
    related, whole = files["related"], (files["width"] * files["height"]).astype("float64")
    content = files["content_width"] * files["content_height"]
    share = content / whole
    # A watermark in the margin makes a content look larger than the drawing is.
    clean = share.mask(files["marked"]).groupby(related).transform("min").fillna(1.0)
    area = content.where(~files["marked"], whole * np.minimum(share, clean))
    return {
        "smaller": _below_the_best(area, related, _STEPS.area),
        "compressed": _below_the_best(files["size_bytes"] / content, related, _STEPS.density),
        "bordered": share < share.groupby(related).transform("max") - _STEPS.border,
        "lossy": ~files["lossless"],
    }


def _below_the_best(values: pd.Series, related: pd.Series, step: float) -> pd.Series:
    """How many whole factors of `step` each positive value lies below the largest one related to
    it."""
    best = values.groupby(related).transform("max")
    return pd.Series(np.floor(np.log(best / values) / np.log(step)), dtype="int64")
