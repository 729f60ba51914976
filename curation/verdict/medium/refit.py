"""A head refitted on a person's answers about pictures of one folder.

Two things change, and each only as far as held-out answers bear it out: the direction in which the
embedding looks, by what the answered pictures have in common (a Gaussian process on their style
features), and the weights of the voters. A head's log-odds holds for equal shares of
photographs and illustrations, so the share among the answers is taken out before anything is
fitted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.folds import stratified_folds
from inksift.curation.verdict.medium.direction import Asked, turn
from inksift.curation.verdict.medium.fit import FITTING, chosen, fit_change, fit_votes, log_loss
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.prior import logit
from inksift.curation.verdict.medium.quality import (
    CHANCE,
    UNKNOWN,
    Interval,
    at_chance,
    auroc_interval,
    effective_size,
)
from inksift.curation.verdict.medium.votes import EMBEDDING, VOTE_QUALITY, VOTERS, Bools, Floats

SHIPPED, AUDITED = "shipped calibration set", "audited sample"
"""Where the quality of a voter was measured."""


@dataclass(frozen=True)
class RefitSettings:
    """How far answers may change a head's voters. Held-out answers choose among the strengths."""

    vote_strengths: tuple[float, ...] = (1e6, 10.0, 2.0)
    """How hard the voters' weights and the base hold against the answers (precision of the prior);
    the first leaves them as they are."""

    one_class_strength: float = 10.0
    """How hard the base holds against answers of one class, which cannot say what sets the other
    apart."""

    fewest: float = 5.0
    """Fewer photographs or illustrations than this (effective number) say nothing of a voter."""

    pseudo_answers: float = 0.5
    """Answers added to each class before their share is taken: no share is 0 or 1."""

    tiny: float = 1e-12
    """A sum of weights below this is 0."""


_REFIT = RefitSettings()


class Refitted(NamedTuple):
    """A head that heeds the answers."""

    head: Head
    """The head."""

    quality: pd.DataFrame
    """VOTE_QUALITY of its voters."""


class _Answers(NamedTuple):
    """n answers in an order of their own."""

    style: Floats
    """Style features, n x d."""

    standardised: Floats
    """Standardised measures, n x voters."""

    photo: Bools
    """Whether each is a photograph."""

    weight: Floats
    """Sample weights, mean 1."""

    offset: float
    """Log-odds of the share of photographs among them."""

    def some(self, rows: Bools) -> _Answers:
        """The answers in these rows, with the offset of all."""
        return _Answers(
            self.style[rows],
            self.standardised[rows],
            self.photo[rows],
            self.weight[rows],
            self.offset,
        )


def refit(
    head: Head, style: npt.NDArray[np.float32], measures: pd.DataFrame, photo: Bools, weight: Floats
) -> Refitted:
    """`head` adapted to answers on n pictures, each with a usable embedding, whatever their order.

    `style` holds their style features (n x d), `measures` their MEASURES by this head, `photo` the
    answers, `weight` their sample weights, up to a factor. A voter at
    chance among the answers loses its vote; one that they are too few to judge keeps its shipped
    quality. Answers of one class move only the base."""
    answers = _answers(head, style, measures, photo, weight)
    asked = Asked(_log_odds(head, answers) + answers.offset, answers.photo, answers.weight)
    if _of_one_class(answers.photo):
        moved = replace(head, base=head.base + _shift(asked))
        return Refitted(moved, shipped_quality(moved))
    # the direction first: the weights of EMBEDDING are then judged as the new direction measures
    head, answers = _turned(head, answers, asked)
    return _reweighted(head, answers)


def shipped_quality(head: Head) -> pd.DataFrame:
    """VOTE_QUALITY as the head brought it along."""
    return VOTE_QUALITY.frame([_row(head, name, None) for name in VOTERS])


def _of_one_class(photo: Bools) -> bool:
    return bool(photo.all() or not photo.any())


def _answers(
    head: Head, style: npt.NDArray[np.float32], measures: pd.DataFrame, photo: Bools, weight: Floats
) -> _Answers:
    table = measures[list(VOTERS)].to_numpy(dtype=np.float64)
    order = _order(style, table, photo, weight)
    style, table, photo, weight = style[order], table[order], photo[order], weight[order]
    weight = weight * (len(weight) / max(float(weight.sum()), _REFIT.tiny))
    columns = [
        head.voters[name].standardised(column) for name, column in zip(VOTERS, table.T, strict=True)
    ]
    standardised = np.column_stack(columns)
    offset = _offset(photo, weight)
    return _Answers(style.astype(np.float64), standardised, photo, weight, offset)


def _order(
    style: npt.NDArray[np.float32], table: Floats, photo: Bools, weight: Floats
) -> list[int]:
    """An order that depends on what the rows hold alone, and is as good as random."""
    # folds follow this order, so neither the caller's nor the file system's may tell
    digests = [_digest(row) for row in zip(style, table, photo, strict=True)]
    return sorted(range(len(digests)), key=lambda row: (digests[row], weight[row]))


