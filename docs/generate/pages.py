"""Pages of the site that are made from the code each time, so that they cannot go stale."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import click
import dagster as dg

from inksift.curation.base import errors
from inksift.curation.base.described import described
from inksift.curation.base.errors import InksiftError
from inksift.curation.base.params import Params
from inksift.curation.base.tables import Table

ROOT = Path(__file__).parents[2]
_OFFERED = {
    "judge": "inksift.judging.judge",
    "find_duplicates": "inksift.copies.find_duplicates",
    "Workspace": "inksift.workspace.Workspace",
    "Review": "inksift.reviewing.Review",
    "dagster.definitions": "inksift.dagster.definitions",
    "Curation": "inksift.component.Curation",
}
"""The names of `import inksift`, and where they are defined."""
_AS_PART = "    options:\n      heading_level: 3"
NOTE = "*This page is made from the code when the site is built.*"


def commands(main: click.Group) -> str:
    """The command line, with what `--help` says of every command that is not hidden."""
    intro = [
        "# Command line",
        NOTE,
        "`inksift COMMAND --help` says the same. What a command ends with is listed under "
        "[exit codes](exit-codes.md), settings for `--set` under [settings](settings.md).",
    ]
    told = (_command(name, found) for name, found in every_command(main))
    return _page([*intro, *told])


def every_command(group: click.Group, before: str = "inksift") -> Iterator[tuple[str, Any]]:
    """Every command that is not hidden, by the words that call it, those of groups too."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        called = f"{before} {name}"
        yield called, command
        if isinstance(command, click.Group):
            yield from every_command(command, called)


def settings(stages: Mapping[str, type[Params]]) -> str:
    """Every setting of every stage: what it may be, what it is by default, and what it does."""
    intro = [
        "# Settings",
        NOTE,
        "Give one with `--set STAGE.SETTING=VALUE`, or several in a profile, a YAML file of "
        "`stage: {setting: value}` for `--profile`. In the Dagster UI they are the config of the "
        "asset of the same name. A name that does not exist and a value out of bounds are refused "
        "before anything runs. `inksift settings` prints the same.",
    ]
    return _page([*intro, *(_stage(name, params) for name, params in stages.items())])


def tables() -> str:
    """Every table that passes from stage to stage: its columns, its key, and what they mean."""
    intro = [
        "# Tables",
        NOTE,
        "Each of these is a contract. A table is checked against its own wherever it crosses a "
        "stage: the columns, their types, that the key does not repeat, and that nothing is "
        "missing that must not be. Text is never missing, but empty. Those that assets hand on "
        "lie in `tables/` of the workspace as Parquet; others are measurements, or what a person "
        "fills in.",
    ]
    return _page([*intro, *(_table(*found) for found in every_table())])


def every_table() -> list[tuple[str, Table, str]]:
    """The module, contract and explanation of every table of the library, in alphabetical order."""
    found = [
        (module, contract, told)
        for module, name, told in _named_calls(ROOT / "curation")
        if isinstance(contract := getattr(importlib.import_module(module), name), Table)
    ]
    return sorted(found, key=lambda row: row[1].name)


def assets(definitions: dg.Definitions) -> str:
    """The assets, checks, jobs, schedules and sensors of the code location."""
    specs = {spec.key: spec for spec in definitions.resolve_all_asset_specs()}
    depths = {key: _depth(key, specs) for key in specs}
    ordered = sorted(specs.values(), key=lambda spec: (depths[spec.key], spec.key))
    house = contributing()  # whose map lists the rooms, which groups are called after, in order
    groups = sorted(
        {spec.group_name or "" for spec in ordered},
        key=lambda group: house.find(f"`curation/{group}/`"),
    )
    return _page(
        [
            "# Assets, checks and jobs",
            NOTE,
            "How to see and run them is told in [In the Dagster UI](../how-to/dagster.md).",
            *(_group(group, [s for s in ordered if s.group_name == group]) for group in groups),
            "## Checks",
            "A blocking check that fails stops everything that follows it.",
            _checks(definitions),
            "## Jobs",
            _rows(
                ("job", "what it does"),
                [(f"`{j.name}`", j.description) for j in _jobs(definitions)],
            ),
            "## Schedules and sensors",
            _rows(("name", "at first", "what it does"), _automatic(definitions)),
        ]
    )


