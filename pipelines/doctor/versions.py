"""Which Python, which inksift, and whether what it needs is installed as it needs it."""

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from inksift.pipelines.doctor.finding import Finding

_GROUP = "versions"
SHOWN = (
    *("dagster", "torch", "onnxruntime", "ultralytics", "albumentationsx", "opencv-python"),
    *("pillow", "numpy", "pandas", "pyarrow", "scikit-learn", "sqlalchemy"),
)
"""Whose versions decide what a run does; of others it is only told what is wrong."""


def versions() -> list[Finding]:
    """Python, inksift and the libraries that it cannot do without."""
    return [
        Finding(_GROUP, "python", "ok", f"{platform.python_version()} at {sys.executable}"),
        Finding(_GROUP, "inksift", "ok", version("inksift")),
        *(found for found in map(_library, required("")) if found.name in SHOWN or found.remedy),
    ]


def required(extra: str) -> list[Requirement]:
    """What inksift needs of itself, or what an extra of it adds, on this machine."""
    return list(_unfolded(extra))


def missing(requirement: Requirement) -> str:
    """What is wrong with what is installed for a requirement, "" for nothing."""
    found = installed(requirement)
    if not found:
        return "not installed"
    fits = requirement.specifier.contains(found, prereleases=True)
    return "" if fits else f"{found}, and inksift needs {requirement.specifier}"


def installed(requirement: Requirement) -> str:
    """The version that is installed, "" for none."""
    try:
        return version(requirement.name)
    except PackageNotFoundError:
        return ""


def _library(requirement: Requirement) -> Finding:
    if wrong := missing(requirement):
        remedy = f"install it by `pip install '{requirement}'`"
        return Finding(_GROUP, requirement.name, "problem", wrong, remedy)
    return Finding(_GROUP, requirement.name, "ok", installed(requirement))


def _unfolded(extra: str) -> Iterator[Requirement]:
    """An extra may name others of inksift, as `formats` does."""
    for text in requires("inksift") or []:
        requirement = Requirement(text)
        if not _adds(requirement, extra):
            continue
        if requirement.name == "inksift":
            for inner in sorted(requirement.extras):
                yield from _unfolded(inner)
        else:
            requirement.marker = None
            yield requirement


def _adds(requirement: Requirement, extra: str) -> bool:
    """Whether it is needed with the extra, and without it is not."""
    marker = requirement.marker
    if marker is None:
        return not extra
    return marker.evaluate({"extra": extra}) and not (extra and marker.evaluate({"extra": ""}))