def _digest(row: Iterable[npt.NDArray[Any]]) -> bytes:
    parts = [np.ascontiguousarray(part).tobytes() for part in row]
    return hashlib.sha256(b"".join(parts)).digest()


def _offset(photo: Bools, weight: Floats) -> float:
    """Log-odds of the share of photographs, half an answer added to each side; 0 where one class
    says nothing of it."""
    if _of_one_class(photo):
        return 0.0
    added = _REFIT.pseudo_answers
    return logit((float(weight[photo].sum()) + added) / (len(photo) + 2 * added))


def _log_odds(head: Head, answers: _Answers) -> Floats:
    return head.base + np.nan_to_num(answers.standardised) @ _weights(head)


def _weights(head: Head) -> Floats:
    return np.array([head.voters[name].weight for name in VOTERS])


def _turned(head: Head, answers: _Answers, asked: Asked) -> tuple[Head, _Answers]:
    """The head with its direction turned: the votes of EMBEDDING change by (style - mean of the
    answers) @ turn. And the answers with the measures of EMBEDDING as a direction that did not know
    the answer gives them."""
    mean, sides = answers.style.mean(axis=0), (slice(head.content), slice(head.content, None))
    units = [_unit(head, name) for name in EMBEDDING]
    blocks = []
    for side, unit in zip(sides, units, strict=True):
        # a voter without a weight hears nothing of its block, so the block may not turn
        blocks.append((answers.style - mean)[:, side] * bool(unit))
    turned = turn(blocks, asked)
    direction, voters = head.direction.copy(), dict(head.voters)
    standardised = answers.standardised.copy()
    for place, (name, side, unit) in enumerate(zip(EMBEDDING, sides, units, strict=True)):
        voter = head.voters[name]
        direction[side] += unit * turned.direction[side]
        # the turn is around the answers' mean, the head's measures are around its own
        offset = float((mean - head.mean)[side] @ turned.direction[side])
        voters[name] = voter._replace(center=voter.center + unit * offset)
        standardised[:, VOTERS.index(name)] += turned.held_out[:, place] * unit / voter.spread
    turned_head = replace(head, direction=direction, voters=voters)
    return turned_head, answers._replace(standardised=standardised)


def _unit(head: Head, name: str) -> float:
    """How far a voter's measure moves for one log-odds; 0 without a weight."""
    voter = head.voters[name]
    return voter.spread / voter.weight if voter.weight else 0.0


def _shift(asked: Asked) -> float:
    """How far the base moves when nothing else does."""
    strength, count = _REFIT.one_class_strength, len(asked.photo)
    covariance = np.full((count, count), 1 / strength)
    return float(fit_change(*asked, covariance=covariance).sum() / strength)


def _reweighted(head: Head, answers: _Answers) -> Refitted:
    """The head with the voters' weights and the base that suit the answers."""
    found = {name: _found(head, name, answers) for name in VOTERS}
    signs = [_sign(head.voters[name].weight, found[name]) for name in VOTERS]
    weights, base = _fitted(head, answers, signs, _strength(head, answers, signs))
    fitted = head.reweighted(dict(zip(VOTERS, weights.tolist(), strict=True)), base)
    quality = VOTE_QUALITY.frame([_row(fitted, name, found[name]) for name in VOTERS])
    measured = {name: here.interval for name, here in found.items() if here}
    photos = int(answers.photo.sum())
    known = replace(
        fitted,
        quality={**head.quality, **measured},
        photos=photos,
        illustrations=len(answers.photo) - photos,
    )
    return Refitted(known, quality)


def _strength(head: Head, answers: _Answers, signs: Sequence[int]) -> float:
    """The strength whose weights predict held-out answers best."""
    fold, losses = stratified_folds(answers.photo, FITTING.folds), {}
    for strength in _REFIT.vote_strengths:
        log_odds = np.zeros(len(fold))
        for number in range(FITTING.folds):
            known, held_out = answers.some(fold != number), answers.some(fold == number)
            weights, base = _fitted(head, known, signs, strength)
            voted = np.nan_to_num(held_out.standardised) @ weights
            log_odds[fold == number] = held_out.offset + base + voted
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
    """What the answers say of a voter."""

    interval: Interval
    """Its AUROC."""

    photos: int
    """Photographs that it measured."""

    illustrations: int
    """Illustrations that it measured."""


def _found(head: Head, name: str, answers: _Answers) -> _Found | None:
    """None where the answers cannot tell how good a voter is: they are too few, or leave both
    chance and its shipped quality open."""
    measure = answers.standardised[:, VOTERS.index(name)]
    sides = [~np.isnan(measure) & side for side in (answers.photo, ~answers.photo)]
    interval = auroc_interval(measure, answers.photo, answers.weight)
    undecided = at_chance(interval) and interval.low <= _known(head, name).value <= interval.high
    told = min(effective_size(answers.weight[side]) for side in sides)
    if undecided or told < _REFIT.fewest:
        return None
    photos, illustrations = (int(side.sum()) for side in sides)
    return _Found(interval, photos, illustrations)


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
