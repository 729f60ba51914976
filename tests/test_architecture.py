"""The house rules that a tool can check: imports go one way, and nothing unsafe is called."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import assets
import curation
import pipelines

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path
    for package in ("curation", "assets", "pipelines")
    for path in (ROOT / package).rglob("*.py")
)
MAY_IMPORT = {
    "curation": {"curation"},
    "assets": {"assets", "curation"},
    "pipelines": {"pipelines", "assets", "curation"},
}
OURS = set(MAY_IMPORT)
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


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


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
    assert names & OURS <= MAY_IMPORT[package]
    assert not names & NEVER_IMPORTED
    assert package != "curation" or "dagster" not in names
    assert package == "curation" or "annotations" not in {
        alias.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


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


@pytest.mark.parametrize(
    "package", [curation, assets, pipelines], ids=lambda package: package.__name__
)
def test_each_package_is_ours(package) -> None:
    assert Path(package.__path__[0]).resolve() == ROOT / package.__name__


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
STILL_NESTED = {
    "assets/costs.py",
    "assets/results.py",
    "curation/gather/profile.py",
    "curation/verdict/medium/head.py",
    "curation/verdict/medium/refit.py",
}
"""Files that still have a comprehension within another; may only grow shorter."""

STILL_WITHOUT_A_WORD = {
    "curation/gather/folder/identity.py",
    "curation/gather/gate/answer.py",
    "curation/gather/gate/colour_modes.py",
    "curation/gather/gate/decode.py",
    "curation/gather/gate/fingerprint.py",
    "curation/gather/gate/formats.py",
    "curation/gather/gate/phash.py",
    "curation/gather/gate/pixels.py",
    "curation/gather/gate/pool.py",
    "curation/gather/gate/worker.py",
    "curation/gather/images.py",
    "curation/gather/profile.py",
    "curation/gather/signals/colours.py",
    "curation/gather/signals/edges.py",
    "curation/verdict/medium/direction.py",
    "curation/verdict/medium/fit.py",
    "curation/verdict/medium/head.py",
    "curation/verdict/medium/neighbours.py",
    "curation/verdict/medium/prior.py",
    "curation/verdict/medium/quality.py",
    "curation/verdict/medium/refit.py",
}
"""Files with numbers that nobody says the meaning of; may only grow shorter."""


def is_nested(comprehension: ast.AST) -> bool:
    """More than one `for` in it, or another comprehension anywhere inside."""
    assert isinstance(comprehension, COMPREHENSIONS)
    inner = [node for node in ast.walk(comprehension) if isinstance(node, COMPREHENSIONS)]
    return len(inner) > 1 or len(comprehension.generators) > 1


def nested_comprehensions(path: Path) -> list[int]:
    """Their lines."""
    every = (node for node in ast.walk(tree_of(path)) if isinstance(node, COMPREHENSIONS))
    return [node.lineno for node in every if is_nested(node)]


@pytest.mark.parametrize("path", FILES, ids=place)
def test_no_comprehension_stands_within_another(path: Path) -> None:
    assert bool(nested_comprehensions(path)) == (place(path) in STILL_NESTED)


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
    assert bool(numbers_without_a_word(path)) == (place(path) in STILL_WITHOUT_A_WORD)


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
        for path in (ROOT / package.replace(".", "/")).glob(glob)
    }
    there = {
        path
        for package in OURS
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }
    assert there == shipped
