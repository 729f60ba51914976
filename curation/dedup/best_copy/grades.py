"""What is wrong with each of several copies of one picture, from the gravest to the least.

The copies go through one question after another. Each is judged against the best of those that had
no fault so far, in steps, so that the noise of trimming and encoding decides nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from inksift.curation.dedup.best_copy.colour_faults import (
    has_loss,
    is_clipped,
    is_compressed,
    is_paler,
    is_reduced,
)
from inksift.curation.dedup.best_copy.copies import Columns, Group, Numbers
from inksift.curation.dedup.best_copy.shape_faults import (
    has_border,
    has_frame,
    is_cropped,
    is_marked,
    is_redrawn,
    is_repeated,
    is_stretched,
    is_turned,
    lacks_detail,
)
from inksift.curation.dedup.best_copy.sharpness_faults import (
    is_rough,
    is_sharpened,
    is_smoothed,
    is_soft,
)

_Question = Callable[[Group], Numbers]
"""How bad each copy is in one respect, in whole steps or any number to be told in steps of 1."""

_ROUNDING = 1e-9
"""Steps that a sum of binary fractions may miss."""

_MOST_STEPS = 1000
"""Steps beyond which it no longer matters how much worse a copy is."""

ASKED: dict[str, _Question] = {
    "lacks_detail": lacks_detail,
    "reduced": is_reduced,
    "marked": is_marked,
    "framed": has_frame,
    "turned": is_turned,
    "stretched": is_stretched,
    "sharpened": is_sharpened,
    "redrawn": is_redrawn,
    "repeated": is_repeated,
    "soft": is_soft,
    "smoothed": is_smoothed,
    "rough": is_rough,
    "cropped": is_cropped,
    "paler": is_paler,
    "clipped": is_clipped,
    "bordered": has_border,
    "lossy": has_loss,
    "compressed": is_compressed,
}
"""What is asked of every copy, the gravest first, by the name of its column."""


def grades(copies: Columns, pairs: Columns) -> dict[str, npt.NDArray[np.int64]]:
    """Whole numbers for each of ASKED, one for each of `copies`: 0 for those that are as good
    in that as the best; below 0 for those that are better, but worse in something graver.

    `copies` are files of other bytes that chains of `pairs` join: what HASHES says of them,
    `width`, `height`, `size_bytes` and `marked`. `pairs` are of the places of `one` and the
    `other` among them, and what PAIRS say of these: `tilt`, `stretch`, `scale`, `grain` and
    `transform`."""
    group = Group(copies, pairs, np.ones(len(copies["quality"]), np.bool_))
    told: dict[str, npt.NDArray[np.int64]] = {}
    for name, question in ASKED.items():
        bad = question(group)
        steps = np.floor(bad - bad[group.alive].min() + _ROUNDING)
        told[name] = np.clip(steps, -_MOST_STEPS, _MOST_STEPS).astype(np.int64)
        group = group._replace(alive=group.alive & (told[name] == 0))
    return told
