"""CSV as spreadsheets and editors save it: with a byte order mark or without, separated by comma,
semicolon or tab, and with names of columns in any case."""

from __future__ import annotations

import csv
import io
from typing import Any

from inksift.curation.base.errors import LedgerError


def text_of(data: bytes, *, line: str = "line") -> str:
    """A text file's content; LedgerError names the `line`, called so, where it is not UTF-8, or is
    no text at all."""
    broken = data.find(0)  # as UTF-16 has in every letter
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error.start if broken < 0 else min(broken, error.start)
    if broken >= 0:
        number = data.count(b"\n", 0, broken) + 1
        raise LedgerError(
            f"{line} {number}: not UTF-8 text: expected a text file, save it in that encoding"
        )
    return text


def csv_reader(text: str) -> Any:
    """A strict `csv.reader`, with the separator that is most frequent in the first line."""
    first = text.partition("\n")[0]
    return csv.reader(
        io.StringIO(text, newline=""), strict=True, delimiter=max(",;\t", key=first.count)
    )


def column_names(cells: list[str]) -> list[str]:
    """The header as we write it.

    >>> column_names(["Image_ID", " ANSWER "])
    ['image_id', 'answer']
    """
    return [cell.strip().lower() for cell in cells]
