"""What must hold in every run, as claims that Dagster checks."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import records
from inksift.assets.shared.union import union
from inksift.assets.training.splits import MOST_LISTED
from inksift.curation.base.reasons import BAD_FEATURE
from inksift.curation.base.tables import DECISIONS, EMBEDDINGS
from inksift.curation.evidence.models.families import DETECTORS
from inksift.curation.evidence.models.weights import fetching
from inksift.curation.evidence.objects import DETECTOR_UNAVAILABLE, NOT_NEEDED
from inksift.curation.project import Project
from inksift.curation.store.published import read_f1_report
from inksift.curation.training.leaks import relatives_of_test
from inksift.curation.training.resample.promises import broken_promises
from inksift.curation.training.resample.recipe import ORIGINAL
from inksift.curation.training.splits import LEFT_OUT, leaks
from inksift.curation.verdict.conservation import conservation_problems

_ERROR, _WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
_BELOW_THE_MAJORITY = (
    ": look at the confusions in the report of f1_report, then train longer with --set "
    "classifier.max_epochs=..., in the UI max_epochs of classifier in the Launchpad of `train`"
)


@dg.asset_check(asset="verdicts", additional_ins={"images": dg.AssetIn("images")}, blocking=True)
def every_file_has_one_outcome(images: pd.DataFrame, verdicts: pd.DataFrame) -> dg.AssetCheckResult:
    """Files found = kept + review + rejected, one row each, with a reason exactly where
    rejected."""
    problems = conservation_problems(images, verdicts)
    outcomes = verdicts["outcome"].value_counts()
    return dg.AssetCheckResult(
        passed=not problems,
        severity=_ERROR,
        description="; ".join(problems) or f"{len(images)} files, {len(verdicts)} outcomes",
        metadata={
            "files": len(images),
            **{str(name): int(count) for name, count in outcomes.items()},
        },
    )


@dg.asset_check(asset="verdicts", blocking=True)
def decisions_keep_their_contract(verdicts: pd.DataFrame) -> dg.AssetCheckResult:
    """No value is missing or not a number, but for probabilities that a recipe does not know."""
    DECISIONS.check(verdicts)
    known = verdicts["p_photo"].dropna()
    return dg.AssetCheckResult(
        passed=bool(known.between(0, 1).all()),
        severity=_ERROR,
        description=f"{len(known)} of {len(verdicts)} rows have a probability, all from 0 to 1 "
        "expected",
    )


@dg.asset_check(asset="embeddings", blocking=True)
def embeddings_are_numbers(embeddings: pd.DataFrame) -> dg.AssetCheckResult:
    """No vector holds NaN or infinity, and all have one length."""
    EMBEDDINGS.check(embeddings)
    lengths = {rows.numbers.shape[1] for rows in embeddings["vector"].array.matrices}
    bad = int((embeddings["status"] != "ok").sum())
    return dg.AssetCheckResult(
        passed=len(lengths) <= 1,
        severity=_ERROR,
        description=f"{len(embeddings)} vectors of length {sorted(lengths)}; {bad} rejected as "
        f"{BAD_FEATURE.name}",
    )


@dg.asset_check(asset="object_counts")
def detector_was_present(object_counts: pd.DataFrame) -> dg.AssetCheckResult:
    """No picture whose objects were to be counted lacks its count for want of the detector's
    weights."""
    missing, left_out = (
        int((object_counts["status"] == status).sum())
        for status in (DETECTOR_UNAVAILABLE, NOT_NEEDED)
    )
    return dg.AssetCheckResult(
        passed=missing == 0,
        severity=_WARN,
        description=f"no detector weights: {missing} pictures have no object count and no boxes; "
        f"`{fetching(DETECTORS[0].weights.name)}`, or name their folder with --weights-dir, for "
        "the UI as weights in inksift.yaml; then run again, or materialise object_counts"
        if missing
        else f"no count is missing for want of weights; {left_out} pictures are left out "
        "(object_counts.only)",
    )


@dg.asset_check(asset="splits", blocking=True)
def no_copy_straddles_the_splits(splits: pd.DataFrame) -> dg.AssetCheckResult:
    """No picture, and no group of related pictures, is in two splits."""
    straddling = leaks(splits)
    return dg.AssetCheckResult(
        passed=straddling.empty,
        severity=_ERROR,
        description=f"{len(straddling)} of {len(splits)} rows straddle",
        metadata={"paths": ", ".join(straddling["path"].head(20))},
    )


@dg.asset_check(
    asset="splits",
    additional_ins={name: dg.AssetIn(name) for name in ("hashes", "test_hashes", "pairs")},
    blocking=True,
)
def no_test_picture_is_trained_on(
    splits: pd.DataFrame, hashes: pd.DataFrame, test_hashes: pd.DataFrame, pairs: pd.DataFrame
) -> dg.AssetCheckResult:
    """No copy and no variant of a test picture is in train or validation, going by the pairs that
    were compared."""
    relatives = relatives_of_test(splits, union(hashes, test_hashes), pairs)
    left_out = relatives[relatives["split"] == LEFT_OUT]
    trained_on = relatives[relatives["split"] != LEFT_OUT]
    return dg.AssetCheckResult(
        passed=trained_on.empty,
        severity=_ERROR,
        description=f"{len(trained_on)} relatives of test pictures are trained on, {len(left_out)} "
        "were left out",
        metadata={
            "trained_on": records(trained_on.head(MOST_LISTED)),
            "left_out": records(left_out.head(MOST_LISTED)),
        },
    )


@dg.asset_check(
    asset="training_set", additional_ins={"splits": dg.AssetIn("splits")}, blocking=True
)
def resampling_keeps_its_promises(
    splits: pd.DataFrame, training_set: pd.DataFrame
) -> dg.AssetCheckResult:
    """Only training pictures are thinned or repeated, copies are marked, no class and no validation
    picture is lost."""
    problems = broken_promises(training_set, splits)
    changed = int((training_set["augmentation_seed"] != ORIGINAL).sum())
    return dg.AssetCheckResult(
        passed=not problems,
        severity=_ERROR,
        description="; ".join(problems)
        or f"{len(training_set)} rows, {changed} of them changed copies",
    )


F1_BEATS_THE_MAJORITY = dg.AssetCheckSpec(
    "f1_beats_the_majority",
    asset="f1_report",
    description="The network's macro F1 is above that of always naming the largest class",
)


@dg.multi_asset_check(specs=[F1_BEATS_THE_MAJORITY], can_subset=True)
def against_the_majority(
    f1_report: pd.DataFrame, project: dg.ResourceParam[Project]
) -> Iterator[dg.AssetCheckResult]:
    """Nothing where no class has training and test pictures: what cannot be told did not fail."""
    report = read_f1_report(project.workspace)
    reached, baseline = report["macro_f1"], report["majority_baseline"]["macro_f1"]
    if reached is None:
        return
    passed = bool(reached > baseline)
    yield dg.AssetCheckResult(
        check_name=F1_BEATS_THE_MAJORITY.name,
        passed=passed,
        severity=_WARN,
        description=f"macro F1 {reached:.3f} against {baseline:.3f} for always naming the largest "
        f"class{'' if passed else _BELOW_THE_MAJORITY}",
        metadata={"macro_f1": reached, "majority": baseline, "classes": len(f1_report)},
    )
