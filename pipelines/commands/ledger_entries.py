"""What the ledger commands do and tell: decisions with the files that they are on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from inksift.curation.base.commands import command
from inksift.curation.base.errors import LedgerError
from inksift.curation.base.tables import IMAGES
from inksift.curation.gather.folder.walk import display
from inksift.curation.people.heard import decisions_heard
from inksift.curation.people.hints import places_of, take_decisions_in
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import Entry
from inksift.curation.people.ledger.exchange import decisions_in
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.published import read_images
from inksift.curation.store.workspace import Workspace

_MOST_LISTED = 10
_Paths = Mapping[str, Sequence[str]]


def take_in(
    workspace: Workspace,
    ledger: Ledger,
    *,
    data: bytes,
    form: Literal["csv", "jsonl"],
    who: str,
    new_classes: bool = False,
) -> dict[str, Any]:
    """Record the decisions of a file, all or none; how many were new, and how many are on unknown
    pictures.

    LedgerError where some name a class that the last run did not have, unless `new_classes` are
    wanted."""
    decisions, known = decisions_in(data, form=form), _paths(workspace)
    if not new_classes:
        _refuse_new_classes(decisions, workspace)
    new = ledger.record(decisions, who).new
    places = places_of(workspace, ledger)
    return {
        "decisions": len(decisions),
        "new": len(new),
        "unknown": sum(not _pictures(decision) <= known.keys() for decision in decisions),
        "who": who,
        "undo": command("ledger undo", _range(new), at=places) if new else None,
        "next": take_decisions_in(workspace, ledger),
    }


def taken_lines(told: dict[str, Any]) -> Iterator[str]:
    """What `take_in` did, for a person."""
    count, new, unknown = told["decisions"], told["new"], told["unknown"]
    if not new:
        yield (
            f"{_counted(count)}: nothing new, as {'all of them hold' if count > 1 else 'it holds'} "
            "already"
        )
        return
    yield (
        f"{_counted(count)} by {told['who']}, {new} of them new"
        if count > 1
        else f"1 new decision by {told['who']}"
    )
    if unknown:
        one = "1 is on a picture that this workspace does not know, and waits for it"
        more = f"{unknown} are on pictures that this workspace does not know, and wait for those"
        yield one if unknown == 1 else more
    yield f"to take back what is new: {told['undo']}"
    yield f"what is new counts from the next run on: {told['next']}"


def take_back(
    workspace: Workspace, ledger: Ledger, entries: Sequence[int], *, who: str, note: str
) -> dict[str, Any]:
    """Take entries back, all or none; the new entries that do so, as `history` tells them."""
    numbers = set(ledger.undo(entries, who, note))
    rows = [row for row in history(workspace, ledger) if row["entry"] in numbers]
    return {"entries": rows, "next": take_decisions_in(workspace, ledger)}


def taken_back_lines(told: dict[str, Any]) -> Iterator[str]:
    """What `take_back` did, for a person."""
    yield from history_lines(told["entries"])
    yield f"this counts from the next run on: {told['next']}"


def history(workspace: Workspace, ledger: Ledger) -> list[dict[str, Any]]:
    """The entries in order as plain values, each with the paths of its picture and of another one
    that it names."""
    paths = _paths(workspace)
    return [entry._asdict() | _where(entry, paths) for entry in ledger.entries()]


def history_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """`history`, for a person: one line per entry, with nothing in it that a terminal would
    obey."""
    for row in rows:
        when, note = row["at"][:16].replace("T", " "), f"  ({row['note']})" if row["note"] else ""
        told = (
            f"{row['entry']}  {when} UTC  {row['who']}  {_what(row)}  "
            f"{_named(row['paths'], row['image_id'])}{note}"
        )
        yield display(told.encode())


def _paths(workspace: Workspace) -> _Paths:
    """The paths of every picture of the last run, by image_id; none before the first one."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if workspace.table(IMAGES.name).exists():
        images = read_images(workspace)
        for image_id, path in zip(images["image_id"], images["path"], strict=True):
            found[image_id].append(path)
    return found


def _refuse_new_classes(decisions: Sequence[Decision], workspace: Workspace) -> None:
    """Before the first run nothing is known of classes, and any will do."""
    known = _classes(workspace)
    named = [
        decision.value
        for decision in decisions
        if decision.action == "label" and decision.value not in known
    ]
    if named and known:
        listed = list(dict.fromkeys(named))
        more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
        raise LedgerError(
            f"{len(named)} decision{'s name classes' if len(named) > 1 else ' names a class'} that "
            "no file has: "
            f"{', '.join(listed[:_MOST_LISTED])}{more}. Spreadsheets change such cells: correct "
            "the file; "
            "or, where a new class is meant, add --new-classes"
        )


def _classes(workspace: Workspace) -> set[str]:
    """The classes of the last run, those that people named too; none before the first one."""
    if not workspace.table(IMAGES.name).exists():
        return set()
    heard = decisions_heard(workspace)
    return {*read_images(workspace)["label"], *heard.loc[heard["action"] == "label", "value"]}


def _counted(decisions: int) -> str:
    return f"{decisions} decision{'' if decisions == 1 else 's'}"


def _range(entries: Sequence[int]) -> str:
    """Entries of one writing, which have no gap."""
    return str(entries[0]) if len(entries) == 1 else f"{entries[0]}-{entries[-1]}"


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
    if row["action"] == "tag":
        return f"{taken_back}{'' if row['value'] else 'not '}tagged {row['value'] or row['old']}"
    before = f"{row['old']} -> " if row["old"] else ""
    return f"{taken_back}{row['action']}: {before}{row['value'] or 'undecided'}"


def _named(paths: Sequence[str], image_id: str) -> str:
    if not paths:
        return f"{image_id[:12]} (not in this workspace)"
    return paths[0] + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
