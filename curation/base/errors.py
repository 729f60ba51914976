"""Every error a user can meet, in one tree.

InksiftError                 one or two lines: what was expected, what came, what to do
|-- ParamError               a setting or argument is wrong                       exit 2
|-- SourceError              the image folder cannot be used                      exit 2
|-- StoreError               the workspace cannot be used (full disk, damage)     exit 2
|   |-- LockedError          another run holds the workspace                      exit 2
|   `-- LaterError           a later version stored it, in a format of its own    exit 2
|-- LedgerError              human decisions cannot be read, written or taken in exit 2
|   `-- LedgerConflict       somebody else decided meanwhile (people.ledger)     exit 2
|-- DataError                too little data is left for a stage to do its work   exit 2
|-- MissingError             weights or a dependency are not there                exit 3
|   `-- WeightsError         weights are absent, torn or not the pinned ones      exit 3
|-- SchemaError              a table breaks its contract                          exit 1
|-- GateError                the decode workers cannot work at all                exit 1
|-- EngineError              the cluster cannot do the work                       exit 1
|-- CheckError               a blocking check failed, what follows did not run   exit 1
`-- TrainingError            training stopped for a stated reason                 exit 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class InksiftError(Exception):
    """Base of all errors that inksift raises on purpose; `exit_code` is what the command line
    returns. The message comes first; every argument goes to `super().__init__`, so that an error of
    a worker arrives whole."""

    exit_code = 1

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class ParamError(InksiftError):
    """A setting or argument is wrong."""

    exit_code = 2


class SourceError(InksiftError):
    """The image folder cannot be used."""

    exit_code = 2


class StoreError(InksiftError):
    """The workspace cannot be used."""

    exit_code = 2


class LaterError(StoreError):
    """A later version of inksift stored it in a format of its own: nothing is wrong with it."""


class LockedError(StoreError):
    """Another run holds the workspace."""


class LedgerError(InksiftError):
    """Human decisions cannot be read, written or taken in."""

    exit_code = 2


class DataError(InksiftError):
    """Too little data is left for a stage to do its work."""

    exit_code = 2


class MissingError(InksiftError):
    """Weights or a dependency are not there."""

    exit_code = 3


class WeightsError(MissingError):
    """Weights are absent, torn or not the pinned ones."""


class SchemaError(InksiftError):
    """A table breaks its contract."""


class GateError(InksiftError):
    """The decode workers cannot work at all."""


class EngineError(InksiftError):
    """The cluster cannot do the work."""


class CheckError(InksiftError):
    """A blocking check failed, and what follows it did not run.

    `proposal` is a DECISIONS frame where decisions wait for a person's word, None otherwise."""

    def __init__(self, message: str, proposal: pd.DataFrame | None = None) -> None:
        super().__init__(message, proposal)
        self.proposal = proposal


class TrainingError(InksiftError):
    """Training stopped for a stated reason."""
