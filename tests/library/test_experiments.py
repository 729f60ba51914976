"""Grids of recipes, and the list of what came of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from inksift.curation.base.errors import DataError, ParamError
from inksift.curation.base.tables import SPLITS
from inksift.curation.experiments import conditions as described
from inksift.curation.experiments import results
from inksift.curation.experiments.conditions import Conditions
from inksift.curation.experiments.grid import (
    GRID_STAGES,
    Experiment,
    GridParams,
    changed_settings,
    experiments_in,
    experiments_of,
    planned,
    scaled_recipe,
    table_of,
)
from inksift.curation.experiments.results import (
    EXPERIMENTS,
    errors_of,
    known_result,
    known_results,
    leaderboard,
    run_experiment,
)
from inksift.curation.report.leaderboard_page import Tried, build_leaderboard_page, leaderboard_plot
from inksift.curation.store.parquet import to_parquet
from inksift.curation.training import trial
from inksift.curation.training.evaluation import HELD_OUT, TRUSTED, predict
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks import every_network
from inksift.curation.training.trial import Materials, Trial, run_trial

GRID: dict[str, Any] = {
    "seeds": [0, 7],
    "base": {"classifier": {"max_epochs": 30, "network": "bn_small"}},
    "parts": [
        {
            "data": {"plain": None, "under": {"training_set": {"undersample_to": 60}}},
            "rate": {
                "slow": {"classifier": {"learning_rate": 1e-4}},
                "fast": {"classifier": {"max_epochs": 5}},
            },
        },
        {"network": {"custom": {"classifier": {"network": "custom"}}}},
    ],
}


def test_a_grid_combines_every_level_with_every_other_one_and_each_seed() -> None:
    found = {experiment.key: experiment.recipe for experiment in experiments_of(GRID)}
    names = ["plain-slow", "plain-fast", "under-slow", "under-fast", "custom"]
    assert list(found) == [f"{name}.seed{seed}" for name in names for seed in (0, 7)]
    slow, fast = found["under-slow.seed7"], found["plain-fast.seed0"]
    assert (
        slow.resampling.undersample_to,
        slow.training.learning_rate,
        slow.training.max_epochs,
    ) == (60, 1e-4, 30)
    assert (fast.resampling.undersample_to, fast.training.max_epochs, fast.training.network) == (
        None,
        5,
        "bn_small",
    )
    assert (slow.resampling.seed, slow.training.seed) == (7, 7)
    assert found["custom.seed0"].training.network == "custom"


def test_an_experiment_survives_its_table() -> None:
    experiments = experiments_of(GRID, scale=0.5)
    assert experiments_in(table_of(experiments)) == experiments


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parts": []}, r"a grid needs parts"),
        ({"parts": {"network": {}}}, r"a grid needs parts"),
        ({"axes": {}}, r"no entry 'axes'; there are: about, base, parts, seeds"),
        ({"part": [], "parts": None}, r"no entry 'part'; there are: about, base, parts, seeds"),
        ({"seeds": [True]}, r"seeds: expected a list of whole numbers"),
        ({"seeds": []}, r"seeds: expected a list of whole numbers"),
        ({"seeds": [0, 2**31]}, r"seeds: expected a list of whole numbers from 0 to 2147483647"),
        (
            {"base": {"training_set": {"seed": 9}}},
            r"base: training_set\.seed cannot be set here: use seeds:",
        ),
        *(
            (
                {"parts": [{"a": {"x": {stage: {"seed": 5}}}}]},
                rf"part 1, a, x: {stage}\.seed .*: use seeds:",
            )
            for stage in GRID_STAGES
        ),
        (
            {"base": {"pairs": {"max_distance": 1}}},
            r"base: an experiment cannot set 'pairs'; it can set: training_set, ",
        ),
        ({"base": {"classifier": 3}}, r"base: expected stage: \{setting: value\}"),
        ({"parts": ["custom"]}, r"part 1 of the grid: expected axis: .* got 'custom'"),
        ({"parts": [{"network": {}}]}, r"part 1, network: expected level: .* got \{\}"),
        (
            {"parts": [{"network": {"../a": {}}}]},
            r"part 1, network: a level is called by letters, .* not '\.\./a'",
        ),
        (
            {"parts": [{"a": {"x": {"classifier": {"depth": 3}}}}]},
            r"experiment x: classifier.depth: .*does not read it",
        ),
        (
            {"parts": [{"a": {"x": {"classifier": {"dept": 3}}}}]},
            r"experiment x: no setting called classifier.dept",
        ),
    ],
)
def test_what_is_wrong_with_a_grid_is_told_with_its_place(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParamError, match=message):
        experiments_of(GRID | change)


@pytest.mark.parametrize("grid", [None, 3, [], "team", {}])
def test_what_is_no_grid_is_refused(grid: Any) -> None:
    with pytest.raises(ParamError, match="a grid needs parts"):
        experiments_of(grid)


def test_an_empty_grid_of_your_own_is_not_the_shipped_one() -> None:
    with pytest.raises(ParamError, match="a grid needs parts"):
        planned(GridParams(grid={}))
    assert len(planned(GridParams(shipped="networks"))) == 6
    assert [GridParams().called, GridParams(grid=GRID, name="mine.yaml").called] == [
        "balance",
        "mine.yaml",
    ]


def test_a_recipe_tells_what_differs_from_the_defaults() -> None:
    levels = {"plain": {}, "under": {"training_set": {"undersample_to": 60, "weights": "balanced"}}}
    plain, under = (
        one.recipe for one in experiments_of({"seeds": [5], "parts": [{"data": levels}]})
    )
    assert changed_settings(plain) == {}
    assert changed_settings(under) == {"training_set": {"undersample_to": 60}}


def test_two_experiments_of_one_name_are_refused() -> None:
    twice = {"parts": [{"a": {"x": {}}}, {"b": {"x": {"classifier": {"max_epochs": 3}}}}]}
    with pytest.raises(ParamError, match=r"two experiments called x\.seed0"):
        table_of(experiments_of(twice))


def test_the_largest_seed_reaches_every_stage() -> None:
    (experiment,) = experiments_in(
        table_of(experiments_of({"seeds": [2**31 - 1], "parts": [{"a": {"x": {}}}]}))
    )
    assert [params.seed for params in experiment.recipe] == [2**31 - 1] * 3


def test_too_many_experiments_are_refused() -> None:
    axes = {str(axis): {str(level): {} for level in range(22)} for axis in range(3)}
    with pytest.raises(ParamError, match="10648 experiments: at most 10000"):
        experiments_of({"parts": [axes]})


def test_experiments_are_counted_before_any_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inksift.curation.experiments.grid._recipe", None)
    axes = {str(axis): {str(level): {} for level in range(10)} for axis in range(6)}
    with pytest.raises(ParamError, match="3000021 experiments: at most 10000"):
        experiments_of(
            {"seeds": [0, 1, 2], "parts": [axes, {"a": {str(level): {} for level in range(7)}}]}
        )


def test_a_scale_takes_its_share_of_epochs_and_area() -> None:
    small = scaled_recipe(TrainingParams(image_side_px=128, max_epochs=40, warm_up_epochs=4), 0.25)
    assert (small.side_px, small.max_epochs, small.warm_up_epochs) == (64, 10, 1)


@pytest.mark.parametrize("name", every_network())
@pytest.mark.parametrize("scale", [0.01, 0.3, 1])
def test_every_network_can_do_with_every_scale(name: Any, scale: float) -> None:
    small = scaled_recipe(TrainingParams(network=name), scale)
    assert TrainingParams.of("classifier", small.model_dump()) == small
    assert 28 <= small.side_px <= every_network()[name].side_px
    assert small.max_epochs >= 1


def row(name: str, seed: int, macro_f1: float, **changes: Any) -> dict[str, Any]:
    usual = {
        "weighted_f1": 0.5,
        "accuracy": 0.5,
        "validation_macro_f1": 0.6,
        "best_epoch": 1,
        "epochs": 4,
    }
    usual |= {"parameters": 9, "training_rows": 30, "seconds": 2.0, "digest": "d"}
    usual |= {"error": ""}
    return {
        "key": f"{name}.seed{seed}",
        "name": name,
        "seed": seed,
        "macro_f1": macro_f1,
        **usual,
        **changes,
    }


def board_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The leaderboard of rows whose recipes set nothing but the number of their epochs."""
    levels = {row["name"]: {"classifier": {"max_epochs": n}} for n, row in enumerate(rows, 1)}
    return leaderboard(
        EXPERIMENTS.frame(rows), experiments_of({"parts": [{"a": levels or {"x": {}}}]})
    )


