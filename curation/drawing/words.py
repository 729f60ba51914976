"""The codes of the tables in plain words."""

from __future__ import annotations

from inksift.curation.base.file_errors import FILE_ERRORS
from inksift.curation.base.media import ILLUSTRATION, PHOTO
from inksift.curation.base.reasons import REASONS

_ONE = {reason.name: reason.one for reason in REASONS}
_MANY = {("", ""): "kept"} | {(reason.stage, reason.name): reason.many for reason in REASONS}
_SAID = {
    ("outcome", "kept"): "kept",
    ("outcome", "rejected"): "rejected",
    ("medium", ILLUSTRATION): "called an illustration",
    ("medium", PHOTO): "called a photograph",
    ("copy", "keep"): "chosen among its copies",
}
_ERRORS = {error.name: error.words for error in FILE_ERRORS}


def why_key(outcome: str, stage: str, reason: str) -> str:
    """What the filter over the pictures, and an address of the page, call files with this outcome,
    stage and reason.

    >>> why_key("rejected", "duplicates", "too_dark")
    'rejected/duplicates/too_dark'
    """
    return f"{outcome}/{stage}/{reason}"


def outcome_in_words(outcome: str) -> str:
    """The outcome of files, for people.

    >>> outcome_in_words("review"), outcome_in_words("kept")
    ('for review', 'kept')
    """
    return "for review" if outcome == "review" else outcome


def reason_of_one(reason: str) -> str:
    """Why one file has its outcome, in a word or two; a reason that is not known here reads as it
    is.

    >>> reason_of_one(REASONS[-1].name), reason_of_one("too_dark")
    ('by a person', 'too dark')
    """
    return _ONE.get(reason, reason.replace("_", " "))


def decision_in_words(action: str, value: str) -> str:
    """What a person decided on a picture; the value of `different` is the path of the other one.

    >>> decision_in_words("label", "cat"), decision_in_words("different", "b.png")
    ('class cat', 'not a copy of b.png')
    """
    if action == "label":
        return f"class {value}"
    if action == "tag":
        return f"tagged {value}"
    return f"not a copy of {value}" if action == "different" else _SAID[action, value]


def reason_in_words(stage: str, reason: str) -> str:
    """Why files have their outcome, in the plural; a reason that is not known here reads as it is.

    >>> reason_in_words(REASONS[0].stage, REASONS[0].name), reason_in_words("other", "too_dark")
    ('could not be read', 'too dark')
    """
    return _MANY.get((stage, reason), reason.replace("_", " "))


def error_in_words(error: str) -> str:
    """What the `error` of an IMAGES row means and what to do, in a sentence or two; "" for one that
    is not known here.

    >>> error_in_words("empty"), error_in_words("broken:OSError")[:20]
    ('The file holds no bytes.', 'The file promises a ')
    """
    return _ERRORS.get(error.partition(":")[0], "")
