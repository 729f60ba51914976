"""Tables as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import re

import pandas as pd

_FORMULA = re.compile(r"(^|[;,|\t\r\n\"])(?=[=+\-@])")
_CONTROLS = ("\t", "\r", "\n", "\0")
_MAY_BE_ONE = r"(?:^|[;,|\t\r\n\"])[=+\-@]|^[\t\r\n\x00]"
"""What stands in every cell that `neutral` changes, and can be looked for in all cells at once."""


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A frame as CSV, every text cell made harmless by `neutral`; missing numbers are empty."""
    safe = frame.copy()
    for name in map(str, frame.select_dtypes("str").columns):
        odd = frame[name].str.contains(_MAY_BE_ONE)
        safe.loc[odd, name] = frame.loc[odd, name].map(neutral)
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8", "backslashreplace")


def neutral(text: str) -> str:
    """`text` with a ' wherever a spreadsheet would begin a formula: at its start and after a
    separator or quote.

    >>> neutral("=1+1"), neutral("a,=1"), neutral("1-2")
    ("'=1+1", "a,'=1", '1-2')
    """
    safe = _FORMULA.sub(r"\1'", text)
    return f"'{safe}" if safe.startswith(_CONTROLS) else safe
