"""What is known of one run: what it worked on, how it was set, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from inksift.curation.base.errors import LaterError, StoreError
from inksift.curation.store.files import lies_within, read_json
from inksift.curation.store.tables import RUN_AGAIN, error_line, unusable
from inksift.curation.store.workspace import Workspace

RUN_FILE = "run.json"
"""In the workspace the run whose decisions lie there, in a folder of `runs/` that one."""

_FORMAT: Final = 1
"""Raised where an earlier inksift could not read it."""

NO_PROFILE = "none named"
"""What people read where a run has no profile."""

StageSettings = Mapping[str, Mapping[str, Any]]
"""The settings of stages, by the name that profiles use."""


class RunFacts(BaseModel):
    """How a run was set before it began, the same whoever started it.

    `profile` is the one that was named, or else that of the setup of the workspace, "" where an
    earlier version ran, and `assigned` is what --set said beside it. `settings` are those of the
    stages up to the decisions and their report, `training` those of the stages that learn from
    them: none where none of them runs, as in `inksift judge`. `version` is inksift's, `stages` the
    version of every stage's code."""

    model_config = ConfigDict(frozen=True)

    job: str = ""
    profile: str = ""
    assigned: tuple[str, ...] = ()
    settings: StageSettings = Field(default_factory=dict)
    training: StageSettings = Field(default_factory=dict)
    version: str = ""
    stages: Mapping[str, int] = Field(default_factory=dict)


class RunScores(BaseModel):
    """The head of an F1 report; F1 is None where no class has both training and test pictures."""

    model_config = ConfigDict(frozen=True)

    macro_f1: float | None
    accuracy: float | None
    test_set: str
    test_pictures: int

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Self:
        """Those of the content of f1_report.json; StoreError where it is none."""
        try:
            return cls.model_validate({name: report[name] for name in cls.model_fields})
        except (KeyError, ValidationError) as error:
            raise StoreError(f"not an F1 report ({error_line(error)}): {RUN_AGAIN}") from error


class RunRecord(RunFacts):
    """A run that has decided: its name in `runs/`, when it did (ISO 8601), where its pictures were,
    the trusted ones for tests ("" for none) and its ledger ("" for the workspace's own), the
    SHA-256 of decisions.parquet, how many files it found and how many of each outcome, its F1 where
    there is some, and the SHA-256 of every file that is kept of it, by name."""

    format: Literal[1] = _FORMAT
    name: str
    date: str
    source: str
    test: str = ""
    review: str = "kept"
    ledger: str = ""
    decisions: str
    files: int
    outcomes: Mapping[str, int]
    scores: RunScores | None = None
    kept: Mapping[str, str] = Field(default_factory=dict)

    @field_validator("date")
    @classmethod
    def _is_a_moment(cls, date: str) -> str:
        if datetime.fromisoformat(date).tzinfo is None:
            raise ValueError("expected a time with its zone")
        return date

    @field_validator("kept")
    @classmethod
    def _lie_in_its_folder(cls, kept: Mapping[str, str]) -> Mapping[str, str]:
        outside = [name for name in kept if not lies_within(name)]
        if outside:
            raise ValueError(f"names {outside[0]!r}, expected files in the folder of the run")
        return kept

    @property
    def moment(self) -> datetime:
        """When it decided."""
        return datetime.fromisoformat(self.date)

    @property
    def day_and_time(self) -> str:
        """The same for people, to the minute."""
        return f"{self.moment:%Y-%m-%d %H:%M}"

    @property
    def profile_in_words(self) -> str:
        """The profile for people, and what was set beside it."""
        return ", ".join([self.profile or NO_PROFILE, *self.assigned])

    def decides_like(self, other: RunRecord) -> bool:
        """Whether both made the same decisions with the same settings and the same code, on
        pictures in the same places."""
        return all(getattr(self, name) == getattr(other, name) for name in _DECIDING)

    def trains_like(self, other: RunRecord) -> bool:
        """Whether nothing speaks against one training for both: equal settings, or one trained
        nothing."""
        return not self.training or not other.training or self.training == other.training

    def as_bytes(self) -> bytes:
        """The content of run.json."""
        return self.model_dump_json(indent=1).encode()


_DECIDING = ("source", "test", "review", "ledger", "settings", "version", "stages", "decisions")


def encodable(text: str) -> str:
    """Text as any file or database can hold it: bytes of a name that are no UTF-8 are written out.

    >>> encodable("crawl\\udcff")
    'crawl\\\\udcff'
    """
    return text.encode(errors="backslashreplace").decode()


def read_record(path: Path) -> RunRecord:
    """The record in a run.json; LaterError when it is of a later version, another StoreError when
    it is not there or damaged."""
    try:
        return RunRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}): {RUN_AGAIN}") from error
    except ValidationError as error:
        _demand_known_format(path)
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise unusable(path, ValueError(f"{where} {first['msg']}".strip())) from error


def _demand_known_format(path: Path) -> None:
    found = read_json(path).get("format")
    if isinstance(found, int) and found > _FORMAT:
        raise LaterError(
            f"{path} is of format {found}, which a later inksift wrote; this one knows format "
            f"{_FORMAT}: install the later inksift"
        )


def current_run(workspace: Workspace) -> RunRecord | None:
    """The run whose decisions lie in the workspace; None where none says so, as before the first
    one and after a run of an earlier version. StoreError when its record is damaged."""
    place = workspace.root / RUN_FILE
    return read_record(place) if place.exists() else None


def known_run(workspace: Workspace) -> RunRecord | None:
    """The same for those who go on without: None also where its record is damaged."""
    try:
        return current_run(workspace)
    except StoreError:
        return None
