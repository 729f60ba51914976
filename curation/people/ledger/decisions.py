"""What a person can decide on a picture, and what counts as well-formed."""

from __future__ import annotations

import re
import reprlib
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from inksift.curation.base.errors import LedgerError
from inksift.curation.base.media import ILLUSTRATION, PHOTO

MAX_NAME_BYTES = 255
"""Bytes of a name in UTF-8: those of a file name."""

MOST_TAG_CHARS = 40
"""Characters of a tag: a few words."""

_MAX_NOTE_LENGTH = 10_000
"""Characters of a note."""

_IMAGE_ID = re.compile(r"[0-9a-f]{64}")
_LINE_END = re.compile(r"\r\n?")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows; joiners, which many
scripts need, are not."""


class Decision(NamedTuple):
    """One answer about one picture. `image_id` is the SHA-256 of its bytes in lower-case
    hexadecimal."""

    image_id: str
    action: str
    value: str
    note: str = ""


class Rule(NamedTuple):
    """What the value of an action has to be, in words and as a test."""

    expected: str
    holds: Callable[[str], bool]


def _one_of(*values: str) -> Rule:
    return Rule(" or ".join(values), values.__contains__)


def _is_name(text: str) -> bool:
    return (
        bool(text)
        and not _UNSEEN.search(text)
        and _is_utf8(text)
        and len(text.encode()) <= MAX_NAME_BYTES
    )


def plain_tag(text: str) -> str:
    """A tag as it is kept: composed characters, and single spaces between its words.

    >>> plain_tag("  bad   hands ")
    'bad hands'
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is_tag(text: str) -> bool:
    return _is_name(text) and "," not in text and _fits(text) and text == plain_tag(text)


def _fits(text: str) -> bool:
    return len(text) <= MOST_TAG_CHARS and any(map(_is_seen, text))


def _is_seen(char: str) -> bool:
    """Whether it is a letter, number, sign or symbol: a tag of joiners alone could not be found."""
    return unicodedata.category(char)[0] in "LNPS"


def _is_note(text: str) -> bool:
    return len(text) <= _MAX_NOTE_LENGTH and "\0" not in text and _is_utf8(text)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_NAME = Rule(
    f"1 to {MAX_NAME_BYTES} bytes of UTF-8 on one line, without control or direction characters",
    _is_name,
)
_TAG = Rule(
    f"1 to {MOST_TAG_CHARS} characters in composed form, one of them to be seen, with single "
    "spaces between words and without commas, control or direction characters",
    _is_tag,
)
_PICTURE = Rule("64 lower-case hexadecimal digits", lambda text: bool(_IMAGE_ID.fullmatch(text)))
_FIELDS = {
    "image_id": _PICTURE,
    "note": Rule(f"at most {_MAX_NOTE_LENGTH} characters of UTF-8 without NUL", _is_note),
}

ACTIONS: Mapping[str, Rule] = {
    "outcome": _one_of("kept", "rejected"),
    "label": _NAME,
    "medium": _one_of(ILLUSTRATION, PHOTO),
    "copy": _one_of("keep"),
    "different": _PICTURE,
    "tag": _TAG,
}
"""What can be decided. `label` is the class of the picture; `medium` is what a person says the
picture is. `copy` keeps this copy rather than the others. `different` names a picture that this one
is no copy of. `tag` is a word of anybody's choice, which decides nothing."""

SEVERAL = ("different", "tag")
"""The actions of which as many values are in force per picture as there are; of every other one it
is one."""


def subject(image_id: str, action: str, value: str) -> tuple[str, ...]:
    """What a decision is about. Two on one subject replace each other; two on different ones both
    hold.

    >>> subject("1a", "label", "cat") == subject("1a", "label", "dog")
    True
    >>> subject("1a", "different", "2b") == subject("1a", "different", "3c")
    False
    """
    return (image_id, action, value) if action in SEVERAL else (image_id, action)


def checked_decision(decision: Decision, place: str) -> Decision:
    """`decision`, its note with plain line ends; LedgerError names the `place` and field of one
    that is malformed."""
    if decision.action not in ACTIONS:
        raise LedgerError(
            f"{place}: no action called {reprlib.repr(decision.action)}; there are: "
            f"{', '.join(ACTIONS)}"
        )
    rules = {**_FIELDS, "value": ACTIONS[decision.action]}
    for name, rule in rules.items():
        _check(f"{place}: {name}", rule, getattr(decision, name))
    return decision._replace(note=plain_note(decision.note))


def checked_who(who: str) -> str:
    """`who`; LedgerError when that cannot be a person's name."""
    _check("who", _NAME, who)
    return who


def checked_note(note: str) -> str:
    """`note` with plain line ends; LedgerError when it is malformed."""
    _check("note", _FIELDS["note"], note)
    return plain_note(note)


def plain_note(note: str) -> str:
    r"""`note` with every line end as \n, so that the CRLF of an editor or spreadsheet changes
    nothing.

    >>> plain_note("a\r\nb\rc\n")
    'a\nb\nc\n'
    """
    return _LINE_END.sub("\n", note)


def _check(what: str, rule: Rule, text: str) -> None:
    if not rule.holds(text):
        raise LedgerError(f"{what}: expected {rule.expected}, got {reprlib.repr(text)}")
