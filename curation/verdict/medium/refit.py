"""A head refitted on a person's answers about pictures of one folder.

Two things change, and each only as far as held-out answers bear it out: the direction in which the
embedding looks, by what the answered pictures have in common (a Gaussian process on their style
features), and the weights of the voters. A log-odds of a head stands for equal shares of
photographs and illustrations, so the share among the answers is taken out before anything is
fitted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from curation.base.folds import stratified_folds
from curation.verdict.medium.direction import Asked, Bools, turn
from curation.verdict.medium.fit import FOLDS, chosen, fit_change, fit_votes, log_loss
from curation.verdict.medium.head import Head
from curation.verdict.medium.prior import logit
from curation.verdict.medium.quality import (
    CHANCE,
    UNKNOWN,
    Interval,
    at_chance,
    auroc_interval,
    effective_size,
)
from curation.verdict.medium.votes import EMBEDDING, VOTE_QUALITY, VOTERS, Floats

SHIPPED, AUDITED = "shipped calibration set", "audited sample"

VOTE_STRENGTHS = (1e6, 10.0, 2.0)
"""How hard the voters' weights and the base hold against the answers; the first leaves them as they
are."""

ONE_CLASS_STRENGTH = 10.0
"""How hard the base holds against answers of one class, which cannot say what sets the other
apart."""

LEAST_WEIGHT = 0.005
"""A voter that would weigh less adds nothing to the others: it has no vote."""

FEWEST = 5
"""Fewer photographs or illustrations than this say nothing of a voter."""

_TINY = 1e-12


class Refitted(NamedTuple):
    """A head that heeds the answers, and the VOTE_QUALITY of its voters."""

    head: Head
    quality: pd.DataFrame


class _Answers(NamedTuple):
    """n answers in an order of their own: style features (n x d), standardised measures (n x
    voters), answers, and weights of mean 1. `offset` is the log-odds of the share of photographs
    among them."""

    style: Floats
    standardised: Floats
    photo: Bools
    weight: Floats
    offset: float

    def some(self, rows: Bools) -> _Answers:
        """The answers in these rows, with the offset of all."""
        return _Answers(
            self.style, self.standardised[rows], self.photo[rows], self.weight[rows], self.offset
        )


def refit(
    head: Head, style: npt.NDArray[np.float32], measures: pd.DataFrame, photo: Bools, weight: Floats
) -> Refitted:
    """`head` adapted to answers on n pictures, each with a usable embedding, whatever their order.

    `style` holds their style features (n x d), `measures` their MEASURES by this head, `photo` the
    answers, `weight` how many pictures of the folder each stands for, up to a factor. A voter at
    chance among the answers loses its vote; one that they are too few to judge keeps its shipped
    quality. Answers of one class move only the base."""
    answers = _answers(head, style, measures, photo, weight)
    asked = Asked(_log_odds(head, answers) + answers.offset, answers.photo, answers.weight)
    if answers.photo.all() or not answers.photo.any():
        moved = replace(head, base=head.base + _shift(asked))
        return Refitted(moved, shipped_quality(moved))
    head, answers = _turned(head, answers, asked)
    return _reweighted(head, answers)


def shipped_quality(head: Head) -> pd.DataFrame:
    """VOTE_QUALITY as the head brought it along."""
    return VOTE_QUALITY.frame([_row(head, name, None) for name in VOTERS])


def _answers(
    head: Head, style: npt.NDArray[np.float32], measures: pd.DataFrame, photo: Bools, weight: Floats
) -> _Answers:
    table = measures[list(VOTERS)].to_numpy(dtype=np.float64)
    order = _order(style, table, photo, weight)
    style, table, photo, weight = style[order], table[order], photo[order], weight[order]
    weight = weight * (len(weight) / max(float(weight.sum()), _TINY))
    columns = [
        head.voters[name].standardised(column) for name, column in zip(VOTERS, table.T, strict=True)
    ]
    return _Answers(
        style.astype(np.float64), np.column_stack(columns), photo, weight, _offset(photo, weight)
    )


def _order(
    style: npt.NDArray[np.float32], table: Floats, photo: Bools, weight: Floats
) -> list[int]:
    """An order that depends on what the rows hold alone, and is as good as random."""
    rows = zip(style, table, photo, strict=True)
    digests = [
        hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in row)).digest()
        for row in rows
    ]
    return sorted(range(len(digests)), key=lambda row: (digests[row], weight[row]))


def _offset(photo: Bools, weight: Floats) -> float:
    """Log-odds of the share of photographs, half an answer added to each side; 0 where one class
    says nothing of it."""
    if photo.all() or not photo.any():
        return 0.0
    return logit((float(weight[photo].sum()) + 0.5) / (len(photo) + 1))


def _log_odds(head: Head, answers: _Answers) -> Floats:
    return head.base + np.nan_to_num(answers.standardised) @ _weights(head)


def _weights(head: Head) -> Floats:
    return np.array([head.voters[name].weight for name in VOTERS])


def _turned(head: Head, answers: _Answers, asked: Asked) -> tuple[Head, _Answers]:
    """The head with its direction turned: the votes of EMBEDDING change by (style - mean of the
    answers) @ turn. And the answers with the measures of EMBEDDING as a direction that did not know
    the answer gives them."""
    mean, sides = answers.style.mean(axis=0), (slice(head.content), slice(head.content, None))
    units = [
        voter.spread / voter.weight if voter.weight else 0.0
        for voter in map(head.voters.__getitem__, EMBEDDING)
    ]
    blocks = [
        (answers.style - mean)[:, side] * bool(unit)
        for side, unit in zip(sides, units, strict=True)
    ]
    turned = turn(blocks, asked)
    direction, voters, standardised = (
        head.direction.copy(),
        dict(head.voters),
        answers.standardised.copy(),
    )
    for place, (name, side, unit) in enumerate(zip(EMBEDDING, sides, units, strict=True)):
        voter = head.voters[name]
        direction[side] += unit * turned.direction[side]
        offset = float((mean - head.mean)[side] @ turned.direction[side])
        voters[name] = voter._replace(center=voter.center + unit * offset)
        standardised[:, VOTERS.index(name)] += turned.held_out[:, place] * unit / voter.spread
    return replace(head, direction=direction, voters=voters), answers._replace(
        standardised=standardised
    )


def _shift(asked: Asked) -> float:
    """How far the base moves when nothing else does."""
    covariance = np.full((len(asked.photo),) * 2, 1 / ONE_CLASS_STRENGTH)
    return float(fit_change(*asked, covariance=covariance).sum() / ONE_CLASS_STRENGTH)


def _reweighted(head: Head, answers: _Answers) -> Refitted:
    """The head with the voters' weights and the base that suit the answers."""
    found = {name: _found(head, name, answers) for name in VOTERS}
    signs = [_sign(head.voters[name].weight, found[name]) for name in VOTERS]
    weights, base = _fitted(head, answers, signs, _strength(head, answers, signs))
    fitted = head.reweighted(dict(zip(VOTERS, weights.tolist(), strict=True)), base)
    quality = VOTE_QUALITY.frame([_row(fitted, name, found[name]) for name in VOTERS])
    measured = {name: here.interval for name, here in found.items() if here}
    photos = int(answers.photo.sum())
    known = replace(fitted, quality={**head.quality, **measured})
    return Refitted(
        replace(known, photos=photos, illustrations=len(answers.photo) - photos), quality
    )


