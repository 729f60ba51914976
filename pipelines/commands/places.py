"""Where a command may write a file that a person named, and how the next command names the same
places."""

from collections.abc import Sequence
from pathlib import Path

from curation.base.commands import Places, command
from curation.base.errors import ParamError
from curation.people.ledger.ledger import Ledger
from curation.project import Project
from curation.store.published import SOURCE, read_pictures, read_source, read_test
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
    """The command that takes in what people decided."""
    places = Places(workspace.root, ledger.name, weights)
    return command("run", source_of(workspace) or "SOURCE", at=places)


def project_of(workspace: Workspace, ledger_url: str) -> Project:
    """What the last run of the workspace worked on; StoreError before the first one."""
    return Project(
        read_source(workspace), workspace.root, test=read_test(workspace), ledger_url=ledger_url
    )


def source_of(workspace: Workspace) -> Path | None:
    """Where the pictures are; None where every run so far was stopped by a brake."""
    return read_source(workspace) if (workspace.root / SOURCE).exists() else None
