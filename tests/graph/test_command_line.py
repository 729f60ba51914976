"""The command line as a whole: what it shows, what it still takes, and how fast it answers."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inksift.assets.registry import registry
from inksift.curation.store import workspace
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.cli import COMMANDS, OLD_NAMES, main
from tests.graph.conftest import Command

MODELS = ("torch", "sklearn", "scipy", "matplotlib", "ultralytics", "onnxruntime", "albumentations")
HEAVY = ("dagster", "pandas", "cv2", *MODELS)


def test_help_lists_the_commands_in_their_order(inksift: Command) -> None:
    shown = inksift("--help").output.split("Commands:\n")[1]
    assert [line.split()[0] for line in shown.splitlines()] == [one.name for one in COMMANDS]


def test_an_old_name_still_works_but_is_not_shown(inksift: Command, tmp_path: Path) -> None:
    assert set(main.commands) == {*OLD_NAMES, *(str(one.name) for one in COMMANDS)}
    for old, command in OLD_NAMES.items():
        unseen = main.commands[old]
        assert (unseen.hidden, command.hidden) == (True, False)
        assert unseen.callback is command.callback
        assert old not in inksift("--help").output
    by_old, by_new = (inksift(name, "--workspace", tmp_path) for name in ("bill", "ablation"))
    assert (by_old.exit_code, by_old.output) == (2, by_new.output)
    assert "not an inksift workspace" in by_old.output


def test_what_runs_no_model_waits_for_none() -> None:
    """Help waits for nothing heavy, and neither settings nor the graph for what only stages use."""
    program = (
        "import json, sys\n"
        "from inksift.pipelines.cli import main\n"
        f"def met(): print(json.dumps([name for name in {HEAVY} if name in sys.modules]))\n"
        "main(['--help'], standalone_mode=False); met()\n"
        "main(['settings'], standalone_mode=False); met()\n"
        "import inksift.pipelines.definitions as code; code.build(None); met()\n"
        "from inksift.pipelines.settings import checked, demand_layers\n"
        "demand_layers(checked({})); met()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    met = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    assert met == [[], *[["dagster", "pandas", "cv2"]] * 3]


@pytest.mark.parametrize(
    ("command", "assignment", "new"),
    [
        ("run", "verdicts.max_loss=0.5", "verdicts.max_removal"),
        ("run", "f1_bill.seeds=1", "ablation"),
        ("ablation", "f1_bill.seeds=1", "ablation"),
        ("bill", "f1_bill.seeds=1", "ablation"),
    ],
)
def test_a_renamed_setting_is_one_clear_sentence(
    inksift: Command, tmp_path: Path, command: str, assignment: str, new: str
) -> None:
    source = [tmp_path / "images"] if command == "run" else []
    result = inksift(command, *source, "--workspace", tmp_path / "w", "--set", assignment)
    old = assignment.partition("=")[0].removesuffix(".seeds")
    assert result.exit_code == 2
    assert result.stderr == f"inksift: {old} is now called {new}: write that instead\n"
    assert not (tmp_path / "w").exists()


def test_a_renamed_setting_in_a_profile_is_one_clear_sentence(
    inksift: Command, tmp_path: Path
) -> None:
    profile = tmp_path / "mine.yaml"
    profile.write_text("verdicts: {accept_losses: true}")
    result = inksift("run", tmp_path, "--profile", profile, "--workspace", tmp_path / "w")
    assert result.exit_code == 2
    assert "verdicts.accept_losses is now called verdicts.accept_removals" in result.stderr


def test_settings_tell_bounds_default_and_reason(inksift: Command) -> None:
    told = inksift("settings", "pairs").stdout
    assert "  pairs.max_distance = 8  (whole number, from 0 to 16)\n      " in told
    assert "duplicates" not in told
    rows = json.loads(inksift("settings", "--json").stdout)
    assert list(rows) == list(registry().settings)
    for stage, params in registry().settings.items():
        assert list(rows[stage]) == list(params.model_fields)
    assert rows["duplicates"]["keep"] == {
        "name": "keep",
        "allowed": "best, largest, first",
        "default": "best",
        "meaning": registry().settings["duplicates"].model_fields["keep"].description,
    }


def test_settings_of_no_stage_are_a_typo(inksift: Command) -> None:
    result = inksift("settings", "duplicate")
    assert result.exit_code == 2
    assert result.stderr.endswith("; did you mean duplicates?\n")


def test_an_error_of_the_disk_is_one_sentence(
    inksift: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace(tmp_path)
    monkeypatch.setattr(workspace, "demand_mark", _failing(errno.EIO))
    result = inksift("verify", "--workspace", tmp_path)
    assert result.exit_code == 2
    assert result.output == (
        "inksift: /disk/file: Input/output error: check the disk, and run the same command again\n"
    )


def test_an_error_of_ours_is_not_blamed_on_the_disk(
    inksift: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace(tmp_path)
    monkeypatch.setattr(workspace, "demand_mark", _failing(errno.ENOENT))
    with pytest.raises(FileNotFoundError):
        inksift("verify", "--workspace", tmp_path)


def _failing(number: int) -> Callable[[Path], None]:
    def fail(_: Path) -> None:
        raise OSError(number, os.strerror(number), "/disk/file")

    return fail
