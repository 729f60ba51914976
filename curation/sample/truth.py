"""The table that says what each drawn file is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from inksift.curation.base.errors import SourceError
from inksift.curation.base.tables import Table

DRAWING, PHOTOGRAPH, DAMAGED = "illustration", "photo", "unreadable"
"""The kinds of file in a drawn set."""

TRUTH = Table(
    "truth",
    {"path": "str", "kind": "str", "label": "str", "style": "str", "copy_of": "str", "copy": "str"},
    key=("path",),
)
"""One row per file below images/. `kind` is DRAWING, PHOTOGRAPH or DAMAGED; `style` names the
hand, the kind of photograph or the kind of damage; `copy` is "", "exact" or "near", and `copy_of`
names the file it was made from."""


def read_truth(file: Path) -> pd.DataFrame:
    """The TRUTH in a truth.csv; SourceError when there is no such file."""
    if not file.is_file():
        raise SourceError(f"no such file: {file}; `inksift sample DIR` writes DIR/truth.csv")
    return TRUTH.check(pd.read_csv(file, dtype="str", keep_default_na=False))
