"""The ablation and the experiments of a finished run, through the command line and as assets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import Result

from inksift.curation.ablation.arms import ALL, ARMS
from inksift.curation.base.errors import ParamError, TrainingError
from inksift.curation.experiments import results
from inksift.curation.experiments.grid import planned, table_of
from inksift.curation.runs.kept import kept_runs
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.published import (
    ABLATION_PAGE,
    ABLATION_REPORT,
    F1,
    F1_PAGE,
    LEADERBOARD_CSV,
    LEADERBOARD_PAGE,
    REPORT_PAGE,
)
from inksift.curation.store.workspace import Workspace
from inksift.curation.training.trial import Materials, Recipe, Trial, run_trial
from inksift.pipelines.commands.grids import grid_names, grid_params
from tests.graph.conftest import QUICK, Command, settings

SMALL = {"network": "bn_small", "image_side_px": 28, "max_epochs": 1, "warm_up_epochs": 0}
GRID = {
    "seeds": [0, 1],
    "base": {"classifier": SMALL},
    "parts": [
        {
            "data": {
                "plain": {"training_set": {"weights": "none"}},
                "up": {"training_set": {"oversample_share": 0.5}},
            }
        }
    ],
}


@pytest.fixture(scope="module")
def workspace(finished: tuple[Path, Result], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a finished run, for all tests here."""
    return Path(
        shutil.copytree(finished[0], tmp_path_factory.mktemp("copy") / "workspace", symlinks=True)
    )


