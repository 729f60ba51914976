"""Which pictures an export holds, and in which split each of them is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from inksift.curation.base.among import is_among
from inksift.curation.base.errors import ParamError
from inksift.curation.base.tables import FOUND_FILES
from inksift.curation.publish.beside import Beside
from inksift.curation.publish.facts import IN_SPLITS, ExportFacts, run_splits, trusted_rows
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.task import ExportParams, ExportPicture, ExportSummary, Removed
from inksift.curation.training.splits import TRAIN
from inksift.curation.verdict.conflicts import is_conflict
from inksift.curation.verdict.curated import staying

_NO_JUDGEMENT = -1.0
"""The p_photo of a picture about which nothing was judged."""

_TRUSTED = "test:"
"""Before the path of a picture of the trusted test folder, which may be that of another one."""

_TRUSTED_OUTCOME = "trusted"
"""What is told of such a picture in place of an outcome, as nobody judged it."""

_DECIDED = ["path", "label", "image_id", "p_photo", "outcome", "reason"]
_OF_FILE = ["path", "path_bytes", "format", "size_bytes", "width", "height"]


def chosen_pictures(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    *,
    form: Form,
    params: ExportParams,
    beside: Beside,
    facts: ExportFacts,
    summary: ExportSummary,
) -> list[ExportPicture]:
    """The pictures of DECISIONS and FOUND_FILES that the form is to hold, by path; what cannot be
    there is put down in `summary`."""
    files = FOUND_FILES.check(images)
    chosen = _chosen(decisions, files, form, params)
    pictures = _pictures(chosen, files)
    found = {picture.path for picture in pictures}
    summary.skipped = dict.fromkeys(sorted(set(chosen["path"]) - found), "vanished")
    if params.split:
        pictures = _divided(pictures, form, facts, summary)
    else:
        pictures = _as_given(pictures, form, beside, summary)
    return _opened_by(form, pictures, summary)


def removed_files(decisions: pd.DataFrame) -> list[Removed]:
    """What became of all files, the commonest first."""
    sizes = Counter(zip(decisions["outcome"], decisions["reason"], strict=True))
    found = [Removed(*what, files) for what, files in sizes.items()]
    return sorted(found, key=lambda one: (-one.files, one))


def _chosen(
    decisions: pd.DataFrame, images: pd.DataFrame, form: Form, params: ExportParams
) -> pd.DataFrame:
    """The rows of what is exported."""
    if form.holds == "seen":
        opened = images.loc[images["readable"] & (images["image_id"] != ""), "path"]
        return decisions.loc[decisions["path"].isin(opened), _DECIDED]
    chosen = is_among(decisions["path"], staying(decisions, params.review)["path"])
    several = is_conflict(decisions) & (form.holds == "any_class")
    return decisions.loc[chosen | several, _DECIDED]


def _pictures(chosen: pd.DataFrame, images: pd.DataFrame) -> list[ExportPicture]:
    rows = chosen.merge(images[_OF_FILE], on="path").sort_values("path")
    rows = rows.assign(split="", trusted=False, p_photo=rows["p_photo"].fillna(_NO_JUDGEMENT))
    return _as_pictures(rows)


def _as_pictures(rows: pd.DataFrame) -> list[ExportPicture]:
    fields = rows[list(ExportPicture._fields)]
    return [ExportPicture(*row) for row in fields.itertuples(index=False, name=None)]


def _divided(
    pictures: Sequence[ExportPicture], form: Form, facts: ExportFacts, summary: ExportSummary
) -> list[ExportPicture]:
    """The pictures with the split of the run, those of its trusted test folder among them; one that
    has none is only part of a form that holds what was rejected too."""
    if facts.splits is None:
        raise ParamError(
            "split: the run divided nothing; leave it out, or train with `inksift run`"
        )
    splits = run_splits(facts)
    placed = [_in_split(one, splits) for one in pictures]
    trusted = _trusted(facts)
    if form.holds == "seen":
        return [*placed, *trusted]
    outside = [one for one in placed if not one.split]
    summary.in_no_split = {one.path: splits.get(one.path, "class_too_small") for one in outside}
    return [*(one for one in placed if one.split), *trusted]


def _as_given(
    pictures: Sequence[ExportPicture], form: Form, beside: Beside, summary: ExportSummary
) -> list[ExportPicture]:
    """The pictures with the splits that the source gives them. Of a data set, what lies in none of
    them trains, as it does in a run: every form could write it only beside the train split."""
    placed = [one._replace(split=beside.splits.get(one.path, "")) for one in pictures]
    outside = [one for one in placed if not one.split]
    if form.holds == "seen" or len(outside) in (0, len(placed)):
        return placed
    summary.notes.append(
        f"{len(outside)} pictures that are in no split of the source count as {TRAIN}, such as "
        f"{outside[0].path}"
    )
    return [one._replace(split=one.split or TRAIN) for one in placed]


def _in_split(picture: ExportPicture, splits: Mapping[str, str]) -> ExportPicture:
    split = splits.get(picture.path, "")
    return picture._replace(split=split if split in IN_SPLITS else "")


def _trusted(facts: ExportFacts) -> list[ExportPicture]:
    """The pictures of the trusted test folder, which nobody judged."""
    if facts.tested is None:
        return []
    files = FOUND_FILES.check(facts.tested.images)[_OF_FILE]
    rows = trusted_rows(facts).merge(files, on="path").sort_values("path")
    rows = rows.assign(path=_TRUSTED + rows["path"], trusted=True, p_photo=_NO_JUDGEMENT)
    return _as_pictures(rows.assign(outcome=_TRUSTED_OUTCOME, reason=""))


def _opened_by(
    form: Form, pictures: Sequence[ExportPicture], summary: ExportSummary
) -> list[ExportPicture]:
    """The pictures in formats that the next tool opens; the others are named."""
    unread = [one for one in pictures if one.format not in form.reads]
    summary.skipped |= {one.path: f"{form.name} cannot open {one.format}" for one in unread}
    return [one for one in pictures if one.format in form.reads]