def exit_codes() -> str:
    """What a command ends with, and which errors lead to it."""
    rows = [
        ("0", "done", ""),
        *((str(kind.exit_code), _first_line(kind), f"`{kind.__name__}`") for kind in every_error()),
        ("130", "interrupted; the same command goes on where it stopped", ""),
        ("143", "ended by SIGTERM; the same command goes on where it stopped", ""),
    ]
    return _page(
        [
            "# Exit codes",
            NOTE,
            "An error of these kinds is one or two lines on standard error: what was expected, "
            "what came, and what to do. A picture that cannot be read is no error, but a row with "
            "its reason. 1 is also what `inksift verify`, `inksift doctor` and `inksift export` "
            "end with when they found something amiss, and `inksift run` when a blocking check "
            "failed.",
            _rows(("exit code", "meaning", "error"), sorted(rows, key=lambda row: int(row[0]))),
        ]
    )


def every_error() -> list[type[InksiftError]]:
    """All kinds of error that the library raises on purpose."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, InksiftError) and kind is not InksiftError]


def rooms() -> list[str]:
    """The rooms of the library, each with a page of its Python interface."""
    inside = (ROOT / "curation").iterdir()
    return sorted(path.stem for path in inside if _is_room(path))


def python_index() -> str:
    """What the rooms are for, each linked to its page."""
    told = [(f"[`inksift.curation.{room}`]({room}.md)", _docstring_of(room)) for room in rooms()]
    return _page(
        [
            "# Python API",
            NOTE,
            "[`inksift`](inksift.md) is what most need: a call for a folder, a workspace, the "
            "graph for a project of your own. What it is built of:",
            "The library takes arrays, tables and models, and gives tables, numbers and pictures. "
            "It knows nothing of Dagster and of the command line, and reads no setting from the "
            "environment but where weights lie.",
            _rows(("room", "what is in it"), told),
        ]
    )


def python_package() -> str:
    """The page of what `import inksift` offers, which mkdocstrings fills."""
    told = (f"## inksift.{name}\n\n::: {place}\n{_AS_PART}" for name, place in _OFFERED.items())
    intro = "How to use it is told in [Use it from Python](../../how-to/python.md)."
    kinds = [(f"`{kind.__name__}`", _first_line(kind)) for kind in [InksiftError, *every_error()]]
    raised = ["## inksift.errors", "What they carry is on [a page of its own](base.md)."]
    return _page(["# inksift", intro, *told, *raised, _rows(("error", "what it means"), kinds)])


def python_room(room: str) -> str:
    """The page of one room, which mkdocstrings fills."""
    return f"# inksift.curation.{room}\n\n::: inksift.curation.{room}\n"


def contributing() -> str:
    """CONTRIBUTING.md, with its links as they are from here."""
    return (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").replace("](docs/", "](")


def changelog() -> str:
    """CHANGELOG.md."""
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def head_cards() -> dict[str, str]:
    """The cards of the shipped medium heads, by the address of their page."""
    cards = sorted((ROOT / "curation" / "verdict" / "medium" / "heads").glob("*.md"))
    return {f"reference/heads/{card.name}": card.read_text(encoding="utf-8") for card in cards}


def generated() -> dict[str, str]:
    """All generated pages, by address."""
    from inksift.pipelines.cli import main
    from inksift.pipelines.definitions import build
    from inksift.pipelines.settings import checked

    stages = {stage: type(params) for stage, params in checked({}).items()}
    makers: dict[str, Callable[[], str]] = {
        "contributing.md": contributing,
        "changelog.md": changelog,
        "reference/command-line.md": lambda: commands(main),
        "reference/settings.md": lambda: settings(stages),
        "reference/tables.md": tables,
        "reference/assets.md": lambda: assets(build(None)),
        "reference/exit-codes.md": exit_codes,
        "reference/python/index.md": python_index,
        "reference/python/inksift.md": python_package,
    }
    of_rooms = {f"reference/python/{room}.md": python_room(room) for room in rooms()}
    return {address: make() for address, make in makers.items()} | of_rooms | head_cards()


def _command(called: str, command: click.Command) -> str:
    context = click.Context(command, info_name=called)
    usage = " ".join([called, *command.collect_usage_pieces(context)])
    options = [
        _option(option, context) for option in command.params if option.param_type_name == "option"
    ]
    level = "#" * called.count(" ")
    parts = [f"#{level} {called}", *_help(command.help or ""), f"```\n{usage}\n```"]
    if options:
        parts.append(_rows(("option", "meaning"), options))
    return "\n\n".join(parts)


def _help(text: str) -> Iterator[str]:
    """The paragraphs of a help text; what click must not wrap is code under its first line."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if not paragraph.startswith("\b"):
            yield _escaped(" ".join(paragraph.split()))
            continue
        title, *lines = paragraph.removeprefix("\b").strip("\n").splitlines()
        code = "\n".join(line.removeprefix("  ") for line in lines)
        yield f"{title}\n\n```\n{code}\n```"