def test_the_ablation_names_what_each_step_bought_and_cost(
    workspace: Path, inksift: Command
) -> None:
    result = inksift(
        "ablation",
        "--workspace",
        workspace,
        "--json",
        *settings("ablation.seeds=1", "ablation.draws=50"),
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [row["left_out"] for row in told["left_out"]] == [arm for arm in ARMS if arm != ALL]
    assert all(row["step_seconds"] > 0 for row in told["left_out"])
    assert [row["arm"] for row in told["arms"]] == list(ARMS)
    files = {row["arm"]: row["files"] for row in told["arms"]}
    assert (
        files[ALL]
        == files["without rebalancing"]
        < files["without deduplication"]
        < files["no step"]
    )
    assert told["test_set"] == "trusted"
    assert "What each step bought" in (workspace / ABLATION_PAGE).read_text()
    assert json.loads((workspace / ABLATION_REPORT).read_text()) == {
        name: told[name] for name in told if name != "places"
    }
    _joined_its_run(workspace, ABLATION_PAGE)
    assert inksift("verify", "--workspace", workspace).exit_code == 0


def _joined_its_run(workspace: Path, page: str) -> None:
    """The page stays with the one kept run, names it, and the pages of that run lead to it."""
    (run,) = kept_runs(Workspace(workspace))
    for folder in (workspace, workspace / "runs" / run.name):
        assert run.name in (folder / page).read_text()
        for sibling in (REPORT_PAGE, F1_PAGE):
            assert f'<a href="{page}">' in (folder / sibling).read_text()


def test_a_ablation_takes_its_own_settings_only(workspace: Path, inksift: Command) -> None:
    result = inksift("ablation", "--workspace", workspace, *settings("classifier.max_epochs=3"))
    assert result.exit_code == 2
    assert "only ablation.KEY=VALUE can be set here" in result.output


@pytest.mark.parametrize("command", ["ablation", "experiments"])
def test_decisions_that_nothing_was_trained_on_are_refused(
    command: str, workspace: Path, inksift: Command, tmp_path: Path
) -> None:
    judged = Path(shutil.copytree(workspace, tmp_path / "workspace"))
    (judged / F1).unlink()
    tables = sorted((judged / "tables").rglob("*"))
    result = inksift(command, "--workspace", judged)
    assert result.exit_code == 2
    assert (
        f"nothing was trained on the decisions in {judged}: run `inksift run` on it"
        in result.output
    )
    assert sorted((judged / "tables").rglob("*")) == tables


def test_before_a_run_there_is_no_ablation(tmp_path: Path, inksift: Command) -> None:
    result = inksift("ablation", "--workspace", tmp_path)
    assert result.exit_code == 2
    assert "not an inksift workspace" in result.output


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grid") / "mine.yaml"
    path.write_text(yaml.safe_dump(GRID))
    return path


def test_experiments_go_on_where_they_were_and_are_ranked(
    workspace: Path, grid: Path, inksift: Command
) -> None:
    first = inksift(
        "experiments", "--workspace", workspace, "--grid", grid, "--only", "up", "--json"
    )
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    assert ([row["name"] for row in told["leaderboard"]], told["waiting"]) == (["up"], 2)
    assert (told["test_set"], told["failed"]) == ("trusted", {})
    assert (told["measured"], told["known"]) == (["up.seed0", "up.seed1"], [])
    tried = {
        path.stem: path.stat().st_mtime_ns
        for path in (workspace / "tables" / "experiments").iterdir()
    }
    checkpoints = {
        path.name: path.stat().st_mtime_ns for path in (workspace / "models").glob("*.pt")
    }
    second = inksift("experiments", "--workspace", workspace, "--grid", grid)
    assert second.exit_code == 0, second.output
    assert "experiment 4 of 4: up.seed1" in second.output
    assert "test set: trusted" in second.output
    assert second.output.count("\n  measured\n") == second.output.count("\n  known\n") == 2
    assert "measured: 2, known before: 2, failed: 0, not tried yet: 0" in second.output
    rows = pd.read_csv(workspace / LEADERBOARD_CSV)
    assert sorted(rows["name"]) == ["plain", "up"]
    assert rows["seeds"].tolist() == [2, 2]
    assert rows["rank"].tolist() in ([1, 2], [1, 1])
    assert json.loads(rows.set_index("name").loc["plain", "settings"])["training_set"] == {
        "weights": "none"
    }
    again = {path.name: path.stat().st_mtime_ns for path in (workspace / "models").glob("*.pt")}
    assert {name: again[name] for name in checkpoints} == checkpoints
    assert set(tried) == {"up.seed0", "up.seed1"}
    page = (workspace / LEADERBOARD_PAGE).read_text()
    assert "The test set is the trusted folder" in page
    assert (
        "2 recipes of the grid <strong><bdi>mine.yaml</bdi></strong>, at full scale, with the "
        "seeds 0, 1" in page
    )
    _joined_its_run(workspace, LEADERBOARD_PAGE)
    assert inksift("verify", "--workspace", workspace).exit_code == 0


def test_results_on_other_pictures_are_not_ranked(
    workspace: Path, grid: Path, inksift: Command
) -> None:
    path = workspace / "tables" / "experiments" / "plain.seed0.parquet"
    path.write_bytes(to_parquet(read_parquet(path).assign(digest="of other pictures")))
    result = inksift(
        "experiments", "--workspace", workspace, "--grid", grid, "--only", "up.seed0", "--json"
    )
    assert json.loads(result.stdout)["waiting"] == 1


def test_a_damaged_result_is_not_ranked_but_measured_again(
    workspace: Path, grid: Path, inksift: Command
) -> None:
    (workspace / "tables" / "experiments" / "plain.seed1.parquet").write_bytes(b"PAR1junk")
    arguments = ("experiments", "--workspace", workspace, "--grid", grid, "--json", "--only")
    before, after = (
        json.loads(inksift(*arguments, only).stdout) for only in ("up.seed0", "plain.seed1")
    )
    assert after["waiting"] == before["waiting"] - 1
    assert inksift("verify", "--workspace", workspace).exit_code == 0


def test_where_experiments_fail_the_others_go_on(
    workspace: Path, inksift: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried(splits: pd.DataFrame, recipe: Recipe, materials: Materials) -> Trial:
        if recipe.training.learning_rate == 0.5:
            raise TrainingError("the loss of epoch 0 is not a number")
        return run_trial(splits, recipe, materials)

    monkeypatch.setattr(results, "run_trial", tried)
    levels = {
        "diverging": {"classifier": {"learning_rate": 0.5}},
        "unknown": {"training_set": {"oversample_factors": {"unicorn": 2}}},
        "up": {"training_set": {"oversample_share": 0.5}},
    }
    path = tmp_path / "failing.yaml"
    path.write_text(yaml.safe_dump({"base": {"classifier": SMALL}, "parts": [{"data": levels}]}))
    arguments = ("experiments", "--workspace", workspace, "--grid", path, "--json")
    result = inksift(*arguments)
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert ([row["name"] for row in told["leaderboard"]], told["waiting"]) == (["up"], 0)
    assert list(told["failed"]) == ["diverging.seed0", "unknown.seed0"]
    assert told["measured"] + told["known"] == ["up.seed0"]
    assert "diverging.seed0: the loss of epoch 0 is not a number" in result.stderr
    assert f"2 of 3 experiments of the grid {path} failed:" in result.stderr
    assert "unicorn" in result.stderr.split("failed:")[1]
    page = (workspace / LEADERBOARD_PAGE).read_text()
    assert "2 failed and 0 were not tried yet on these pictures" in page
    assert (
        '<th scope="row">diverging.seed0</th><td>the loss of epoch 0 is not a number</td>' in page
    )
    again = inksift("experiments", "--workspace", workspace, "--grid", path, "--only", "up")
    assert again.exit_code == 0, again.output
    assert "measured: 0, known before: 1, failed: 2, not tried yet: 0" in again.output


def test_without_a_test_picture_no_experiment_is_tried(
    workspace: Path, inksift: Command, grid: Path
) -> None:
    path = workspace / "tables" / "splits.parquet"
    whole = path.read_bytes()
    splits = read_parquet(path)
    path.write_bytes(to_parquet(splits[splits["split"] != "test"]))
    result = inksift("experiments", "--workspace", workspace, "--grid", grid)
    path.write_bytes(whole)
    assert result.exit_code == 2
    assert (
        "there is no test picture, so experiments cannot be compared: give `inksift run` a folder"
        in result.output
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--grid", "nowhere"),
            "no grid called nowhere; there are: balance, networks, team, or give a YAML file",
        ),
        (
            ("--grid", "networks", "--only", "vgg"),
            "--only vgg: no experiment of the grid networks is called so; one is custom.seed0",
        ),
    ],
)
def test_an_unknown_grid_or_experiment_is_told(
    workspace: Path, inksift: Command, arguments: tuple[str, ...], message: str
) -> None:
    result = inksift("experiments", "--workspace", workspace, *arguments)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a grid needs parts"),
        ("# nothing yet", "a grid needs parts"),
        ("{}", "a grid needs parts"),
        ("[1, 2]", "a grid needs parts"),
        ("just text", "a grid needs parts"),
        (
            "part:\n  - net: {a: {}}",
            "a grid has no entry 'part'; there are: about, base, parts, seeds",
        ),
        ("parts:\n  - net: {a: 3}", r"part 1, net, a: expected stage: \{setting: value\}"),
        (
            "parts:\n  - net: {a: {classifier: {dept: 3}}}",
            r"experiment a: no setting called classifier\.dept",
        ),
        ("parts:\n  - net: {a: {}}\n  - net: {a: {}}", r"two experiments called a\.seed0"),
        ("parts:\n  - net: {a: {}, a: {}}", "line 2: the key a stands twice"),
    ],
)
def test_what_is_wrong_in_a_grid_file_is_told_with_its_name(
    content: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(ParamError, match=rf"mine\.yaml: .*{message}"):
        grid_params(str(path), 1.0)


def test_levels_are_called_as_they_stand_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("parts:\n  - net: {1: {}, true: {}, no: {}, 0x10: {}}")
    assert [one.name for one in planned(grid_params(str(path), 1.0))] == ["1", "true", "no", "0x10"]


@pytest.mark.parametrize("name", grid_names())
def test_every_shipped_grid_is_sound(name: str) -> None:
    for scale in (0.05, 1.0):
        assert len(table_of(planned(grid_params(name, scale)))) == {"team": 34, "balance": 39}.get(
            name, 6
        )


def test_a_run_with_a_balanced_last_layer_trains_nothing_anew_and_says_how(
    workspace: Path, sample: Path, inksift: Command
) -> None:
    options = ("--workspace", workspace, "--test", sample / "test", "--json")
    result = inksift(
        "run", sample / "images", *options, *settings(*QUICK, "balanced_classifier.method=tau_norm")
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["measured"]["classifier"] == 0
    told = json.loads((workspace / "f1_report.json").read_text())["network"]["rebalancing"]
    assert told["method"] == "tau_norm"
    assert 0 <= told["tau"] <= 4
    assert (
        "In its last layer, the weights of every class were divided by"
        in (workspace / "f1_report.html").read_text()
    )
    assert inksift("verify", "--workspace", workspace).exit_code == 0