def tried(**changes: Any) -> Tried:
    """What a page says of its grid."""
    return Tried("mine.yaml", 0.1, [0, 7], TRUSTED, 48, {}, 0)._replace(**changes)


def test_the_leaderboard_ranks_by_the_mean_over_seeds() -> None:
    rows = [
        row("a", 0, 0.2),
        row("b", 0, 0.5, seconds=4.0),
        row("b", 1, 0.7),
        row("c", 0, 0.5),
        row("d", 0, np.nan),
    ]
    board = board_of([*rows, row("e", 0, np.nan, error="it diverged")])
    assert board["name"].tolist() == ["b", "c", "a", "d"]
    assert json.loads(board.iloc[2]["settings"]) == {"classifier": {"max_epochs": 1}}
    best = board.iloc[0]
    assert (best["rank"], best["seeds"], best["lowest"], best["highest"]) == (1, 2, 0.5, 0.7)
    assert (best["macro_f1"], best["seconds"]) == (pytest.approx(0.6), 3.0)


def test_exact_ties_share_a_rank() -> None:
    board = board_of([row("a", 0, 0.5), row("b", 0, 0.5), row("c", 0, 0.7), row("d", 0, 0.1)])
    assert dict(zip(board["name"], board["rank"], strict=True)) == {"c": 1, "a": 2, "b": 2, "d": 4}


