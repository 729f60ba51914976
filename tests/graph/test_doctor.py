"""`inksift doctor`: what it says of a machine and a workspace, and with which exit code it ends."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import Result
from packaging.requirements import Requirement

from inksift.curation.base.errors import GateError
from inksift.curation.base.switches import every_switch, own_this_process
from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.gate.sandbox.layer import Layer
from inksift.curation.store.setup import Setup
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.doctor import extras
from inksift.pipelines.doctor.disk import disk
from inksift.pipelines.doctor.finding import Finding
from inksift.pipelines.doctor.network import libraries_held, ports
from inksift.pipelines.doctor.sandbox import sandbox
from inksift.pipelines.doctor.versions import missing, required, versions
from inksift.pipelines.doctor.weights import weights_there

NO_NAMESPACE = Layer("no network", in_force=False, why_not="Operation not permitted")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace in which nothing was measured yet."""
    return Workspace(tmp_path / "w").root


def found_in(result: Result) -> list[Finding]:
    return [Finding(**row) for row in json.loads(result.stdout)]


def states(findings: list[Finding]) -> dict[str, str]:
    return {each.name: each.state for each in findings}


def test_a_sound_workspace_has_no_problem(workspace: Path, inksift) -> None:
    result = inksift("doctor", "--workspace", workspace, "--json")
    found = found_in(result)
    assert (result.exit_code, [each for each in found if each.state == "problem"]) == (0, [])
    assert {each.group for each in found} == {
        *("versions", "extras", "sandbox", "weights", "workspace", "disk", "ledger"),
        *("libraries", "ports"),
    }
    (ledger,) = [each for each in found if each.group == "ledger"]
    assert ledger.told.endswith("0 entries")


def test_a_person_reads_a_line_each_and_what_stops_a_run(workspace: Path, inksift) -> None:
    result = inksift("doctor", "--workspace", workspace)
    lines = result.stdout.splitlines()
    assert lines[-1] == "what stops a run: nothing"
    assert all(line.startswith(("ok ", "warning ")) for line in lines[:-1])


def test_before_the_first_run_nothing_is_wrong_and_nothing_is_made(tmp_path: Path, inksift) -> None:
    result = inksift("doctor", "--workspace", tmp_path / "none")
    assert result.exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_what_would_stop_a_run_fails_with_what_to_do(workspace: Path, inksift) -> None:
    (workspace / "ledger.sqlite").write_bytes(b"no database " * 500)
    (workspace / "weights").mkdir()
    (workspace / "weights" / "yolov8n.pt").write_bytes(b"torn")
    setup = workspace / "inksift.yaml"
    setup.write_text("weights: weights\ntest: gone\n")
    result = inksift("doctor", "--workspace", workspace, "--json")
    wrong = {each.name: each for each in found_in(result) if each.state == "problem"}
    assert result.exit_code == 1
    assert set(wrong) == {"ledger", "yolov8n", "test"}
    assert "digest mismatch" in wrong["yolov8n"].told
    assert wrong["test"].remedy == f"correct test in {setup}"
    told = inksift("doctor", "--workspace", workspace).stdout.splitlines()[-1]
    assert told == "what stops a run: yolov8n, test, ledger"


def test_a_setup_that_cannot_be_read_is_named(workspace: Path, inksift) -> None:
    (workspace / "inksift.yaml").write_text("sauce: x\n")
    result = inksift("doctor", "--workspace", workspace)
    assert result.exit_code == 1
    assert "sauce" in result.stdout


def test_a_layer_that_the_system_refuses_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gate, "layers", lambda _: (NO_NAMESPACE,))
    (found,) = sandbox()
    assert (found.state, found.told) == ("warning", "not in force: Operation not permitted")


def test_no_worker_at_all_stops_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Gate) -> tuple[Layer, ...]:
        raise GateError("a decode worker did not start: no memory")

    monkeypatch.setattr(Gate, "layers", refuse)
    assert states(sandbox()) == {"worker": "problem"}


def test_versions_out_of_range_are_told() -> None:
    assert missing(Requirement("pillow>=999")).endswith("and inksift needs >=999")
    assert missing(Requirement("inksift-has-no-such-need")) == "not installed"
    assert {each.state for each in versions()} == {"ok"}


def test_extras_are_unfolded_and_add_nothing_that_is_needed_anyway() -> None:
    assert {each.name for each in required("formats")} == {
        *("pillow-jxl-plugin", "pillow-heif", "resvg_py")
    }
    assert not {each.name for each in required("remote")} & {each.name for each in required("")}


def test_an_extra_is_a_problem_only_where_the_setup_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extras, "missing", lambda _: "not installed")
    wrong = {"ray": "problem", "remote": "problem"}
    setup = Setup.of("setup", {"engine": {"kind": "ray"}, "source": "s3://crawls/2026"})
    assert states(extras.extras(setup)) == dict.fromkeys(extras.ADDED_BY, "ok") | wrong
    assert set(states(extras.extras(Setup())).values()) == {"ok"}


def test_a_port_in_use_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        (found,) = ports({"review": listener.getsockname()[1]})
    assert (found.state, found.remedy) == ("warning", "`inksift review --port` another")


def test_a_place_that_cannot_be_written_is_a_problem() -> None:
    assert states(disk(Path("/proc/nothing/there")))["workspace"] == "problem"


def test_a_missing_network_is_told_only_where_runs_ask_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("INKSIFT_WEIGHTS", raising=False)
    found = states(weights_there(None))
    assert (found["yolov8n"], found["efficientnet-b7"]) == ("warning", "ok")
    assert found["efficientnet-lite2"] == "ok"


def test_a_library_that_nothing_holds_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for each in every_switch() for name in each.variables]:
        monkeypatch.setenv(name, "")
    own_this_process()
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY")
    assert states(libraries_held())["onnxruntime"] == "warning"
