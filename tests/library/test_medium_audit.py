"""An audit asks where answers matter, and what it estimates is true of the whole folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.errors import WeightsError
from inksift.curation.base.tables import EMBEDDINGS
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.verdict import learned, recipes
from inksift.curation.verdict.audit.assess import Assessment, assess
from inksift.curation.verdict.audit.questions import propose
from inksift.curation.verdict.evidence import EVIDENCE
from inksift.curation.verdict.learned import LearnedParams
from inksift.curation.verdict.medium import strata
from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.folder import Folder
from inksift.curation.verdict.medium.head import Head, digest, load_head
from inksift.curation.verdict.medium.strata import STRATA
from inksift.curation.verdict.medium.thresholds import Promises
from inksift.curation.verdict.medium.votes import EMBEDDING, PARTS, VOTERS, VOTES, Voter
from inksift.curation.verdict.recipes import VerdictParams


def votes_of(log_odds: np.ndarray) -> pd.DataFrame:
    ids = pd.Series([f"{row:05}" for row in range(len(log_odds))], dtype="str")
    return VOTES.check(
        pd.DataFrame(
            {
                "image_id": ids,
                "alike": np.arange(len(ids)),
                "log_odds": log_odds,
                **dict.fromkeys(PARTS, 0.0),
            }
        )
    )


PROMISED = Promises(0.01, 0.03)


def queue_of(votes: pd.DataFrame) -> set[str]:
    """What thresholds of usual places leave to review."""
    return set(votes.loc[votes["log_odds"].between(-2, 1), "image_id"])


@pytest.fixture
def votes(rng: np.random.Generator) -> pd.DataFrame:
    """A folder of 2,000 pictures, most of them clear."""
    return votes_of(
        np.concatenate([rng.normal(-7, 2, 1500), rng.normal(5, 2, 300), rng.normal(-1, 2, 200)])
    )


def test_every_stratum_is_asked_and_no_answer_weighs_much_more_than_another(
    votes: pd.DataFrame,
) -> None:
    questions = propose(votes, set(), queue=queue_of(votes), count=50)
    assert len(questions) == 50
    assert set(questions["stratum"]) == set(STRATA)
    assert (1 / questions["chance"]).max() < 2 * 2000 / 50 * 1.3
    asked = questions.groupby("stratum").size()
    near, sure = asked[["0.1 to 0.3", "0.3 to 0.7", "0.7 to 0.9"]].sum(), asked["below 0.01"]
    assert near >= 12
    assert sure >= 15


def test_chances_are_those_of_the_draw(votes: pd.DataFrame) -> None:
    questions = propose(votes, set(), queue=queue_of(votes), count=60)
    sample_weight = (1 / questions["chance"]).groupby(questions["stratum"]).sum()
    edges = np.log(
        np.array([0.01, 0.1, 0.3, 0.7, 0.9, 0.99])
        / (1 - np.array([0.01, 0.1, 0.3, 0.7, 0.9, 0.99]))
    )
    sizes = np.bincount(np.digitize(votes["log_odds"], edges), minlength=7)
    assert sample_weight.to_dict() == pytest.approx(dict(zip(STRATA, sizes, strict=True)))


def test_the_order_of_the_rows_does_not_matter_but_the_seed_does(
    votes: pd.DataFrame, rng: np.random.Generator
) -> None:
    queue = queue_of(votes)
    first = propose(votes, set(), queue=queue)
    shuffled = votes.sample(frac=1, random_state=rng)
    pd.testing.assert_frame_equal(propose(shuffled, set(), queue=queue), first)
    assert set(propose(votes, set(), queue=queue, seed=1)["image_id"]) != set(first["image_id"])


@given(
    log_odds=st.lists(st.floats(-20, 20), max_size=40),
    count=st.integers(0, 60),
    answered=st.sets(st.integers(0, 39).map(lambda row: f"{row:05}")),
)
def test_it_asks_what_was_asked_for_and_nothing_answered(
    log_odds, count: int, answered: set[str]
) -> None:
    votes = votes_of(np.array(log_odds, dtype=float))
    questions = propose(votes, answered, queue=queue_of(votes), count=count)
    free = set(votes["image_id"]) - answered
    assert len(questions) == min(count, len(free))
    assert set(questions["image_id"]) <= free
    assert questions["chance"].between(0, 1, inclusive="right").all()


def test_pictures_that_look_alike_share_their_answers(votes: pd.DataFrame) -> None:
    kind = np.arange(len(votes)) % 10
    placed = votes.assign(log_odds=0.0, alike=kind * len(votes) + np.arange(len(votes)))
    asked = propose(placed, set(), queue=queue_of(placed), count=10)["image_id"]
    assert sorted(kind[asked.astype(int)]) == list(range(10))


def test_answers_are_asked_where_most_is_left_to_review(votes: pd.DataFrame) -> None:
    sketches = set(votes.loc[votes["log_odds"].between(-4.5, -2.3), "image_id"])
    asked = {
        name: propose(votes, set(), queue=queue, count=50).groupby("stratum").size()
        for name, queue in (("sketches", sketches), ("nothing", set()))
    }
    assert asked["sketches"]["0.01 to 0.1"] > 25 > asked["nothing"]["0.01 to 0.1"]


def fixed(log_odds: np.ndarray, medium: np.ndarray):
    """A judge that no answer changes."""
    ids = pd.Series([f"{row:05}" for row in range(len(log_odds))], dtype="str")
    return lambda answers: pd.DataFrame({"image_id": ids, "log_odds": log_odds, "medium": medium})


def answered(votes: pd.DataFrame, photo: np.ndarray, **how) -> pd.Series:
    ids = propose(votes, set(), queue=queue_of(votes), **how)["image_id"]
    return pd.Series(photo, index=votes["image_id"])[ids]


def test_figures_are_those_of_the_whole_folder(rng: np.random.Generator) -> None:
    log_odds = np.concatenate([rng.normal(-5, 3, 1600), rng.normal(3, 3, 400)])
    photo, votes = rng.random(2000) < probability(log_odds), votes_of(log_odds)
    medium = np.select([log_odds > 1, log_odds < -1], ["photo", "illustration"], "unsure")
    judge = fixed(log_odds, medium)
    found = [assess(judge, answered(votes, photo, count=100, seed=seed)) for seed in range(40)]
    whole = assess(judge, pd.Series(photo, index=votes["image_id"]))
    for name, near in {
        "auroc": 0.01,
        "illustrations_rejected": 0.01,
        "photos_kept": 0.02,
        "unsure": 0.01,
    }.items():
        estimates = [getattr(each.shipped, name) for each in found]
        truth = getattr(whole.shipped, name).value
        assert np.mean([estimate.value for estimate in estimates]) == pytest.approx(truth, abs=near)
        assert np.mean([estimate.low <= truth <= estimate.high for estimate in estimates]) > 0.85
    assert whole.photos == photo.sum()
    assert whole.shipped == whole.refitted


def test_answers_from_elsewhere_are_brought_to_the_folders_proportions(
    rng: np.random.Generator,
) -> None:
    log_odds = np.concatenate([np.full(900, -6.0), np.full(100, 1.5)])
    photo = np.concatenate([np.zeros(900, bool), np.arange(100) < 80])
    judge = fixed(log_odds, np.where(log_odds > 0, "photo", "illustration"))
    ids = votes_of(log_odds)["image_id"]
    reviewed = np.concatenate([np.arange(10), 900 + np.arange(0, 100, 2)])
    found = assess(judge, pd.Series(photo, index=ids).iloc[reviewed])
    assert found.shipped.wrong.value == pytest.approx(0.02)
    assert found.shipped.illustrations_rejected.value == pytest.approx(20 / 920)


def test_a_stratum_without_answers_counts_with_the_next() -> None:
    log_odds = np.repeat([-9.0, -3.0, 9.0], [100, 50, 50])
    judge = fixed(log_odds, np.where(log_odds > 0, "photo", "illustration"))
    answers = pd.Series([False, True], index=["00000", "00160"])
    found = assess(judge, answers)
    assert found.shipped.ece.value < 0.001
    assert found.shipped.wrong.value == 0
    assert found.shipped.unsure.value == 0


@pytest.mark.parametrize("photo", [True, False])
def test_what_a_missing_class_leaves_open_is_unknown(photo: bool) -> None:
    log_odds = np.linspace(-5, 5, 40)
    judge = fixed(log_odds, np.where(log_odds > 0, "photo", "illustration"))
    figures = assess(
        judge, pd.Series([photo] * 10, index=[f"{row:05}" for row in range(0, 40, 4)])
    ).refitted
    assert np.isnan(figures.auroc.value)
    assert np.isnan(figures.illustrations_rejected.value) == photo
    assert np.isnan(figures.photos_kept.value) == (not photo)
    assert 0 < figures.wrong.value < 1


def test_without_answers_nothing_is_known() -> None:
    judge = fixed(np.zeros(3), np.full(3, "unsure"))
    for answers in (pd.Series([], dtype=bool), pd.Series([True], index=["elsewhere"])):
        found = assess(judge, answers)
        assert (found.photos, found.illustrations) == (0, 0)
        assert all(np.isnan(figure.value) for figure in (*found.shipped, *found.refitted))


def test_no_answer_is_judged_by_a_head_that_knows_it() -> None:
    ids = [f"{row:05}" for row in range(30)]
    truth = pd.Series(np.arange(30) % 2 == 0, index=ids)

    def judge(answers: pd.Series) -> pd.DataFrame:
        """Knows what it was told, and says the contrary of everything else."""
        says = answers.reindex(ids).fillna(~truth).astype(bool)
        medium = np.where(says, "photo", "illustration")
        return pd.DataFrame(
            {"image_id": ids, "log_odds": np.where(says, 3.0, -3.0), "medium": medium}
        )

    found = assess(judge, truth)
    assert found.shipped.wrong.value == found.refitted.wrong.value == 1
    assert found.refitted.auroc.value == 0


# --- a folder of pictures, judged ---

CONTENT, TEXTURE = 6, 4


def a_head() -> Head:
    voters = {
        name: Voter(0.1, 1.5, 1.0 if name in EMBEDDING else 0.2, name not in EMBEDDING)
        for name in VOTERS
    }
    return Head(
        embedder="toy",
        content=CONTENT,
        mean=np.linspace(-0.2, 0.2, CONTENT + TEXTURE),
        direction=np.array([2.0] + [0.0] * 5 + [1.0] + [0.0] * 3),
        voters=voters,
        base=-0.5,
        neighbours=3,
        pull_share=0.5,
        pull_limit=1.0,
        reject_thresholds={0.01: 2.0},
        keep_thresholds={0.03: -1.0},
        quality=dict.fromkeys(VOTERS, (0.9, 0.8, 0.95)),
        photos=100,
        illustrations=200,
    )


def a_crawl(
    rng: np.random.Generator, count: int = 60
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """EVIDENCE and EMBEDDINGS of pictures, two of them without a usable embedding, and what they
    are."""
    ids = [f"{row:05}" for row in rng.permutation(count)]
    photo = rng.random(count) < 0.4
    features = rng.normal(size=(count, CONTENT + TEXTURE)) + np.where(photo, 1.0, -1.0)[:, None]
    status = ["bad_feature" if row < 2 else "ok" for row in range(count)]
    embeddings = [
        {
            "image_id": name,
            "embedder": "toy",
            "status": state,
            "vector": own[:CONTENT].astype(np.float16),
            "texture": own[CONTENT:],
        }
        for name, state, own in zip(ids, status, features, strict=True)
    ]
    evidence = [
        {
            "image_id": name,
            "detector": "ok",
            "objects": row % 4,
            "embedding": state,
            "cluster": row % 3 - 1,
        }
        | {
            signal.name: float(value)
            for signal, value in zip(SIGNALS, rng.random(len(SIGNALS)), strict=True)
        }
        for row, (name, state) in enumerate(zip(ids, status, strict=True))
    ]
    return EVIDENCE.frame(evidence), EMBEDDINGS.frame(embeddings), pd.Series(photo, index=ids)


@pytest.mark.parametrize("adapt", [True, False])
@pytest.mark.parametrize("answers", [0, 1, 30])
def test_a_folder_is_judged_as_a_run_judges_it(
    adapt: bool, answers: int, rng: np.random.Generator
) -> None:
    evidence, embeddings, photo = a_crawl(rng)
    given = photo.iloc[:answers]
    run = learned.judge_learned(
        evidence, embeddings, LearnedParams(adapt=adapt), head=a_head(), answers=given
    )
    pictures = Folder(run.seen.measures, embeddings, head=a_head(), promised=PROMISED, adapt=adapt)
    judged = pictures.judge(given).set_index("image_id")
    votes = run.seen.votes.set_index("image_id")
    assert judged["log_odds"].to_dict() == pytest.approx(votes["log_odds"].to_dict(), abs=1e-4)
    media = run.judgements.set_index("image_id")["medium"]
    assert judged["medium"].to_dict() == media.to_dict()


def test_a_folder_without_pictures_is_judged() -> None:
    evidence, embeddings, _ = a_crawl(np.random.default_rng(0), 0)
    run = learned.judge_learned(
        evidence, embeddings, LearnedParams(), head=a_head(), answers=pd.Series(dtype=bool)
    )
    assert (
        Folder(
            run.seen.measures,
            embeddings,
            head=a_head(),
            promised=PROMISED,
            adapt=True,
        )
        .judge(pd.Series(dtype=bool))
        .empty
    )


def test_a_head_for_features_of_another_width_is_refused(rng: np.random.Generator) -> None:
    evidence, embeddings, photo = a_crawl(rng)
    narrow = replace(a_head(), mean=np.zeros(8), direction=np.ones(8))
    with pytest.raises(
        WeightsError, match=r"head for toy was fitted on 8 features, but toy gives 10: refit it"
    ):
        learned.judge_learned(evidence, embeddings, LearnedParams(), head=narrow, answers=photo)


def test_the_numbers_of_a_run_name_its_head_and_the_answers_that_it_heeds(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    evidence, embeddings, photo = a_crawl(rng)
    (tmp_path / "medium-toy.json").write_bytes(a_head().to_json())
    told = recipes.judge(
        evidence, embeddings, VerdictParams(), heads=[tmp_path], answers=photo.iloc[:10]
    )
    assert told.settled["head"] == digest(load_head("toy", [tmp_path])) == digest(a_head())
    assert told.settled["answers"] == 8, (
        "two of the answers are on pictures without a usable embedding"
    )


def test_answers_on_a_folder_that_the_head_mistakes_show_and_mend_it(
    rng: np.random.Generator,
) -> None:
    evidence, embeddings, photo = a_crawl(rng, 400)
    head = a_head()
    blind = Head(
        **(vars(head) | {"direction": np.array([0.0, 1.0, -1.0, 0, 0, 0, 0, 1.0, -1.0, 0])})
    )
    run = learned.judge_learned(
        evidence, embeddings, LearnedParams(), head=blind, answers=photo.iloc[:0]
    )
    pictures = Folder(run.seen.measures, embeddings, head=blind, promised=PROMISED, adapt=True)
    asked = propose(run.seen.votes, set(), queue=queue_of(run.seen.votes), count=60)["image_id"]
    found: Assessment = assess(pictures.judge, photo[asked])
    assert found.shipped.auroc.high < 0.9 < found.refitted.auroc.value
    assert found.refitted.ece.value < found.shipped.ece.value
    others = pictures.judge(photo[asked]).set_index("image_id").drop(asked)
    assert found.refitted.auroc.low < np.mean((others["log_odds"] > 0) == photo[others.index])


def test_answers_shrink_the_queue_of_a_folder_and_say_so(rng: np.random.Generator) -> None:
    evidence, embeddings, photo = a_crawl(rng, 400)
    unsure = replace(a_head(), reject_thresholds={0.01: 3.0}, keep_thresholds={0.03: -9.0})
    first = learned.judge_learned(
        evidence, embeddings, LearnedParams(), head=unsure, answers=photo.iloc[:0]
    )
    asked = propose(first.seen.votes, set(), queue=queue_of(first.seen.votes))["image_id"]
    then = learned.judge_learned(
        evidence, embeddings, LearnedParams(), head=unsure, answers=photo[asked]
    )
    left = [np.mean(run.seen.medium == "unsure") for run in (first, then)]
    assert left[0] > 0.5
    assert left[1] < left[0] / 2
    truth = np.where(photo[then.seen.votes["image_id"]], "photo", "illustration")
    decided = then.seen.medium != "unsure"
    assert np.mean(decided & (then.seen.medium != truth)) < 0.03


def test_the_audit_reads_the_medium_and_never_the_reverse() -> None:
    medium = Path(strata.__file__).parent
    readers = [
        path.name
        for path in medium.rglob("*.py")
        if "inksift.curation.verdict.audit" in path.read_text(encoding="utf-8")
    ]
    assert not readers
