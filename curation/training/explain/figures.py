"""The explanations as a table: pictures, plots and sentences by section, ready for a page or an
asset's metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from inksift.curation.base.tables import Table
from inksift.curation.drawing.templating import printable

FIGURES = Table(
    "explanations",
    {
        "section": "str",
        "heading": "str",
        "kind": "str",
        "caption": "str",
        "alt": "str",
        "data": "object",
    },
)
"""One row per figure, in the order of reading. `kind` is "picture" (a JPEG), "plot" (a PNG) or
"sentence" (no `data`, only the caption); figures of a `section` with one `heading` belong together.
`caption` holds one or more lines, `alt` says in words what is shown. Names in them have every
control character written out, so a line break ends a line."""

Section = Literal["mistakes", "heat", "early", "late", "tsne"]
Row = dict[str, object]


def picture(section: Section, heading: str, *, lines: Sequence[str], alt: str, jpeg: bytes) -> Row:
    """Pictures of the test set, with what was found in them."""
    return _row(section, heading, "picture", lines, alt, jpeg)


def plot(section: Section, heading: str, *, lines: Sequence[str], alt: str, png: bytes) -> Row:
    """A drawing on white ground."""
    return _row(section, heading, "plot", lines, alt, png)


def sentence(section: Section, text: str) -> Row:
    """What there is to say of a section, or why it has no figure."""
    return _row(section, "", "sentence", [text], "", b"")


def _row(
    section: Section, heading: str, kind: str, lines: Sequence[str], alt: str, data: bytes
) -> Row:
    caption = "\n".join(str(printable(line)) for line in lines if line)
    texts = {"heading": str(printable(heading)), "caption": caption, "alt": str(printable(alt))}
    return {"section": section, "kind": kind, **texts, "data": data}