@pytest.mark.parametrize(
    "rows", [[], [row("a", 0, np.nan)], [row(f"r{n}", 0, n / 99) for n in range(99)]]
)
def test_the_page_shows_any_leaderboard(rows: list[dict[str, Any]]) -> None:
    board = board_of(rows)
    html = build_leaderboard_page(board, tried(waiting=3, failed={"x.seed0": "it diverged"}))
    assert "1 failed and 3 were not tried yet on these pictures" in html
    assert '<th scope="row">x.seed0</th><td>it diverged</td>' in html
    assert html.count('<th scope="row">') == 2 * len(rows) + 1
    assert leaderboard_plot(board).startswith(b"\x89PNG")


def test_the_page_says_on_which_test_set_it_ranks() -> None:
    board = board_of([row("a", 0, 0.5)])
    trusted, held_out = (
        build_leaderboard_page(board, tried(test_set=name)) for name in (TRUSTED, HELD_OUT)
    )
    assert "The test set is the trusted folder" in trusted
    assert "The test set was held out from the crawled folder itself" in held_out
    assert "not tried yet" not in trusted


def test_the_page_says_what_was_tried_and_what_each_recipe_sets() -> None:
    html = build_leaderboard_page(board_of([row("a", 0, 0.5), row("b", 0, 0.4)]), tried())
    assert (
        "2 recipes of the grid <strong><bdi>mine.yaml</bdi></strong>, at a scale of 0.1, with the "
        "seeds 0, 7" in html
    )
    assert "tested on 48 pictures" in html
    assert '<th scope="row">b</th><td><bdi>classifier.max_epochs=2</bdi></td>' in html


def test_the_page_says_once_what_all_recipes_set() -> None:
    level = {"classifier": {"dropout": 0.5}}
    every = experiments_of(
        {"base": {"classifier": {"max_epochs": 9}}, "parts": [{"a": {"a": {}, "b": level}}]}
    )
    html = build_leaderboard_page(
        leaderboard(EXPERIMENTS.frame([row("a", 0, 0.5), row("b", 0, 0.4)]), every), tried()
    )
    assert "All of these recipes set <bdi>classifier.max_epochs=9</bdi>." in html
    assert '<th scope="row">a</th><td>nothing else</td>' in html
    assert '<th scope="row">b</th><td><bdi>classifier.dropout=0.5</bdi></td>' in html


def toys() -> pd.DataFrame:
    names = [
        (label, split, n)
        for label in ("cat", "dog")
        for split in ("train", "validation", "test")
        for n in range(6)
    ]
    return SPLITS.frame(
        [
            {
                "path": f"{split}{label}{n}",
                "image_id": f"{split}{label}{n}",
                "label": label,
                "group": g,
                "split": split,
            }
            for g, (label, split, n) in enumerate(names)
        ]
    )


