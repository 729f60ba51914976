"""Whose class is in doubt: confident learning (Northcutt, Jiang and Chuang 2021) on embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

_Floats = npt.NDArray[np.float32]
_Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DoubtSettings:
    """By eye, but where a field says otherwise."""

    folds: int = 5
    """Parts, of which each is judged by what the others taught; a class of fewer pictures is not
    judged."""

    inverse_penalty: float = 10.0
    """The C of the logistic regression, on vectors of length 1."""

    iterations: int = 300
    """Steps at most of its descent."""


_SETTINGS = DoubtSettings()


class Doubts(NamedTuple):
    """Of every picture how much likelier another class is than its own (0 to 1, 0 for no doubt),
    and which one, its own where there is none."""

    doubt: _Floats
    rather: _Whole


def class_doubts(directions: _Floats, classes: _Whole, seed: int) -> Doubts:
    """The doubts on n vectors with a class each. Another class is believed where it is at least as
    likely as that class is for its own pictures on average, by a model that did not see the
    picture."""
    doubt, rather = np.zeros(len(classes), np.float32), classes.copy()
    members = np.bincount(classes, minlength=1)
    judged = np.flatnonzero(members[classes] >= _SETTINGS.folds)
    if len(set(classes[judged].tolist())) < 2:
        return Doubts(doubt, rather)
    names, own = np.unique(classes[judged], return_inverse=True)
    chances = _out_of_fold(directions[judged], own, seed)
    usual = np.array([chances[own == one, one].mean() for one in range(len(names))])
    confident = np.where(chances >= usual, chances, 0)
    best, rows = confident.argmax(axis=1), np.arange(len(judged))
    margin = confident[rows, best] - chances[rows, own]
    other = (best != own) & (margin > 0)
    doubt[judged[other]] = margin[other]
    rather[judged[other]] = names[best[other]]
    return Doubts(doubt, rather)


def _out_of_fold(directions: _Floats, own: _Whole, seed: int) -> npt.NDArray[np.float64]:
    """The probability of every class, n x classes, each by a model of the other folds."""
    model = LogisticRegression(C=_SETTINGS.inverse_penalty, max_iter=_SETTINGS.iterations)
    folds = StratifiedKFold(_SETTINGS.folds, shuffle=True, random_state=seed)
    return np.asarray(cross_val_predict(model, directions, own, cv=folds, method="predict_proba"))
