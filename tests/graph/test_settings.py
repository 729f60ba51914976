"""Settings from profiles and --set: everything wrong is named before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from inksift.assets.registry import registry
from inksift.curation.base.errors import ParamError
from inksift.pipelines.settings import (
    RENAMED,
    checked,
    load_profile,
    profile_names,
    run_config,
    with_assignments,
)


@pytest.mark.parametrize("name", profile_names())
def test_every_shipped_profile_is_legal_and_says_why(name: str) -> None:
    values = load_profile(name)
    assert set(checked(values)) == set(registry().settings)
    path = Path(__file__).parents[2] / "pipelines" / "profiles" / f"{name}.yaml"
    lines = path.read_text().splitlines()
    settings = {setting for stage in values.values() for setting in stage}
    for number, line in enumerate(lines):
        if line.startswith("  ") and line.strip().split(":")[0] in settings:
            assert lines[number - 1].strip().startswith("#"), (
                f"{name}.yaml line {number + 1} has no reason above it"
            )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "duplicates: {prefers: x}",
            r"no setting called duplicates\.prefers; there are: keep, prefer, variants",
        ),
        (
            "rejected_report: {thumbnail_px: 999}",
            r"rejected_report\.thumbnail_px: .*equal to 320, got 999",
        ),
        ("pairs: {max_distance: many}", r"pairs\.max_distance: .*got 'many'"),
        ("splits: {test_share: .nan}", r"splits\.test_share"),
        ("splits: {test_share: 1e308}", r"splits\.test_share"),
        (
            "dedup: {max_distance: 2}",
            "no stage called dedup; there are: images, clusters, embeddings",
        ),
        ("duplicates: 2", "expected stage: {setting: value}"),
        ("[1, 2]", "expected stage: {setting: value}"),
        ("pairs:\n\tmax_distance: 2", "not a YAML file that inksift can read"),
        ("a: !!python/object/apply:os.system [exit]", "not a YAML file that inksift can read"),
        ("pairs: {max_distance: 1, max_distance: 2}", "the key max_distance stands twice"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "aliases"),
        ("verdicts: {filters: [gray]}", "no signal called gray; there are: edges"),
        ("ñandú: {x: 1}", "no stage called ñandú"),
        ("duplicate: {keep: first}", r"no stage called duplicate; .*; did you mean duplicates\?"),
        ("duplicates: {kep: first}", r"there are: keep, prefer, variants; did you mean keep\?"),
    ],
)
def test_a_bad_profile_is_one_clear_error(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ParamError, match=message):
        checked(load_profile(str(path)))


def test_an_empty_profile_is_all_defaults(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    assert checked(load_profile(str(tmp_path / "empty.yaml"))) == checked({})


def test_a_huge_or_binary_profile_is_refused_unread(tmp_path: Path) -> None:
    huge, binary = tmp_path / "huge.yaml", tmp_path / "binary.yaml"
    huge.write_bytes(b"#" * 1_000_001)
    binary.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ParamError, match="larger than 1 MB"):
        load_profile(str(huge))
    with pytest.raises(ParamError, match="not a YAML file"):
        load_profile(str(binary))


def test_an_unknown_profile_lists_those_there_are() -> None:
    with pytest.raises(
        ParamError,
        match="no profile called fast; there are: camp2022, default, demo, or give a YAML",
    ):
        load_profile("fast")
    with pytest.raises(ParamError, match=r"did you mean demo\?"):
        load_profile("dmo")


def test_assignments_lie_over_the_profile() -> None:
    values = with_assignments(
        {"duplicates": {"keep": "largest", "prefer": "a/*"}},
        ("duplicates.keep=first", "verdicts.limits.edges.high=0.3", "clusters.eps=null"),
    )
    settings = checked(values)
    assert settings["duplicates"].keep == "first"
    assert settings["duplicates"].prefer == "a/*"
    assert settings["verdicts"].limits == {"edges.high": 0.3}


@pytest.mark.parametrize("assignment", ["keep=first", "duplicates.keep", "=2", "duplicates.=2"])
def test_an_assignment_that_cannot_be_read_shows_the_form(assignment: str) -> None:
    with pytest.raises(ParamError, match=r"write stage\.setting=value"):
        with_assignments({}, (assignment,))


def test_run_config_holds_plain_values_for_the_steps_of_a_job() -> None:
    config = run_config(
        checked({"duplicates": {"keep": "first"}}), {"duplicates", "decoded_images", "trusted_test"}
    )
    assert set(config["ops"]) == {"duplicates", "decoded_images", "trusted_test"}
    assert config["ops"]["duplicates"]["config"]["keep"] == "first"
    assert yaml.safe_load(yaml.safe_dump(config)) == config


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_the_name_of_an_earlier_version_is_answered_with_todays(old: str, new: str) -> None:
    stage, _, setting = old.partition(".")
    with pytest.raises(ParamError, match=rf"^{old} is now called {new}: write that instead$"):
        checked({stage: {setting or "seeds": 1}})


def test_every_new_name_exists() -> None:
    stages = registry().settings
    for new in RENAMED.values():
        stage, _, setting = new.partition(".")
        assert not setting or setting in stages[stage].model_fields
