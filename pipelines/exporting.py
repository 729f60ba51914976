"""The curated data set of a workspace, written for others: what `inksift export` and Python do."""

from pathlib import Path

from inksift.curation.base.errors import ParamError
from inksift.curation.base.location import Location
from inksift.curation.publish.export import export
from inksift.curation.publish.forms import form_named
from inksift.curation.publish.task import ExportParams, ExportSummary
from inksift.curation.store.published import read_decisions, read_images, read_review
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.places import (
    check_apart,
    pictures_of_run,
    read_beside,
    read_facts,
)


def export_run(
    workspace: Workspace,
    target: Path,
    *,
    source: Location | None = None,
    with_review: bool | None = None,
    link: bool = False,
    **how: object,
) -> ExportSummary:
    """Write what the last run kept to `target`; `how` are further ExportParams.

    The pictures are in `source` where they moved since. Those under review count as they did in the
    run where `with_review` says nothing. ParamError for a target among what is never written to,
    LockedError while a run is at work."""
    if target.resolve().is_relative_to(workspace.root.resolve()):
        raise ParamError(
            f"{target} lies inside the workspace {workspace.root}: choose a folder outside it"
        )
    check_apart(target, workspace)
    review = read_review(workspace) if with_review is None else ("kept" if with_review else "held")
    pictures = source or pictures_of_run(workspace)
    files = "link" if link else "copy"
    params = ExportParams.of("export", {**how, "files": files, "review": review})
    with workspace.undisturbed():  # or decisions of one run would go with tables of another
        decisions, images = read_decisions(workspace), read_images(workspace)
        beside = read_beside(workspace, pictures)
        facts = read_facts(workspace, form_named(params.form).uses, split=params.split)
    return export(
        decisions,
        images,
        source=pictures,
        target=target,
        params=params,
        beside=beside,
        facts=facts,
    )
