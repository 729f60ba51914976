"""A run that lost so many drawn pictures: by turns a photograph, one for review, and a copy of the
photograph."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import DECISIONS, IMAGES
from inksift.curation.sample.scenes import SUBJECTS, draw_scene
from inksift.curation.sample.styles import STYLES, paint
from inksift.curation.verdict.medium.votes import PARTS, VOTES

DRAWINGS, SIDE_PX = 200, 300


def decided(pictures: int) -> pd.DataFrame:
    """DECISIONS on so many pictures."""
    return DECISIONS.frame([_row(number) for number in range(pictures)])


def found(decisions: pd.DataFrame) -> pd.DataFrame:
    """IMAGES of the files decided on."""
    known = {
        "path_bytes": b"",
        "size_bytes": 1,
        "mtime_ns": 1,
        "readable": True,
        "error": "",
        "note": "",
    }
    known |= {"width": 400, "height": 300, "format": "PNG", "mode": "RGB", "ai_mark": ""}
    rows = decisions[["path", "image_id", "label"]].to_dict("records")
    return IMAGES.frame([known | {str(name): value for name, value in row.items()} for row in rows])


def voted(decisions: pd.DataFrame) -> pd.DataFrame:
    """VOTES on every picture, none of them silent."""
    votes = np.random.default_rng(0).normal(size=(len(decisions), len(PARTS))).round(3)
    columns = {part: votes[:, place] for place, part in enumerate(PARTS)}
    return VOTES.check(
        pd.DataFrame(
            {
                "image_id": decisions["image_id"],
                "alike": np.arange(len(decisions)),
                "log_odds": votes.sum(axis=1),
                **columns,
            }
        )
    )


def drawings() -> list[Rgb]:
    """What the pictures show, each of these many times."""
    rng = np.random.default_rng(0)
    labels, styles = list(SUBJECTS), list(STYLES)
    return [
        paint(
            draw_scene(labels[n % len(labels)], 1.33, 1.0, rng),
            styles[n % len(styles)],
            SIDE_PX,
            rng,
        )
        for n in range(DRAWINGS)
    ]


def _row(number: int) -> dict[str, object]:
    outcome, stage, reason, words = (
        (
            "rejected",
            "verdicts",
            "photo",
            "photo 0.97: shows what known photographs show and has their texture",
        ),
        (
            "review",
            "verdicts",
            "unsure",
            "unsure 0.40: near pictures look like photographs, but the colours do not",
        ),
        ("rejected", "duplicates", "duplicate", "a copy: rescaled (similarity 0.98)"),
    )[number % 3]
    return {
        "path": _path(number),
        "image_id": hashlib.sha256(str(number).encode()).hexdigest(),
        "label": f"class {number % 40}",
        "outcome": outcome,
        "stage": stage,
        "reason": reason,
        "duplicate_of": _path(number - 2) if number % 3 == 2 else "",
        "p_photo": number * 7919 % 9973 / 9973,
        "medium": "photo",
        "explanation": words,
        "decided_by": "machine",
    }


def _path(number: int) -> str:
    return f"class {number % 40}/a picture from the crawl {number:06d}.jpg"
