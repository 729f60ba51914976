"""Rows of tables for tests that care about a few columns only."""

from __future__ import annotations

import numpy as np
import pandas as pd

from inksift.curation.base.tables import DUPLICATES, HASHES, IMAGES, PAIRS

WIDTH, HEIGHT = 100, 80
BANDS_OF_ROWS, BANDS_OF_COLUMNS = 19, 18


def images_of(*rows: dict[str, object]) -> pd.DataFrame:
    """IMAGES from the columns that matter here."""
    usual = {
        "path_bytes": b"", "label": "cat", "size_bytes": 1000, "mtime_ns": 0, "readable": True,
        "error": "", "note": "",
        "width": WIDTH, "height": HEIGHT, "format": "PNG", "mode": "RGB", "ai_mark": "",
    }  # fmt: skip
    return IMAGES.frame([{**usual, **row} for row in rows])


def hashes_of(*rows: dict[str, object]) -> pd.DataFrame:
    """HASHES from the columns that matter here: pixels of their own, no border."""
    usual = {
        "oriented": np.zeros(8, np.uint64), "trimmed_contrast": 50.0,
        "content_width": WIDTH, "content_height": HEIGHT,
        "row_spectrum": np.full(BANDS_OF_ROWS, 12, np.float32),
        "column_spectrum": np.full(BANDS_OF_COLUMNS, 12, np.float32),
        "resolved_width": WIDTH, "resolved_height": HEIGHT,
        "block": 1, "halo": 0.0, "colours": 2000, "vividness": 40.0, "clipped": 0.0,
        "lossless": True, "quality": 100.0,
    }  # fmt: skip
    return HASHES.frame(
        [{**usual, "pixels": f"pixels of {row['image_id']}", **row} for row in rows]
    )


def pairs_of(*rows: dict[str, object]) -> pd.DataFrame:
    """PAIRS from the columns that matter here: duplicates, very similar."""
    usual = {
        "relation": "duplicate",
        "distance": 2,
        "similarity": 0.99,
        **dict.fromkeys(("transform", "marked", "places", "other_places"), ""),
        **dict.fromkeys(("tilt", "stretch", "grain"), 0.0),
        "scale": 1.0,
    }
    return PAIRS.frame([{**usual, **row} for row in rows])


def duplicates_of(*rows: dict[str, object]) -> pd.DataFrame:
    """DUPLICATES from the columns that matter here: a file is kept unless it is a `duplicate_of`
    another."""
    usual = {
        "duplicate_of": "",
        "similarity": 0.98,
        "transform": "",
        "kept_because": "",
        "close_call": "",
        "conflict": "",
    }
    whole = [
        {**usual, "image_id": row["path"], "keep": not row.get("duplicate_of"), **row}
        for row in rows
    ]
    found = {"relation": "duplicate", "distance": 3}
    kept = {"relation": "none", "distance": 0}
    return DUPLICATES.frame([(kept if row["keep"] else found) | row for row in whole])


def pair(first: str, second: str, **changes: object) -> dict[str, object]:
    """A row for `pairs_of`."""
    return {"first": first, "second": second, **changes}
