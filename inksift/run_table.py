"""The kept runs of a workspace as a frame."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from inksift.curation.verdict.conservation import OUTCOMES

_AS_TOLD = ("name", "date", "latest", "profile", "version", "source", "test", "files")
_SCORES = ("macro_f1", "accuracy")
_COLUMNS = {
    **dict.fromkeys(_AS_TOLD, "str"),
    "latest": "bool",
    "files": "int64",
    **dict.fromkeys(OUTCOMES, "int64"),
    **dict.fromkeys(_SCORES, "float64"),
    "folder": "str",
}


def run_table(told: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a run of `listed_runs`, with the columns that `Workspace.runs` documents.

    >>> run_table([]).dtypes[["date", "files", "macro_f1"]].astype(str).tolist()
    ['datetime64[us, UTC]', 'int64', 'float64']
    """
    frame = pd.DataFrame([_row(run) for run in told], columns=list(_COLUMNS)).astype(_COLUMNS)
    dates = pd.to_datetime(frame["date"], utc=True, format="ISO8601")
    return frame.assign(date=dates.astype("datetime64[us, UTC]"))


def _row(run: Mapping[str, Any]) -> dict[str, Any]:
    scores = run["scores"] or {}
    return {
        **{name: run[name] for name in _AS_TOLD},
        **{name: run["outcomes"].get(name, 0) for name in OUTCOMES},
        **{name: scores.get(name) for name in _SCORES},
        "folder": run["folder"],
    }
