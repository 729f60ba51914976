"""Two kept runs side by side: how they were set, what they decided, and how good what they trained
is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.errors import StoreError
from inksift.curation.base.tables import DECISIONS, Table
from inksift.curation.gather.profile import before_and_after
from inksift.curation.runs.changes import decision_changes, moves
from inksift.curation.runs.kept import folder_of
from inksift.curation.runs.record import NO_PROFILE, RunRecord, StageSettings
from inksift.curation.store.published import F1, PARQUET, changed
from inksift.curation.store.tables import read_table, unusable
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.conservation import OUTCOMES

_REMEDY = "compare other runs; `inksift verify` lists what is damaged"
_UNSET = "not set"

_COUNTS = ("found", *OUTCOMES)

CLASS_COUNTS = Table(
    "class_counts",
    {
        "label": "str",
        **{f"{name}_before": "int64" for name in _COUNTS},
        **dict.fromkeys(_COUNTS, "int64"),
        "f1_before": "float64",
        "f1": "float64",
    },
    key=("label",),
    may_be_missing=frozenset({"f1_before", "f1"}),
)
"""One row per class of either run, by name: its files and what became of them, and its F1 (0 to 1,
missing where there is none), in the earlier run with `_before` and in the later one."""


@dataclass(frozen=True)
class Difference:
    """Something that the runs do not share: a setting, or a fact of the run."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class RunComparison:
    """`before` and `after` are the runs in the order given; `changes`, `moves` and `classes` are
    CHANGES, MOVES and CLASS_COUNTS frames, `facts` and `settings` what differs between the runs."""

    before: RunRecord
    after: RunRecord
    changes: pd.DataFrame
    moves: pd.DataFrame
    classes: pd.DataFrame
    facts: list[Difference]
    settings: list[Difference]

    @property
    def same_test(self) -> bool:
        """Whether nothing speaks against comparing F1: both were tested on as many pictures of the
        same kind of set in the same place."""
        old, new = self.before.scores, self.after.scores
        if old is None or new is None:
            return False
        tested = [(one.test_set, one.test_pictures) for one in (old, new)]
        return tested[0] == tested[1] and self.before.test == self.after.test


def compare_runs(workspace: Workspace, before: RunRecord, after: RunRecord) -> RunComparison:
    """What differs from one kept run to another; StoreError when a file of them is damaged or of
    another version of inksift."""
    old, new = (_decisions(workspace, run) for run in (before, after))
    changes = decision_changes(old, new)
    return RunComparison(
        before,
        after,
        changes,
        moves(changes),
        _classes(old, new, f1_of_classes(workspace, before), f1_of_classes(workspace, after)),
        list(_facts(before, after)),
        [
            *_settings(before.settings, after.settings),
            *_settings(before.training, after.training),
        ],
    )


def f1_of_classes(workspace: Workspace, run: RunRecord) -> dict[str, float]:
    """The F1 of every class in the report of a kept run; of none where it has no report."""
    if F1 not in run.kept:
        return {}
    place = folder_of(workspace, run.name) / F1
    try:
        rows = json.loads(place.read_bytes())["per_class"]
        found = {name: _number(row["f1"]) for name, row in rows.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise unusable(place, error, _REMEDY) from error
    _demand_as_kept(place, run.kept[F1])
    return found


def _number(f1: float | None) -> float:
    return float("nan") if f1 is None else float(f1)


def _demand_as_kept(place: Path, digest: str) -> None:
    """StoreError where a kept file is not what was kept."""
    if changed(place, digest):
        raise StoreError(f"{place} changed since it was kept: {_REMEDY}")


def _decisions(workspace: Workspace, run: RunRecord) -> pd.DataFrame:
    place = folder_of(workspace, run.name) / PARQUET
    frame = read_table(place, DECISIONS, remedy=_REMEDY)
    _demand_as_kept(place, run.decisions)
    return frame


def _classes(
    before: pd.DataFrame,
    after: pd.DataFrame,
    f1_before: Mapping[str, float],
    f1_after: Mapping[str, float],
) -> pd.DataFrame:
    old, new = (before_and_after(frame).set_index("label") for frame in (before, after))
    counts = old.add_suffix("_before").join(new, how="outer").fillna(0).astype("int64")
    scored = counts.reindex(sorted({*counts.index, *f1_before, *f1_after}), fill_value=0)
    table = scored.rename_axis("label").reset_index().astype({"label": "str"})
    table["f1_before"] = table["label"].map(f1_before).astype("float64")
    table["f1"] = table["label"].map(f1_after).astype("float64")
    return CLASS_COUNTS.check(table)


def _facts(before: RunRecord, after: RunRecord) -> Iterator[Difference]:
    """Where pictures, tests, people and code of the runs were others."""
    old, new = _told_of(before), _told_of(after)
    yield from (Difference(name, old[name], new[name]) for name in old if old[name] != new[name])
    for stage in sorted({*before.stages, *after.stages}):
        versions = [run.stages.get(stage, 0) for run in (before, after)]
        if versions[0] != versions[1] and all(versions):
            yield Difference(f"code of {stage}", *(f"version {one}" for one in versions))


def _told_of(run: RunRecord) -> dict[str, str]:
    return {
        "source": run.source,
        "trusted test set": run.test or "none",
        "ledger": run.ledger or "the workspace's own",
        "profile": run.profile or NO_PROFILE,
        "inksift": run.version or "unknown",
    }


def _settings(before: StageSettings, after: StageSettings) -> Iterator[Difference]:
    """The settings that differ, of stages that ran in both."""
    for stage in sorted({*before} & {*after}):
        old, new = before[stage], after[stage]
        for name in sorted({*old, *new}):
            values = [_written(one, name) for one in (old, new)]
            if values[0] != values[1]:
                yield Difference(f"{stage}.{name}", *values)


def _written(settings: Mapping[str, Any], name: str) -> str:
    value = settings.get(name, _UNSET)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