def _option(option: click.Parameter, context: click.Context) -> tuple[str, str]:
    written, meaning = option.get_help_record(context) or (", ".join(option.opts), "")
    variable = f" Or in the variable `{option.envvar}`." if option.envvar else ""
    return f"`{written}`", _escaped(meaning) + variable


def _stage(name: str, params: type[Params]) -> str:
    rows = [
        (f"`{one.name}`", one.allowed, one.default, _escaped(one.meaning))
        for one in described(params)
    ]
    about = _escaped(_plain(params.__doc__ or ""))
    table = _rows(("setting", "allowed", "default", "what it does"), rows)
    return f"## {name}\n\n{about}\n\n{table}"


def _named_calls(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The module, the name and the explanation below it of every `NAME = call(...)` beside which a
    table is spoken of."""
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        body = ast.parse(source).body if "Table" in source else []
        for statement, following in zip(body, [*body[1:], None], strict=False):
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
                yield _module_of(path), ast.unparse(statement.targets[0]), _explanation(following)


def _explanation(following: ast.stmt | None) -> str:
    """What a string below an assignment says of it."""
    if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
        return _plain(str(following.value.value))
    return ""


def _module_of(path: Path) -> str:
    """How a file of one of our folders is imported."""
    parts = ("inksift", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def _table(module: str, table: Table, told: str) -> str:
    rows = [
        (f"`{name}`", f"`{kind}`", _remark(name, table)) for name, kind in table.columns.items()
    ]
    about = f"{_escaped(told)}\n\nDefined in `{module}`."
    return f"## {table.name}\n\n{about}\n\n{_rows(('column', 'type', ''), rows)}"


def _remark(column: str, table: Table) -> str:
    remarks = [
        "key" if column in table.key else "",
        "may be missing" if column in table.may_be_missing else "",
    ]
    return ", ".join(filter(None, remarks))


def _depth(key: dg.AssetKey, specs: Mapping[dg.AssetKey, dg.AssetSpec]) -> int:
    """How many assets lie above one on the longest way."""

    @cache
    def depth(key: dg.AssetKey) -> int:
        above = [dep.asset_key for dep in specs[key].deps if dep.asset_key in specs]
        return 1 + max(map(depth, above), default=-1)

    return depth(key)


def _group(group: str, specs: list[dg.AssetSpec]) -> str:
    rows = [
        (
            f"`{spec.key.to_user_string()}`",
            _escaped(_plain(spec.description or "")),
            ", ".join(sorted(f"`{dep.asset_key.to_user_string()}`" for dep in spec.deps)),
        )
        for spec in specs
    ]
    return f"## Group {group}\n\n{_rows(('asset', 'what it is', 'made from'), rows)}"


def _checks(definitions: dg.Definitions) -> str:
    specs = [spec for found in definitions.asset_checks or () for spec in found.check_specs]
    rows = [
        (
            f"`{spec.name}`",
            f"`{spec.asset_key.to_user_string()}`",
            "yes" if spec.blocking else "no",
            _escaped(_plain(spec.description or "")),
        )
        for spec in specs
    ]
    return _rows(("check", "of", "blocking", "what it claims"), sorted(rows))


def _jobs(definitions: dg.Definitions) -> list[Any]:
    return list(definitions.jobs or ())


def _automatic(definitions: dg.Definitions) -> list[tuple[str, str, str]]:
    found = [*(definitions.schedules or ()), *(definitions.sensors or ())]
    return [
        (
            f"`{each.name}`",
            "on" if each.default_status.value == "RUNNING" else "off",
            _escaped(_plain(each.description or "")),
        )
        for each in found
    ]


def _is_room(path: Path) -> bool:
    module = path.suffix == ".py" and path.stem != "__init__"
    return module or (path / "__init__.py").is_file()


def _docstring_of(room: str) -> str:
    package = ROOT / "curation" / room / "__init__.py"
    path = package if package.is_file() else ROOT / "curation" / f"{room}.py"
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return _escaped(_plain(told.split("\n\n")[0]))


def _first_line(kind: type) -> str:
    return _plain(kind.__doc__ or "").rstrip(".")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    """`text` without what Markdown takes for markup outside code, or a table for the next cell."""
    parts = re.split(r"(`[^`]*`)", text)
    outside = (re.sub(r"([\\*_<>\[\]{}])", r"\\\1", part) for part in parts[::2])
    escaped = [part for pair in zip(outside, [*parts[1::2], ""], strict=True) for part in pair]
    return "".join(escaped).replace("|", "\\|")


def _rows(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"
