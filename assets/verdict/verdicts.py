"""One outcome, one reason and one explanation for every file found."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import counts, numbers, records, table
from inksift.assets.shared.reuse import MADE_OF, MadeBefore, made_before, made_of
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.tables import DECISIONS
from inksift.curation.project import Project
from inksift.curation.store.files import file_digest
from inksift.curation.store.published import (
    PROPOSAL,
    publish_medium,
    publish_proposal,
)
from inksift.curation.verdict import conflicts, evidence, human, several, variants
from inksift.curation.verdict.audit.targets import TARGETS, estimated_targets
from inksift.curation.verdict.conservation import OUTCOMES, by_people
from inksift.curation.verdict.decide import VERSION, decide
from inksift.curation.verdict.marked_files import apply_marks
from inksift.curation.verdict.medium.head import head_files
from inksift.curation.verdict.medium.queue import QUEUE
from inksift.curation.verdict.medium.votes import MEASURES, PARTS, VOTE_QUALITY, VOTES
from inksift.curation.verdict.pages import find_pages, judge_pages
from inksift.curation.verdict.recipes import Judged, VerdictParams, judge
from inksift.curation.verdict.removal_rates import REMOVAL_RATES, removal_rates, too_heavy
from inksift.curation.verdict.signal_limits import SIGNAL_LIMITS, limits

MOST_SENTENCES = 4
_OVER, _SETTLED = "over_the_limits", "settled"
REMEDY = (
    "look through them, then run again with --accept-removals, "
    "or allow more with --set verdicts.max_class_removal=... or verdicts.max_removal=...; in the "
    "UI launch again with accept_removals: true, or other limits, under verdicts in the Launchpad"
)


class VerdictsConfig(VerdictParams, dg.Config):
    """Settings of the recipe that tells photographs from drawings, and of what it may take away."""


REMOVALS_ARE_ACCEPTED = dg.AssetCheckSpec(
    "removals_are_accepted",
    asset="verdicts",
    blocking=True,
    description="No class and no run loses more than the settings allow, or a person accepted it",
)


STAGE = Stage(
    "verdicts",
    settings=VerdictParams,
    tables={
        "verdicts": Made(
            DECISIONS,
            "Every file found is kept, for review, or rejected with a stage and a reason",
        ),
        "machine_verdicts": Made(
            DECISIONS, "What the machine alone says of every file, before people are heard"
        ),
        "measures": Made(MEASURES, "What every voter measured on a distinct picture"),
        "votes": Made(
            VOTES,
            "What each piece of evidence adds to the log-odds of a photograph, per distinct "
            "picture",
        ),
        "vote_quality": Made(
            VOTE_QUALITY,
            "How well each voter alone tells photographs from illustrations, and its weight",
        ),
        "queue": Made(
            QUEUE,
            "How many pictures were left to review before anyone answered, and after every few "
            "answers",
        ),
        "targets": Made(
            TARGETS,
            "The errors that were promised, beside what they are estimated to be on this folder",
        ),
        "removal_rates": Made(
            REMOVAL_RATES,
            "How many distinct pictures of each class the verdict rejects, with a 95 % interval",
        ),
        "signal_limits": Made(
            SIGNAL_LIMITS,
            "The limits of every signal that these verdicts were made with, where the recipe has "
            "some",
        ),
    },
    version=VERSION,
    kinds={"parquet"},
)


_MEASURED = ("signals", "object_counts", "embeddings", "clusters")
_READ = ("images", "duplicates", "families", "human_decisions", *_MEASURED)


@STAGE.asset(reads=_MEASURED, check_specs=[REMOVALS_ARE_ACCEPTED], deps=["ledger"])
def decided(
    context: dg.AssetExecutionContext,
    images: pd.DataFrame,
    duplicates: pd.DataFrame,
    families: pd.DataFrame,
    human_decisions: pd.DataFrame,
    config: VerdictsConfig,
    project: dg.ResourceParam[Project],
    **measured: pd.DataFrame,
) -> Iterator[dg.MaterializeResult[pd.DataFrame] | dg.AssetCheckResult]:
    """Gather the evidence, judge every distinct picture, decide on every file; what people decided
    comes first. What was decided on the same tables by the same settings stays."""
    digest = made_of(STAGE, project, _READ, settings=config.model_dump(), heads=_heads(project))
    before = made_before(context, STAGE, project, digest)
    if before and _accepted(before, config) and not _proposed(project):
        publish_medium(project.workspace, _settled_before(before))
        yield from (made.again(name) for name, made in before.items())
        yield _brake(_heavy_before(before), {})
        return
    pages = find_pages(images, duplicates)
    known = evidence.gather(duplicates, **measured, method=config.clusters)
    drawn = known[~known["image_id"].isin(pages.index)].reset_index(drop=True)
    answers = human.answers(duplicates, human_decisions)
    judged = judge(
        drawn, measured["embeddings"], config, heads=project.head_folders, answers=answers
    )
    publish_medium(project.workspace, judged.settled)
    judgements = pd.concat([judged.judgements, judge_pages(pages, config)], ignore_index=True)
    machine = decide(images, duplicates, known, judgements)
    machine = apply_marks(machine, images, duplicates, config.ai_marked)
    machine = several.settle(machine, duplicates, config.several_classes)
    decisions = variants.thin(
        conflicts.hold(
            human.apply(machine, duplicates, human_decisions), duplicates, human_decisions
        ),
        families,
        duplicates,
        human_decisions,
    )
    lost = removal_rates(decisions)
    heavy = too_heavy(lost, decisions, config)
    waiting = _proposal(heavy, decisions, config, project)
    told = {MADE_OF: digest}
    yield table(decisions, "verdicts", **_outcomes(decisions), **waiting, **told)
    yield table(machine, "machine_verdicts", overruled=_overruled(machine, decisions), **told)
    yield from _evidence(judged, config, told)
    yield _targets(judged, answers, config, told)
    yield table(
        lost,
        "removal_rates",
        removal_rates=records(lost),
        largest_share=float(lost["share"].max()) if len(lost) else 0.0,
        **{_OVER: dg.MetadataValue.json(heavy)},
        **told,
    )
    if not waiting:  # only now, so that a run that is killed before does not take it for accepted
        project.workspace.withdraw(PROPOSAL)
    yield _brake(heavy, waiting)


def _heads(project: Project) -> list[tuple[str, str]]:
    """Name and digest of every head that may judge."""
    return [(place.name, file_digest(place)) for place in head_files(project.head_folders)]


def _proposed(project: Project) -> bool:
    return (project.workspace.root / PROPOSAL).exists()


def _accepted(before: Mapping[str, MadeBefore], config: VerdictsConfig) -> bool:
    """Whether nothing that these tables remove waits for a person."""
    return config.accept_removals or not _heavy_before(before)


def _settled_before(before: Mapping[str, MadeBefore]) -> dict[str, Any]:
    """What held for all verdicts on photographs when these tables were made."""
    told = before["measures"].metadata.get(_SETTLED)
    value = told.value if isinstance(told, dg.JsonMetadataValue) else {}
    return dict(value) if isinstance(value, dict) else {}


def _heavy_before(before: Mapping[str, MadeBefore]) -> list[str]:
    """What was over the limits when these tables were made, accepted or not."""
    told = before["removal_rates"].metadata.get(_OVER)
    return [str(one) for one in told.value or ()] if isinstance(told, dg.JsonMetadataValue) else []


def _outcomes(decisions: pd.DataFrame) -> dict[str, Any]:
    outcomes = decisions["outcome"].value_counts()
    return {
        **{f"{name}_share": _share(outcomes.get(name, 0), len(decisions)) for name in OUTCOMES},
        "kept": int(outcomes.get("kept", 0)),
        "review": int(outcomes.get("review", 0)),
        "rejected": int(outcomes.get("rejected", 0)),
        "decided_by_people": int(by_people(decisions).sum()),
        "label_conflicts": int(conflicts.is_conflict(decisions).sum()),
        "thinned_variants": int(variants.is_thinned(decisions).sum()),
        "reasons": counts(decisions.loc[decisions["outcome"] == "rejected", "reason"]),
        "media": counts(decisions["medium"]),
    }


def _share(part: int, of: int) -> float:
    """What share `part` is, for the plots over runs; none of nothing is 0."""
    return float(part / of) if of else 0.0


def _overruled(machine: pd.DataFrame, decisions: pd.DataFrame) -> int:
    """How many files people put elsewhere than the machine alone would have."""
    return int((by_people(decisions) & (machine["outcome"] != decisions["outcome"])).sum())


def _evidence(
    judged: Judged, config: VerdictsConfig, told: Mapping[str, str]
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    strength = (
        judged.votes[list(PARTS)]
        .abs()
        .mean()
        .rename("mean_log_odds")
        .rename_axis("part")
        .reset_index()
    )
    settled = {_SETTLED: dg.MetadataValue.json(dict(judged.settled))}
    yield table(judged.measures, "measures", **judged.settled, **settled, **told)
    yield table(judged.votes, "votes", strength=records(strength), **told)
    yield table(judged.quality, "vote_quality", voters=records(judged.quality), **told)
    yield table(judged.queue, "queue", queue=records(judged.queue), **told)
    chosen = limits(config)
    limited = records(chosen.astype({"low": "str", "high": "str"}))
    yield table(chosen, "signal_limits", limits=limited, **told)


def _targets(
    judged: Judged, answers: pd.Series, config: VerdictsConfig, told: Mapping[str, str]
) -> dg.MaterializeResult[pd.DataFrame]:
    if judged.folder is None:
        return table(TARGETS.frame([]), "targets", **told)
    targets = estimated_targets(judged.folder, answers, config.promised())
    by_error = targets.set_index("error")
    return table(
        targets,
        "targets",
        targets=records(targets),
        **numbers(by_error["value"]),
        **numbers(by_error["promised"].add_suffix("_promised")),
        **told,
    )


def _proposal(
    heavy: list[str], decisions: pd.DataFrame, config: VerdictsConfig, project: Project
) -> dict[str, dg.MetadataValue]:
    """Decisions that take too much wait in proposal.csv; its place, or nothing where the run may go
    on."""
    if heavy and not config.accept_removals:
        return {"proposal": dg.MetadataValue.path(publish_proposal(project.workspace, decisions))}
    return {}


def _brake(heavy: list[str], waiting: dict[str, dg.MetadataValue]) -> dg.AssetCheckResult:
    more = [f"and {len(heavy) - MOST_SENTENCES} more"] if len(heavy) > MOST_SENTENCES else []
    told = "; ".join(heavy[:MOST_SENTENCES] + more) or "nothing over the limits"
    remedy = f"\nthe decisions wait in {waiting['proposal'].value}: {REMEDY}" if waiting else ""
    return dg.AssetCheckResult(
        check_name=REMOVALS_ARE_ACCEPTED.name,
        passed=not waiting,
        severity=dg.AssetCheckSeverity.ERROR,
        description=told + remedy,
        metadata={_OVER: heavy, **waiting},
    )
