"""How well a trained network knows pictures that it has not seen: F1 per class and macro, with its
uncertainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from inksift.curation.base.arrays import Integers
from inksift.curation.base.params import Params
from inksift.curation.base.tables import PREDICTIONS
from inksift.curation.training.splits import TRAIN

VERSION = 4
"""Raised whenever a figure may change, so that stored reports are made anew."""

TestSet = Literal["trusted", "held out from the same folder: not independent"]
TRUSTED: TestSet = "trusted"
HELD_OUT: TestSet = "held out from the same folder: not independent"
_NO_TEST, _NO_TRAINING = "no test picture", "no training picture"


class EvaluationParams(Params):
    """Settings of the evaluation."""

    bootstrap_draws: int = Field(
        1000, ge=0, le=10_000, description="Redrawn test sets for the interval; 0: none"
    )
    confidence: float = Field(
        0.95, gt=0.5, lt=1, description="Share of redrawn test sets inside the interval"
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Another seed redraws other test sets")


def predict(checkpoint: Path, test: pd.DataFrame, pixels: npt.NDArray[np.uint8]) -> pd.DataFrame:
    """PREDICTIONS for the rows of `test` (columns image_id, label), whose pictures are `pixels` (n
    x side x side x 3).

    The answer is the mean over a picture and its mirror image. TrainingError when the checkpoint is
    damaged."""
    from inksift.curation.training.fit.forward import probabilities
    from inksift.curation.training.fit.loop import load_trained

    network, classes = load_trained(checkpoint)
    chances = probabilities(network, pixels) if len(test) else np.empty((0, len(classes)))
    best = chances.argmax(axis=1)
    rows = pd.DataFrame(
        {
            "image_id": test["image_id"].astype("str").to_numpy(),
            "label": test["label"].astype("str").to_numpy(),
            "predicted": np.asarray(classes, dtype=object)[best],
            "confidence": chances.max(axis=1, initial=0).astype("float64"),
        }
    )
    return PREDICTIONS.check(rows.astype({"image_id": "str", "label": "str", "predicted": "str"}))


def f1_report(
    predictions: pd.DataFrame,
    train_labels: Sequence[str],
    params: EvaluationParams,
    *,
    test_set: TestSet,
    seeds: dict[str, int],
    network: Mapping[str, Any] | None = None,
    training_set: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """The content of f1_report.json: only numbers, text and null, so it is valid JSON.

    `train_labels` holds the label of every picture that was there to train on; what they and the
    predictions name are the classes. `training_set` is the TRAINING_SET made of them: it tells how
    many are used, and in how many rows. The F1 of a class that lacks test or training pictures is
    null, with the reason, and stays out of the macro average; its pictures still count in accuracy
    and as the errors of other classes. `network` is what `classifiers.network_of` says of the one
    that predicted."""
    classes = sorted({*train_labels, *predictions["label"], *predictions["predicted"]})
    table = confusion(predictions["label"], predictions["predicted"], classes)
    undefined = undefined_classes(table, classes, set(train_labels))
    averaged = [name for name in classes if name not in undefined]
    entered = np.isin(classes, averaged)
    return {
        **_scores(table, entered),
        "macro_f1_interval": _interval(predictions, classes, entered, params),
        "macro_f1_classes": averaged,
        "macro_f1_note": "mean over the classes that have both training and test pictures",
        "averages": _averages(table, entered),
        "undefined": undefined,
        "network": None if network is None else dict(network),
        "test_set": test_set,
        "test_pictures": int(table.sum()),
        "train_pictures": len(train_labels),
        **_used(training_set),
        "majority_baseline": _majority(table, classes, entered, train_labels),
        "per_class": _per_class(table, classes, undefined),
        "confusion": {"classes": classes, "rows_true_columns_predicted": table.tolist()},
        "seeds": {**seeds, "bootstrap": params.seed},
    }


def per_class_table(report: dict[str, Any]) -> pd.DataFrame:
    """One row per class: class, precision, recall, f1 (NaN where undefined), support, note; the
    worst F1 first."""
    rows = [{"class": name, **values} for name, values in report["per_class"].items()]
    table = pd.DataFrame(rows, columns=["class", "precision", "recall", "f1", "support", "note"])
    table = table.astype({"precision": float, "recall": float, "f1": float})
    return table.sort_values(["f1", "class"], ignore_index=True)


def averages_table(report: dict[str, Any]) -> pd.DataFrame:
    """The rows below those of the classes: average, precision, recall, f1, support; NaN where there
    is nothing to average."""
    rows = [{"average": name, **values} for name, values in report["averages"].items()]
    table = pd.DataFrame(rows, columns=["average", "precision", "recall", "f1", "support"])
    return table.astype({"precision": float, "recall": float, "f1": float})


def confusion(truth: pd.Series, predicted: pd.Series, classes: Sequence[str]) -> Integers:
    """Pictures by true class (rows) and predicted class (columns), classes x classes."""
    place = {name: index for index, name in enumerate(classes)}
    row = truth.map(place).to_numpy(dtype=np.int64)
    column = predicted.map(place).to_numpy(dtype=np.int64)
    count = len(classes)
    return np.bincount(row * count + column, minlength=count**2).reshape(count, count)


def f1_by_class(table: Integers) -> npt.NDArray[np.float64]:
    """F1 of every class of a confusion table; 0 where a class was neither there nor named."""
    hits = np.diagonal(table)
    # 2 TP / (2 TP + FP + FN): the same as from precision and recall, but where both are 0 / 0.
    return _ratio(2 * hits, table.sum(1) + table.sum(0))


def undefined_classes(table: Integers, classes: Sequence[str], trained: set[str]) -> dict[str, str]:
    """Why a class has no F1, for those that have none."""
    untrained = {name: _NO_TRAINING for name in classes if name not in trained}
    supports = zip(classes, table.sum(1), strict=True)
    untested = {name: _NO_TEST for name, support in supports if not support}
    return untrained | untested  # of both reasons the lack of test pictures is told


def _used(training_set: pd.DataFrame | None) -> dict[str, int | None]:
    """How many pictures are trained on, and in how many rows of an epoch; null when nobody
    knows."""
    if training_set is None:
        return {"train_pictures_used": None, "train_rows": None}
    rows = training_set[training_set["split"] == TRAIN]
    return {"train_pictures_used": int(rows["image_id"].nunique()), "train_rows": len(rows)}


def _scores(table: Integers, entered: npt.NDArray[np.bool_]) -> dict[str, float | None]:
    """The three averages; each null when nothing enters it."""
    f1, support, total = f1_by_class(table), table.sum(1), int(table.sum())
    return {
        "macro_f1": float(f1[entered].mean()) if entered.any() else None,
        "weighted_f1": float(f1 @ support / total) if total else None,
        "accuracy": float(np.trace(table) / total) if total else None,
    }


def _averages(table: Integers, entered: npt.NDArray[np.bool_]) -> dict[str, dict[str, Any]]:
    """Precision, recall and F1 as means over the classes that have both training and test pictures,
    and as means over all classes weighted by their test pictures; a class that is never named has a
    precision of 0."""
    hits, support, named = np.diagonal(table), table.sum(1), table.sum(0)
    scores = np.stack([_ratio(hits, named), _ratio(hits, support), f1_by_class(table)])
    weights = {"macro": entered.astype(np.int64), "weighted": support}
    return {name: _averaged(scores, weight, support) for name, weight in weights.items()}


def _averaged(
    scores: npt.NDArray[np.float64], weight: Integers, support: Integers
) -> dict[str, Any]:
    """The three scores (3 x classes) averaged with these weights, and how many pictures enter."""
    precision, recall, f1 = _means(scores, weight)
    entering = int(support[weight > 0].sum())
    return {"precision": precision, "recall": recall, "f1": f1, "support": entering}


def _means(scores: npt.NDArray[np.float64], weights: Integers) -> list[float | None]:
    """The weighted mean of every row; none when nothing has a weight."""
    if not weights.any():
        return [None] * len(scores)
    return [float(mean) for mean in np.average(scores, axis=1, weights=weights)]


def _majority(
    table: Integers,
    classes: Sequence[str],
    entered: npt.NDArray[np.bool_],
    train_labels: Sequence[str],
) -> dict[str, Any]:
    """What always naming the most frequent training class would score."""
    names = pd.Series(list(train_labels), dtype="str").value_counts().sort_index()
    largest = str(names.idxmax())
    guessed = np.zeros_like(table)
    guessed[:, list(classes).index(largest)] = table.sum(1)
    return {"class": largest, **_scores(guessed, entered)}


def _per_class(
    table: Integers, classes: Sequence[str], undefined: dict[str, str]
) -> dict[str, dict[str, Any]]:
    hits, support, named = np.diagonal(table), table.sum(1), table.sum(0)
    columns = zip(
        classes,
        _ratio(hits, named),
        _ratio(hits, support),
        f1_by_class(table),
        support,
        strict=True,
    )
    return {
        name: {
            "precision": float(precision) if count else None,
            "recall": float(recall) if count else None,
            "f1": None if name in undefined else float(f1),
            "support": int(count),
            "note": f"undefined: {undefined[name]}" if name in undefined else "",
        }
        for name, precision, recall, f1, count in columns
    }


def _interval(
    predictions: pd.DataFrame,
    classes: Sequence[str],
    entered: npt.NDArray[np.bool_],
    params: EvaluationParams,
) -> list[float] | None:
    """Percentile bootstrap of macro F1: test pictures redrawn within each class, so that every
    class stays in."""
    if not (params.bootstrap_draws and entered.any()):
        return None
    table = confusion(predictions["label"], predictions["predicted"], classes)
    support = table.sum(1)
    shares = _ratio(table, support[:, None])
    # A multinomial's chances must add up to one; of a class without pictures none is drawn.
    shares[support == 0, 0] = 1
    rng = np.random.default_rng(params.seed)
    macro = [
        f1_by_class(rng.multinomial(support, shares))[entered].mean()
        for _ in range(params.bootstrap_draws)
    ]
    tail = (1 - params.confidence) / 2
    return [float(bound) for bound in np.quantile(macro, [tail, 1 - tail])]


def _ratio(part: Integers, whole: Integers) -> npt.NDArray[np.float64]:
    """part / whole, 0 where whole is 0."""
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros(part.shape, dtype=np.float64), where=whole > 0)
