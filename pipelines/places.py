"""Where a command may write a file that a person named, and where the last run worked."""

from collections.abc import Sequence
from pathlib import Path

from inksift.curation.base.errors import ParamError
from inksift.curation.base.location import Location, lies_in
from inksift.curation.base.tables import DUPLICATES, FOUND_FILES, GROUPED_FILES, IMAGES, SPLITS
from inksift.curation.evidence.objects import ObjectParams, box_classes
from inksift.curation.gather.folder.layout import GIVEN_SPLITS
from inksift.curation.gather.folder.sidecars import SIDECARS
from inksift.curation.gather.reached import pictures_of
from inksift.curation.people.tags import read_tags
from inksift.curation.project import Project
from inksift.curation.publish.beside import Beside, beside_of
from inksift.curation.publish.facts import OF_RUN, ExportFacts, Tested
from inksift.curation.runs.record import known_run
from inksift.curation.store.published import (
    demand_trained,
    read_images,
    read_link_roots,
    read_pictures,
    read_source,
    read_test,
)
from inksift.curation.store.setup import read_setup, remembered_ledger
from inksift.curation.store.tables import read_later_table, read_table
from inksift.curation.store.workspace import Workspace


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
        if lies_in(file, folder):
            raise ParamError(
                f"{name} {file} lies among the pictures in {folder}: choose a folder outside it"
            )


def project_of(workspace: Workspace, ledger_url: str) -> Project:
    """What the last run of the workspace worked on; StoreError before the first one."""
    return Project(
        read_source(workspace),
        workspace.root,
        test=read_test(workspace),
        ledger_url=ledger_url or remembered_ledger(workspace.root),
        link_roots=tuple(read_link_roots(workspace)),
    )


def read_beside(workspace: Workspace, pictures: Location) -> Beside:
    """What lay beside the pictures of the last run, which are in the folder `pictures` now:
    sidecars, given splits, and where links led."""
    around = [pictures] if isinstance(pictures, Path) else []
    return beside_of(
        read_images(workspace),
        read_later_table(workspace.table(SIDECARS.name), SIDECARS),
        read_later_table(workspace.table(GIVEN_SPLITS.name), GIVEN_SPLITS),
        read_later_table(workspace.table(DUPLICATES.name), GROUPED_FILES),
        (*around, *read_link_roots(workspace)),
    )


def read_facts(workspace: Workspace, names: Sequence[str], *, split: bool) -> ExportFacts:
    """What the last run found out, as far as an export uses it: the tables of these `names`, and
    where it is to be divided how the run did it. StoreError where it divided nothing."""
    tables = {name: read_later_table(workspace.table(name), OF_RUN[name]) for name in names}
    facts = ExportFacts(tables, box_classes=_box_classes(workspace), tags=read_tags(workspace))
    if not split:
        return facts
    demand_trained(workspace)
    splits = read_table(workspace.table(SPLITS.name), SPLITS)
    test = read_test(workspace)
    if test is None:
        return facts._replace(splits=splits)
    images = read_table(workspace.table(f"test_{IMAGES.name}"), FOUND_FILES)
    tested = Tested(pictures_of(test, workspace), images)
    return facts._replace(splits=splits, tested=tested)


def _box_classes(workspace: Workspace) -> Sequence[str]:
    """What the detector of the last run tells apart; the default one's where no record of it is
    there."""
    run = known_run(workspace)
    settings = run.settings.get("object_counts", {}) if run else {}
    chosen = {name: value for name, value in settings.items() if name == "weights"}
    return box_classes(ObjectParams.of("object_counts", chosen))


def pictures_of_run(workspace: Workspace) -> Location:
    """The folder of the last run's pictures, where they came from archives the one that these were
    unpacked into."""
    return pictures_of(read_source(workspace), workspace)


def check_apart(target: Path, workspace: Workspace) -> None:
    """ParamError where a folder that is to be written lies among archives of pictures."""
    for source in read_pictures(workspace):
        if lies_in(target, source):
            raise ParamError(
                f"{target} lies inside the source {source}: choose a folder outside it"
            )


def weights_of(workspace: Workspace, given: Path | None) -> Path | None:
    """The folder of weights that a person gave, or else that of the setup."""
    setup = read_setup(workspace.root)
    return given or (setup.weights if setup else None)
