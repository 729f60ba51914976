"""A head learns from answers what a folder has of its own, and loses nothing where it was right."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from inksift.curation.verdict.medium.fit import log_loss, probability
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.quality import auroc, ece
from inksift.curation.verdict.medium.refit import AUDITED, SHIPPED, Refitted, refit, shipped_quality
from inksift.curation.verdict.medium.votes import EMBEDDING, MEASURES, VOTE_QUALITY, VOTERS, Voter

WIDTH, CONTENT = 60, 40


class Folder(NamedTuple):
    """Pictures of one folder: style features, measures by the head, and what they are."""

    style: np.ndarray
    measures: pd.DataFrame
    photo: np.ndarray

    def some(self, rows: slice | np.ndarray) -> Folder:
        return Folder(self.style[rows], self.measures.iloc[rows], self.photo[rows])


def a_head(width: int = WIDTH, content: int = CONTENT, **changes) -> Head:
    """Photographs have more of every tenth feature; features 1 and 41 count too, for no reason that
    holds here."""
    direction = np.zeros(width)
    direction[::10] = 1.0
    direction[1] = direction[min(content + 1, width - 1)] = 1.0
    voters = {name: Voter(0.0, 1.0, 1.0 if name in EMBEDDING else 0.0, False) for name in VOTERS}
    voters["noise"] = Voter(1.0, 0.5, 0.8, True)
    fields = {
        "embedder": "toy",
        "content": content,
        "mean": np.zeros(width),
        "direction": direction,
        "voters": voters,
        "base": 0.0,
        "neighbours": 5,
        "pull_share": 0.5,
        "pull_limit": 1.0,
        "reject_thresholds": {0.01: 2.0},
        "keep_thresholds": {0.03: -1.0},
        "quality": dict.fromkeys(EMBEDDING, (0.95, 0.9, 0.98))
        | {"noise": (0.8, 0.7, 0.9), "edges": (0.5, 0.4, 0.6)},
        "photos": 100,
        "illustrations": 200,
    }
    return Head(**(fields | changes))


def folder(
    head: Head,
    rng: np.random.Generator,
    *,
    count: int = 600,
    shift: float = 0.0,
    share: float = 0.3,
) -> Folder:
    """`shift`: how much its illustrations have of the features that count for no reason."""
    photo = rng.random(count) < share
    width = len(head.mean)
    style = rng.normal(size=(count, width))
    style[:, ::10] += np.where(photo, 0.6, -0.6)[:, None]
    style[:, [1, min(head.content + 1, width - 1)]] += np.where(photo, 0.0, shift)[:, None]
    columns = dict(zip(EMBEDDING, head.embedding_measures(style).T, strict=True))
    columns["noise"] = np.expm1(np.maximum(rng.normal(np.where(photo, 1.4, 0.9), 0.4), 0))
    columns["edges"] = rng.random(count)
    ids = pd.Series([f"{row:04}" for row in range(count)], dtype="str")
    frame = pd.DataFrame({"image_id": ids, **dict.fromkeys(VOTERS, np.nan)} | columns)
    return Folder(style.astype(np.float32), MEASURES.check(frame), photo)


def log_odds(head: Head, pictures: Folder) -> np.ndarray:
    columns = {name: pictures.measures[name].to_numpy() for name in VOTERS}
    columns |= dict(zip(EMBEDDING, head.embedding_measures(pictures.style).T, strict=True))
    return head.base + np.sum([head.voters[name].vote(columns[name]) for name in VOTERS], axis=0)


def refitted(head: Head, answered: Folder) -> Refitted:
    return refit(
        head, answered.style, answered.measures, answered.photo, np.ones(len(answered.photo))
    )


def figures(head: Head, pictures: Folder, share: float) -> tuple[float, float, float]:
    """AUROC, ECE and log-loss, the true share of photographs included."""
    given = log_odds(head, pictures) + np.log(share / (1 - share))
    chances = probability(given)
    return (
        auroc(given, pictures.photo),
        ece(chances, pictures.photo),
        float(log_loss(given, pictures.photo).mean()),
    )


@pytest.mark.parametrize("answers", [50, 150])
def test_a_folder_that_the_head_mistakes_is_learned(answers: int) -> None:
    head, before, after = a_head(), [], []
    for seed in range(20):
        pictures = folder(head, np.random.default_rng(seed), shift=3.0)
        asked, others = pictures.some(slice(answers)), pictures.some(slice(answers, None))
        before.append(figures(head, others, 0.3))
        after.append(figures(refitted(head, asked).head, others, 0.3))
    (ranked, missed, lost), (ranked_then, missed_then, lost_then) = (
        np.mean(before, axis=0),
        np.mean(after, axis=0),
    )
    assert ranked < 0.75 < 0.9 < ranked_then
    assert missed_then < missed / 3
    assert lost_then < lost / 3


def calibrated_head() -> Head:
    """A head whose log-odds are those of `folder` without a shift: it counts nothing that does not
    hold there."""
    plain = a_head()
    direction = np.where(np.arange(WIDTH) % 10 == 0, 1.2, 0.0)
    noise = Voter(1.0, 0.5, (1.4 - 0.9) * 0.5 / 0.4**2, True)
    base = -(1.15 - 1.0) / 0.5 * noise.weight
    return a_head(direction=direction, voters={**plain.voters, "noise": noise}, base=base)


@pytest.mark.parametrize(("answers", "noise"), [(20, 0.03), (50, 0.015), (200, 0.005)])
def test_a_head_that_is_right_is_left_right(answers: int, noise: float) -> None:
    head, changes = calibrated_head(), []
    for seed in range(20):
        pictures = folder(head, np.random.default_rng(seed))
        asked, others = pictures.some(slice(answers)), pictures.some(slice(answers, None))
        changes.append(
            np.subtract(
                figures(refitted(head, asked).head, others, 0.3), figures(head, others, 0.3)
            )
        )
    ranked, missed, lost = np.mean(changes, axis=0)
    assert ranked > -0.2 * noise
    assert missed < noise
    assert lost < noise


def test_it_depends_on_the_answers_alone_not_on_their_order(rng: np.random.Generator) -> None:
    head = a_head()
    asked = folder(head, rng, count=80, shift=3.0)
    weight, shuffled = rng.uniform(0.5, 3, 80), rng.permutation(80)
    first = refit(head, asked.style, asked.measures, asked.photo, weight)
    other = asked.some(shuffled)
    again = refit(head, other.style, other.measures, other.photo, weight[shuffled])
    assert again.head.to_json() == first.head.to_json()
    pd.testing.assert_frame_equal(again.quality, first.quality)


def test_a_factor_of_all_weights_is_nothing(rng: np.random.Generator) -> None:
    head = a_head()
    asked = folder(head, rng, count=80, shift=3.0)
    scaled = refit(head, asked.style, asked.measures, asked.photo, np.full(80, 7.0)).head
    assert log_odds(scaled, asked) == pytest.approx(
        log_odds(refitted(head, asked).head, asked), abs=1e-4
    )


@pytest.mark.parametrize("photo", [True, False])
def test_answers_of_one_class_move_the_base_alone(photo: bool, rng: np.random.Generator) -> None:
    head = a_head()
    asked = folder(head, rng, count=50, share=1.0 if photo else 0.0, shift=2.0)
    found = refitted(head, asked)
    assert (found.head.base > head.base) == photo
    assert 0 < abs(found.head.base - head.base) < 6
    weights = {name: voter.weight for name, voter in head.voters.items()}
    assert found.head.reweighted(weights, head.base).to_json() == head.to_json()
    pd.testing.assert_frame_equal(found.quality, shipped_quality(head))


def test_answers_that_the_head_expected_hardly_move_its_base(rng: np.random.Generator) -> None:
    head = calibrated_head()
    asked = folder(head, rng, count=50, share=0.0)
    assert abs(refitted(head, asked).head.base - head.base) < 0.5


def test_no_answers_change_nothing() -> None:
    head = a_head()
    found = refit(
        head, np.zeros((0, WIDTH), np.float32), MEASURES.frame([]), np.zeros(0, bool), np.zeros(0)
    )
    assert found.head.to_json() == head.to_json()


def row(found: Refitted, name: str) -> dict:
    return found.quality.set_index("voter").loc[name].to_dict() | {
        "given": found.head.voters[name].weight
    }


def test_the_quality_of_every_voter_is_told(rng: np.random.Generator) -> None:
    head = a_head()
    found = refitted(head, folder(head, rng, count=200))
    assert tuple(VOTE_QUALITY.check(found.quality)["voter"]) == VOTERS
    assert all(row(found, name)["weight"] == row(found, name)["given"] for name in VOTERS)
    noise = row(found, "noise")
    assert noise["measured_on"] == AUDITED
    assert noise["low"] < noise["auroc"] < noise["high"]
    assert noise["photos"] + noise["illustrations"] == 200
    assert (noise["photos"], noise["illustrations"]) == (
        found.head.photos,
        found.head.illustrations,
    )
    objects = row(found, "objects")
    assert objects["measured_on"] == SHIPPED
    assert np.isnan(objects["auroc"])
    assert objects["photos"] == 100


def test_a_voter_at_chance_loses_its_vote(rng: np.random.Generator) -> None:
    head = a_head()
    asked = folder(head, rng, count=300)
    silent = asked._replace(measures=asked.measures.assign(noise=rng.random(300)))
    noise = row(refitted(head, silent), "noise")
    assert noise["measured_on"] == AUDITED
    assert noise["low"] < 0.5 < noise["high"]
    assert noise["weight"] == 0


def test_a_voter_that_speaks_the_other_way_here_is_not_turned_round(
    rng: np.random.Generator,
) -> None:
    head = a_head()
    asked = folder(head, rng, count=300)
    against = asked._replace(
        measures=asked.measures.assign(noise=10 - asked.measures["noise"].clip(0, 9))
    )
    noise = row(refitted(head, against), "noise")
    assert noise["high"] < 0.5
    assert noise["weight"] == 0


def test_a_voter_that_ships_silent_earns_a_vote_by_the_answers(rng: np.random.Generator) -> None:
    head = a_head()
    asked = folder(head, rng, count=300)
    telling = asked._replace(
        measures=asked.measures.assign(edges=rng.normal(np.where(asked.photo, 0.0, 2.0), 1))
    )
    edges = row(refitted(head, telling), "edges")
    assert edges["high"] < 0.5
    assert edges["weight"] < -0.2


def test_few_answers_leave_a_voter_as_it_shipped(rng: np.random.Generator) -> None:
    head = a_head()
    pictures = folder(head, rng, count=400)
    few = np.concatenate([np.flatnonzero(pictures.photo)[:4], np.flatnonzero(~pictures.photo)[:60]])
    noise = row(refitted(head, pictures.some(few)), "noise")
    assert (noise["measured_on"], noise["auroc"], noise["photos"]) == (SHIPPED, 0.8, 100)
    assert noise["weight"] > 0


def test_answers_that_leave_both_open_leave_a_voter_as_it_shipped(rng: np.random.Generator) -> None:
    head = a_head()
    pictures = folder(head, rng, count=100, share=0.5)
    asked = pictures.some(
        np.concatenate([np.flatnonzero(side)[:12] for side in (pictures.photo, ~pictures.photo)])
    )
    vague = np.tile(np.linspace(1, 2, 12), 2) + np.where(asked.photo, 0.2, 0.0)
    noise = row(
        refitted(head, asked._replace(measures=asked.measures.assign(noise=vague))), "noise"
    )
    assert (noise["measured_on"], noise["auroc"]) == (SHIPPED, 0.8)
    assert noise["weight"] > 0


def test_an_embedding_without_a_vote_keeps_its_direction(rng: np.random.Generator) -> None:
    head = a_head(voters=a_head().voters | {"content": Voter(0.0, 1.0, 0.0, False)})
    asked = folder(head, rng, count=100, shift=3.0)
    found = refitted(head, asked).head
    assert (found.direction[:CONTENT] == head.direction[:CONTENT]).all()
    assert not (found.direction[CONTENT:] == head.direction[CONTENT:]).all()


def test_equal_pictures_are_no_trouble(rng: np.random.Generator) -> None:
    head = a_head()
    one = folder(head, rng, count=1)
    asked = one.some(np.zeros(30, int))._replace(photo=np.arange(30) % 3 == 0)
    found = refitted(head, asked)
    assert np.isfinite(found.head.direction).all()
    assert found.head.direction.tolist() == head.direction.tolist()


def test_two_hundred_answers_take_less_than_two_seconds(rng: np.random.Generator) -> None:
    head = a_head(width=4000, content=2560)
    asked = folder(head, rng, count=200, shift=3.0)
    began = time.process_time()
    refitted(head, asked)
    assert time.process_time() - began < 2
