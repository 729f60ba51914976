"""The setup of a workspace beside what a run was given: in what they differ, and when it is
written."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg

from inksift.assets.registry import registry
from inksift.assets.shared.names import BARE
from inksift.curation.base.described import value_told
from inksift.curation.base.params import Params
from inksift.curation.people.heard import called
from inksift.curation.people.ledger.address import same_place
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.project import Project
from inksift.curation.runs.record import known_run
from inksift.curation.store.published import read_differs
from inksift.curation.store.setup import SETUP, Setup, read_setup, write_setup
from inksift.pipelines.given import profile_remembered, settings_remembered
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.settings import Values, checked, load_profile, profile_names, stage_values

FOR_ONE_RUN = ("verdicts.accept_removals", "human_decisions.accept_other_ledger")
"""What a person accepts in one run, and no later run inherits."""
REMEMBER_TAG = "inksift/remember"
"""The tag of a run whose settings become those of the setup, if it succeeds."""
_KEPT = {"schedule", "owners", "overdue_days"}
"""What no run is given, so that a setup written anew keeps what people wrote."""
_FOLLOWS_LINKS = "images.follow_links"
"""Follows from the folders that links may lead into."""


class _ChangedSetting(NamedTuple):
    stage: str
    name: str
    value: Any
    usual: Any

    @property
    def setting(self) -> str:
        return f"{self.stage}.{self.name}"

    @property
    def told(self) -> str:
        return f"{self.setting}: {value_told(self.value)} instead of {value_told(self.usual)}"


def differences(project: Project, settings: Mapping[str, Params]) -> list[str]:
    """In what a run differs from the setup of its workspace, a line each; none where there is no
    setup yet."""
    setup = read_setup(project.workspace_folder)
    if setup is None:
        return []
    return [*_other_places(setup, project), *_other_settings(project, settings)]


def measured_otherwise(project: Project) -> str:
    """Why the job `decide` cannot decide with the setup on what the last run measured: it differed,
    or the setup was edited since; "" where nothing speaks against it."""
    differed, edited = read_differs(project.workspace), _edited_since(project)
    if not (differed or edited):
        return ""
    why = "the last run differed from the setup" if differed else "the setup was edited since"
    return (
        f"{why}, and what the last run measured may not fit ({'; '.join(differed or edited)}): run "
        "`inksift run`, or the job `everything` or `curate`, which take these in"
    )


def remember(
    project: Project, settings: Mapping[str, Params], *, profile: str = "", anew: bool = False
) -> list[str]:
    """Make what a run was given the setup of its workspace, where there is none or a person wants
    it `anew`; what a person should know of it."""
    before = read_setup(project.workspace_folder)
    if before and not anew:
        return []
    name = _whole(profile) if profile else _profile_before(before, project)
    setup = Setup(
        source=project.source.resolve(),
        test=project.test and project.test.resolve(),
        link_roots=[root.resolve() for root in project.link_roots],
        weights=project.weights and project.weights.resolve(),
        ledger=project.ledger.name,
        engine=project.engine,
        profile=name,
        settings=_own_settings(name, settings),
        **(before.model_dump(include=_KEPT) if before else {}),
    )
    return _told(project, write_setup(project.workspace_folder, setup))


def _told(project: Project, kept: Path | None) -> list[str]:
    file = project.workspace_folder / SETUP
    line = f"the setup of later runs is in {file}: edit it there"
    return [line, *([f"the setup before it is in {kept}"] if kept else [])]


def _profile_before(before: Setup | None, project: Project) -> str:
    known = before or Setup()
    return profile_remembered(known, project.workspace_folder)


def _whole(profile: str) -> str:
    return profile if profile in profile_names() else str(Path(profile).resolve())


def _own_settings(profile: str, settings: Mapping[str, Params]) -> Values:
    """The settings that are not as the profile has them."""
    own: Values = {}
    for one in _changed(settings, checked(load_profile(profile))):
        if one.setting != _FOLLOWS_LINKS:
            own.setdefault(one.stage, {})[one.name] = one.value
    return own


def _changed(
    settings: Mapping[str, Params], usual: Mapping[str, Params]
) -> Iterator[_ChangedSetting]:
    """The settings that are not as usual, but for what holds for one run."""
    before = stage_values(usual)
    for stage, values in stage_values(settings).items():
        for name, value in values.items():
            found = _ChangedSetting(stage, name, value, before[stage][name])
            if found.value != found.usual and found.setting not in FOR_ONE_RUN:
                yield found


def _edited_since(project: Project) -> list[str]:
    """In what the setup was edited since the last run measured with it, a line each, but for the
    settings of steps that `decide` runs again; none before the first run."""
    run, stages = known_run(project.workspace), registry()
    made = [asset for asset in stages.assets if isinstance(asset, dg.AssetsDefinition)]
    again = {key.to_python_identifier() for key in jobs_called(BARE).decide.selection.resolve(made)}
    measured = run.settings if run else {}
    return [
        one.told
        for one in _edited(measured, stage_values(settings_remembered(project)))
        if again.isdisjoint(stages.steps[one.stage])
    ]


def _edited(measured: Mapping[str, Mapping[str, Any]], now: Values) -> Iterator[_ChangedSetting]:
    """The settings that are not as they were; those that one version has alone are none."""
    for stage in sorted(measured.keys() & now.keys()):
        for name in sorted(measured[stage].keys() & now[stage].keys()):
            before, value = measured[stage][name], now[stage][name]
            if value != before:
                yield _ChangedSetting(stage, name, value, before)


def _other_places(setup: Setup, project: Project) -> Iterator[str]:
    pairs: dict[str, tuple[Any, Any]] = {
        "source": (setup.source, project.source),
        "test": (setup.test, project.test),
        "weights": (setup.weights, project.weights),
    }
    for name, (usual, here) in pairs.items():
        if usual != here and (usual and usual.resolve()) != (here and here.resolve()):
            yield f"{name}: {here or 'none'} instead of {usual or 'none'}"
    if {root.resolve() for root in setup.link_roots} != {r.resolve() for r in project.link_roots}:
        yield f"link_roots: {_listed(project.link_roots)} instead of {_listed(setup.link_roots)}"
    remembered = Ledger.of(project.workspace, setup.ledger).name
    if not same_place(remembered, project.ledger.name):
        yield f"ledger: {called(project.ledger.name)} instead of {called(remembered)}"


def _other_settings(project: Project, settings: Mapping[str, Params]) -> Iterator[str]:
    yield from (one.told for one in _changed(settings, settings_remembered(project)))


def _listed(roots: Any) -> str:
    return ", ".join(map(str, roots)) or "none"
