"""Settings from profiles and --set, checked before anything runs.

A profile is a YAML file of `stage: {setting: value}`, where the stage is the name of an asset.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inksift.assets.registry import registry
from inksift.assets.shared.names import BARE, Names
from inksift.curation.base.errors import ParamError
from inksift.curation.base.nearest import did_you_mean
from inksift.curation.base.params import Params
from inksift.curation.base.safe_yaml import read_yaml, yaml_value
from inksift.curation.evidence.features import FeatureParams
from inksift.curation.people.heard import HearingParams, whole_ledger
from inksift.curation.project import Project
from inksift.curation.training.explain.params import ExplainParams
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.verdict.medium.head import load_head
from inksift.curation.verdict.recipes import VerdictParams

RENAMED = {
    "f1_bill": "ablation",
    "verdicts.max_loss": "verdicts.max_removal",
    "verdicts.max_class_loss": "verdicts.max_class_removal",
    "verdicts.accept_losses": "verdicts.accept_removals",
}
"""Stages, and settings of stages, by the name that an earlier version gave them."""
_PROFILES = Path(__file__).parent / "profiles"

Values = dict[str, dict[str, Any]]


def profile_names() -> list[str]:
    """The profiles that ship with inksift."""
    return sorted(path.stem for path in _PROFILES.glob("*.yaml"))


def load_profile(name: str) -> Values:
    """The values of a shipped profile, or of a YAML file; ParamError names the file, the line or
    the key."""
    path = _PROFILES / f"{name}.yaml" if name in profile_names() else Path(name)
    if not path.is_file():
        known = profile_names()
        raise ParamError(
            f"no profile called {name}; there are: {', '.join(known)}, or give a YAML "
            f"file{did_you_mean(Path(name).stem, known)}"
        )
    return _stages(path, read_yaml(path, "a profile"))


def with_assignments(values: Values, assignments: tuple[str, ...]) -> Values:
    """`values` with every `stage.setting=value` laid over them; a mapping takes
    `stage.setting.key=value`."""
    merged = laid_over(values, {})
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        stage, dot, setting = name.partition(".")
        if not (equals and dot and setting):
            raise ParamError(
                f"cannot read --set {assignment}; write stage.setting=value, such as "
                "pairs.max_distance=4"
            )
        _assign(merged.setdefault(stage, {}), setting, yaml_value(text, f"--set {assignment}"))
    return merged


def laid_over(
    values: Mapping[str, Mapping[str, Any]], more: Mapping[str, Mapping[str, Any]]
) -> Values:
    """`values`, and `more` where both have a setting."""
    stages = dict.fromkeys([*values, *more])
    return {stage: {**values.get(stage, {}), **more.get(stage, {})} for stage in stages}


def stage_values(settings: Mapping[str, Params]) -> Values:
    """Settings as plain values, every one of them."""
    return {stage: params.model_dump(mode="json") for stage, params in settings.items()}


def checked(values: Values) -> dict[str, Params]:
    """Settings of every stage; ParamError names an unknown stage or setting, or a value out of
    range."""
    demand_new_names(values)
    stages = registry().settings
    for stage in values:
        if stage not in stages:
            raise unknown_stage(stage)
    return {stage: params.of(stage, values.get(stage, {})) for stage, params in stages.items()}


def unknown_stage(name: str) -> ParamError:
    """That no stage has settings under this name, and which have."""
    known = registry().settings
    meant = did_you_mean(name, known)
    return ParamError(f"no stage called {name}; there are: {', '.join(known)}{meant}")


def demand_new_names(values: Values) -> None:
    """ParamError when a person used the name of an earlier version: it says what to write now."""
    for stage, settings in values.items():
        for name in (stage, *(f"{stage}.{setting}" for setting in settings)):
            if name in RENAMED:
                raise ParamError(f"{name} is now called {RENAMED[name]}: write that instead")


def demand_head(settings: dict[str, Params], weights: Path | None) -> None:
    """WeightsError, before anything runs, when the recipe needs a head and there is none for the
    embedder."""
    verdicts, features = settings["verdicts"], settings["embeddings"]
    if not isinstance(verdicts, VerdictParams) or not isinstance(features, FeatureParams):
        raise TypeError("settings of verdicts and embeddings are those of their stages")
    if verdicts.recipe == "learned":
        load_head(features.embedder, [weights] if weights else [])


def demand_layers(settings: dict[str, Params]) -> None:
    """ParamError, before anything runs, when the network has no such layers as are to be
    explained."""
    training, explaining = settings["classifier"], settings["explanations"]
    if not isinstance(training, TrainingParams) or not isinstance(explaining, ExplainParams):
        raise TypeError("settings of classifier and explanations are those of their stages")
    if explaining.are_of_every_network:
        return
    from inksift.curation.training.explain import explain

    explain.demand_layers(training, explaining)


def demand_heard(settings: dict[str, Params], project: Project) -> None:
    """LedgerError, before anything runs, when the ledger cannot be read or lacks what the last run
    heard."""
    hearing = settings["human_decisions"]
    if not isinstance(hearing, HearingParams):
        raise TypeError("settings of human_decisions are those of its stage")
    whole_ledger(project.workspace, project.ledger, hearing)


def run_config(settings: dict[str, Params], steps: set[str], names: Names = BARE) -> dict[str, Any]:
    """The same settings as Dagster run config, for those steps that a job has, called by these
    names."""
    taking = registry().steps
    ops: dict[str, Any] = {}
    for stage, params in settings.items():
        for step in map(names.called, taking.get(stage, (stage,))):
            if step in steps:
                ops[step] = {"config": params.model_dump(mode="json")}
    return {"ops": ops}


def _assign(settings: dict[str, Any], name: str, value: Any) -> None:
    setting, dot, key = name.partition(".")
    if not dot:
        settings[setting] = value
        return
    mapping = settings.get(setting, {})
    settings[setting] = {**mapping, key: value} if isinstance(mapping, dict) else {key: value}


def _stages(path: Path, content: Any) -> Values:
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(
        isinstance(settings, dict) for settings in content.values()
    ):
        raise ParamError(
            f"{path}: expected stage: {{setting: value}} at the top, such as pairs: "
            f"{{max_distance: 4}}"
        )
    return {str(stage): _named(settings) for stage, settings in content.items()}


def _named(settings: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in settings.items()}
