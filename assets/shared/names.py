"""How this code location calls what it defines: bare, or behind a prefix in somebody's project.

Behind one, an asset is `prefix/images`, and what Dagster allows no slash in is `prefix__images`: a
step, a job, a sensor, a resource."""

import re
from collections.abc import Iterable
from typing import NamedTuple, Self

import dagster as dg

from inksift.curation.base.errors import ParamError

_BETWEEN = "__"
_PART = re.compile(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)*")
_GROUP_PREFIX = re.compile(r"[A-Za-z0-9_]*")


class Names(NamedTuple):
    """The prefix of keys, a part each, and the text before the name of every group."""

    prefix: tuple[str, ...] = ()
    group_prefix: str = ""

    @classmethod
    def behind(cls, prefix: str | Iterable[str], group_prefix: str | None = None) -> Self:
        """Names behind a prefix, "shop/art" or its parts; groups are called `shop_art_gather`
        unless a prefix of their own is given. ParamError where Dagster could not tell them."""
        parts = tuple(prefix.split("/") if isinstance(prefix, str) else prefix)
        if not parts or not all(map(_PART.fullmatch, parts)):
            raise ParamError(
                f"key_prefix: expected letters, digits and single underscores, such as inksift or "
                f"shop/art, got {prefix!r}"
            )
        before = f"{'_'.join(parts)}_" if group_prefix is None else group_prefix
        if not _GROUP_PREFIX.fullmatch(before):
            raise ParamError(
                f"group_prefix: expected letters, digits and underscores, such as shop_, got "
                f"{before!r}"
            )
        return cls(parts, before)

    @classmethod
    def of_step(cls, step: str) -> Self:
        """Those by which a step is called so; groups are not told by a step."""
        return cls(tuple(step.split(_BETWEEN)[:-1]))

    def key(self, name: str) -> dg.AssetKey:
        """The key of an asset."""
        return dg.AssetKey([*self.prefix, name])

    def owns(self, key: dg.AssetKey) -> bool:
        """Whether an asset is called by these names."""
        return tuple(key.path[:-1]) == self.prefix

    def called(self, name: str) -> str:
        """The name of a step, a job, a schedule, a sensor, a resource or a set of partitions."""
        return _BETWEEN.join([*self.prefix, name])

    def group(self, name: str) -> str:
        """The name of a group in the UI."""
        return self.group_prefix + name

    def own(self, called: str) -> str:
        """What `called` made `called` of; "" where it is called by other names."""
        *prefix, name = called.split(_BETWEEN)
        return name if tuple(prefix) == self.prefix else ""


BARE = Names()
"""In a code location of our own."""


def names_of(context: dg.AssetExecutionContext) -> Names:
    """The names by which the step that runs is called."""
    return Names.of_step(context.op_execution_context.op_def.name)


def steps_beside(context: dg.AssetExecutionContext) -> set[str]:
    """The steps of the job that runs, that one included, by their bare names."""
    names = names_of(context)
    return {names.own(node.name) for node in context.job_def.nodes} - {""}
