"""The one door of a run that a person starts, on the command line or in Python: what it is given is
checked before anything runs, and what it decided is remembered where nothing was yet."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from inksift.curation.base.errors import InksiftError, ParamError, SourceError
from inksift.curation.base.params import Params
from inksift.curation.project import Project
from inksift.curation.spread.opened import demand_engine
from inksift.curation.store.published import CSV
from inksift.curation.store.setup import setup_file
from inksift.pipelines.given import Given, project_given, settings_given

if TYPE_CHECKING:
    from inksift.pipelines.listener import Heard


class ChainRun(NamedTuple):
    """A run that ended: what it worked on, what was heard of it, how long it took, in what it
    differed from the setup, and what became of that, a line each."""

    project: Project
    heard: "Heard"
    seconds: float
    differs: list[str]
    setup: list[str]

    @property
    def proposal(self) -> Path | None:
        """Decisions that wait for a person's word, where the run would have removed too much."""
        told = self.heard.metadata.get("verdicts", {}).get("proposal")
        return Path(told) if told else None

    @property
    def decisions(self) -> Path | None:
        """The CSV file of what it decided, be it a proposal; None where it decided nothing."""
        published = None if self.heard.failed_checks else self.project.workspace.root / CSV
        return self.proposal or published


def run_given(
    job: str, given: Given, *, remember: bool = False, quiet: bool = False, only: str = ""
) -> ChainRun:
    """Run a job on what was given or is remembered, or of it no more than the asset `only` needs.

    A blocking check that fails ends it early, and is among what was heard. `remember` makes what it
    is given the setup, if it succeeds; where there is none, the first that succeeds does so."""
    from inksift.assets.shared.this_run import tags_of
    from inksift.pipelines.remembering import REMEMBER_TAG, differences
    from inksift.pipelines.runner import execute
    from inksift.pipelines.settings import demand_heard
    from inksift.pipelines.shared import share

    project = _project(given)
    settings = _settings(given, project)
    began = time.monotonic()
    demand_heard(settings, project)
    demand_engine(project.engine)
    project.workspace.demand_writable()
    differs = [] if remember else differences(project, settings)
    tags = tags_of(given.profile, given.assigned)
    tags |= {REMEMBER_TAG: "yes"} if remember else {}
    heard = execute(project, job, settings, tags=tags, quiet=quiet, only=only)
    whole = not (heard.failed_checks or only)
    kept = _remembered(project, settings, profile=given.profile, anew=remember) if whole else []
    share(project.workspace_folder)
    return ChainRun(project, heard, time.monotonic() - began, differs, kept)


def _project(given: Given) -> Project:
    """What the run works on; ParamError where nothing names a source."""
    project = project_given(given)
    if project is None:
        raise ParamError(
            f"no SOURCE given, and none in {setup_file(given.workspace)}: name the folder of "
            "class_name/picture.jpg, as in `inksift run crawl/images`"
        )
    _demand_there(given, project)
    return project


def _demand_there(given: Given, project: Project) -> None:
    """SourceError where a folder is gone that the setup names and nobody else."""
    for name in ("source", "test"):
        path = getattr(project, name)
        if path and getattr(given, name) is None and not path.exists():
            raise SourceError(
                f"{setup_file(given.workspace)}: {name}: no such folder: {path}; correct it there, "
                "or name another for this run"
            )


def _settings(given: Given, project: Project) -> dict[str, Params]:
    """The settings of every stage, with all that can be known to be wrong before anything runs."""
    from inksift.pipelines.settings import demand_head, demand_layers

    checked = settings_given(given, project)
    demand_head(checked, project.weights)
    demand_layers(checked)
    return checked


def _remembered(
    project: Project, settings: Mapping[str, Params], *, profile: str, anew: bool
) -> list[str]:
    """What a person should know of the setup after a run; an edit meanwhile spoils no run."""
    from inksift.pipelines.remembering import remember

    try:
        return remember(project, settings, profile=profile, anew=anew)
    except InksiftError as error:
        return [f"the setup was not written: {error}"]
