"""How a stage is declared: with its tables and their contracts, its settings and its code version.

A stage is registered by standing in a module of a group's package: `registry` finds it there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import dagster as dg

from inksift.assets.shared.retries import tried_again
from inksift.assets.shared.watched import watched
from inksift.curation.base.params import Params
from inksift.curation.base.tables import Table

Work = Literal["measures", "decides", "trains", "publishes"]
"""What a step does: it looks at every new picture, works on tables, runs or trains the network that
is the result, or writes what people read."""
WORK_TAG = "inksift/work"
"""The tag of every asset and job that tells its work, by which the UI can select."""
CORES_TAG, ALL_CORES = "inksift/cores", "all"
"""The tag of a step that takes all cores: of these one runs at a time."""
_ON_ALL_CORES = ("measures", "trains")


class Made(NamedTuple):
    """A table that a stage makes."""

    contract: Table | None
    """None where no other stage reads the table."""
    description: str | None = None
    """What it holds; the docstring of the stage tells it where a stage makes one table."""


@dataclass(frozen=True)
class Stage:
    """A step of the graph, and all that others have to know of it."""

    name: str
    """The name of its step in Dagster, and of its settings unless they are shared."""
    tables: Mapping[str, Made]
    """By the name of the asset, which is also that of the file in a workspace."""
    version: int
    """Of its code: another one may make another table of the same input."""
    kinds: set[str]
    """The badges in the UI."""
    work: Work = "decides"
    """What it does."""
    settings: type[Params] | None = None
    """What a profile or --set may say of it."""
    settings_name: str = ""
    """What profiles call its settings, where several stages share them."""

    @property
    def called(self) -> str:
        """What profiles call the settings of this stage."""
        return self.settings_name or self.name

    def asset(
        self, *, reads: Sequence[str] = (), **options: Any
    ) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
        """The decorator that makes a function the asset, or the assets, of this stage.

        `reads` are the tables that reach the function by keyword (**tables) instead of as a
        parameter of their own; `options` are those of `dg.asset` or `dg.multi_asset`."""
        options["ins"] = {name: dg.AssetIn(name) for name in reads}
        options["op_tags"] = self._op_tags()
        decorator = self._decorator(options)
        return lambda function: decorator(tried_again(self._watched(function)))

    def _watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """What looks at every new picture takes long enough to tell how far it is."""
        return watched(function, next(iter(self.tables))) if self.work == "measures" else function

    def _op_tags(self) -> dict[str, str]:
        """How many cores it takes; and what people wait for goes first, so that no training stands
        before a report."""
        first = {"dagster/priority": "1"} if self.work == "publishes" else {}
        return first | ({CORES_TAG: ALL_CORES} if self.work in _ON_ALL_CORES else {})

    def _decorator(self, options: dict[str, Any]) -> Any:
        if list(self.tables) != [self.name]:
            outs = {name: self._out(made) for name, made in self.tables.items()}
            return dg.multi_asset(name=self.name, outs=outs, **options)
        made = self.tables[self.name]
        return dg.asset(
            name=self.name,
            description=made.description,
            kinds=self.kinds,
            tags={WORK_TAG: self.work},
            code_version=str(self.version),
            metadata=_columns(made.contract),
            **options,
        )

    def _out(self, made: Made) -> dg.AssetOut:
        return dg.AssetOut(
            description=made.description,
            kinds=self.kinds,
            tags={WORK_TAG: self.work},
            code_version=str(self.version),
            metadata=_columns(made.contract),
        )


def _columns(contract: Table | None) -> dict[str, dg.TableSchema]:
    """The columns of a contract as the UI shows them."""
    if contract is None:
        return {}
    columns = [dg.TableColumn(name, dtype) for name, dtype in contract.columns.items()]
    return {"dagster/column_schema": dg.TableSchema(columns)}
