"""Groups of copies in which the choice of the one that stays was close, for a person to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import DUPLICATES
from inksift.curation.drawing.contact_sheet import data_uri, jpeg, on_grey

MOST_CHOICES = 24
"""Groups shown, in the order of their numbers."""

MOST_COPIES = 4
"""Copies shown of each, the kept one first."""

_SIDE_PX = 320
"""Side of a picture: large enough to see blur and false contours."""

_QUALITY = 90
"""JPEG quality of a picture, so that little is added to what its file has."""


@dataclass(frozen=True)
class Copy:
    """One file of a group."""

    path: str
    """Where it is."""

    picture: str
    """Its thumbnail, as the address of an image."""


@dataclass(frozen=True)
class CloseChoice:
    """A group whose kept file is the first of its `copies`."""

    because: str
    """Why that one stays."""

    close_call: str
    """What speaks for another."""

    copies: tuple[Copy, ...]
    """Its files, few of them."""


def close_choices(duplicates: pd.DataFrame, read: Callable[[str], Rgb]) -> list[CloseChoice]:
    """The first groups of DUPLICATES with a close call; `read` gives the thumbnail of an
    image_id."""
    files = DUPLICATES.check(duplicates)
    close = files[files["close_call"] != ""].sort_values("group").head(MOST_CHOICES)
    return [_choice(kept, files, read) for kept in close.to_dict("records")]


def _choice(
    kept: Mapping[Any, Any], files: pd.DataFrame, read: Callable[[str], Rgb]
) -> CloseChoice:
    group = files[files["group"] == kept["group"]]
    shown = group.sort_values(["keep", "path"], ascending=[False, True]).head(MOST_COPIES)
    copies = [_copy(row["path"], read(row["image_id"])) for row in shown.to_dict("records")]
    return CloseChoice(kept["kept_because"], kept["close_call"], tuple(copies))


def _copy(path: str, rgb: Rgb) -> Copy:
    return Copy(path, data_uri(jpeg(on_grey(rgb, _SIDE_PX), _QUALITY), "image/jpeg"))
