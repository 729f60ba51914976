"""The benchmark of scale refuses phases that mean nothing without a run before them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmark import load_benchmark


def phases_of(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str]:
    monkeypatch.setattr("sys.argv", ["scale.py", "30", *arguments])
    phases: list[str] = load_benchmark("scale")._options().phases
    return phases


def test_a_phase_after_a_run_needs_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = "--phases", "nothing new"
    with pytest.raises(SystemExit):
        phases_of(monkeypatch, *asked, "--out", str(tmp_path))
    assert 'add "first run" to --phases: there was none of new-30' in capsys.readouterr().err
    (tmp_path / "new-30" / "workspace").mkdir(parents=True)
    (tmp_path / "new-30" / "workspace" / "decisions.csv").touch()
    assert phases_of(monkeypatch, *asked, "--out", str(tmp_path)) == ["nothing new"]


def test_phases_come_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = phases_of(monkeypatch, "--phases", "nothing new", "first run")
    assert asked == ["first run", "nothing new"]
