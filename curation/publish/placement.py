"""Under which names pictures and their sidecars lie in a tree: their own, as far as the file system
and the next tool take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from inksift.curation.publish.beside import Sidecar
from inksift.curation.publish.export_names import (
    distinct,
    folded,
    kept_name,
    sidecar_name,
    with_number,
)
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask

NamesBeside = Callable[[ExportPicture, str, Sequence[Sidecar]], Mapping[str, Sidecar]]
"""The names of the sidecars of a picture that lies under some name."""


class Plan(NamedTuple):
    """What goes where, by its name below the target, with / between the folders."""

    pictures: Mapping[str, ExportPicture]
    sidecars: Mapping[str, tuple[ExportPicture, Sidecar]]


def own_names(
    picture: ExportPicture, exported: str, sidecars: Sequence[Sidecar]
) -> dict[str, Sidecar]:
    """Sidecars under the name of their picture, each with what it adds to that."""
    taken: set[str] = set()
    return {
        distinct(sidecar_name(picture.path, one.path, exported), taken): one for one in sidecars
    }


def no_sidecars(
    picture: ExportPicture, exported: str, sidecars: Sequence[Sidecar]
) -> dict[str, Sidecar]:
    """For forms that hold what sidecars say in files of their own."""
    return {}


class Naming(NamedTuple):
    """How a form names files: the `folder` of a picture, what to `mend` in the name of a file that
    the next tool would take amiss, the names of sidecars, and whether the names of two pictures of
    a folder must differ without their endings."""

    folder: Callable[[ExportPicture], str]
    mend: Callable[[str], str] = str
    beside: NamesBeside = own_names
    by_stem: bool = False


def plan_of(task: ExportTask, naming: Naming) -> Plan:
    """Every picture under its own name, numbered only where that, or the name of a sidecar, is
    taken."""
    folders: dict[str, _Taken] = {}
    pictures: dict[str, ExportPicture] = {}
    sidecars: dict[str, tuple[ExportPicture, Sidecar]] = {}
    for picture in task.pictures:
        folder = naming.folder(picture)
        taken = folders.setdefault(folder, _Taken(naming.by_stem))
        file, beside = taken.place(picture, naming, task.sidecars(picture))
        pictures[f"{folder}/{file}"] = picture
        sidecars |= {f"{folder}/{name}": (picture, one) for name, one in beside.items()}
    return Plan(pictures, sidecars)


def told_plan(task: ExportTask, summary: ExportSummary, naming: Naming) -> Plan:
    """The same, with what has another name than in the source told in `summary`."""
    plan = plan_of(task, naming)
    summary.notes += _renamings(task, plan)
    return plan


class _Taken:
    """The names in one folder, and the number that the next picture of a name may have."""

    def __init__(self, by_stem: bool) -> None:
        self._names: set[str] = set()
        self._following: dict[str, int] = {}
        self._by_stem = by_stem

    def place(
        self, picture: ExportPicture, naming: Naming, sidecars: Sequence[Sidecar]
    ) -> tuple[str, Mapping[str, Sidecar]]:
        """Free names for a picture and its sidecars, which are taken then."""
        wanted = naming.mend(kept_name(picture.path, picture.format))
        number = self._following.get(folded(wanted), 1)
        while True:
            name = with_number(wanted, number)
            beside = naming.beside(picture, name, sidecars)
            number += 1
            if self._take([name, *beside]):
                self._following[folded(wanted)] = number
                return name, beside

    def _take(self, names: Sequence[str]) -> bool:
        """Whether all of the names were free."""
        claimed = set(map(folded, names))
        if self._by_stem:
            claimed.add(folded(names[0].rpartition(".")[0]))
        if claimed & self._names:
            return False
        self._names |= claimed
        return True


def _renamings(task: ExportTask, plan: Plan) -> list[str]:
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
