"""What inksift is made of: locks, licences, and an audit that claims no more than it saw."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.documentation import DOCS, ROOT

SUPPLY = ROOT / "supply"
LOCKS = sorted(SUPPLY.glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME_EXTRAS = ("formats", "postgres", "remote")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)


def pins(path: Path) -> dict[str, str]:
    """Versions by package."""
    found = PIN.findall(path.read_text(encoding="utf-8"))
    return {canonicalize_name(name): version for name, version in found}


def required(extra: str) -> list[Requirement]:
    """What an extra asks for, and what the extras ask for that it names."""
    wanted = [Requirement(text) for text in PROJECT["project"]["optional-dependencies"][extra]]
    ours = [one for one in wanted if one.name == "inksift"]
    inner = (requirement for one in ours for name in one.extras for requirement in required(name))
    return [*(one for one in wanted if one.name != "inksift"), *inner]


def demanded(extras: tuple[str, ...]) -> list[Requirement]:
    """What inksift with these extras asks for."""
    always = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    return [*always, *(requirement for extra in extras for requirement in required(extra))]


def script(name: str) -> ModuleType:
    """A program of `supply/` as a module."""
    spec = importlib.util.spec_from_file_location(name, SUPPLY / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_pin_has_hashes_and_no_index_is_named(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[\w.-]+==)", text)[1:]
    assert len(blocks) == len(pins(lock)) > 0
    assert [
        block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block)
    ] == []
    assert "://" not in text


def test_locks_hold_what_is_tested_together() -> None:
    everything, tested = pins(SUPPLY / "everything.txt"), pins(ROOT / "constraints.txt")
    assert tested.items() <= everything.items()
    assert pins(SUPPLY / "run.txt").items() <= everything.items()
    assert pins(SUPPLY / "build.txt").items() <= everything.items()


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("run", RUNTIME_EXTRAS),
        ("everything", tuple(PROJECT["project"]["optional-dependencies"])),
    ],
)
def test_a_lock_answers_every_requirement(lock: str, extras: tuple[str, ...]) -> None:
    pinned = pins(SUPPLY / f"{lock}.txt")
    for requirement in demanded(extras):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def test_a_lock_without_torch_lacks_only_what_comes_with_torch() -> None:
    own, full = pins(SUPPLY / "run-own-torch.txt"), pins(SUPPLY / "run.txt")
    assert own.items() <= full.items()
    assert "torch" not in own
    asked = {canonicalize_name(one.name) for one in demanded(RUNTIME_EXTRAS)}
    assert asked - own.keys() == {"torch"}


def test_what_builds_is_what_pyproject_builds_with() -> None:
    wanted = [line for line in (SUPPLY / "build.in").read_text().splitlines() if line[0] != "#"]
    assert wanted == PROJECT["build-system"]["requires"]


def test_supported_pythons_are_told_alike() -> None:
    told = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    assert told == [version for version in (f"3.{n}" for n in range(20)) if version in supported]
    (environment,) = PROJECT["tool"]["uv"]["environments"]
    assert f"python_full_version < '3.{int(told[-1][2:]) + 1}'" in environment


def test_notice_lists_what_the_lock_installs() -> None:
    listed = re.findall(r"^- ([\w.-]+): ", (ROOT / "NOTICE").read_text(encoding="utf-8"), re.M)
    assert listed == script("notice").locked((SUPPLY / "run.txt").read_text(encoding="utf-8"))


def test_notice_names_every_copyleft_that_is_installed() -> None:
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    notice = script("notice")
    for name, told in re.findall(r"^- ([\w.-]+): (.*)$", text, re.M):
        try:
            stated = notice.stated_licence(distribution(name))
        except PackageNotFoundError:  # an extra that the tests do without
            continue
        assert ("GPL" in told) == ("GPL" in stated), name


def test_the_whole_is_no_freer_than_its_parts() -> None:
    assert PROJECT["project"]["license"] == "AGPL-3.0-only"
    for name in ("albumentationsx", "ultralytics-platform"):
        assert distribution(name).metadata["License-Expression"] == "AGPL-3.0-only"


def test_what_is_deployed_is_checked_against_hashes() -> None:
    for path in (DOCS / "how-to" / "deploy.md", DOCS / "deploy" / "Dockerfile"):
        text = path.read_text(encoding="utf-8")
        named = re.findall(r"--require-hashes\b.* -r (?:/src/)?(supply/\S+\.txt)", text)
        assert {"supply/build.txt", "supply/run.txt"} <= set(named)
        assert [name for name in named if not (ROOT / name).is_file()] == []


CLEAN = {"name": "six", "version": "1.17.0", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "not found"}
BAD = {
    "name": "jinja2",
    "version": "3.1.5",
    "vulns": [{"id": "GHSA-cpwx-vrp4-4pq7", "fix_versions": ["3.1.6"]}],
}


@pytest.mark.parametrize(
    ("answers", "lines"),
    [
        ([CLEAN], ["1 packages looked up, 0 advisories."]),
        (
            [CLEAN, UNKNOWN],
            ["1 packages looked up, 0 advisories.", "Not known to the database: ours."],
        ),
        (
            [CLEAN, BAD],
            [
                "jinja2 3.1.5: GHSA-cpwx-vrp4-4pq7, mended by 3.1.6",
                "2 packages looked up, 1 advisories.",
            ],
        ),
    ],
)
def test_an_audit_says_what_it_saw(answers: list[dict[str, Any]], lines: list[str]) -> None:
    assert list(script("audit").told(answers)) == lines


def answer(monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str) -> None:
    """Let pip-audit say this."""
    said = subprocess.CompletedProcess([], 1, stdout, stderr)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: said)


@pytest.mark.parametrize(
    ("stdout", "stderr"),
    [
        (json.dumps({"dependencies": [UNKNOWN]}), "No known vulnerabilities found"),
        ("", "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed"),
    ],
)
def test_a_database_that_did_not_answer_is_no_clean_lock(
    monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str
) -> None:
    audit = script("audit")
    answer(monkeypatch, stdout, stderr)
    assert list(audit.told(audit.audited(audit.LOCK))) == [audit.UNREACHED]


def test_an_audit_that_could_not_start_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = script("audit")
    answer(monkeypatch, "", "No module named pip_audit")
    with pytest.raises(SystemExit, match="No module named pip_audit"):
        audit.audited(audit.LOCK)
