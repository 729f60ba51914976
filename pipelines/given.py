"""What a run works on and with: the setup of its workspace, and what a person gave for this run.

A value that is given outranks the setup. Settings, and `--set`, lie over its own; another profile
stands in place of its profile and settings, as those were written for that profile."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from inksift.curation.base.errors import ParamError
from inksift.curation.base.location import Location, location_of
from inksift.curation.base.params import Params
from inksift.curation.project import Project
from inksift.curation.spread.params import EngineParams
from inksift.curation.store.setup import Setup, read_setup, setup_file, whole_path
from inksift.pipelines.settings import (
    Values,
    checked,
    laid_over,
    load_profile,
    profile_names,
    with_assignments,
)
from inksift.pipelines.shared import local_workspace

_DEFAULT_WORKSPACE = "inksift-workspace"


class Given(NamedTuple):
    """What a person gave for one run, on the command line or in the environment; empty where the
    setup decides."""

    workspace: Path
    source: Location | None = None
    test: Location | None = None
    no_test: bool = False
    link_roots: tuple[Path, ...] = ()
    weights: Path | None = None
    ledger_url: str = ""
    engine: Mapping[str, Any] = MappingProxyType({})
    profile: str = ""
    settings: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    assignments: tuple[str, ...] = ()

    @property
    def assigned(self) -> list[str]:
        """The settings that were given beside a profile, each as --set takes it."""
        told: list[str] = []
        for stage, values in self.settings.items():
            told += [f"{stage}.{name}={_plainly(value)}" for name, value in values.items()]
        return [*told, *self.assignments]


def from_environment() -> Given:
    """What INKSIFT_SOURCE, _WORKSPACE, _TEST, _WEIGHTS, _LEDGER, _ENGINE, _RAY_ADDRESS and
    _LINK_ROOTS (folders with colons between them) give."""
    roots = os.environ.get("INKSIFT_LINK_ROOTS", "").split(os.pathsep)
    return Given(
        local_workspace(location_of(os.environ.get("INKSIFT_WORKSPACE") or _DEFAULT_WORKSPACE)),
        source=_place("INKSIFT_SOURCE"),
        test=_place("INKSIFT_TEST"),
        link_roots=tuple(map(Path, filter(None, roots))),
        weights=_named("INKSIFT_WEIGHTS"),
        ledger_url=os.environ.get("INKSIFT_LEDGER", ""),
        engine=engine_named(
            os.environ.get("INKSIFT_ENGINE", ""), os.environ.get("INKSIFT_RAY_ADDRESS", "")
        ),
    )


def engine_named(kind: str, address: str) -> dict[str, str]:
    """What an option or the environment says of the engine; empty where it says nothing.

    >>> engine_named("", "10.0.0.5:6379")
    {'kind': 'ray', 'address': '10.0.0.5:6379'}
    """
    named = {"kind": kind or ("ray" if address else ""), "address": address}
    return {name: value for name, value in named.items() if value}


def project_given(given: Given) -> Project | None:
    """What a run works on; None where neither the person nor the setup names a source."""
    setup = read_setup(given.workspace) or Setup()
    source = given.source or setup.source
    if source is None:
        return None
    weights = given.weights or setup.weights
    if weights and not weights.is_dir():
        raise ParamError(
            f"no such folder of weights: {weights}; correct weights in "
            f"{setup_file(given.workspace)}, --weights-dir or INKSIFT_WEIGHTS"
        )
    return Project(
        source,
        given.workspace,
        None if given.no_test else given.test or setup.test,
        weights,
        given.ledger_url or setup.ledger,
        given.link_roots or tuple(setup.link_roots),
        EngineParams.of("engine", {**setup.engine.model_dump(), **given.engine}),
    )


def settings_given(given: Given, project: Project) -> dict[str, Params]:
    """The settings of every stage; ParamError names an unknown one, or a value out of range."""
    profile = given.profile
    values = load_profile(profile) if profile else remembered_values(given.workspace)
    values = with_assignments(laid_over(values, given.settings), given.assignments)
    return checked(with_links(values, project))


def settings_remembered(project: Project) -> dict[str, Params]:
    """The settings of every stage where a person gave none."""
    return checked(with_links(remembered_values(project.workspace_folder), project))


def remembered_values(workspace: Path) -> Values:
    """What the setup of a workspace says of settings, its profile included; the default profile
    where there is no setup. ParamError names the file and what is wrong in it."""
    setup = read_setup(workspace) or Setup()
    try:
        values = laid_over(load_profile(profile_remembered(setup, workspace)), setup.settings)
        checked(values)
    except ParamError as error:
        raise ParamError(f"{setup_file(workspace)}: {error}") from None
    return values


def profile_remembered(setup: Setup, workspace: Path) -> str:
    """A profile that ships by its name, another by its file, which may lie beside the setup."""
    shipped = setup.profile in profile_names()
    return setup.profile if shipped else str(whole_path(setup.profile, workspace))


def named_profile(workspace: Path) -> str:
    """The profile that the setup of a workspace names, as it stands there; the default one where
    there is no setup."""
    return (read_setup(workspace) or Setup()).profile


def with_links(values: Mapping[str, Mapping[str, object]], project: Project) -> Values:
    """`values`; where folders are named that links may lead into, links are followed."""
    follow = {"images": {"follow_links": True}} if project.link_roots else {}
    return laid_over(values, follow)


def _plainly(value: Any) -> str:
    """A value as --set takes it."""
    return json.dumps(value, default=str)


def _place(variable: str) -> Location | None:
    value = os.environ.get(variable)
    return location_of(value) if value else None


def _named(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None