def pictured(image_id: str) -> np.ndarray:
    return np.full((30, 40, 3), 30 if "cat" in image_id else 220, np.uint8)


def conditions(
    folder: Path, splits: pd.DataFrame | None = None, *, version: str = "toys", told: float = 0
) -> Conditions:
    """Toys to try experiments on; `told` is in all of their vectors."""
    materials = Materials(
        pictured, version, lambda ids: np.full((len(ids), 2), told, np.float32), folder
    )
    return Conditions(toys() if splits is None else splits, materials, HELD_OUT)


def one(
    network: str = "bn_small", balanced: Mapping[str, Any] | None = None, **training_set: Any
) -> Experiment:
    settings = {
        "network": network,
        "image_side_px": 28,
        "max_epochs": 3,
        "batch_size": 4,
        "threads": 1,
    }
    level = {
        "classifier": settings,
        "training_set": training_set,
        "balanced_classifier": dict(balanced or {}),
    }
    (experiment,) = experiments_of({"seeds": [3], "parts": [{"only": {"one": level}}]})
    return experiment


def test_an_experiment_on_toys_learns_and_tells_its_cost(tmp_path: Path) -> None:
    found = run_experiment(one(), conditions(tmp_path))
    assert EXPERIMENTS.frame([dict(found)]).iloc[0]["key"] == "one.seed3"
    assert found["accuracy"] >= 0.5
    assert (found["epochs"], found["seed"]) == (3, 3)
    assert found["training_rows"] >= 12
    assert run_experiment(one(), conditions(tmp_path)) == found


def test_validation_is_scored_with_the_network_that_is_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, list[str]]] = []

    def heard(checkpoint: Path, rows: pd.DataFrame, pixels: npt.NDArray[np.uint8]) -> pd.DataFrame:
        asked.append((checkpoint, sorted(rows["split"].unique())))
        assert len(pixels) == len(rows) == 12
        assert ((pixels[:, 14, 14, 0] < 128) == (rows["label"] == "cat")).all()
        return predict(checkpoint, rows, pixels)

    monkeypatch.setattr(trial, "predict", heard)
    plain = run_trial(toys(), one().recipe, conditions(tmp_path).materials)
    balanced = run_trial(
        toys(),
        one(balanced={"method": "tau_norm", "tau": 1}).recipe,
        conditions(tmp_path).materials,
    )
    assert [splits for _, splits in asked] == [["test"], ["validation"]] * 2
    assert asked[0][0] == asked[1][0] == plain.trained.checkpoint
    assert asked[2][0] == asked[3][0] != balanced.trained.checkpoint


def test_the_validation_score_is_that_of_the_validation_predictions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*arguments: Any) -> Trial:
        found = run_trial(*arguments)
        return found._replace(validated=found.validated.assign(predicted="cat"))

    monkeypatch.setattr(results, "run_trial", told)
    assert run_experiment(one(), conditions(tmp_path))["validation_macro_f1"] == pytest.approx(
        1 / 3
    )


def test_without_validation_pictures_there_is_no_validation_score(tmp_path: Path) -> None:
    splits = toys()
    found = run_experiment(one(), conditions(tmp_path, splits[splits["split"] != "validation"]))
    assert found["validation_macro_f1"] is None
    board = leaderboard(EXPERIMENTS.frame([dict(found)]), [one()])
    assert board["validation_macro_f1"].isna().all()
    assert "\N{EN DASH}" in build_leaderboard_page(board, tried())


def test_an_experiment_that_fails_says_why_and_is_not_ranked(tmp_path: Path) -> None:
    usual, failing = conditions(tmp_path), one(oversample_factors={"unicorn": 2})
    found = EXPERIMENTS.frame([dict(run_experiment(failing, usual))])
    assert list(errors_of(found)) == ["one.seed3"]
    assert "unicorn" in errors_of(found)["one.seed3"]
    (tmp_path / "one.seed3.parquet").write_bytes(to_parquet(found))
    assert list(errors_of(known_results(tmp_path, [failing], usual))) == ["one.seed3"]
    assert known_result(tmp_path, one(), usual) is None
    assert leaderboard(found, [failing]).empty


