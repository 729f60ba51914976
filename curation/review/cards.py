"""Files as cards: a tile as the report shows it, what people said of it, and what can be decided on
it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from inksift.curation.base.reasons import LABEL_CONFLICT, VARIANT_REJECTED
from inksift.curation.base.relations import ITSELF
from inksift.curation.drawing.words import decision_in_words
from inksift.curation.people.ledger.entries import Entry
from inksift.curation.report.tiles import Tile
from inksift.curation.review.state import State
from inksift.curation.verdict.conservation import HUMAN

NO_PICTURE = "/static/no-picture.svg"
_OF_COPIES = ("copy", "different")


@dataclass(frozen=True)
class SpokenWord:
    """What a person decided, in words; `later` where it takes effect with the next run, not at
    once."""

    entry: int
    action: str
    said: str
    who: str
    at: str
    note: str
    later: bool


@dataclass(frozen=True)
class Card:
    """One file. `relation` is that to the kept copy, whose image_id is `kept_id` (both "" for an
    unreadable file), `classes` are those in conflict, and `copies` is how many other files show the
    same picture."""

    file: int
    tile: Tile
    relation: str
    kept_id: str
    words: Sequence[SpokenWord]
    classes: Sequence[str]
    copies: int

    @property
    def keeper(self) -> bool:
        return self.relation == ITSELF


def cards(state: State, files: Sequence[int], address: Callable[[str], str]) -> list[Card]:
    """The cards of files, in order; `address` gives the one of the picture of an image_id."""

    def of_picture(image_id: str) -> str:
        return address(image_id) if image_id in state.run.pictures else NO_PICTURE

    rows = state.decisions.iloc[list(files)]
    tiles = state.run.facts(rows).tiles(rows, of_picture)
    return [_card(state, file, tile) for file, tile in zip(files, tiles, strict=True)]


def said(state: State, entry: Entry) -> str:
    """What an entry says, in words.

    A picture that this run does not know is named by the start of its image_id.
    """
    value = path_of(state, entry.value) if entry.action == "different" else entry.value
    return decision_in_words(entry.action, value)


def path_of(state: State, image_id: str) -> str:
    """A path of the picture, or the start of its image_id where the run does not know it."""
    file = state.run.file_of.get(image_id)
    return f"{image_id[:12]}…" if file is None else state.run.path(file)


def thumbnail(image_id: str) -> str:
    """The address of a small picture."""
    return f"/thumbnails/{image_id}"


def picture_address(image_id: str) -> str:
    """The address of a large picture."""
    return f"/pictures/{image_id}"


def _card(state: State, file: int, tile: Tile) -> Card:
    place, group = state.run.place(file), state.run.groups[file]
    return Card(
        file=file,
        tile=replace(tile, explanation=why_so(state, file)),
        relation="" if place is None else str(place["relation"]),
        kept_id="" if place is None else state.run.image_id(state.run.kept(file)),
        words=words_on(state, file),
        classes=_classes(state, group) if tile.reason == LABEL_CONFLICT.name else [],
        copies=len(state.run.files[group]) - 1 if place else 0,
    )


def words_on(state: State, file: int) -> list[SpokenWord]:
    """What holds of a file by the word of people."""
    return [_word(state, entry) for entry in _spoken(state, file)]


def _spoken(state: State, file: int) -> list[Entry]:
    """What holds for the picture; an outcome shows on the kept file alone, what was said of a copy
    on that copy."""
    entries = state.words_of.get(state.run.groups[file], [])
    shared = [entry for entry in entries if entry.action not in _OF_COPIES]
    own = [
        entry
        for entry in entries
        if entry.action in _OF_COPIES and entry.image_id == state.run.image_id(file)
    ]
    return [entry for entry in shared if entry.action != "outcome" or state.run.keeps(file)] + own


def why_so(state: State, file: int) -> str:
    """What the machine said; what people said is in the words."""
    reason, decider = (state.decisions[name].iat[file] for name in ("reason", "decided_by"))
    if reason == VARIANT_REJECTED.name:  # which one is the best hangs on what people said
        return str(state.decisions["explanation"].iat[file])
    alone = state.run.alone if reason == LABEL_CONFLICT.name else state.run.machine
    said_so = str(alone["explanation"].iat[file])
    return f"the machine: {said_so}" if decider == HUMAN else said_so


def _word(state: State, entry: Entry) -> SpokenWord:
    later = entry.action in _OF_COPIES and state.waits(entry)
    when = entry.at[:16].replace("T", " ") + " UTC"
    return SpokenWord(
        entry.entry,
        entry.action,
        said(state, entry),
        entry.who,
        when,
        " ".join(entry.note.split()),
        later,
    )


def _classes(state: State, group: int) -> list[str]:
    labels = state.run.machine["label"].iloc[state.run.files[group]].value_counts()
    return [str(label) for label in labels.index]
