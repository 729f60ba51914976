"""Tags, as the grid asks for them: several at once on many pictures, given or taken off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from inksift.curation.people.ledger.decisions import plain_tag
from inksift.curation.review.asked import check_ledger, check_run, told_note, told_object, wrong
from inksift.curation.review.grid.asked_files import told_files, told_seen, told_value
from inksift.curation.review.state import State

MOST_TAGS = 10
"""Tags of one request: each is an entry on every picture."""


class TagsOff(NamedTuple):
    """The `tags` to take off the pictures of some `groups`, `bearing` of which have one of them, by
    someone who knew the ledger up to `seen`, and why."""

    tags: Sequence[str]
    groups: frozenset[int]
    bearing: int
    seen: int
    note: str


def given_tags(text: str, state: State) -> list[str]:
    """The tags in a text that commas divide, each once. One that is not in use is spelled as what
    differs from it in capitals alone: a tag in use, or an earlier one of the text. HTTPException
    422 for none, or for more than 10."""
    known = {tag.casefold(): tag for tag in reversed(state.tags)}
    plain = filter(None, map(plain_tag, text.split(",")))
    tags = list(
        dict.fromkeys(
            tag if tag in state.tags else known.setdefault(tag.casefold(), tag) for tag in plain
        )
    )
    if not 0 < len(tags) <= MOST_TAGS:
        raise wrong(f"value: expected 1 to {MOST_TAGS} tags with commas between, got {len(tags)}")
    return tags


def untagged_of(body: object, state: State, ledger: str) -> TagsOff:
    """What to take off. HTTPException in words: 404 for an unknown file, 409 when the page is of an
    earlier run or not of this `ledger`, 422 for all else that is wrong."""
    needed = {"files", "value", "seen", "run"}
    told = told_object(body, required=needed, optional={"note", "ledger"})
    check_ledger(told, ledger)
    check_run(told, state.run)
    seen, files = told_seen(told["seen"], state), told_files(told, state)
    tags = given_tags(told_value(told), state)
    groups = frozenset(state.run.groups[file] for file in files) - {-1}
    bearing = sum(bool(set(tags) & set(state.tags_of.get(group, ()))) for group in groups)
    return TagsOff(tags, groups, bearing, seen, told_note(told))


def tag_entries(state: State, off: TagsOff) -> list[int]:
    """The entries that gave these tags to these pictures or to copies of them, and still stand."""
    return [
        entry.entry
        for entry in state.entries
        if entry.action == "tag"
        and entry.value in off.tags
        and not entry.undoes
        and entry.entry not in state.undone
        and state.run.group_of.get(entry.image_id) in off.groups
    ]
