"""What is told at the end of a run beside its counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.gate.sandbox.layer import Layer
from inksift.pipelines.listener import Heard
from inksift.pipelines.summary import unprotected_told
from tests.graph.conftest import QUICK, settings


def test_nothing_is_said_of_a_whole_sandbox_or_of_no_decoding() -> None:
    for images in ({}, {"images": {}}, {"images": {"unprotected": []}}):
        assert list(unprotected_told(Heard(metadata=images))) == []


def test_a_layer_is_told_once_wherever_it_was_missing() -> None:
    one, other = (
        {"unprotected": ["seccomp (no)"]},
        {"unprotected": ["Landlock (no)", "seccomp (no)"]},
    )
    lines = list(unprotected_told(Heard(metadata={"images": one, "test_images": other})))
    assert lines == [
        "pictures were decoded in a sandbox that lacks: Landlock (no), seccomp (no)",
    ]
    assert len(list(unprotected_told(Heard(metadata={"test_images": one})))) == 1


def test_a_missing_layer_of_the_sandbox_is_a_warning(
    sample: Path, tmp_path: Path, inksift, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = (Layer("seccomp", True), Layer("Landlock", False, "no such call"))
    monkeypatch.setattr(Gate, "layers", lambda _: layers)
    files = sorted((sample / "images").rglob("*.png"))[:6]
    for file in files:
        target = tmp_path / "images" / file.relative_to(sample / "images")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    result = inksift(
        "judge", tmp_path / "images", "--out", tmp_path / "o.csv",
        "--workspace", tmp_path / "w", "--json", *settings(*QUICK),
    )  # fmt: skip
    warnings = json.loads(result.stdout)["warnings"]
    lacking = "pictures were decoded in a sandbox that lacks: Landlock (no such call)"
    assert warnings.count(lacking) == 1
