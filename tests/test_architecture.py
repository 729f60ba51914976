"""The house rules that a tool can check: imports go one way, and nothing unsafe is called."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

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


@pytest.fixture(scope="module")
def house() -> ModuleType:
    """`benchmarks/house.py`, which holds the order of rooms and counts the arrows between them."""
    path = ROOT / "benchmarks" / "house.py"
    spec = importlib.util.spec_from_file_location("house", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["house"] = module
    spec.loader.exec_module(module)
    return module


def test_every_room_has_its_place_in_the_order(house: ModuleType) -> None:
    assert set(house.ORDER) == house.House.at(ROOT).rooms
    assert len(set(house.ORDER)) == len(house.ORDER)


def test_the_map_for_contributors_lists_the_rooms_in_their_order(house: ModuleType) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `curation/(\w+)/` \|", text, re.M)
    assert told == [room for room in house.ORDER if (ROOT / "curation" / room).is_dir()]


def test_no_room_imports_a_later_one(house: ModuleType) -> None:
    found = house.House.at(ROOT)
    back = house.backwards(found.arrows, house.ORDER)
    assert [
        arrow
        for arrow in found.between_rooms
        if (house.room_of(arrow.start), house.room_of(arrow.end)) in back
    ] == [], "move what is shared into the earlier room"


def test_no_files_import_each_other_in_a_circle(house: ModuleType) -> None:
    assert house.circles(house.House.at(ROOT).imports) == []


def test_no_rooms_import_each_other_in_a_circle(house: ModuleType) -> None:
    assert house.circles(house.House.at(ROOT).arrows) == []


def test_an_arrow_back_and_a_circle_would_be_seen(house: ModuleType, tmp_path: Path) -> None:
    """Whichever way an import is written: at the top, in a function, or for types alone."""
    written = {
        "base/tables.py": "from curation.store import files",
        "store/files.py": "def read():\n    import curation.base.tables as tables",
        "store/lock.py": "if TYPE_CHECKING:\n    from curation.store.held import Held",
        "store/held.py": "from curation.store.lock import Lock",
        "report/page.py": "from curation.base.tables import IMAGES",
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
