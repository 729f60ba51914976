"""inksift in somebody's project whose folders are called like ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
OURS = ("assets", "curation", "pipelines")
TRAP = "raise RuntimeError('imported by somebody else')\n"
JUDGE = """
import json, sys
import inksift

frame = inksift.judge(
    "crawl", settings={"object_counts": {"download": False}}, progress=False
)
defs = inksift.dagster.definitions(source="crawl", workspace="work", key_prefix="art")
keys = sorted(key.to_user_string() for key in defs.resolve_all_asset_keys())
met = [name for name in ("assets", "curation", "pipelines") if name in sys.modules]
print(json.dumps({"paths": frame["path"].tolist(), "keys": len(keys), "met": met}))
"""
LOAD = """
import json
from pathlib import Path

import dagster as dg
from dagster.components.core.package_entry import discover_package_objects

defs = dg.load_from_defs_folder(path_within_project=Path.cwd())
types = [f"{key.namespace}.{key.name}" for key in discover_package_objects(["inksift"])]
job = defs.resolve_job_def("art__curate")
print(json.dumps({
    "keys": sorted(key.to_user_string() for key in defs.resolve_all_asset_keys()),
    "groups": sorted({spec.group_name for spec in defs.resolve_all_asset_specs()}),
    "types": types,
    "executor": job.executor_def.name,
}))
"""
HEAVY = ("dagster", "numpy", "pandas", "pydantic", "click", "torch", "cv2", "PIL")
WEIGHTY = ("torch", "cv2", "sklearn", "matplotlib", "pandas", "uvicorn")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with packages of our names, which fail when somebody imports them, and a picture."""
    for name in OURS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(TRAP)
    (tmp_path / "crawl").mkdir()
    Image.effect_mandelbrot((200, 200), (-2, -1, 1, 1), 60).save(tmp_path / "crawl" / "a.png")
    return tmp_path


def told_by(program: str, project: Path) -> Any:
    """What a program says that lies and runs in a project."""
    script = project / "program.py"
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, script],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_folders_of_our_names_are_left_alone(project: Path) -> None:
    told = told_by(JUDGE, project)
    assert told == {"paths": ["a.png"], "keys": told["keys"], "met": []}
    assert told["keys"] > 40


def test_a_dg_project_loads_the_component(project: Path) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.dg]\ndirectory_type = "project"\n[tool.dg.project]\nroot_module = "shop"\n'
    )
    defs = project / "shop" / "defs" / "curation"
    defs.mkdir(parents=True)
    for folder in (project / "shop", project / "shop" / "defs"):
        (folder / "__init__.py").write_text("")
    (defs / "defs.yaml").write_text(
        "type: inksift.Curation\nattributes:\n"
        "  source: crawl\n  workspace: work\n  key_prefix: art\n  group_prefix: our_\n"
    )
    told = told_by(LOAD, project)
    assert "art/curated_dataset" in told["keys"]
    assert "our_gather" in told["groups"]
    assert told["types"] == ["inksift.Curation"]
    assert told["executor"] == "in_process"
    assert not (project / "shop" / "defs" / "curation" / "work").exists()


def test_dg_is_told_where_the_component_is() -> None:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert about["entry-points"] == {"dagster_dg_cli.registry_modules": {"inksift": "inksift"}}


def test_nothing_is_loaded_before_it_is_used(project: Path) -> None:
    told = told_by(
        "import json, sys\nimport inksift\nlight = set(sys.modules)\n"
        "names = [name for name in dir(inksift) if getattr(inksift, name)]\n"
        f"print(json.dumps([[n for n in {HEAVY} if n in light], names, "
        f"[n for n in {WEIGHTY} if n in sys.modules]]))",
        project,
    )
    at_first, names, when_named = told
    assert at_first == when_named == []
    assert {"judge", "find_duplicates", "Workspace", "errors", "dagster", "__version__"} <= {*names}


def test_a_name_that_is_not_there_is_an_error_like_any_other() -> None:
    import inksift

    with pytest.raises(AttributeError, match="has no attribute 'juge'"):
        _ = inksift.juge