def test_without_a_test_picture_nothing_is_tried(tmp_path: Path) -> None:
    splits = toys()
    with pytest.raises(
        DataError, match=r"no test picture, .* --test DIR, or more pictures per class"
    ):
        conditions(tmp_path, splits[splits["split"] != "test"])


def test_other_pictures_or_settings_have_another_digest(tmp_path: Path) -> None:
    usual, recipe = conditions(tmp_path), one().recipe
    digests = [
        usual.digest(recipe),
        usual.digest(one(weights="none").recipe),
        usual.digest(recipe.seeded(4)),
        conditions(tmp_path, toys().iloc[1:]).digest(recipe),
        conditions(tmp_path, version="others").digest(recipe),
    ]
    assert len(set(digests)) == len(digests)
    assert usual.digest(recipe) == conditions(tmp_path).digest(recipe)


def test_other_vectors_have_another_digest_where_they_choose_pictures(tmp_path: Path) -> None:
    thinned, plain = (
        one(undersample_to=4, undersample_clusters=2).recipe,
        one(undersample_to=4).recipe,
    )
    first, second = conditions(tmp_path, told=1), conditions(tmp_path, told=2)
    assert first.digest(thinned) != second.digest(thinned)
    assert first.digest(plain) == second.digest(plain)


@pytest.mark.parametrize("step", [described, *described._STEPS], ids=lambda step: step.__name__)
def test_other_code_has_another_digest(
    step: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = conditions(tmp_path).digest(one().recipe)
    monkeypatch.setattr(step, "VERSION", step.VERSION + 1)
    assert conditions(tmp_path).digest(one().recipe) != before


def test_another_version_of_a_network_has_another_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = conditions(tmp_path)
    own, other = usual.digest(one().recipe), usual.digest(one("custom").recipe)
    another = every_network()["bn_small"]._replace(version=99)
    monkeypatch.setitem(every_network(), "bn_small", another)
    assert usual.digest(one().recipe) != own
    assert usual.digest(one("custom").recipe) == other


def stored(folder: Path, experiment: Experiment, usual: Conditions, **changes: Any) -> Path:
    """A result of the experiment as a run leaves it."""
    told = {"key": experiment.key, "digest": usual.digest(experiment.recipe), **changes}
    path = folder / f"{experiment.key}.parquet"
    path.write_bytes(
        to_parquet(EXPERIMENTS.frame([row(experiment.name, experiment.seed, 0.5, **told)]))
    )
    return path


def test_a_result_is_known_again(tmp_path: Path) -> None:
    usual = conditions(tmp_path)
    stored(tmp_path, one(), usual)
    assert known_results(tmp_path, [one()], usual)["key"].tolist() == ["one.seed3"]


@pytest.mark.parametrize("change", [{"digest": "of other pictures"}, {"key": "two.seed3"}])
def test_a_result_of_something_else_is_not_known(change: dict[str, str], tmp_path: Path) -> None:
    usual = conditions(tmp_path)
    stored(tmp_path, one(), usual, **change)
    assert known_result(tmp_path, one(), usual) is None


def test_results_of_two_experiments_that_changed_names_are_not_known(tmp_path: Path) -> None:
    usual, levels = (
        conditions(tmp_path),
        [{"classifier": {"max_epochs": epochs}} for epochs in (3, 4)],
    )
    before, after = (
        experiments_of({"parts": [{"a": dict(zip(names, levels, strict=True))}]})
        for names in ("xy", "yx")
    )
    for experiment in before:
        stored(tmp_path, experiment, usual)
    assert len(known_results(tmp_path, before, usual)) == 2
    assert known_results(tmp_path, after, usual).empty


@pytest.mark.parametrize("damage", ["absent", "bytes", "columns"])
def test_a_result_that_cannot_be_read_is_not_known(damage: str, tmp_path: Path) -> None:
    usual, path = conditions(tmp_path), tmp_path / "one.seed3.parquet"
    if damage == "bytes":
        path.write_bytes(b"PAR1junk")
    if damage == "columns":
        path.write_bytes(to_parquet(pd.DataFrame({"key": ["one.seed3"]})))
    assert known_result(tmp_path, one(), usual) is None
    assert leaderboard(known_results(tmp_path, [one()], usual), [one()]).empty
