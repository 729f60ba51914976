"""What README and documentation say exists, exists; and what exists is said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from inksift.curation.store import published
from inksift.curation.store.setup import Setup
from inksift.pipelines.cli import main
from inksift.pipelines.commands.grids import grid_names
from inksift.pipelines.definitions import build
from inksift.pipelines.settings import checked, profile_names, with_assignments
from tests.documentation import (
    CONTRIBUTING,
    DOCS,
    ROOT,
    WRITTEN,
    calls,
    generated,
    generator,
    place,
    prose,
)

STAGES = {stage: type(params) for stage, params in checked({}).items()}
"""The settings of every stage."""

OUTSIDE = ("http://", "https://", "mailto:")


def pages() -> Iterator[tuple[str, str]]:
    """Every page below docs/ by its address there, written and made."""
    for path in WRITTEN:
        if path.is_relative_to(DOCS):
            yield path.relative_to(DOCS).as_posix(), path.read_text(encoding="utf-8")
    yield from generated().items()


def texts() -> str:
    """All that people wrote, as one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in WRITTEN)


def heading(text: str, title: str) -> str:
    """What stands under a heading of a page, up to the next of any level."""
    return re.split(rf"^#+ {re.escape(title)}\n", text, flags=re.M)[1].split("\n#", 1)[0]


def resolved(words: list[str]) -> click.Command:
    """The command that these words call."""
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        assert word in command.commands, f"no command called {word}: {' '.join(words)}"
        command = command.commands[word]
    return command


def names(option: click.Parameter) -> list[str]:
    return [*option.opts, *option.secondary_opts]


# What is made from the code


def test_every_command_appears_with_its_options() -> None:
    page = generated()["reference/command-line.md"]
    told = set(re.findall(r"^##+ inksift (.+)", page, re.M))
    every = dict(generator().every_command(main))
    assert told == {called.removeprefix("inksift ") for called in every}
    assert {called.split()[1] for called in every} == {
        name for name, command in main.commands.items() if not command.hidden
    }
    for called, command in every.items():
        section = heading(page, called)
        for option in command.params:
            argument = option.param_type_name == "argument"
            known = [option.human_readable_name] if argument else names(option)
            assert any(name in section for name in known), (called, option.name)


def test_every_setting_of_every_stage_appears_with_default_and_meaning() -> None:
    page = generated()["reference/settings.md"]
    assert re.findall(r"^## (\w+)", page, re.M) == list(STAGES)
    for stage, params in STAGES.items():
        rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", heading(page, stage), re.M))
        assert list(rows) == list(params.model_fields), stage
        for name, row in rows.items():
            allowed, default, meaning = re.split(r" \| ", row)
            assert allowed, (stage, name)
            assert default, (stage, name)
            assert meaning, f"{stage}.{name} has no description"


def test_bounds_are_told() -> None:
    page = heading(generated()["reference/settings.md"], "object_counts")
    assert "| `confidence` | number, from 0.01 below 1 | `0.25` |" in page
    assert "| `overlap` | number, above 0 to 1 | `0.7` |" in page
    assert "| `input_side_px` | whole number, from 320 to 640, in steps of 32 | `640` |" in page


def test_every_table_appears_with_its_columns_and_what_they_mean() -> None:
    page = generated()["reference/tables.md"]
    every = generator().every_table()
    assert re.findall(r"^## (\w+)", page, re.M) == [table.name for _, table, _ in every]
    assert len(every) > 30
    for module, table, told in every:
        assert told, f"{module}: say below the contract of {table.name} what a row is"
    for name, columns in _columns(page):
        assert columns in [list(table.columns) for _, table, _ in every if table.name == name]


def _columns(page: str) -> Iterator[tuple[str, list[str]]]:
    for section in re.split(r"^## ", page, flags=re.M)[1:]:
        yield section.split("\n", 1)[0], re.findall(r"^\| `(\w+)` \| `\w+` \|", section, re.M)


