"""The house rules that a tool can check: imports go one way, and nothing unsafe is called."""

from __future__ import annotations

import ast
import importlib.util
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inksift.curation.base.reasons import REASONS, Reason
from tests.benchmark import load_benchmark

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path
    for package in ("curation", "assets", "pipelines", "inksift")
    for path in (ROOT / package).rglob("*.py")
)
WIRING = [path for path in FILES if path.relative_to(ROOT).parts[0] in ("assets", "pipelines")]
MAY_IMPORT = {
    "curation": {"curation"},
    "assets": {"assets", "curation"},
    "pipelines": {"pipelines", "assets", "curation"},
}
OURS = set(MAY_IMPORT)
BESIDE = sorted(
    path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
"""What is not installed, and uses what is."""
NEVER_IMPORTED = {"torchvision", "pickle", "joblib", "glob", "lightning", "torchmetrics", "timm"}
NEVER_CALLED = {
    "cv2.imread",
    "cv2.imdecode",
    "cv2.VideoCapture",
    "yaml.full_load",
    "yaml.unsafe_load",
    "os.system",
    "jinja2.Template",
    "Markup",
    "eval",
    "exec",
}
SAME_IN_MANY_MODULES = {
    *("SIGNAL", "STAGE", "FORM"),  # what a module hands to its registry
    *("VERSION", "log"),  # what a module says of itself
    *("lines", "taken_lines"),  # what a command tells a person
}
ALSO_ANOTHER_WORD = {"unreadable", "duplicate", "variant", "photo", "unsure", "human"}
"""Codes of reasons that are also those of an error, a relation, a medium or a decider."""


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed once for all rules."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """All nodes of a file."""
    return list(ast.walk(tree_of(path)))


def imported(path: Path) -> set[str]:
    """The first name of what a file imports, and the second where the first is ours."""
    parts = [name.split(".") for name in modules(path)]
    return {
        "inksift." + name[1] if name[0] == "inksift" and name[1:] else name[0] for name in parts
    }


def modules(path: Path) -> Iterator[str]:
    """The full names of the modules that a file imports."""
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "inksift":
            yield from (f"inksift.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def parameters(function: ast.FunctionDef) -> int:
    """How many a function names; *args and **kwargs, which carry a mapping, are one each."""
    given = function.args
    named = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
    return named + (given.vararg is not None) + (given.kwarg is not None)


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in nodes_of(path) if isinstance(node, ast.Call))


def texts(path: Path) -> set[object]:
    return {node.value for node in nodes_of(path) if isinstance(node, ast.Constant)}


def keywords(call: ast.Call) -> dict[str | None, str]:
    return {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=place)
def test_imports_go_one_way(path: Path) -> None:
    names = imported(path)
    package = path.relative_to(ROOT).parts[0]
    assert not names & OURS, "in a project with a folder of that name this is another's"
    ours = {name.partition(".")[2] or name for name in names if name.startswith("inksift")}
    assert package == "inksift" or ours <= MAY_IMPORT[package]
    assert not names & NEVER_IMPORTED
    assert package != "curation" or "dagster" not in names
    assert package == "curation" or "annotations" not in {
        alias.name
        for node in nodes_of(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def taken_from_ours(path: Path) -> Iterator[tuple[str, str]]:
    """Module and name of what a file takes from our packages, but what an older build called so."""
    handlers = [node for node in nodes_of(path) if isinstance(node, ast.ExceptHandler)]
    of_old = {id(node) for handler in handlers for node in ast.walk(handler)}
    for node in nodes_of(path):
        if not isinstance(node, ast.ImportFrom) or id(node) in of_old:
            continue
        if (node.module or "").split(".")[0] == "inksift":
            yield from ((str(node.module), alias.name) for alias in node.names)


def exists(module: str, name: str) -> bool:
    if hasattr(importlib.import_module(module), name):
        return True
    return importlib.util.find_spec(f"{module}.{name}") is not None


@pytest.mark.parametrize("path", BESIDE, ids=place)
def test_what_tests_and_benchmarks_import_exists(path: Path) -> None:
    """A benchmark is run by nobody for weeks: a name that moved is to be missed at once."""
    assert [wanted for wanted in taken_from_ours(path) if not exists(*wanted)] == []


def test_only_the_command_line_knows_of_commands() -> None:
    """What more than one door does is wiring; Python and Dagster print and parse nothing."""
    theirs = ("pipelines/commands/", "pipelines/cli.py")
    others = [path for path in FILES if not place(path).startswith(theirs)]
    users = [one for one in others if any("pipelines.commands" in name for name in modules(one))]
    assert [place(path) for path in users] == []


@pytest.mark.parametrize("path", WIRING, ids=place)
def test_only_the_public_names_of_dagster_are_used(path: Path) -> None:
    """But for its web server, which has none: see decision 025."""
    private = [name for name in modules(path) if re.match(r"dagster[\w.]*\._", name)]
    assert bool(private) == (place(path) == "pipelines/dagster_ui/webserver.py")


@pytest.mark.parametrize("path", WIRING, ids=place)
def test_no_function_has_more_parameters_than_a_reader_can_hold(path: Path) -> None:
    functions = [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef)]
    assert {one.name: parameters(one) for one in functions if parameters(one) > 8} == {}


@pytest.mark.parametrize("path", FILES, ids=place)
def test_nothing_unsafe_is_called(path: Path) -> None:
    for call in calls(path):
        name = ast.unparse(call.func)
        given = keywords(call)
        assert name not in NEVER_CALLED, f"line {call.lineno}: {name}"
        assert given.get("shell") != "True", f"line {call.lineno}: shell=True"
        assert given.get("allow_pickle") != "True", f"line {call.lineno}: allow_pickle"
        if name in ("torch.load", "load_state_dict_from_url"):
            assert given.get("weights_only") == "True", (
                f"line {call.lineno}: {name} without weights_only=True"
            )
        if name == "yaml.load":
            assert "Loader" in given, f"line {call.lineno}: yaml.load without a Loader"
        if name.endswith("Environment"):
            assert "autoescape" in given, f"line {call.lineno}: {name} without autoescape"


def names_of(node: ast.stmt) -> set[str]:
    """What a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return {one.id for each in targets for one in ast.walk(each) if isinstance(one, ast.Name)}


def is_named_for_users(node: ast.stmt) -> bool:
    """Assets, checks and commands are decorated, and a job is an assignment: their names are what a
    person types or reads, so they may be those of what they call."""
    if isinstance(node, ast.Assign):
        return "define_asset_job" in ast.unparse(node.value)
    return bool(getattr(node, "decorator_list", [])) and not isinstance(node, ast.ClassDef)


@pytest.mark.parametrize("packages", [("curation",), ("assets", "pipelines")], ids="-".join)
def test_a_public_name_means_one_thing(packages: tuple[str, ...]) -> None:
    defined: defaultdict[str, set[str]] = defaultdict(set)
    for path in FILES:
        if path.relative_to(ROOT).parts[0] not in packages:
            continue
        for node in tree_of(path).body:
            if packages == ("curation",) or not is_named_for_users(node):
                for name in names_of(node):
                    defined[name].add(place(path))
    twice = {
        name: places
        for name, places in defined.items()
        if len(places) > 1 and not name.startswith("_") and name not in SAME_IN_MANY_MODULES
    }
    assert not twice


def test_commands_to_run_next_are_built_in_one_place() -> None:
    assert {place(path) for path in FILES if "shlex" in imported(path)} == {
        "curation/base/commands.py"
    }


def test_files_are_replaced_in_one_place() -> None:
    names = ("os.replace", "os.fsync", "os.rename")
    found = {
        place(path) for path in FILES for call in calls(path) if ast.unparse(call.func) in names
    }
    assert found == {"curation/store/files.py"}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: f"{reason.stage}-{reason.name}")
