"""The curated set in the form that the next tool takes as it is: a folder tree, Parquet, shards, a
list, or a data set of a viewer (`forms`).

The originals are read and never written. Every picture's bytes are compared with its image_id on
the way, so what comes out is what was decided on; a file that changed or vanished is named, and
left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.errors import ParamError
from inksift.curation.base.location import Location, lies_in
from inksift.curation.base.tables import DECISIONS
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.reached import reach_again
from inksift.curation.publish.beside import NOTHING_BESIDE, Beside
from inksift.curation.publish.chosen import chosen_pictures, removed_files
from inksift.curation.publish.export_names import class_folders
from inksift.curation.publish.facts import NO_FACTS, ExportFacts, evidence_of
from inksift.curation.publish.forms import form_named
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.task import (
    EXPORT_FORMAT,
    ExportParams,
    ExportSummary,
    ExportTask,
    read_mark,
)
from inksift.curation.store.files import holds_nothing, sweep


def export(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    *,
    source: Location,
    target: Path,
    params: ExportParams,
    beside: Beside = NOTHING_BESIDE,
    facts: ExportFacts = NO_FACTS,
) -> ExportSummary:
    """Write the pictures of `source` that the form holds to `target`, with what lies `beside` them
    and what the run found out; again into an earlier export, only what changed.

    `target` must be new, empty, or an earlier export of the same form, and lie outside `source`;
    where the form is one file, it may be the name of a new one. Otherwise ParamError. StoreError
    when the disk is full."""
    form, summary, rows = form_named(params.form), ExportSummary(), DECISIONS.check(decisions)
    _demand_heeded(form, params)
    earlier = _earlier(source, target, form)
    pictures = chosen_pictures(
        rows, images, form=form, params=params, beside=beside, facts=facts, summary=summary
    )
    classes = class_folders(
        (picture.label for picture in pictures), form.folder, reserved=form.beside
    )
    summary.classes = {folder: label for label, folder in classes.items()}
    with _reaches(source, beside, facts) as (reach, test_reach):
        task = ExportTask(
            pictures=pictures,
            reach=reach,
            test_reach=test_reach,
            target=target,
            params=params,
            classes=classes,
            earlier=earlier,
            beside=beside,
            evidence=evidence_of(facts),
            removed=removed_files(rows),
            lone=is_lone_file(form, target),
        )
        form.write(task, summary)
    return summary


def _demand_heeded(form: Form, params: ExportParams) -> None:
    """ParamError where something is asked that the form cannot do."""
    if params.files == "link" and "files" not in form.heeds:
        raise ParamError(
            f"form {form.name} holds no file that could be a hard link: leave out --link"
        )
    if params.repeats != 1 and "repeats" not in form.heeds:
        raise ParamError(
            f"form {form.name} knows no epochs: leave out --repeats, which is for kohya"
        )


def is_lone_file(form: Form, target: Path) -> bool:
    """Whether a target is the name of the one file that the form consists of."""
    ending = Path(form.file).suffix
    return bool(ending) and target.suffix.lower() == ending and not target.is_dir()


@contextmanager
def _reaches(
    source: Location, beside: Beside, facts: ExportFacts
) -> Iterator[tuple[Reach, Reach | None]]:
    """How far reading goes: in the source, and in the trusted test folder where there is one."""
    with ExitStack() as opened:
        reach = opened.enter_context(reach_again(source, beside.link_roots))
        tested = facts.tested
        test_reach = reach_again(tested.folder, beside.link_roots) if tested else None
        yield reach, opened.enter_context(test_reach) if test_reach else None


def _earlier(source: Location, target: Path, form: Form) -> set[str]:
    """The names that an earlier export into `target` has, after checking that this one may go
    there, and removing what a killed one left half-written."""
    if lies_in(target, source):
        raise ParamError(f"{target} lies inside the source {source}: choose a folder outside it")
    if is_lone_file(form, target):
        return _nothing_there(target)
    if not target.exists():
        return set()
    if not target.is_dir():
        raise ParamError(f"{target} is a file: choose a new or empty folder")
    mark = {} if holds_nothing(target) else _mark_of(target, form)
    sweep(target)
    return {name for name in mark.get("files", []) if isinstance(name, str)}


def _mark_of(target: Path, form: Form) -> dict[str, Any]:
    """What an earlier export says of itself; ParamError where it is none of that form."""
    mark = read_mark(target)
    if mark.get("inksift_export") != EXPORT_FORMAT:
        raise ParamError(
            f"{target} is not empty and not an earlier export: choose a new or empty folder"
        )
    if mark.get("form") != form.name:
        raise ParamError(
            f"{target} holds an export as {mark.get('form')}, not as {form.name}: choose another "
            "folder"
        )
    return mark


def _nothing_there(file: Path) -> set[str]:
    """No names, for a file that is new; ParamError for one that might be somebody's."""
    if file.exists() or file.is_symlink():
        raise ParamError(f"{file} is there already: choose another name or move it away")
    return set()
