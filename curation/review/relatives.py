"""Which files of a run are variants of which, and how far a decision on one of them reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import pandas as pd

from inksift.curation.report.families import Side, sides


class Relatives:
    """FAMILIES and KEPT_APART of a run; `group_of` gives the group of copies of every path."""

    def __init__(
        self, families: pd.DataFrame, apart: pd.DataFrame, group_of: Mapping[str, int]
    ) -> None:
        self._families, self._apart, self._group_of = families, apart, group_of

    @cached_property
    def members(self) -> dict[int, pd.DataFrame]:
        """The rows of FAMILIES by the number of the family, the largest first."""
        found = {int(str(number)): rows for number, rows in self._families.groupby("family")}
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    @cached_property
    def family_of(self) -> dict[str, int]:
        """The number of the family of every path that is in one."""
        return dict(zip(self._families["path"], map(int, self._families["family"]), strict=True))

    @cached_property
    def ties(self) -> Mapping[str, Sequence[Side]]:
        """KEPT_APART by the path at either end."""
        return sides(self._apart)

    def reached(self, groups: Iterable[int]) -> set[int]:
        """The groups whose outcome may hang on a decision on one of these: they themselves, and
        those of the same families where only some of a family stay."""
        own = set(groups)
        numbers = {self._ruled[group] for group in own & self._ruled.keys()}
        return own | {group for group, number in self._ruled.items() if number in numbers}

    @cached_property
    def _ruled(self) -> dict[int, int]:
        """The family of every group of which not all stay."""
        ruled = self._families[self._families["rule"] != "keep"]
        return {self._group_of[path]: self.family_of[path] for path in ruled["path"]}