def test_a_reason_is_spelt_once(reason: Reason) -> None:
    """Where its code means nothing else; a photograph, a person and a copy are in other tables."""
    if reason.name not in ALSO_ANOTHER_WORD:
        assert [place(path) for path in FILES if reason.name in texts(path)] == [
            "curation/base/reasons.py"
        ]


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_package_is_ours(name: str) -> None:
    package = importlib.import_module(f"inksift.{name}")
    assert Path(package.__path__[0]).resolve() == ROOT / name


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_nested(comprehension: ast.AST) -> bool:
    """More than one `for` in it, or another comprehension anywhere inside."""
    assert isinstance(comprehension, COMPREHENSIONS)
    inner = [node for node in ast.walk(comprehension) if isinstance(node, COMPREHENSIONS)]
    return len(inner) > 1 or len(comprehension.generators) > 1


def nested_comprehensions(path: Path) -> list[int]:
    """Their lines."""
    every = (node for node in nodes_of(path) if isinstance(node, COMPREHENSIONS))
    return [node.lineno for node in every if is_nested(node)]


@pytest.mark.parametrize("path", FILES, ids=place)
def test_no_comprehension_stands_within_another(path: Path) -> None:
    assert nested_comprehensions(path) == []


def is_number(value: ast.expr | None) -> bool:
    """A number, a sum or product of such, or a tuple of them."""
    match value:
        case ast.UnaryOp(operand=inner):
            return is_number(inner)
        case ast.BinOp(left=left, right=right):
            return is_number(left) and is_number(right)
        case ast.Tuple(elts=several):
            return bool(several) and all(map(is_number, several))
        case ast.Constant(value=plain):
            return type(plain) in (int, float)
    return False


