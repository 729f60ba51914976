"""What is read of every format is what Chromium shows: `benchmarks/formats.py`, whose table is
`docs/reference/formats.md`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.benchmark import load_benchmark

ROOT = Path(__file__).parents[2]
MOST_MISSING = 30
"""Variants that may be missing on a machine with most of the encoders."""


@pytest.fixture(scope="module")
def formats() -> ModuleType:
    return load_benchmark("formats")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_is_read_is_what_chromium_shows(formats: ModuleType, tmp_path: Path) -> None:
    if not Path(formats.CHROMIUM).exists():
        pytest.skip("no Chromium")
    if not any(shutil.which(name) for name in sys.modules["format_encoders"].MAGICK):
        pytest.skip("no ImageMagick, with which half of the variants are written")
    seen, missing = formats.measure(formats.variants(), tmp_path)
    found = formats.summary(seen)
    if len(missing) > MOST_MISSING:
        pytest.skip(f"encoders are missing: {'; '.join(missing)[:2000]}")
    assert found["variants"] >= 120
    assert found["agree"] >= 0.97 * found["variants"]
    assert found["unshown_agree"] == found["unshown"]
    assert set(found["differ"]) <= set(formats.REASONS)


def test_the_table_in_the_documentation_explains_what_differs(formats: ModuleType) -> None:
    page = (ROOT / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")
    for name, reason in formats.REASONS.items():
        assert f"- {name}: {reason}" in page
