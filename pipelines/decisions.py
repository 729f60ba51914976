"""What the ledger commands do and tell: decisions with the files that they are on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from curation.folder.walk import display
from curation.ledger.decisions import Decision
from curation.ledger.entries import Entry
from curation.ledger.exchange import decisions_in
from curation.ledger.ledger import Ledger
from curation.publish.published import read_images
from curation.store.workspace import Workspace
from curation.tables import IMAGES
from pipelines.places import next_run

_Paths = Mapping[str, Sequence[str]]


def take_in(
    workspace: Workspace, ledger: Ledger, *, data: bytes, form: Literal["csv", "jsonl"], who: str
) -> dict[str, Any]:
    """Record the decisions of a file, all or none; how many were new, and how many are on unknown pictures."""
    decisions, known = decisions_in(data, form=form), _paths(workspace)
    before = ledger.last()
    entries = ledger.record(decisions, who)
    return {
        "decisions": len(decisions),
        "new": sum(entry > before for entry in set(entries)),
        "unknown": sum(not _pictures(decision) <= known.keys() for decision in decisions),
        "who": who,
        "next": next_run(workspace, None, ledger),
    }


def taken_lines(told: dict[str, Any]) -> Iterator[str]:
    """What `take_in` did, for a person."""
    yield f"{told['decisions']} decisions by {told['who']}, {told['new']} of them new"
    if told["unknown"]:
        yield f"{told['unknown']} are on pictures that this workspace does not know, and wait for those"
    yield f"they count from the next run on: {told['next']}"


def history(workspace: Workspace, ledger: Ledger) -> list[dict[str, Any]]:
    """The entries in order as plain values, each with the paths of its picture and of another one that it names."""
    paths = _paths(workspace)
    return [entry._asdict() | _where(entry, paths) for entry in ledger.entries()]


def history_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """`history`, for a person: one line per entry, with nothing in it that a terminal would obey."""
    for row in rows:
        when, note = row["at"][:16].replace("T", " "), f"  ({row['note']})" if row["note"] else ""
        told = f"{row['entry']}  {when} UTC  {row['who']}  {_what(row)}  {_named(row['paths'], row['image_id'])}{note}"
        yield display(told.encode())


def _paths(workspace: Workspace) -> _Paths:
    """The paths of every picture of the last run, by image_id; none before the first one."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if (workspace.tables / f"{IMAGES.name}.parquet").exists():
        images = read_images(workspace)
        for image_id, path in zip(images["image_id"], images["path"], strict=True):
            found[image_id].append(path)
    return found


def _pictures(decision: Decision) -> set[str]:
    return {decision.image_id, *([decision.value] if decision.action == "different" else [])}


def _where(entry: Entry, paths: _Paths) -> dict[str, list[str]]:
    other = entry.value or entry.old
    told = {"other_paths": list(paths.get(other, ()))} if entry.action == "different" else {}
    return {"paths": list(paths.get(entry.image_id, ())), **told}


def _what(row: Mapping[str, Any]) -> str:
    taken_back = f"takes back {row['undoes']}: " if row["undoes"] else ""
    if row["action"] == "different":
        other = _named(row["other_paths"], row["value"] or row["old"])
        return f"{taken_back}{'' if row['value'] else 'not '}different from {other}"
    before = f"{row['old']} -> " if row["old"] else ""
    return f"{taken_back}{row['action']}: {before}{row['value'] or 'undecided'}"


def _named(paths: Sequence[str], image_id: str) -> str:
    if not paths:
        return f"{image_id[:12]} (not in this workspace)"
    return paths[0] + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
