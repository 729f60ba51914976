"""What `inksift run` and `inksift judge` say when they are done."""

import json
from collections.abc import Iterator
from typing import Any

from inksift.curation.base.reasons import LABEL_CONFLICT

_UNITS = {
    "images": "images decoded",
    "test_images": "test images decoded",
    "embeddings": "features of",
    "pairs": "pairs compared",
    "object_counts": "objects counted on",
    "classifier": "epochs trained",
}


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    outcomes, reasons = told["outcomes"], told["reasons"]
    counted = ", ".join(f"{count} {name}" for name, count in outcomes.items())
    yield (
        f"{told['files']} file{'' if told['files'] == 1 else 's'} in {told['seconds']:.0f} s: "
        f"{counted}"
    )
    if waiting := outcomes["review"] - told["label_conflicts"]:
        yield (
            f"  under review {waiting:19d}, counted as {told['review_counts_as']} "
            "(curated_dataset.review)"
        )
    if told["label_conflicts"]:
        yield (
            f"  in several classes {told['label_conflicts']:13d}, left out until a person says "
            f"which ({LABEL_CONFLICT.name})"
        )
    if told["decided_by_people"]:
        yield f"  decided by people {told['decided_by_people']:14d}"
    yield from (
        f"  rejected as {reason:<14}{count:6d}" for reason, count in sorted(reasons.items())
    )
    yield "measured now: " + ", ".join(
        f"{_UNITS[name]} {count}" for name, count in told["measured"].items()
    )
    if told["f1"]:
        macro, accuracy = (_score(told["f1"][name]) for name in ("macro_f1", "accuracy"))
        yield f"macro F1 {macro}, accuracy {accuracy} ({told['f1']['test_set']})"
    if told["truth"]:
        yield "found against the known truth:"
        yield from (
            f"  {row['what']:<34}{row['found']:5d} of {row['planted']:5d}" for row in told["truth"]
        )
    yield from _run_lines(told["run"])
    yield from (f"note: {line}" for line in told["folder"])
    if told["differs_from_setup"]:
        yield "note: this run differs from the setup of the workspace:"
        yield from (f"  {line}" for line in told["differs_from_setup"])
    yield from (f"note: {line}" for line in told["setup"])
    yield from (f"warning: {line}" for line in told["warnings"])
    yield from (f"  {place}" for place in told["places"].values())


def _run_lines(run: dict[str, Any]) -> Iterator[str]:
    """What became of this run and of those before."""
    again = "came out as before and is kept once" if run["repeats"] else "is kept"
    yield f"run {run['run']} {again}: {run['folder']}"
    if run["removed"]:
        count = len(run["removed"])
        yield (
            f"removed the oldest {'run' if count == 1 else f'{count} runs'} (kept_run.most): "
            f"{', '.join(run['removed'])}"
        )
    yield from (
        f"note: the {page['title']} of run {page['run']}, of {page['of']}, stays in {page['place']}"
        for page in run["elsewhere"]
    )


def as_json(told: dict[str, Any]) -> str:
    """The summary as one JSON object."""
    return json.dumps(told, indent=1, allow_nan=False)


def _score(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
