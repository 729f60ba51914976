"""Reports of a few words each: decisions that differ in what matters, and the page on them."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import DECISIONS, IMAGES
from inksift.curation.report.findings import Findings
from inksift.curation.report.page import ReportParams, build_report
from inksift.curation.verdict.medium.votes import PARTS, VOTE_QUALITY, VOTES
from inksift.curation.verdict.removal_rates import REMOVAL_RATES


@dataclass
class DictShelf:
    """A shelf in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def holds(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self.files

    def put(self, name: str, data: bytes) -> None:
        """Keep this file."""
        self.files[name] = data


ROW = {
    "label": "c",
    "outcome": "kept",
    "stage": "",
    "reason": "",
    "duplicate_of": "",
    "p_photo": 0.5,
}
ROW |= {"medium": "photo", "explanation": "", "decided_by": "machine"}
PHOTO = {
    "outcome": "rejected",
    "stage": "verdicts",
    "reason": "photo",
    "explanation": "three objects",
}
COPY = {
    "outcome": "rejected",
    "stage": "duplicates",
    "reason": "duplicate",
    "duplicate_of": "000.png",
}
BROKEN = {"outcome": "rejected", "stage": "images", "reason": "unreadable"}
REVIEW = {
    "outcome": "review",
    "stage": "verdicts",
    "reason": "unsure",
    "medium": "unsure",
    "explanation": "unsure 0.50: nothing that stands out decides",
}
VOTER = {
    "voter": "content",
    "auroc": 0.98,
    "low": 0.97,
    "high": 0.99,
    "photos": 1200,
    "illustrations": 1500,
}
VOTER |= {"measured_on": "shipped calibration set", "weight": 2.5}
FILE = {
    "path_bytes": b"",
    "size_bytes": 1,
    "mtime_ns": 1,
    "note": "",
    "format": "PNG",
    "mode": "RGB",
    "ai_mark": "",
    "label": "c",
}


def frames(changes: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decisions, each row changed as asked, and images that fit them."""
    decisions = [
        ROW | {"path": f"{n:03d}.png", "image_id": f"{n:064d}"} | change
        for n, change in enumerate(changes)
    ]
    images = []
    for row in decisions:
        fine = row["reason"] != "unreadable"
        state = {
            "readable": fine,
            "error": "" if fine else "truncated",
            "width": 80 * fine,
            "height": 60 * fine,
        }
        images.append(FILE | state | {"path": row["path"], "image_id": row["image_id"]})
    return DECISIONS.frame(decisions), IMAGES.frame(images)


def read(image_id: str) -> Rgb:
    return np.full((600, 800, 3), int(image_id) % 200, np.uint8)


def page(changes: list[dict[str, Any]], findings: Findings | None = None, **settings: Any) -> str:
    decisions, images = frames(changes)
    return build_report(
        decisions, images, read=read, params=ReportParams(**settings), findings=findings
    )


def voted(numbers: int, **parts: float) -> pd.DataFrame:
    """VOTES of the first pictures of `frames`, all alike."""
    votes = dict.fromkeys(PARTS, 0.0) | parts
    rows = [
        {"image_id": f"{n:064d}", "alike": n, "log_odds": sum(votes.values())} | votes
        for n in range(numbers)
    ]
    return VOTES.frame(rows)


def judged(votes: pd.DataFrame, **changes: Any) -> Findings:
    """What a recipe that votes hands over."""
    return Findings(
        **{
            "votes": votes,
            "quality": VOTE_QUALITY.frame([VOTER]),
            "removal_rates": REMOVAL_RATES.frame([]),
        }
        | changes
    )


def removal_rates(*rejected_of_ten: int) -> pd.DataFrame:
    """Classes c0, c1 ... of ten pictures each."""
    rows = [
        {
            "label": f"c{n}",
            "pictures": 10,
            "rejected": count,
            "share": count / 10,
            "low": 0.0,
            "high": 1.0,
        }
        for n, count in enumerate(rejected_of_ten)
    ]
    return REMOVAL_RATES.frame(rows)


def thumbnails(html: str) -> list[bytes]:
    return [base64.b64decode(data) for data in re.findall(r"data:image/jpeg;base64,([^\"]+)", html)]