def test_every_contract_of_the_code_appears() -> None:
    """Counted in another way than the page does it: by the name that each contract is given."""
    given = {
        node.args[0].value
        for path in (ROOT / "curation").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Table"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert given == {table.name for _, table, _ in generator().every_table()}


def test_every_asset_appears_in_its_group() -> None:
    page = generated()["reference/assets.md"]
    groups = re.findall(r"^## Group (\w+)", page, re.M)
    assert groups.index("gather") < groups.index("dedup") < groups.index("training")
    told = {
        (group, name)
        for group in groups
        for name in re.findall(r"^\| `(\w+)` \|", heading(page, f"Group {group}"), re.M)
    }
    assert told == {
        (spec.group_name, spec.key.to_user_string())
        for spec in build(None).resolve_all_asset_specs()
    }


def test_every_check_job_schedule_and_sensor_appears() -> None:
    page, definitions = generated()["reference/assets.md"], build(None)
    for title, found in (
        ("Checks", [s for c in definitions.asset_checks or () for s in c.check_specs]),
        ("Jobs", definitions.jobs or ()),
        (
            "Schedules and sensors",
            [*(definitions.schedules or ()), *(definitions.sensors or ())],
        ),
    ):
        told = re.findall(r"^\| `(\w+)` \|", heading(page, title), re.M)
        assert sorted(told) == sorted(each.name for each in found)
        assert told, title


def test_every_exit_code_appears() -> None:
    page = generated()["reference/exit-codes.md"]
    told = dict(re.findall(r"^\| (\d+) \| .* \| `(\w+)` \|$", page, re.M))
    every = {str(kind.exit_code) for kind in generator().every_error()}
    assert set(told) == every
    assert set(re.findall(r"^\| (\d+) \|", page, re.M)) == every | {"0", "130", "143"}


def test_every_room_has_a_page_of_its_python_interface() -> None:
    rooms = {path.stem for path in (ROOT / "curation").iterdir()} - {"__init__", "__pycache__"}
    assert {f"reference/python/{room}.md" for room in rooms} <= set(generated())


def test_every_file_that_is_published_is_told() -> None:
    page = (DOCS / "reference" / "files.md").read_text(encoding="utf-8")
    files = {
        value
        for value in vars(published).values()
        if isinstance(value, str) and re.fullmatch(r"\w+\.(csv|json|html|parquet)", value)
    }
    assert len(files) > 8
    assert [name for name in sorted(files) if f"`{name}`" not in page] == []


# What people wrote


@pytest.mark.parametrize("path", WRITTEN, ids=place)
def test_commands_exist_with_their_options(path: Path) -> None:
    for words in calls(path.read_text(encoding="utf-8")):
        command = resolved(words)
        known = {name for option in command.params for name in names(option)} | {"--help"}
        given = {word.split("=")[0] for word in words if word.startswith("--")}
        assert given <= known, " ".join(words)


@pytest.mark.parametrize("path", WRITTEN, ids=place)
def test_settings_in_commands_are_legal(path: Path) -> None:
    """But for those of the signal that a guide adds."""
    for words in calls(path.read_text(encoding="utf-8")):
        given = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
        checked(with_assignments({}, tuple(given)))


@pytest.mark.parametrize("path", WRITTEN, ids=place)
def test_options_and_settings_in_sentences_exist(path: Path) -> None:
    text = prose(path.read_text(encoding="utf-8"))
    every = [main, *(command for _, command in generator().every_command(main))]
    options = {name for command in every for option in command.params for name in names(option)}
    told = set(re.findall(r"`(--[a-z-]+)", text))
    of_scripts = set(re.findall(r"`(?:python )?benchmarks/\w+\.py[^`]*?(--[a-z-]+)", text))
    assert told - of_scripts <= options
    for stage, setting in re.findall(
        r"\b(\w+)\.([a-z]\w+)", " ".join(re.findall(r"`([^`]+)`", text))
    ):
        if stage in STAGES and setting not in ("html", "json", "csv", "parquet", "py"):
            assert setting in STAGES[stage].model_fields, f"{stage}.{setting}"


def test_guides_tell_every_command() -> None:
    """Each is used in README or docs once at least, outside the reference."""
    used = {words[0] for path in WRITTEN for words in calls(path.read_text(encoding="utf-8"))}
    told = set(re.findall(r"`inksift (\w+)", texts()))
    assert {name for name, command in main.commands.items() if not command.hidden} <= used | told


def test_profiles_are_those_that_ship() -> None:
    text = " ".join((DOCS / "how-to" / "own-folder.md").read_text(encoding="utf-8").split())
    told = text.split("Profiles that ship with inksift:", 1)[1].split(".", 1)[0]
    assert sorted(re.findall(r"`(\w+)`", told)) == profile_names()


def test_grids_are_those_that_ship() -> None:
    text = " ".join((DOCS / "how-to" / "experiments.md").read_text(encoding="utf-8").split())
    told = text.split("Grids that ship with inksift:", 1)[1].split(".", 1)[0]
    assert sorted(re.findall(r"`(\w+)`", told)) == grid_names()


def test_networks_are_those_that_can_be_trained() -> None:
    from inksift.curation.training.networks import every_network

    text = (DOCS / "how-to" / "choose-a-network.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \|$", text, re.M)
    assert {name: int(side) for name, side in rows} == {
        name: network.side_px for name, network in every_network().items()
    }


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`?\bmake ((?:test|demo|docs|check|setup|ui|clean)[a-z-]*)", texts()))
    told = set(re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", texts(), re.M))
    assert {first or second for first, second in told} <= targets


def test_benchmarks_exist() -> None:
    told = set(re.findall(r"\bbenchmarks/(\w+\.py)", texts()))
    assert len(told) > 10
    assert [name for name in sorted(told) if not (ROOT / "benchmarks" / name).is_file()] == []


@pytest.mark.parametrize("path", WRITTEN, ids=place)
def test_links_and_pictures_are_there(path: Path) -> None:
    made = {(DOCS / address).resolve() for address in generated()}
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not target.startswith(OUTSIDE):
            aim = (path.parent / target).resolve()
            assert aim.exists() or (path.is_relative_to(DOCS) and aim in made), target


def test_every_page_is_in_the_navigation() -> None:
    listed = set(re.findall(r"[\w/.-]+\.md", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))
    expanded = {address for address, _ in pages() if address.startswith("reference/python/")}
    assert {address for address, _ in pages()} == listed | expanded


def test_the_recipe_of_a_new_signal_is_a_sound_module(tmp_path: Path) -> None:
    text = (DOCS / "how-to" / "new-signal.md").read_text(encoding="utf-8")
    recipe = re.findall(r"```python\n(.*?)```", text, re.S)[0]
    scope: dict[str, object] = {}
    exec(compile(recipe, str(tmp_path / "warmth.py"), "exec"), scope)
    assert scope["SIGNAL"].name == "warmth"  # type: ignore[attr-defined]


def test_the_grid_in_the_guide_is_a_grid(tmp_path: Path) -> None:
    from inksift.pipelines.commands.grids import grid_params

    text = (DOCS / "how-to" / "experiments.md").read_text(encoding="utf-8")
    grid = tmp_path / "mine.yaml"
    grid.write_text(re.findall(r"```yaml\n(.*?)```", text, re.S)[0], encoding="utf-8")
    assert grid_params(str(grid), 1.0)


def test_the_profile_in_the_guide_is_a_profile() -> None:
    text = (DOCS / "how-to" / "own-folder.md").read_text(encoding="utf-8")
    for profile in re.findall(r"```yaml\n(.*?)```", text, re.S):
        assert checked(yaml.safe_load(profile))


def test_the_setup_in_the_guide_is_a_setup() -> None:
    text = (DOCS / "how-to" / "setup.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.S)
    setup = Setup.of("setup", yaml.safe_load(example))
    assert checked(setup.settings)
    keys = re.findall(r"^\| (`.*?) \|", text, re.M)
    assert set(re.findall(r"`(\w+)`", " ".join(keys))) == set(Setup.model_fields)


