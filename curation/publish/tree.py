"""An export as a tree of files: pictures where a plan puts them, with what lies beside them and
what the form writes itself. Again into the same folder, only what changed is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from inksift.curation.base.engine import in_batches, per_item
from inksift.curation.base.errors import ParamError
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.publish.beside import carry
from inksift.curation.publish.export_names import folded
from inksift.curation.publish.placement import Plan
from inksift.curation.publish.task import (
    BATCH,
    ExportPicture,
    ExportSummary,
    ExportTask,
    holds_picture,
    read_picture,
    write_mark,
)
from inksift.curation.store.files import (
    atomic_file,
    put_in_place,
    temporary_beside,
    write_atomically,
)

Texts = Mapping[str, bytes | Iterator[bytes]]
"""The files that a form writes itself, by name, large ones in pieces."""

WriteTexts = Callable[[Mapping[str, ExportPicture]], Texts]
"""Makes those files for the pictures that are there."""

_MOST_LEVELS = 5
"""Folders and file of an export at most: nothing deeper is ever removed."""


def no_texts(there: Mapping[str, ExportPicture]) -> Texts:
    """For forms that write nothing but pictures and sidecars."""
    return {}


def write_tree(
    task: ExportTask, summary: ExportSummary, plan: Plan, texts: WriteTexts = no_texts
) -> None:
    """Bring the target to what the plan says, and count in `summary`."""
    begin(task, [*plan.pictures, *plan.sidecars])
    _place_all(task, summary, plan)
    there = {
        name: picture
        for name, picture in plan.pictures.items()
        if picture.path not in summary.skipped
    }
    names = [*there, *_carry_all(task, summary, plan)]
    written = texts(there)
    begin(task, [*written], there=names)
    for name, content in written.items():
        _write(task.target / name, content)
    finish(task, summary, [*names, *written])


def begin(task: ExportTask, names: Sequence[str], *, there: Sequence[str] = ()) -> None:
    """Put down that these files will be of the export, beside those that are `there` by now and
    those of an earlier one; ParamError where something lies in their place that no export put
    there."""
    _demand_free(task, names)
    write_mark(task, [*{*names, *there, *task.earlier}])
    _remove_twins(task, names)


def _demand_free(task: ExportTask, names: Iterable[str]) -> None:
    known = set(map(folded, task.earlier))
    others = (name for name in names if folded(name) not in known)
    theirs = next((name for name in others if os.path.lexists(task.target / name)), None)
    if theirs is not None:
        raise ParamError(
            f"{task.target / theirs} is no file of the earlier export, and would be replaced: move "
            "it away, or choose another folder"
        )


def _remove_twins(task: ExportTask, names: Sequence[str]) -> None:
    """Remove what an earlier export called almost like one of these `names`, before that is
    written: to a file system that ignores case it is the same file."""
    now = set(map(folded, names))
    for name in task.earlier - {*names}:
        if folded(name) in now:
            _remove(task.target, name)


def finish(task: ExportTask, summary: ExportSummary, names: Sequence[str]) -> None:
    """Remove what an earlier export had and this one has not, and put down what is there now."""
    now = set(map(folded, names))
    stale = [name for name in task.earlier if folded(name) not in now]
    summary.removed = sum(_remove(task.target, name) for name in sorted(stale))
    write_mark(task, names)


def _place_all(task: ExportTask, summary: ExportSummary, plan: Plan) -> None:
    """Put every picture where it belongs."""
    for some in in_batches(list(plan.pictures), BATCH, "export"):
        reports = per_item(lambda name: _place(task, plan.pictures[name], task.target / name), some)
        for name, (outcome, reason) in zip(some, reports, strict=True):
            _count(summary, plan.pictures[name], outcome, reason)


def _carry_all(task: ExportTask, summary: ExportSummary, plan: Plan) -> list[str]:
    """Put the sidecars of pictures that are there beside them; the names of those that are there
    now."""
    there = []
    for name, (picture, sidecar) in plan.sidecars.items():
        if picture.path in summary.skipped:
            continue
        try:
            carry(task.reach_to(picture), sidecar, task.target / name)
            there.append(name)
        except RefusedError as refusal:
            summary.skipped[sidecar.path] = refusal.reason
    summary.sidecars = len(there)
    return there


def _write(place: Path, content: bytes | Iterator[bytes]) -> None:
    """Write a file, unless it is known to hold just that."""
    if isinstance(content, bytes):
        if not place.is_file() or place.is_symlink() or place.read_bytes() != content:
            write_atomically(place, content)
        return
    with atomic_file(place) as file:
        for piece in content:
            file.write(piece)


def _place(
    task: ExportTask, picture: ExportPicture, place: Path
) -> tuple[Literal["new", "reused", "skipped"], str]:
    """Put one picture where it belongs, and say whether that was needed and possible."""
    if holds_picture(place, picture.image_id) and (
        task.params.files == "link" or place.stat().st_nlink == 1
    ):
        return "reused", ""
    try:
        data = read_picture(task, picture)
    except RefusedError as refusal:
        return "skipped", refusal.reason
    if task.params.files == "copy" or not _link(task, picture, place):
        write_atomically(place, data)
    return "new", ""


def _count(summary: ExportSummary, picture: ExportPicture, outcome: str, reason: str) -> None:
    if outcome == "skipped":
        summary.skipped[picture.path] = reason
    else:
        summary.pictures += 1
        summary.reused += outcome == "reused"


def _link(task: ExportTask, picture: ExportPicture, place: Path) -> bool:
    """Hard-link the original; False, with nothing left behind, where that cannot be or gave other
    bytes."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(place) as new:
            task.reach_to(picture).link(picture.path_bytes, new)
            if not holds_picture(new, picture.image_id):
                return False
            put_in_place(new, place)
    except OSError:
        return False
    return True


def _remove(target: Path, name: str) -> bool:
    """Remove a file that an earlier export wrote, and folders that it leaves empty; never one
    outside the levels of an export."""
    parts = name.split("/")
    place = target.joinpath(*parts)
    folders = list(place.parents)[: len(parts) - 1]
    if (
        len(parts) > _MOST_LEVELS
        or {*parts} & {"", ".", ".."}
        or any(folder.is_symlink() for folder in folders)
        or not place.is_file()
    ):
        return False
    place.unlink()
    for folder in folders:
        if not any(folder.iterdir()):
            folder.rmdir()
    return True
