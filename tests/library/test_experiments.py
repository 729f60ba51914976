"""Grids of recipes, and the list of what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from curation.errors import ParamError
from curation.experiments.grid import experiment_in, experiments_of, scaled, table_of
from curation.experiments.results import EXPERIMENTS, experiment_digest, leaderboard, run_experiment
from curation.experiments.trial import Materials
from curation.networks import NETWORKS
from curation.report.leaderboard_page import build_leaderboard_page, leaderboard_plot
from curation.tables import SPLITS
from curation.training.params import TrainingParams

GRID: dict[str, Any] = {
    "seeds": [0, 7],
    "base": {"classifier": {"max_epochs": 30, "network": "bn_small"}},
    "parts": [
        {
            "data": {"plain": None, "under": {"training_set": {"undersample_to": 60}}},
            "rate": {"slow": {"classifier": {"learning_rate": 1e-4}}, "fast": {"classifier": {"max_epochs": 5}}},
        },
        {"network": {"custom": {"classifier": {"network": "custom"}}}},
    ],
}


def test_a_grid_combines_every_level_with_every_other_one_and_each_seed() -> None:
    found = {experiment.key: experiment.recipe for experiment in experiments_of(GRID)}
    names = ["plain-slow", "plain-fast", "under-slow", "under-fast", "custom"]
    assert list(found) == [f"{name}.seed{seed}" for name in names for seed in (0, 7)]
    slow, fast = found["under-slow.seed7"], found["plain-fast.seed0"]
    assert (slow.resampling.undersample_to, slow.training.learning_rate, slow.training.max_epochs) == (60, 1e-4, 30)
    assert (fast.resampling.undersample_to, fast.training.max_epochs, fast.training.network) == (None, 5, "bn_small")
    assert (slow.resampling.seed, slow.training.seed) == (7, 7)
    assert found["custom.seed0"].training.network == "custom"


def test_an_experiment_survives_its_table() -> None:
    experiments = experiments_of(GRID, scale=0.5)
    rows = table_of(experiments).to_dict("records")
    assert [experiment_in(row) for row in rows] == experiments
    assert len({row["digest"] for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parts": []}, r"a grid needs parts"),
        ({"parts": {"network": {}}}, r"a grid needs parts"),
        ({"axes": {}}, r"no entry 'axes'; there are: about, base, parts, seeds"),
        ({"seeds": [True]}, r"seeds: expected a list of whole numbers"),
        ({"seeds": []}, r"seeds: expected a list of whole numbers"),
        (
            {"base": {"pairs": {"max_distance": 1}}},
            r"base: an experiment cannot set 'pairs'; it can set: training_set, ",
        ),
        ({"base": {"classifier": 3}}, r"base: expected stage: \{setting: value\}"),
        ({"parts": ["custom"]}, r"part 1 of the grid: expected axis: .* got 'custom'"),
        ({"parts": [{"network": {}}]}, r"part 1, network: expected level: .* got \{\}"),
        ({"parts": [{"network": {"../a": {}}}]}, r"part 1, network: a level is called by letters, .* not '\.\./a'"),
        (
            {"parts": [{"a": {"x": {"classifier": {"depth": 3}}}}]},
            r"experiment x: classifier.depth: .*does not read it",
        ),
        ({"parts": [{"a": {"x": {"classifier": {"dept": 3}}}}]}, r"experiment x: no setting called classifier.dept"),
    ],
)
def test_what_is_wrong_with_a_grid_is_told_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ParamError, match=message):
        experiments_of(GRID | change)


@pytest.mark.parametrize("grid", [None, 3, [], "team"])
def test_what_is_no_grid_is_refused(grid: Any) -> None:
    with pytest.raises(ParamError, match="a grid needs parts"):
        experiments_of(grid)


def test_two_experiments_of_one_name_are_refused() -> None:
    twice = {"parts": [{"a": {"x": {}}}, {"b": {"x": {"classifier": {"max_epochs": 3}}}}]}
    with pytest.raises(ParamError, match=r"two experiments called x\.seed0"):
        table_of(experiments_of(twice))


def test_too_many_experiments_are_refused() -> None:
    axes = {str(axis): {str(level): {} for level in range(22)} for axis in range(3)}
    with pytest.raises(ParamError, match="10648 experiments: at most 10000"):
        experiments_of({"parts": [axes]})


def test_a_scale_takes_its_share_of_epochs_and_area() -> None:
    small = scaled(TrainingParams(image_side_px=128, max_epochs=40, warm_up_epochs=4), 0.25)
    assert (small.side_px, small.max_epochs, small.warm_up_epochs) == (64, 10, 1)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("scale", [0.01, 0.3, 1])
def test_every_network_can_do_with_every_scale(name: Any, scale: float) -> None:
    small = scaled(TrainingParams(network=name), scale)
    assert TrainingParams.of("classifier", small.model_dump()) == small
    assert 28 <= small.side_px <= NETWORKS[name].side_px
    assert small.max_epochs >= 1


def row(name: str, seed: int, macro_f1: float, **changes: Any) -> dict[str, Any]:
    usual = {"weighted_f1": 0.5, "accuracy": 0.5, "validation_macro_f1": 0.6, "best_epoch": 1, "epochs": 4}
    usual |= {"parameters": 9, "training_rows": 30, "seconds": 2.0, "digest": "d"}
    return {"key": f"{name}.seed{seed}", "name": name, "seed": seed, "macro_f1": macro_f1, **usual, **changes}


def test_the_leaderboard_ranks_by_the_mean_over_seeds() -> None:
    rows = [row("a", 0, 0.2), row("b", 0, 0.5, seconds=4.0), row("b", 1, 0.7), row("c", 0, 0.5), row("d", 0, np.nan)]
    board = leaderboard(EXPERIMENTS.frame(rows))
    assert board["name"].tolist() == ["b", "c", "a", "d"]
    best = board.iloc[0]
    assert (best["rank"], best["seeds"], best["lowest"], best["highest"]) == (1, 2, 0.5, 0.7)
    assert (best["macro_f1"], best["seconds"]) == (pytest.approx(0.6), 3.0)


@pytest.mark.parametrize("rows", [[], [row("a", 0, np.nan)], [row(f"r{n}", 0, n / 99) for n in range(99)]])
def test_the_page_shows_any_leaderboard(rows: list[dict[str, Any]]) -> None:
    board = leaderboard(EXPERIMENTS.frame(rows))
    html = build_leaderboard_page(board, waiting=3)
    assert "3 experiments of the grid were not tried" in html
    assert html.count('<th scope="row">') == len(rows)
    assert leaderboard_plot(board).startswith(b"\x89PNG")


def toys() -> pd.DataFrame:
    names = [
        (label, split, n) for label in ("cat", "dog") for split in ("train", "validation", "test") for n in range(6)
    ]
    return SPLITS.frame(
        [
            {"path": f"{split}{label}{n}", "image_id": f"{split}{label}{n}", "label": label, "group": g, "split": split}
            for g, (label, split, n) in enumerate(names)
        ]
    )


def pictured(image_id: str) -> np.ndarray:
    return np.full((30, 40, 3), 30 if "cat" in image_id else 220, np.uint8)


def test_an_experiment_on_toys_learns_and_tells_its_cost(tmp_path: Path) -> None:
    settings = {"network": "bn_small", "image_side_px": 28, "max_epochs": 3, "batch_size": 4, "threads": 1}
    grid = {"seeds": [3], "parts": [{"only": {"one": {"classifier": settings}}}]}
    (experiment,) = experiments_of(grid)
    materials = Materials(pictured, "toys", lambda ids: np.zeros((len(ids), 2), np.float32), tmp_path)
    found = run_experiment(toys(), experiment, materials, digest="d")
    assert EXPERIMENTS.frame([dict(found)]).iloc[0]["key"] == "one.seed3"
    assert found["accuracy"] >= 0.5
    assert (found["epochs"], found["seed"]) == (3, 3)
    assert found["training_rows"] >= 12
    again = run_experiment(toys(), experiment, materials, digest="d")
    assert again == found


def test_other_pictures_or_settings_have_another_digest() -> None:
    splits = toys()
    plain = experiment_digest(splits, "settings", "v1")
    others = [
        experiment_digest(splits.iloc[1:], "settings", "v1"),
        experiment_digest(splits, "other", "v1"),
        experiment_digest(splits, "settings", "v2"),
    ]
    assert len({plain, *others}) == 4