# The map of the contributors


def directories() -> set[str]:
    """Every folder with something of ours in it; of the library and the tests every package."""
    roots = ("inksift", "curation", "assets", "pipelines", "tests", "benchmarks", "supply", "docs")
    sources = ("*.py", "*.md", "*.png", "*.service")
    return {
        f"{path.parent.relative_to(ROOT).as_posix()}/"
        for root in roots
        for pattern in sources
        for path in (ROOT / root).rglob(pattern)
        if "heads" not in path.parts
    }


def test_the_map_has_a_line_for_every_directory_and_no_other() -> None:
    text = heading(CONTRIBUTING.read_text(encoding="utf-8"), "The map")
    lines = re.findall(r"^\| `([\w/-]+/)` \| (.+) \|$", text, re.M)
    assert len(dict(lines)) == len(lines)
    assert set(dict(lines)) == directories()


def test_every_module_that_versions_what_is_stored_is_named() -> None:
    """A format that nobody looks at in an upgrade is one that an upgrade may lose."""
    page = (DOCS / "reference" / "stored.md").read_text(encoding="utf-8")
    named = re.findall(r"`(curation/[\w/]+\.py)`", heading(page, "Who says which version it is"))
    raised = re.compile(r"^_?([A-Z]+_)?(VERSION|FORMAT)(: Final)? = \d+$", re.M)
    modules = [
        path for path in (ROOT / "curation").rglob("*.py") if raised.search(path.read_text())
    ]
    assert sorted(named) == sorted(map(place, modules))
