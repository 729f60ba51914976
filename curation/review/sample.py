"""The audit sample: the pictures of which a person's answer says most, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inksift.curation.base.reasons import BAD_FEATURE
from inksift.curation.people.ledger.entries import human_decisions
from inksift.curation.review.cards import cards, picture_address
from inksift.curation.review.state import State
from inksift.curation.verdict import human
from inksift.curation.verdict.audit.questions import left_to_review, propose

COUNT = 50
"""Pictures asked about; an audit has as many."""


def sample_values(state: State, asked: str) -> dict[str, Any]:
    """Question number `asked`, from 1, or the first without an answer; no card where there is
    nothing to ask.

    `answers` says for each question in order whether people called the picture a photograph, None
    for not yet; `known` counts the pictures that people called either, asked for or not."""
    files = _questions(state)
    given = human.answers(state.run.duplicates, human_decisions(state.entries))
    answers = [_answer(given.get(state.run.image_id(file))) for file in files]
    open_ = [number for number, answer in enumerate(answers, 1) if answer is None]
    number = (
        int(asked)
        if asked.isascii() and asked.isdigit() and len(asked) < 10
        else min(open_, default=0)
    )
    shown = files[number - 1 : number] if number else []
    return {
        "number": number if shown else 0,
        "answers": answers,
        "left": len(open_),
        "known": len(given),
        "following": _following(open_, number),
        "card": next(iter(cards(state, shown, picture_address)), None),
    }


def _questions(state: State) -> Sequence[int]:
    """The kept files of the sample; pictures with an unusable embedding are rejected whatever a
    person calls them."""
    run = state.run
    unusable = set(run.machine.loc[run.machine["reason"] == BAD_FEATURE.name, "image_id"])
    queue = left_to_review(run.machine)
    proposed = propose(run.votes, unusable, queue=queue, count=COUNT)
    return [run.file_of[image_id] for image_id in proposed["image_id"] if image_id in run.file_of]


def _answer(photo: object) -> bool | None:
    return None if photo is None else bool(photo)


def _following(open_: Sequence[int], number: int) -> int:
    """The next question without an answer, from the start again after the last; 0 for none but this
    one."""
    others = [one for one in open_ if one != number]
    return next((one for one in others if one > number), others[0] if others else 0)
