"""Tags that people gave, by the files that show their pictures. They decide nothing."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.tables import DUPLICATES, GROUPED_FILES
from inksift.curation.people.heard import decisions_heard
from inksift.curation.store.published import read_decisions
from inksift.curation.store.tables import read_later_table
from inksift.curation.store.workspace import Workspace

BETWEEN_TAGS = ", "
"""What stands between the tags of a picture where they are one text."""


def tags_by_path(duplicates: pd.DataFrame, human: pd.DataFrame) -> dict[str, list[str]]:
    """The tags of every file that has some, in order, of GROUPED_FILES and HUMAN_DECISIONS: those
    of its picture and of all copies of it."""
    given = human.loc[human["action"] == "tag", ["image_id", "value"]]
    group_of = duplicates.drop_duplicates("image_id")[["image_id", "group"]]
    of_groups = given.merge(group_of, on="image_id").drop_duplicates(["group", "value"])
    rows = duplicates[["path", "group"]].merge(of_groups[["group", "value"]], on="group")
    return {str(path): sorted(tags) for path, tags in rows.groupby("path")["value"]}


def read_tags(workspace: Workspace) -> dict[str, list[str]]:
    """The same, as the last run heard them."""
    duplicates = read_later_table(workspace.table(DUPLICATES.name), GROUPED_FILES)
    return tags_by_path(duplicates, decisions_heard(workspace))


def decisions_with_tags(workspace: Workspace) -> pd.DataFrame:
    """The published DECISIONS of the last run, with a column `tags`: those of every file with ", "
    between them, "" for none. StoreError where nothing is published, or it is damaged."""
    decisions, tags = read_decisions(workspace), read_tags(workspace)
    told = decisions["path"].map(lambda path: BETWEEN_TAGS.join(tags.get(path, ())))
    return decisions.assign(tags=told.astype("str"))
