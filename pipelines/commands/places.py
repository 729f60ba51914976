"""Where a command may write a file that a person named, and how the next command names the same
places."""

from collections.abc import Sequence
from pathlib import Path

from curation.base.commands import Places, command
from curation.base.errors import ParamError
from curation.base.tables import DUPLICATES
from curation.gather.archive.unpack import pictures_of
from curation.gather.folder.layout import GIVEN_SPLITS
from curation.gather.folder.sidecars import SIDECARS
from curation.people.ledger.ledger import Ledger
from curation.project import Project
from curation.publish.beside import Beside, beside_of
from curation.store.published import (
    SOURCE,
    read_images,
    read_link_roots,
    read_pictures,
    read_source,
    read_test,
)
from curation.store.tables import read_later_table
from curation.store.workspace import Workspace


def check_new_file(name: str, file: Path, *, suffixes: Sequence[str], workspace: Workspace) -> None:
    """ParamError unless `file`, the value of `name`, has one of the suffixes, is new and lies
    outside the workspace and the pictures."""
    if file.suffix.lower() not in suffixes or not file.absolute().parent.is_dir():
        raise ParamError(
            f"{name} {file}: expected a {' or '.join(suffixes)} file in a folder that exists"
        )
    if file.exists():
        raise ParamError(f"{name} {file} is there already: choose another name or move it away")
    if file.resolve().is_relative_to(workspace.root.resolve()):
        raise ParamError(
            f"{name} {file} lies inside the workspace {workspace.root}: choose a folder outside it"
        )
    for folder in read_pictures(workspace):
        if file.resolve().is_relative_to(folder.resolve()):
            raise ParamError(
                f"{name} {file} lies among the pictures in {folder}: choose a folder outside it"
            )


def next_run(workspace: Workspace, weights: Path | None, ledger: Ledger) -> str:
    """The command that takes in what people decided: without training, where there is a run to go
    on from."""
    places = Places(workspace.root, ledger.name, weights)
    if source_of(workspace):
        return command("decide", at=places)
    return command("run", "SOURCE", at=places)


def project_of(workspace: Workspace, ledger_url: str, weights: Path | None = None) -> Project:
    """What the last run of the workspace worked on; StoreError before the first one."""
    return Project(
        read_source(workspace),
        workspace.root,
        test=read_test(workspace),
        weights=weights,
        ledger_url=ledger_url,
        link_roots=tuple(read_link_roots(workspace)),
    )


def read_beside(workspace: Workspace) -> Beside:
    """What lay beside the pictures of the last run: sidecars, given splits, and where links led."""
    return beside_of(
        read_images(workspace),
        read_later_table(workspace.table(SIDECARS.name), SIDECARS),
        read_later_table(workspace.table(GIVEN_SPLITS.name), GIVEN_SPLITS),
        read_later_table(workspace.table(DUPLICATES.name), DUPLICATES),
        (pictures_of_run(workspace), *read_link_roots(workspace)),
    )


def pictures_of_run(workspace: Workspace) -> Path:
    """The folder of the last run's pictures, where they came from archives the one that these were
    unpacked into."""
    return pictures_of(read_source(workspace), workspace)


def check_apart(target: Path, workspace: Workspace) -> None:
    """ParamError where a folder that is to be written lies among archives of pictures."""
    for source in read_pictures(workspace):
        if target.resolve().is_relative_to(source.resolve()):
            raise ParamError(
                f"{target} lies inside the source {source}: choose a folder outside it"
            )


def source_of(workspace: Workspace) -> Path | None:
    """Where the pictures are; None where every run so far was stopped by a brake."""
    return read_source(workspace) if (workspace.root / SOURCE).exists() else None
