"""The documentation as tests read it: what people wrote, and what is made from the code."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING, DOCS = ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs"
WRITTEN = [README, CONTRIBUTING, *sorted(DOCS.rglob("*.md"))]
"""Every page that a person wrote."""


def place(path: Path) -> str:
    """A page by its place in the checkout."""
    return str(path.relative_to(ROOT))


@cache
def generator() -> ModuleType:
    """`docs/generate/pages.py`, which lies outside the packages."""
    path = DOCS / "generate" / "pages.py"
    spec = importlib.util.spec_from_file_location("pages", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def generated() -> dict[str, str]:
    """The pages that are made from the code, by their address below docs/."""
    made: dict[str, str] = generator().generated()
    return made


def code_blocks(text: str) -> list[str]:
    """What lies between fences, indented ones too."""
    return re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.S | re.M)


def calls(text: str) -> Iterator[list[str]]:
    """The words after `inksift` of every call in the code blocks of a page."""
    lines = "\n".join(code_blocks(text)).replace("\\\n", " ").splitlines()
    for line in lines:
        for call in re.split(r"&&|\|\|", line):
            words = shlex.split(call, comments=True, posix=True) if "inksift" in call else []
            words = [word for word in words if not re.fullmatch(r"[A-Z_]+=\S*", word)]
            if words[:1] == ["inksift"]:
                yield words[1:]


def prose(text: str) -> str:
    """A page without its code blocks."""
    return re.sub(r"^ *```\w*\n.*?^ *```", "", text, flags=re.S | re.M)
