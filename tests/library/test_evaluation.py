from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import (
    classification_report,
    precision_recall_fscore_support,
)

from inksift.curation.base.tables import PREDICTIONS, TRAINING_SET
from inksift.curation.training.evaluation import (
    HELD_OUT,
    EvaluationParams,
    averages_table,
    f1_report,
    per_class_table,
)

QUICK = EvaluationParams(bootstrap_draws=50)


def predictions(truth: list[str], predicted: list[str]) -> pd.DataFrame:
    rows = [
        {"image_id": str(row), "label": label, "predicted": guess, "confidence": 0.9}
        for row, (label, guess) in enumerate(zip(truth, predicted, strict=True))
    ]
    return PREDICTIONS.frame(rows)


def report(truth, predicted, train=("fox", "owl"), params=QUICK):
    return f1_report(
        predictions(list(truth), list(predicted)),
        list(train),
        params,
        test_set=HELD_OUT,
        seeds={"split": 3},
    )


@pytest.mark.parametrize("tables", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_equals_scikit_learn_on_random_tables(tables):
    rng, none = np.random.default_rng(0), EvaluationParams(bootstrap_draws=0)
    for _ in range(tables):
        names = [f"c{k}" for k in range(rng.integers(2, 7))]
        truth, guess = rng.choice(names, (2, rng.integers(1, 30)))
        found = report(truth, guess, names, none)
        there = sorted(set(truth))
        values = precision_recall_fscore_support(truth, guess, labels=there, zero_division=0)
        rows = [found["per_class"][name] for name in there]
        assert np.allclose(
            [[row[key] for row in rows] for key in ("precision", "recall", "f1", "support")], values
        )
        _, _, f1, support = values
        assert found["macro_f1"] == pytest.approx(f1.mean())
        assert found["weighted_f1"] == pytest.approx(np.average(f1, weights=support))
        assert found["accuracy"] == pytest.approx(np.mean(truth == guess))
        assert set(found["undefined"]) == set(names) - set(truth)


def test_averages_equal_the_classification_report_of_scikit_learn_with_absent_classes_too():
    rng, none = np.random.default_rng(1), EvaluationParams(bootstrap_draws=0)
    for _ in range(100):
        names = [f"c{k}" for k in range(rng.integers(2, 7))]
        truth, guess = rng.choice(names, (2, rng.integers(1, 30)))
        found = report(truth, guess, names[1:], none)
        wanted = {
            "macro": found["macro_f1_classes"],
            "weighted": sorted({*names[1:], *truth, *guess}),
        }
        for name, labels in wanted.items():
            if labels:
                theirs = classification_report(
                    truth, guess, labels=labels, zero_division=0, output_dict=True
                )
                ours = {
                    ("f1-score" if key == "f1" else key): value
                    for key, value in found["averages"][name].items()
                }
                assert ours == pytest.approx(theirs[f"{name} avg"])
        assert found["averages"]["macro"]["f1"] == found["macro_f1"]
        assert found["averages"]["weighted"]["f1"] == pytest.approx(found["weighted_f1"])


def test_averages_of_nothing_are_unknown():
    table = averages_table(report([], []))
    assert table["average"].tolist() == ["macro", "weighted"]
    assert table["support"].tolist() == [0, 0]
    assert table[["precision", "recall", "f1"]].isna().all(axis=None)


def test_class_without_test_pictures_is_undefined_and_not_zero():
    found = report(["fox", "fox"], ["fox", "fox"])
    assert found["per_class"]["owl"]["f1"] is None
    assert found["undefined"] == {"owl": "no test picture"}
    assert found["macro_f1"] == 1
    assert found["macro_f1_classes"] == ["fox"]


def test_class_without_training_pictures_is_undefined_but_costs_accuracy():
    found = report(["fox", "owl", "elk"], ["fox", "owl", "owl"])
    assert found["undefined"] == {"elk": "no training picture"}
    assert found["per_class"]["owl"]["precision"] == 0.5
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["macro_f1"] == pytest.approx((1 + 2 / 3) / 2)


def test_no_test_pictures_give_nulls():
    found = report([], [])
    assert (
        found["macro_f1"]
        is found["accuracy"]
        is found["weighted_f1"]
        is found["macro_f1_interval"]
        is None
    )
    json.dumps(found, allow_nan=False)


def test_is_strict_json_with_hostile_class_names():
    found = report(
        ["=1+1", "</script>", "a\nb"], ["=1+1", "a\nb", "a\nb"], ["=1+1", "</script>", "a\nb", "x"]
    )
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_interval_holds_the_score_and_follows_the_seed():
    truth = ["fox"] * 30 + ["owl"] * 10
    guess = ["fox"] * 25 + ["owl"] * 12 + ["fox"] * 3
    low, high = report(truth, guess)["macro_f1_interval"]
    assert low < report(truth, guess)["macro_f1"] < high
    assert report(truth, guess)["macro_f1_interval"] == [low, high]
    assert report(truth, guess, params=EvaluationParams(bootstrap_draws=50, seed=1))[
        "macro_f1_interval"
    ] != [low, high]


def test_interval_of_a_perfect_score_is_a_point():
    assert report(["fox", "owl"], ["fox", "owl"])["macro_f1_interval"] == [1.0, 1.0]


def test_majority_baseline_names_the_largest_training_class():
    baseline = report(["fox", "owl", "owl"], ["owl"] * 3, ["fox", "fox", "owl"])[
        "majority_baseline"
    ]
    assert baseline == {
        "class": "fox",
        "macro_f1": 0.25,
        "weighted_f1": pytest.approx(1 / 6),
        "accuracy": pytest.approx(1 / 3),
    }


def test_pictures_and_rows_of_the_training_are_told_apart():
    rows = [("a", "train", -1), ("a", "train", 5), ("b", "train", -1), ("c", "validation", -1)]
    frame = pd.DataFrame(rows, columns=["image_id", "split", "augmentation_seed"]).assign(
        label="fox", weight=1.0
    )
    found = f1_report(
        predictions(["fox"], ["fox"]),
        ["fox"] * 4,
        QUICK,
        test_set=HELD_OUT,
        seeds={},
        training_set=TRAINING_SET.check(frame[list(TRAINING_SET.columns)]),
    )
    assert (found["train_pictures"], found["train_pictures_used"], found["train_rows"]) == (4, 2, 3)
    assert report(["fox"], ["fox"])["train_rows"] is None


def test_confusion_has_true_classes_in_rows():
    found = report(["fox", "fox", "owl"], ["fox", "owl", "owl"])
    assert found["confusion"] == {
        "classes": ["fox", "owl"],
        "rows_true_columns_predicted": [[1, 1], [0, 1]],
    }


def test_table_puts_the_worst_first_and_the_undefined_last():
    table = per_class_table(
        report(["fox", "fox", "owl"], ["fox", "owl", "owl"], ["fox", "owl", "elk", "bee"])
    )
    assert list(table["class"]) == ["fox", "owl", "bee", "elk"]
    assert table["f1"].isna().tolist() == [False, False, True, True]
