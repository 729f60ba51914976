"""Comparing two pictures that lie over one another: what is plainly different costs little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inksift.curation.base.rgb import Rgb
from inksift.curation.dedup.aligned import compare as library
from inksift.curation.dedup.aligned.align import Alignment
from inksift.curation.dedup.aligned.compare import Comparison, ComparisonLimits, compare
from inksift.curation.dedup.aligned.view import View
from inksift.curation.sample.scenes import draw_scene
from inksift.curation.sample.styles import paint

IN_PLACE = Alignment(np.eye(3), 1.0)


def drawing(subject: str, seed: int = 0) -> Rgb:
    rng = np.random.default_rng(seed)
    return paint(draw_scene(subject, 1.0, 1.0, rng), "cartoon", 240, rng)


def compared(one: Rgb, other: Rgb) -> Comparison | None:
    views = [View(rgb, width=rgb.shape[1], height=rgb.shape[0]) for rgb in (one, other)]
    return compare(*views, IN_PLACE)


def brighter(rgb: Rgb) -> Rgb:
    return np.minimum(rgb * 1.3, 255).astype(np.uint8)


def test_outlines_that_differ_end_the_comparison_before_a_tone_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = drawing("cat"), drawing("house", 5)
    patient = ComparisonLimits(least_agreement=-1, least_of_a_crop=-1)
    monkeypatch.setattr(library, "_LIMITS", patient)
    found = compared(one, other)
    assert found is not None
    assert found.agreement < ComparisonLimits.least_agreement
    monkeypatch.setattr(library, "_LIMITS", replace(patient, least_agreement=0.45))
    monkeypatch.setattr(library, "match_tone", None)  # calling it would fail
    assert compared(one, other) is None


def test_a_brighter_copy_is_compared_to_the_end() -> None:
    found = compared(drawing("cat"), brighter(drawing("cat")))
    assert found is not None
    assert found.agreement > 0.9
    assert found.gain == pytest.approx(1.3, abs=0.11)


def test_less_may_be_wrong_with_the_outlines_of_a_crop() -> None:
    assert library._least_agreement((1.0, 0.9)) == ComparisonLimits.least_agreement
    assert library._least_agreement((0.6, 1.0)) == ComparisonLimits.least_of_a_crop
