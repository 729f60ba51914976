"""What the README says exists, exists."""

from __future__ import annotations

import re
from pathlib import Path

import click

from pipelines.cli import main
from pipelines.commands.grids import grid_names
from pipelines.definitions import build
from pipelines.settings import profile_names

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_every_command_is_told_and_every_told_command_exists() -> None:
    told = set(re.findall(r"^\| `inksift (\w+)", section("The command line"), re.M))
    assert told == {name for name, command in main.commands.items() if not command.hidden}


def test_commands_in_code_exist() -> None:
    blocks = re.findall(r"^```\w*\n(.*?)^```", README, re.S | re.M)
    used = set(re.findall(r"^(?:\w+=\S+ )*inksift (\w+)", "\n".join(blocks), re.M))
    assert used <= {name for name, command in main.commands.items() if not command.hidden}


def names(option: click.Parameter) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def test_options_exist() -> None:
    groups = [command for command in main.commands.values() if isinstance(command, click.Group)]
    commands = [
        *main.commands.values(),
        *(command for group in groups for command in group.commands.values()),
    ]
    options = {name for command in commands for option in command.params for name in names(option)}
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= options


def test_the_table_of_assets_is_complete() -> None:
    rows = re.findall(r"^\| (\w+) \| (.*) \|$", section("In Dagster"), re.M)
    told = {(group, name) for group, names in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {
        (spec.group_name, spec.key.to_user_string())
        for spec in build(None).resolve_all_asset_specs()
    }


def test_profiles_are_those_that_ship() -> None:
    told = README.split("ship with inksift:", 1)[1].split(".\n", 1)[0]
    assert sorted(re.findall(r"`(\w+)`", told)) == profile_names()


def test_grids_are_those_that_ship() -> None:
    told = section("Experiments").split("Grids that ship:", 1)[1].split(". A grid", 1)[0]
    assert sorted(re.findall(r"`(\w+)`", told)) == grid_names()


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) <= targets


def test_links_and_pictures_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target
