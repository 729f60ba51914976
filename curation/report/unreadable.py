"""The chapter on files that could not be read: what their errors mean, then the files."""

from __future__ import annotations

from typing import Any

import pandas as pd

from inksift.curation.drawing.templating import capped
from inksift.curation.drawing.words import error_in_words


def unreadable_values(images: pd.DataFrame, *, most: int) -> dict[str, Any]:
    """What the chapter shows of an IMAGES frame: the errors, the most frequent first, and at most
    `most` files."""
    files = images[~images["readable"]].sort_values("path")
    errors = [
        {"error": error, "count": int(count), "words": error_in_words(str(error))}
        for error, count in files["error"].value_counts().items()
    ]
    return {"errors": errors, **capped(files[["path", "label", "error", "note"]], most)}
