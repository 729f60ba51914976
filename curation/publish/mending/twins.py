"""Published files and those of kept runs: most lie in the workspace twice, once under their own
name and once in the run that made them, so that one is brought back from the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.publish.digests import FileDigests
from inksift.curation.publish.mending.mend import Mend
from inksift.curation.runs.kept import run_folders
from inksift.curation.runs.record import RUN_FILE, RunRecord, known_run, read_record
from inksift.curation.store.files import copy_file, file_digest
from inksift.curation.store.moved_aside import MovedAside
from inksift.curation.store.workspace import Workspace

_LIST = "published.json"


def twin_mends(workspace: Workspace, aside: MovedAside) -> Iterator[Mend]:
    """All of them, for a workspace that is held."""
    digests = FileDigests()
    yield from _of_list(workspace, aside)
    for name, digest in workspace.published().items():
        place = workspace.root / name
        if not digests.match(place, digest):
            yield from _of_published(
                workspace, name, _twin(workspace, name, digest, digests), aside
            )
    for folder in run_folders(workspace):
        for name, digest in _kept(folder).items():
            if not digests.match(folder / name, digest):
                twin = _twin(workspace, name, digest, digests)
                yield from _brought_back(workspace, folder / name, twin, aside)


def _of_published(
    workspace: Workspace, name: str, twin: Path | None, aside: MovedAside
) -> Iterator[Mend]:
    place = workspace.root / name
    yield from _brought_back(workspace, place, twin, aside)
    if place.exists() and not twin:
        what = "set aside, and nothing here has it as it was: the next run makes it again"
        yield Mend(name, what, partial(aside.move, place))


def _of_list(workspace: Workspace, aside: MovedAside) -> Iterator[Mend]:
    """The list of what is published, of which the record of the run knows nearly all."""
    run = known_run(workspace)
    if not workspace.published() and run:
        what = f"made anew of {RUN_FILE}, for the files that are as it says"
        yield Mend(_LIST, what, partial(_list_anew, workspace, run, aside))


def _list_anew(workspace: Workspace, run: RunRecord, aside: MovedAside) -> None:
    if (workspace.root / _LIST).exists():
        aside.move(workspace.root / _LIST)
    digests = FileDigests()
    kept = {n: d for n, d in run.kept.items() if digests.match(workspace.root / n, d)}
    workspace.enlist({**kept, RUN_FILE: file_digest(workspace.root / RUN_FILE)})


def _brought_back(
    workspace: Workspace, place: Path, twin: Path | None, aside: MovedAside
) -> Iterator[Mend]:
    if twin:
        kept = ", and what lay there is set aside" if place.exists() else ""
        what = f"brought back from {twin.relative_to(workspace.root).as_posix()}{kept}"
        told = place.relative_to(workspace.root).as_posix()
        yield Mend(told, what, partial(_bring_back, twin, place, aside))


def _twin(workspace: Workspace, name: str, digest: str, digests: FileDigests) -> Path | None:
    """Where a file lies as it should be, under its own name or in a kept run."""
    places = (workspace.root / name, *(folder / name for folder in run_folders(workspace)))
    return next((place for place in places if digests.match(place, digest)), None)


def _bring_back(twin: Path, place: Path, aside: MovedAside) -> None:
    if place.exists():
        aside.move(place)
    copy_file(twin, place)


def _kept(folder: Path) -> dict[str, str]:
    try:
        return dict(read_record(folder / RUN_FILE).kept)
    except StoreError:
        return {}
