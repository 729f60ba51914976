"""A data set card: what an export holds, in words and counts, and what was removed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from inksift.curation.publish.task import ExportTask

_MOST_LICENCES = 20
"""Licences that a card lists: the rest are in the column."""


class Counted(NamedTuple):
    """What a card counts of a picture that is in the export."""

    label: str
    split: str
    licence: str
    captioned: bool


def config_head(data_files: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the hub and datasets read in front of a card: the `path` of the files of every
    `split`."""
    return {
        "pretty_name": "Curated illustrations",
        "task_categories": ["image-classification"],
        "configs": [{"config_name": "default", "data_files": list(data_files)}],
    }


def data_card(task: ExportTask, rows: Sequence[Counted], head: dict[str, Any]) -> bytes:
    """The card as Markdown, with `head` in front as the hub reads it."""
    parts = [
        f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---",
        "# A curated set of illustrations",
        f"{len(rows)} pictures in {len(task.classes)} classes, "
        f"{sum(row.captioned for row in rows)} of them with a caption. Every picture has the bytes "
        "of its original.",
        "## Classes",
        _classes(rows),
        "## Licences",
        _licences(rows),
        "## What was removed",
        _removed(task),
    ]
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def _classes(rows: Sequence[Counted]) -> str:
    splits = sorted({row.split for row in rows})
    sizes = Counter((row.label, row.split) for row in rows)
    body = []
    for label in sorted({row.label for row in rows}):
        body.append([label, *(str(sizes[label, split]) for split in splits)])
    return markdown_table(["class", *splits], body)


def _licences(rows: Sequence[Counted]) -> str:
    known = Counter(row.licence for row in rows if row.licence)
    unknown = len(rows) - known.total()
    if not known:
        return "Not known for any picture: whoever publishes them has to find out."
    common = known.most_common(_MOST_LICENCES)
    body = [[licence, str(pictures)] for licence, pictures in common]
    other = known.total() - sum(pictures for _, pictures in common)
    body += [["others", str(other)]] if other else []
    return markdown_table(["licence", "pictures"], [*body, ["not known", str(unknown)]])


def _removed(task: ExportTask) -> str:
    body = [[one.outcome, one.reason, str(one.files)] for one in task.removed]
    return markdown_table(["outcome", "reason", "files of the source"], body)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in which no cell ends a row, a column or the page's text.

    >>> print(markdown_table(["a"], [["x|y"]]))
    | a |
    |---|
    | x\\|y |
    """
    lines = [_cells(head), "|" + "---|" * len(head), *map(_cells, rows)]
    return "\n".join(lines)


def _cells(cells: Sequence[str]) -> str:
    plain = (" ".join(cell.split()) for cell in cells)
    return f"| {' | '.join(map(_plain_text, plain))} |"


def _plain_text(cell: str) -> str:
    """Text of strangers that is nothing but text in Markdown."""
    return re.sub(r"([\\|`*_\[\]])", r"\\\1", cell).replace("<", "&lt;")
