"""What each step bought: the data sets that are compared, and the comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score

from inksift.curation.ablation.arms import (
    ALL,
    ARMS,
    NONE,
    STEPS,
    files_of,
    groups_of,
    picture_of,
    recipe_of,
    told_apart,
)
from inksift.curation.ablation.effects import (
    AblationParams,
    NetworkAnswers,
    answers_of,
    effects,
    rare_classes,
    scores,
)
from inksift.curation.ablation.measure import Sources, measure_ablation, splits_of
from inksift.curation.base.errors import DataError
from inksift.curation.base.tables import DECISIONS, PREDICTIONS
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.rebalance.params import RebalanceParams
from inksift.curation.training.resample.params import ResampleParams
from inksift.curation.training.splits import SplitParams
from inksift.curation.training.trial import Materials, Recipe
from inksift.curation.verdict.curated import CuratedParams
from tests.frames import duplicates_of, hashes_of, images_of, pairs_of

SIDE = 28
RECIPE = Recipe(
    ResampleParams(oversample_max_factor=4),
    TrainingParams(
        network="bn_small",
        image_side_px=SIDE,
        max_epochs=1,
        warm_up_epochs=0,
        batch_size=8,
        threads=1,
        patience=1,
    ),
    RebalanceParams(method="tau_norm"),
)


def verdict(path: str, image_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "label": "cat",
        "outcome": "kept",
        "stage": "",
        "reason": "",
        "duplicate_of": "",
        "p_photo": 0.1,
    }
    usual |= {"medium": "illustration", "explanation": "", "decided_by": "machine"}
    return {"path": path, "image_id": image_id, **usual, **changes}


COPY = {"outcome": "rejected", "stage": "duplicates", "reason": "duplicate"}
PHOTO = {"outcome": "rejected", "stage": "verdicts", "reason": "photo"}
HELD = {"outcome": "review", "stage": "duplicates", "reason": "label_conflict"}
FOLDER = {
    "drawn": ("1", {}),
    "drawn-copy": ("2", COPY),
    "photo": ("3", PHOTO),
    "photo-copy": ("3", COPY),
    "filed-twice": ("4", HELD),
    "filed-twice-copy": ("4", COPY | {"label": "dog"}),
    "unsure": ("5", {"outcome": "review", "stage": "verdicts", "reason": "unsure"}),
    "relabelled": ("6", {"label": "dog", "decided_by": "human"}),
    "unreadable": ("", {"outcome": "rejected", "stage": "images", "reason": "unreadable"}),
}
"""What a run says of every file: its picture, and how its row differs from one that is simply
kept."""


def tables() -> dict[str, pd.DataFrame]:
    labels = {"filed-twice-copy": "dog"}
    groups = {"drawn-copy": 0, "photo-copy": 2, "filed-twice-copy": 4}
    readable = [path for path in FOLDER if path != "unreadable"]
    decided = [verdict(path, image_id, **changes) for path, (image_id, changes) in FOLDER.items()]
    kept = {"outcome": "kept", "stage": "", "reason": ""}
    later = ("label_conflict", "variant")
    machine = [row | (kept if row["reason"] in later else {}) for row in decided]
    return {
        "images": images_of(
            *(
                {
                    "path": path,
                    "image_id": image_id,
                    "label": labels.get(path, "cat"),
                    "readable": path in readable,
                }
                for path, (image_id, _) in FOLDER.items()
            )
        ),
        "duplicates": duplicates_of(
            *(
                {
                    "path": path,
                    "image_id": FOLDER[path][0],
                    "group": groups.get(path, number),
                    "duplicate_of": path.removesuffix("-copy") if path.endswith("-copy") else "",
                }
                for number, path in enumerate(readable)
            )
        ),
        "verdicts": DECISIONS.frame(decided),
        "machine_verdicts": DECISIONS.frame(machine),
    }


def arm(name: str, review: Any = "kept") -> dict[str, str]:
    files = files_of(ARMS[name], **tables(), params=CuratedParams(review=review))
    return dict(zip(files["path"], files["label"], strict=True))


def test_every_step_is_left_out_once_and_once_with_all_others() -> None:
    assert [sorted(ARMS[name]) for name in (ALL, NONE)] == [sorted(STEPS), []]
    assert [set(STEPS) - ARMS[f"without {step}"] for step in STEPS] == [{step} for step in STEPS]


def test_all_steps_leave_what_the_run_left() -> None:
    assert arm(ALL) == {"drawn": "cat", "relabelled": "dog", "unsure": "cat"}
    assert arm(ALL, review="held") == {"drawn": "cat", "relabelled": "dog"}
    assert arm("without rebalancing") == arm(ALL)


def test_without_copies_every_copy_of_a_drawing_stays_in_its_own_class() -> None:
    assert arm("without deduplication") == {
        "drawn": "cat",
        "drawn-copy": "cat",
        "filed-twice": "cat",
        "filed-twice-copy": "dog",
        "relabelled": "dog",
        "unsure": "cat",
    }


@pytest.mark.parametrize(
    ("outcome", "review", "stays"),
    [("rejected", "kept", False), ("review", "held", False), ("review", "kept", True)],
)
def test_fewer_variants_are_what_deduplication_leaves(
    monkeypatch: pytest.MonkeyPatch, outcome: str, review: str, stays: bool
) -> None:
    thinned = {"outcome": outcome, "stage": "duplicates", "reason": "variant"}
    monkeypatch.setitem(FOLDER, "variant", ("7", thinned))
    names = (ALL, "without photo verdict", "without deduplication", NONE)
    found = ["variant" in arm(name, review=review) for name in names]
    assert found == [stays, stays, True, True]


def test_without_photographs_none_is_judged() -> None:
    assert arm("without photo verdict") == {
        "drawn": "cat",
        "photo": "cat",
        "relabelled": "dog",
        "unsure": "cat",
    }


def test_no_step_leaves_every_file_that_opens() -> None:
    assert set(arm(NONE)) == set(FOLDER) - {"unreadable"}
    assert arm(NONE)["filed-twice-copy"] == "dog"


def test_without_rebalancing_nothing_is_resampled_nor_weighed() -> None:
    training = RECIPE.training.model_copy(update={"logit_adjustment": 1.0})
    recipe = RECIPE._replace(training=training)
    assert recipe_of(ARMS["without deduplication"], recipe) == recipe
    bare = recipe_of(ARMS["without rebalancing"], recipe)
    assert bare.training.logit_adjustment == 0
    assert bare.resampling == ResampleParams.nothing()
    assert bare.rebalancing == RebalanceParams()


def test_files_of_one_picture_are_told_apart_and_found_again() -> None:
    told = told_apart(["a", "b", "a", "a"])
    assert len(set(told)) == 4
    assert [picture_of(one) for one in told] == ["a", "b", "a", "a"]
    assert told_apart([]) == []


def test_groups_hold_families_where_copies_are_known_and_relatives_of_the_test_always() -> None:
    families, tested = np.array([0, 0, 1, 1, 2]), np.array([1])
    assert groups_of(frozenset({"deduplication"}), families, tested).tolist() == [0, 0, 1, 1, 2]
    loose = groups_of(frozenset(), families, tested)
    assert loose[2] == loose[3] == 1
    assert len(set(loose)) == 4
    assert groups_of(frozenset(), np.empty(0, np.int64), tested).tolist() == []


def answers(
    guessed: dict[str, list[list[int]]], truth: Sequence[int] = (0, 0, 0, 1, 1, 2)
) -> NetworkAnswers:
    rows = {name: np.array(some) for name, some in guessed.items()}
    return NetworkAnswers(np.array(truth), rows, ["ant", "bee", "cat"])


RIGHT, WRONG, MIXED = [0, 0, 0, 1, 1, 2], [1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 2]


def test_scores_are_those_of_scikit_learn() -> None:
    masks = [np.array([True, True, True]), np.array([False, False, True])]
    found = scores(answers({ALL: [MIXED, RIGHT]}), np.ones(6, np.int64), masks)[ALL]
    assert found.shape == (2, 2)
    assert found[0, 0] == pytest.approx(f1_score(RIGHT, MIXED, average="macro"))
    assert found[:, 1].tolist() == [1, 1]


def test_weights_count_a_picture_several_times() -> None:
    weight = np.array([2, 1, 0, 1, 1, 3])
    repeated = np.repeat(np.arange(6), weight)
    found = scores(answers({ALL: [MIXED]}), weight, [np.ones(3, bool)])[ALL]
    expected = f1_score(
        np.array(RIGHT)[repeated], np.array(MIXED)[repeated], average="macro", labels=[0, 1, 2]
    )
    assert float(found[0, 0]) == pytest.approx(expected)


def test_a_step_that_did_everything_has_all_of_the_gain_for_sure() -> None:
    table = effects(
        answers({ALL: [RIGHT, RIGHT], NONE: [WRONG, WRONG]}),
        averaged=["ant", "bee", "cat"],
        rare=["cat"],
        params=AblationParams(draws=50),
    )
    assert table["left_out"].tolist() == [NONE]
    assert table.drop(columns="left_out").iloc[0].tolist() == [1] * 6


def test_a_step_that_did_nothing_has_no_gain_and_an_interval_of_nothing() -> None:
    table = effects(
        answers({ALL: [MIXED], NONE: [MIXED]}),
        averaged=["ant", "bee"],
        rare=["bee"],
        params=AblationParams(draws=50),
    )
    assert table.drop(columns="left_out").iloc[0].tolist() == [0] * 6


def test_differences_are_paired() -> None:
    """Both arms err on the same pictures, one of them on one more: the difference varies less than
    either score."""
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], 40)
    better = np.where(rng.random(120) < 0.3, (truth + 1) % 3, truth)
    worse = better.copy()
    worse[:6] = 2
    table = effects(
        answers({ALL: [better.tolist()], NONE: [worse.tolist()]}, truth.tolist()),
        averaged=["ant", "bee", "cat"],
        rare=["ant"],
        params=AblationParams(draws=400),
    ).iloc[0]
    assert table["macro_low"] < table["macro_gain"] < table["macro_high"]
    assert table["macro_high"] - table["macro_low"] < 0.06


def test_intervals_follow_their_seed() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], 40)
    guessed = [np.where(rng.random(120) < 0.3, (truth + 1) % 3, truth).tolist() for _ in range(4)]
    some = answers({ALL: guessed[:2], NONE: guessed[2:]}, truth.tolist())
    ask = {"averaged": ["ant", "bee", "cat"], "rare": ["cat"]}
    first, again, other = (
        effects(some, **ask, params=AblationParams(draws=40, seed=seed)) for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)


def test_no_interval_goes_beyond_what_f1_can_differ_by() -> None:
    some = answers({ALL: [RIGHT, MIXED], NONE: [MIXED, WRONG]})
    row = effects(
        some, averaged=["ant", "bee", "cat"], rare=["cat"], params=AblationParams(draws=10)
    ).iloc[0]
    assert (row["macro_low"], row["macro_high"]) == (-1, 1)


def test_intervals_hold_a_difference_as_often_as_they_say() -> None:
    """Two arms of the same quality, whose trainings differ by more than test pictures do."""
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], 100)

    def training() -> list[int]:
        wrong = rng.random(len(truth)) < np.clip(rng.normal(0.4, 0.1), 0, 1)
        return list(np.where(wrong, (truth + rng.integers(1, 3, len(truth))) % 3, truth))

    held = 0
    for _ in range(100):
        some = answers({arm: [training() for _ in range(3)] for arm in (ALL, NONE)}, truth.tolist())
        row = effects(
            some, averaged=["ant", "bee", "cat"], rare=["ant"], params=AblationParams(draws=20)
        ).iloc[0]
        held += row["macro_low"] <= 0 <= row["macro_high"]
    assert held >= 90


def test_one_training_leaves_only_the_test_pictures_to_vary() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], 40)
    better, worse = (
        np.where(rng.random(120) < share, (truth + 1) % 3, truth).tolist() for share in (0.2, 0.4)
    )
    ask: Any = {
        "averaged": ["ant", "bee", "cat"],
        "rare": ["ant"],
        "params": AblationParams(draws=400),
    }
    once = effects(answers({ALL: [better], NONE: [worse]}, truth.tolist()), **ask).iloc[0]
    twice = effects(
        answers({ALL: [better, better], NONE: [worse, worse]}, truth.tolist()), **ask
    ).iloc[0]
    assert once.equals(twice)
    assert once["macro_low"] < once["macro_gain"] < once["macro_high"]


def test_the_rare_third_is_that_with_the_fewest_training_pictures() -> None:
    labels = ["a"] * 5 + ["b"] * 2 + ["c"] * 9 + ["d"] * 2
    assert rare_classes(labels, ["a", "b", "c", "d"]) == ["b", "d"]
    assert rare_classes(labels, ["a", "c"]) == ["a"]
    assert rare_classes(labels, ["a", "c", "lost"]) == ["lost"]
    assert rare_classes([], []) == []


def test_arms_on_different_pictures_are_refused() -> None:
    row = {"image_id": "1", "label": "a", "predicted": "a", "confidence": 1.0}
    one, other = PREDICTIONS.frame([row]), PREDICTIONS.frame([row | {"image_id": "2"}])
    with pytest.raises(DataError, match="different pictures"):
        answers_of({ALL: [one], NONE: [other]})


def pictured(image_id: str) -> np.ndarray:
    number = int(image_id)
    return np.full((40, 60, 3), (255, 40 * (number % 5), 200 * (number % 2)), np.uint8)


@pytest.fixture
def sources() -> Sources:
    """Twelve drawings in two classes, a photograph, a copy in the other class, and four test
    pictures, one of them a relative of a drawing."""
    known = [(f"{n}.png", str(n), "cat" if n % 2 else "dog") for n in range(1, 13)]
    files = [*known, ("photo.png", "13", "cat"), ("copy.png", "1", "dog")]
    images = images_of(*({"path": p, "image_id": i, "label": c} for p, i, c in files))
    copies = {"copy.png": {"duplicate_of": "1.png"}}
    found = duplicates_of(
        *({"path": p, "image_id": i, "group": int(i), **copies.get(p, {})} for p, i, _ in files)
    )
    changes = {"photo.png": PHOTO, "copy.png": COPY}
    decided = DECISIONS.frame([verdict(p, i, label=c, **changes.get(p, {})) for p, i, c in files])
    test = pd.DataFrame(
        {"path": ["t1", "t2", "t3", "t4"], "image_id": ["21", "22", "23", "24"]}, dtype="str"
    )
    test["label"] = pd.Series(["cat", "dog", "cat", "dog"], dtype="str")
    every = [{"image_id": str(n)} for n in (*range(1, 14), *range(21, 25))]
    tied = pairs_of({"first": "12", "second": "22"})
    return Sources(images, found, decided, decided, hashes_of(*every), tied, test)


def test_no_arm_learns_from_relatives_of_the_test(sources: Sources) -> None:
    for name, taken in ARMS.items():
        files = files_of(
            taken, **{key: getattr(sources, key) for key in tables()}, params=CuratedParams()
        )
        splits = splits_of(files, taken, sources, SplitParams())
        left_out = splits[splits["split"] == "left_out"]
        assert left_out["path"].tolist() == ["12.png"], name
        assert splits["path"].is_unique


def test_the_ablation_of_a_small_folder(sources: Sources, tmp_path: Path) -> None:
    materials = Materials(
        pictured, "toys", lambda ids: np.zeros((len(ids), 2), np.float32), tmp_path
    )
    ask = {
        "curated": CuratedParams(),
        "split": SplitParams(),
        "params": AblationParams(seeds=2, draws=20, seed=5),
    }
    ablation = measure_ablation(sources, RECIPE, materials, **ask)
    assert ablation.effects["left_out"].tolist() == [name for name in ARMS if name != ALL]
    assert list(zip(ablation.scores["arm"], ablation.scores["seed"], strict=True)) == [
        (a, s) for a in ARMS for s in (5, 6)
    ]
    per_arm = ablation.scores.groupby("arm")["files"].first()
    assert per_arm.to_dict() == {
        ALL: 12,
        "without deduplication": 13,
        "without photo verdict": 13,
        "without rebalancing": 12,
        NONE: 14,
    }
    means = ablation.scores.groupby("arm")["macro_f1"].mean()
    gains = ablation.effects.set_index("left_out")["macro_gain"]
    assert {name: means[ALL] - means[name] for name in gains.index} == pytest.approx(
        gains.to_dict()
    )
    checkpoints = sorted(file.name for file in tmp_path.glob("*.pt"))
    again = measure_ablation(sources, RECIPE, materials, **ask)
    assert sorted(file.name for file in tmp_path.glob("*.pt")) == checkpoints
    assert again.scores.equals(ablation.scores)
    assert again.effects.equals(ablation.effects)


def test_a_class_that_a_step_lost_counts_against_it(sources: Sources, tmp_path: Path) -> None:
    """Every picture of a third class is taken for a photograph; the other arms know the class."""
    owls = [(f"owl{n}.png", str(n), "owl") for n in range(31, 35)]
    more = images_of(*({"path": p, "image_id": i, "label": c} for p, i, c in owls))
    groups = duplicates_of(*({"path": p, "image_id": i, "group": int(i)} for p, i, _ in owls))
    judged = DECISIONS.frame([verdict(p, i, label=c, **PHOTO) for p, i, c in owls])
    test = pd.DataFrame([("t5", "41", "owl")], columns=["path", "image_id", "label"], dtype="str")
    wider = Sources(
        pd.concat([sources.images, more], ignore_index=True),
        pd.concat([sources.duplicates, groups], ignore_index=True),
        pd.concat([sources.verdicts, judged], ignore_index=True),
        pd.concat([sources.machine_verdicts, judged], ignore_index=True),
        pd.concat(
            [sources.hashes, hashes_of(*({"image_id": i} for _, i, _ in (*owls, ("", "41", ""))))]
        ),
        sources.pairs,
        pd.concat([sources.test, test], ignore_index=True),
    )
    materials = Materials(
        pictured, "toys", lambda ids: np.zeros((len(ids), 2), np.float32), tmp_path
    )
    ask = {
        "curated": CuratedParams(),
        "split": SplitParams(),
        "params": AblationParams(seeds=1, draws=10),
    }
    ablation = measure_ablation(wider, RECIPE, materials, **ask)
    assert ablation.rare == ["owl"]
    assert ablation.scores.loc[ablation.scores["arm"] == ALL, "rare_f1"].tolist() == [0]


def test_a_ablation_without_test_pictures_is_refused_before_anything_is_trained(
    sources: Sources, tmp_path: Path
) -> None:
    materials = Materials(
        pictured, "toys", lambda ids: np.zeros((len(ids), 2), np.float32), tmp_path
    )
    ask = {"curated": CuratedParams(), "split": SplitParams(), "params": AblationParams()}
    with pytest.raises(DataError, match=r"no test picture.*--test"):
        measure_ablation(sources._replace(test=sources.test.iloc[:0]), RECIPE, materials, **ask)
    assert not list(tmp_path.iterdir())
