"""What was promised stands beside what answers, or else the verdict itself, expect of a folder."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from inksift.curation.verdict.audit.targets import BY_ANSWERS, BY_ITSELF, estimated_targets
from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.thresholds import Promises

PROMISED = Promises(illustrations_rejected=0.01, photos_kept=0.03)


class FixedFolder:
    """A folder that no answer changes, with thresholds at -2 and 2."""

    def __init__(self, log_odds: np.ndarray) -> None:
        ids = pd.Series([f"{row:05}" for row in range(len(log_odds))], dtype="str")
        medium = np.select([log_odds >= 2, log_odds < -2], ["photo", "illustration"], "unsure")
        self.frame = pd.DataFrame({"image_id": ids, "log_odds": log_odds, "medium": medium})

    def heard(self, answers: pd.Series) -> pd.Series:
        return answers[answers.index.isin(self.frame["image_id"])]

    def judge(self, answers: pd.Series) -> pd.DataFrame:
        return self.frame

    def judge_after(self, answers: pd.Series):
        return self.judge


@pytest.fixture
def log_odds(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=4000) * 3


def test_without_answers_its_own_chances_tell(
    log_odds: np.ndarray, rng: np.random.Generator
) -> None:
    told = estimated_targets(FixedFolder(log_odds), pd.Series(dtype=bool), PROMISED).set_index(
        "error"
    )
    photo = rng.random(len(log_odds)) < probability(log_odds)
    rejected = np.mean(log_odds[~photo] >= 2)
    kept = np.mean(log_odds[photo] < -2)
    assert told.loc["illustrations_rejected", "value"] == pytest.approx(rejected, abs=0.01)
    assert told.loc["photos_kept", "value"] == pytest.approx(kept, abs=0.01)
    assert told["promised"].to_dict() == PROMISED._asdict()
    assert set(told["estimated_by"]) == {BY_ITSELF}
    assert (told["low"] < told["value"]).all()
    assert (told["value"] < told["high"]).all()


def test_answers_outweigh_what_the_verdict_believes(log_odds: np.ndarray) -> None:
    """All but the first pictures of the folder are illustrations, also where they look like
    photographs."""
    folder = FixedFolder(log_odds)
    answers = pd.Series(False, index=folder.frame["image_id"].iloc[::10])
    answers.iloc[:5] = True
    told = estimated_targets(folder, answers, PROMISED).set_index("error")
    rejected = told.loc["illustrations_rejected"]
    assert rejected["low"] < np.mean(log_odds >= 2) < rejected["high"]
    assert set(told["estimated_by"]) == {BY_ANSWERS}


def test_a_few_answers_outweigh_nothing(log_odds: np.ndarray) -> None:
    folder = FixedFolder(log_odds)
    answers = pd.Series(False, index=folder.frame["image_id"].iloc[:100])
    told = estimated_targets(folder, answers, PROMISED)
    assert set(told["estimated_by"]) == {BY_ITSELF}


def test_a_folder_without_pictures_promises_nothing() -> None:
    told = estimated_targets(FixedFolder(np.zeros(0)), pd.Series(dtype=bool), PROMISED)
    assert told["value"].tolist() == [0.0, 0.0]
