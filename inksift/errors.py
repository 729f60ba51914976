"""What inksift raises on purpose: one or two lines that say what was expected, what came, and what
to do. `except inksift.errors.InksiftError` catches them all."""

from inksift.curation.base.errors import (
    CheckError,
    DataError,
    GateError,
    InksiftError,
    LaterError,
    LedgerError,
    LockedError,
    MissingError,
    ParamError,
    SchemaError,
    SourceError,
    StoreError,
    TrainingError,
    WeightsError,
)

__all__ = [
    "CheckError",
    "DataError",
    "GateError",
    "InksiftError",
    "LaterError",
    "LedgerError",
    "LockedError",
    "MissingError",
    "ParamError",
    "SchemaError",
    "SourceError",
    "StoreError",
    "TrainingError",
    "WeightsError",
]