def _strength(head: Head, answers: _Answers, signs: Sequence[int]) -> float:
    """The strength whose weights predict held-out answers best."""
    fold, losses = stratified_folds(answers.photo, FOLDS), {}
    for strength in VOTE_STRENGTHS:
        log_odds = np.zeros(len(fold))
        for number in range(FOLDS):
            weights, base = _fitted(head, answers.some(fold != number), signs, strength)
            held_out = answers.some(fold == number)
            log_odds[fold == number] = (
                held_out.offset + base + np.nan_to_num(held_out.standardised) @ weights
            )
        losses[strength] = answers.weight * log_loss(log_odds, answers.photo)
    return chosen(losses)


def _fitted(
    head: Head, answers: _Answers, signs: Sequence[int], strength: float
) -> tuple[Floats, float]:
    weights, base = fit_votes(
        answers.standardised,
        answers.photo,
        answers.weight,
        prior_weights=_weights(head),
        prior_base=head.base + answers.offset,
        strength=strength,
        signs=signs,
    )
    return weights, base - answers.offset


class _Found(NamedTuple):
    """What the answers say of a voter, and how many of each class it measured."""

    interval: Interval
    photos: int
    illustrations: int


def _found(head: Head, name: str, answers: _Answers) -> _Found | None:
    """None where the answers cannot tell how good a voter is: they are too few, or leave both
    chance and its shipped quality open."""
    measure = answers.standardised[:, VOTERS.index(name)]
    sides = [~np.isnan(measure) & side for side in (answers.photo, ~answers.photo)]
    interval = auroc_interval(measure, answers.photo, answers.weight)
    undecided = at_chance(interval) and interval.low <= _known(head, name).value <= interval.high
    if undecided or min(effective_size(answers.weight[side]) for side in sides) < FEWEST:
        return None
    return _Found(interval, *(int(side.sum()) for side in sides))


def _sign(shipped: float, found: _Found | None) -> int:
    """On which side of 0 a weight may lie: where it shipped; if it shipped without a weight, where
    the answers put it; on neither at chance."""
    if found is None:
        return int(np.sign(shipped))
    if at_chance(found.interval):
        return 0
    return int(np.sign(shipped)) or (1 if found.interval.value > CHANCE else -1)


def _known(head: Head, name: str) -> Interval:
    return Interval(*head.quality[name]) if name in head.quality else UNKNOWN


def _row(head: Head, name: str, found: _Found | None) -> dict[str, object]:
    quality = found or _Found(_known(head, name), head.photos, head.illustrations)
    return {
        "voter": name,
        "auroc": quality.interval.value,
        "low": quality.interval.low,
        "high": quality.interval.high,
        "photos": quality.photos,
        "illustrations": quality.illustrations,
        "measured_on": AUDITED if found else SHIPPED,
        "weight": head.voters[name].weight,
    }
