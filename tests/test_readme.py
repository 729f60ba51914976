"""The README is a front door: short, and what it says exists."""

from __future__ import annotations

from tests.documentation import DOCS, README, ROOT

MOST_WORDS = 1_500


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").split()) <= MOST_WORDS


def test_the_readme_leads_to_every_kind_of_page() -> None:
    text = README.read_text(encoding="utf-8")
    for page in ("tutorial.md", "how-to/own-folder.md", "explanation/how-it-decides.md"):
        assert f"](docs/{page})" in text, page
    assert "](docs/benchmarks.md)" in text
    assert "make docs" in text


def test_every_picture_is_shown_somewhere() -> None:
    """One that no page shows any more would stay for ever."""
    pages = [README, *DOCS.rglob("*.md")]
    shown = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    pictures = [path for path in (DOCS / "pictures").iterdir() if path.is_file()]
    assert len(pictures) > 5
    assert [path.relative_to(ROOT) for path in pictures if path.name not in shown] == []
