"""What the runtimes of networks do on a machine, watched from outside: no network, no stray
file."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inksift import curation
from inksift.curation.base.switches import every_switch, own_this_process

WATCHED = """
import os, sys
from pathlib import Path
ASKED = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
         "subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"}
OF_THIS_MACHINE = "['/sbin/ldconfig', '-p']"  # a torch for NVIDIA's cards asks for their libraries
asked = []
def hear(event, arguments):
    if event in ASKED and OF_THIS_MACHINE not in str(arguments):
        asked.append((event, str(arguments)))
sys.addaudithook(hear)
"""
TOLD = """
print("asked", asked)
"""
RUN_ONNX = """
import numpy as np, torch
from inksift.curation.evidence.models.inference import Session, export_onnx
class Mean(torch.nn.Module):
    def forward(self, picture): return picture.float().mean((1, 2))
session = Session(export_onnx(Mean().eval(), [(8, 8)]))
assert session(np.full((8, 8, 3), 7, np.uint8)).tolist() == [7, 7, 7]
"""
BUILD_YOLO = """
from inksift.curation.evidence.models.yolo_network import network
network(Path(sys.argv[1]))
from ultralytics.utils import AUTOINSTALL, ONLINE, SAFE_LOAD
import PIL.Image, torch
assert PIL.Image.open.__module__ == "PIL.Image", PIL.Image.open
assert torch.save.__module__ == "torch.serialization", torch.save
assert (AUTOINSTALL, ONLINE, SAFE_LOAD) == (False, False, True), (AUTOINSTALL, ONLINE, SAFE_LOAD)
"""
SILENCED = """
import inksift
from inksift.curation.base.switches import SILENCING
assert not {each.library for each in SILENCING} & set(sys.modules)
for each in SILENCING:
    assert each.variables.items() <= os.environ.items(), each
"""
GUEST = """
before = dict(os.environ)
import inksift
from inksift.curation.base.switches import SILENCING
silent = {name for each in SILENCING for name in each.variables}
assert {name: value for name, value in os.environ.items() if name not in silent} == before
"""


def watched(program: str, home: Path, *arguments: str) -> list[str]:
    """What the program left below `home`; it fails where it asked the network or started one."""
    folders = {"HOME": home, "XDG_CACHE_HOME": home / "cache", "XDG_CONFIG_HOME": home / "config"}
    set_by_us = {name for each in every_switch() for name in each.variables}
    bare = {name: value for name, value in os.environ.items() if name not in set_by_us}
    run = subprocess.run(
        [sys.executable, "-c", WATCHED + program + TOLD, *arguments],
        env=bare | {name: str(folder) for name, folder in folders.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "asked []"
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())


def test_onnx_runtime_keeps_no_device_id_and_no_queue_of_events(tmp_path: Path) -> None:
    assert watched(RUN_ONNX, tmp_path) == []


def test_yolo_is_built_without_network_pip_or_home_folder(tmp_path: Path, weights: Path) -> None:
    left = watched(BUILD_YOLO, tmp_path, str(weights / "yolov8n.pt"))
    assert all(name.startswith("cache/inksift/") for name in left), left


def test_libraries_are_silenced_before_any_of_them_can_be_imported(tmp_path: Path) -> None:
    assert watched(SILENCED, tmp_path) == []


def test_folders_that_a_person_named_stay_and_all_else_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for each in every_switch() for name in each.variables]:
        monkeypatch.setenv(name, "named")
    own_this_process()
    left = {name for each in every_switch() for name in each.variables if told(name) == "named"}
    assert left == {"MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR"}


def told(variable: str) -> str:
    return os.environ[variable]


def test_a_guest_leaves_alone_what_others_in_the_process_use(tmp_path: Path) -> None:
    assert watched(GUEST, tmp_path) == []


SOURCES = sorted(Path(curation.__file__).parent.rglob("*.py"))


def test_no_module_imports_ultralytics_before_it_is_hardened() -> None:
    importing = []
    for path in SOURCES:
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            lines = _lines(function, "ultralytics")
            if lines and path.name != "hardened.py":
                importing.append(path.name)
                assert min(lines) > _hardened(function, "ultralytics"), path
    assert importing


def _lines(node: ast.AST, runtime: str) -> list[int]:
    """Lines of a function, or of a module outside functions, that import the runtime."""
    if not isinstance(node, ast.FunctionDef | ast.Module):
        return []
    body = [inner for part in node.body for inner in _outside_functions(part)]
    return [
        inner.lineno
        for inner in body
        if (isinstance(inner, ast.ImportFrom) and (inner.module or "").split(".")[0] == runtime)
        or (
            isinstance(inner, ast.Import)
            and any(alias.name.split(".")[0] == runtime for alias in inner.names)
        )
    ]


def _outside_functions(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return []
    return [
        node,
        *(more for part in ast.iter_child_nodes(node) for more in _outside_functions(part)),
    ]


def _hardened(node: ast.AST, runtime: str) -> float:
    calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    lines = [call.lineno for call in calls if ast.unparse(call.func) == f"import_{runtime}"]
    return min(lines, default=float("inf"))
