"""Under which names pictures and their sidecars lie in a tree: their own, as far as the file system
and the next tool take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from curation.publish.beside import Sidecar
from curation.publish.export_names import folded, kept_name, numbered, sidecar_name
from curation.publish.task import ExportPicture, ExportTask

Beside = Callable[[ExportPicture, str, Sequence[Sidecar]], Mapping[str, Sidecar]]
"""The names of the sidecars of a picture that lies under some name."""


class Plan(NamedTuple):
    """What goes where, by its name below the target, with / between the folders."""

    pictures: Mapping[str, ExportPicture]
    sidecars: Mapping[str, tuple[ExportPicture, Sidecar]]


class Naming(NamedTuple):
    """How a form names files: the `folder` of a picture, what to `mend` in the name of a file that
    the next tool would take amiss, the names of sidecars, and whether the names of two pictures of
    a folder must differ without their endings."""

    folder: Callable[[ExportPicture], str]
    mend: Callable[[str], str] = str
    beside: Beside | None = None
    by_stem: bool = False


def own_names(
    picture: ExportPicture, exported: str, sidecars: Sequence[Sidecar]
) -> dict[str, Sidecar]:
    """Sidecars under the name of their picture, each with what it adds to that."""
    return {sidecar_name(picture.path, one.path, exported): one for one in sidecars}


def no_sidecars(
    picture: ExportPicture, exported: str, sidecars: Sequence[Sidecar]
) -> dict[str, Sidecar]:
    """For forms that hold what sidecars say in files of their own."""
    return {}


def plan_of(task: ExportTask, naming: Naming) -> Plan:
    """Every picture under its own name, numbered only where that, or the name of a sidecar, is
    taken."""
    taken: dict[str, set[str]] = {}
    following: dict[tuple[str, str], int] = {}
    plan = Plan({}, {})
    for picture in task.pictures:
        folder = naming.folder(picture)
        file = naming.mend(kept_name(picture.path, picture.format))
        start = following.get((folder, folded(file)), 1)
        names = taken.setdefault(folder, set())
        number, bundle = _first_free(task, picture, naming, (file, start, names))
        following[folder, folded(file)] = number + 1
        _add(plan, folder, picture, bundle)
    return plan


class _Bundle(NamedTuple):
    file: str
    sidecars: Mapping[str, Sidecar]


def _first_free(
    task: ExportTask,
    picture: ExportPicture,
    naming: Naming,
    wanted: tuple[str, int, set[str]],
) -> tuple[int, _Bundle]:
    """The first number from which on the picture and its sidecars have free names, which are then
    taken."""
    file, start, taken = wanted
    named = naming.beside or own_names
    for number in count(start):
        name = numbered(file, number)
        bundle = _Bundle(name, named(picture, name, task.sidecars(picture)))
        claimed = {folded(one) for one in (name, *bundle.sidecars)}
        if naming.by_stem:
            claimed.add(folded(name.rpartition(".")[0]))
        if not claimed & taken:
            taken |= claimed
            return number, bundle
    raise AssertionError("numbers have no end")


def _add(plan: Plan, folder: str, picture: ExportPicture, bundle: _Bundle) -> None:
    base = f"{folder}/" if folder else ""
    assert isinstance(plan.pictures, dict)
    assert isinstance(plan.sidecars, dict)
    plan.pictures[base + bundle.file] = picture
    for name, sidecar in bundle.sidecars.items():
        plan.sidecars[base + name] = (picture, sidecar)


def renamings(task: ExportTask, plan: Plan) -> list[str]:
    """Sentences on what has another name than in the source."""
    told = [
        f"class {label!r} is the folder {folder}"
        for label, folder in task.classes.items()
        if label != folder
    ]
    other = [
        (picture.path, name)
        for name, picture in plan.pictures.items()
        if picture.path.rpartition("/")[2] != name.rpartition("/")[2]
    ]
    if other:
        old, new = other[0]
        told.append(f"{len(other)} files have another name, such as {new} for {old}")
    return told