def is_text(statement: ast.stmt | None) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def numbers_without_a_word(path: Path) -> list[str]:
    """Module-level numbers with neither a docstring below nor a comment on their line."""
    lines, body = path.read_text(encoding="utf-8").splitlines(), tree_of(path).body
    found = []
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and is_number(statement.value):
            line = lines[statement.lineno - 1]
            if not is_text(after) and "#" not in line:
                found.append(line)
    return found


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.is_relative_to(ROOT / "curation")], ids=place
)
def test_every_number_says_what_it_means(path: Path) -> None:
    assert numbers_without_a_word(path) == []


def test_templates_escape_everything() -> None:
    for template in (ROOT / "curation").rglob("*.j2"):
        text = template.read_text(encoding="utf-8")
        assert "autoescape false" not in text
        assert "| safe" not in text
        assert "|safe" not in text


def test_what_is_not_code_is_installed_too() -> None:
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"][
        "package-data"
    ]
    shipped = {
        path
        for package, globs in promised.items()
        for glob in globs
        for path in (ROOT / package.removeprefix("inksift.").replace(".", "/")).glob(glob)
    }
    there = {
        path
        for package in OURS | {"inksift"}
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    assert there == shipped


@pytest.fixture(scope="module")
def house() -> ModuleType:
    """`benchmarks/house.py`, which holds the order of rooms and counts the arrows between them."""
    return load_benchmark("house")


@pytest.fixture(scope="module")
def ours(house: ModuleType) -> Any:
    """Our rooms and their arrows, counted once: every file is parsed for it."""
    return house.House.at(ROOT)


def test_every_room_has_its_place_in_the_order(house: ModuleType, ours: Any) -> None:
    assert set(house.ORDER) == ours.rooms
    assert len(set(house.ORDER)) == len(house.ORDER)


def test_the_map_for_contributors_lists_the_rooms_in_their_order(house: ModuleType) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `curation/(\w+)/` \|", text, re.M)
    assert told == [room for room in house.ORDER if (ROOT / "curation" / room).is_dir()]


def test_no_room_imports_a_later_one(house: ModuleType, ours: Any) -> None:
    back = house.backwards(ours.arrows, house.ORDER)
    assert [
        arrow
        for arrow in ours.between_rooms
        if (house.room_of(arrow.start), house.room_of(arrow.end)) in back
    ] == [], "move what is shared into the earlier room"


def test_no_files_import_each_other_in_a_circle(house: ModuleType, ours: Any) -> None:
    assert house.circles(ours.imports) == []


def test_no_rooms_import_each_other_in_a_circle(house: ModuleType, ours: Any) -> None:
    assert house.circles(ours.arrows) == []


def test_an_arrow_back_and_a_circle_would_be_seen(house: ModuleType, tmp_path: Path) -> None:
    """Whichever way an import is written: at the top, in a function, or for types alone."""
    written = {
        "base/tables.py": "from inksift.curation.store import files",
        "store/files.py": "def read():\n    import inksift.curation.base.tables as tables",
        "store/lock.py": "if TYPE_CHECKING:\n    from inksift.curation.store.held import Held",
        "store/held.py": "from inksift.curation.store.lock import Lock",
        "report/page.py": "from inksift.curation.base.tables import IMAGES",
    }
    for name, text in written.items():
        path = tmp_path / "curation" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    seen = house.figures(house.House.at(tmp_path))
    assert seen["arrows back"] == ["base -> store"]
    assert seen["circles of rooms"] == [["base", "store"]]
    assert seen["circles of files"] == [
        ["curation.base.tables", "curation.store.files"],
        ["curation.store.held", "curation.store.lock"],
    ]
    assert seen["floors"] == 2
