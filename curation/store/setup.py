"""The setup of a workspace: what every run on it starts from, in a file that people edit.

`inksift.yaml` is written by the first run that succeeds and read by everything that starts one. It
holds no password: a ledger is named as it may be shown."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
import yaml
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from inksift.curation.base.errors import ParamError
from inksift.curation.base.location import Location, LocationField
from inksift.curation.base.params import SECRET, Params
from inksift.curation.base.safe_yaml import read_yaml
from inksift.curation.spread.params import LOCAL_PARAMS, EngineParams
from inksift.curation.store.files import write_atomically

SETUP = "inksift.yaml"
_HEAD = (
    "# The setup of this workspace. Every run starts from it: on the command line, in the Dagster "
    "UI, by schedule and sensor.",
    "# The first run that succeeded wrote it; it is yours to edit. `inksift setup` shows it, "
    "`inksift settings` lists what",
    "# can stand under settings. Dagster shows a change once its code location was reloaded.",
)

_OWNER = re.compile(r"team:\S+|\w[\w.%+-]*@[A-Za-z0-9.-]+\.[A-Za-z]{2,7}", re.ASCII)


class ScheduleParams(Params):
    """When everything runs by itself, once the schedule is switched on in Dagster."""

    cron: str = Field("0 2 * * *", description="minute, hour, day of month, month, day of week")
    timezone: str = Field("UTC", description="the clock that this is by, such as Europe/Zurich")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("expected a timezone such as Europe/Zurich or UTC") from None
        return name


class Setup(Params):
    """What a run on a workspace is given, unless a person says otherwise for that run."""

    source: LocationField | None = Field(
        None, description="where the pictures are, a folder, an archive or a URL; only ever read"
    )
    test: LocationField | None = Field(
        None, description="a trusted test folder of the same shape, for F1 only"
    )
    link_roots: list[Path] = Field(
        [], description="folders that links among the pictures are followed into"
    )
    weights: Path | None = Field(None, description="a folder with model weights")
    ledger: str = Field(
        "",
        description="the database of what people decided, without its password; empty: "
        "ledger.sqlite beside this file",
    )
    engine: EngineParams = Field(
        LOCAL_PARAMS, description="where the work is done: this machine, or a Ray cluster"
    )
    profile: str = Field("default", description="a shipped profile, or a YAML file")
    settings: dict[str, dict[str, Any]] = Field(
        {}, description="stage: {setting: value}, which lie over the profile"
    )
    schedule: ScheduleParams = Field(
        ScheduleParams(), description="when the schedule `nightly` runs, once it is switched on"
    )
    owners: list[str] = Field(
        [], description="who Dagster names as owner of all assets: mail addresses, or team:NAME"
    )
    overdue_days: float | None = Field(
        None,
        gt=0,
        le=3_650,
        description="days without a change after which Dagster shows the source as overdue; empty: "
        "never",
    )

    @field_validator("owners")
    @classmethod
    def _as_dagster_takes_them(cls, owners: list[str]) -> list[str]:
        for owner in owners:
            if not _OWNER.fullmatch(owner):
                raise ValueError("expected mail addresses such as ann@example.org, or team:NAME")
        return owners

    @field_validator("ledger")
    @classmethod
    def _without_password(cls, url: str) -> str:
        if url and _holds_password(url):
            raise PydanticCustomError(
                SECRET, "expected no password here: give it in INKSIFT_LEDGER"
            )
        return url


def setup_file(workspace: Path) -> Path:
    """Where the setup of a workspace is, or would be."""
    return workspace / SETUP


def read_setup(workspace: Path) -> Setup | None:
    """The setup in the folder of a workspace, None where none was written yet. Paths in it are
    below that folder, unless they are whole.

    ParamError names the file and what is wrong in it."""
    file = setup_file(workspace)
    if not os.path.lexists(file):
        return None
    content = read_yaml(file, "a setup")
    if not isinstance(content, dict | None):
        raise ParamError(f"{file}: expected name: value at the top, such as source: crawl/images")
    try:
        return _with_whole_paths(Setup.of("setup", _said(content or {})), workspace)
    except ParamError as error:
        raise ParamError(f"{file}: {error}") from None


def whole_location(place: Location, workspace: Path) -> Location:
    """The place that one in a setup stands for: a URL for itself, a path as of `whole_path`."""
    return whole_path(place, workspace) if isinstance(place, Path) else place


def whole_path(path: Path | str, workspace: Path) -> Path:
    """The place that a path in a setup stands for: below its workspace, unless it is whole or
    begins with ~, the home of whoever reads it."""
    return workspace / os.path.expanduser(path)


def remembered_ledger(workspace: Path) -> str:
    """The name of the ledger in the setup of a workspace; "" for the workspace's own."""
    setup = read_setup(workspace)
    return setup.ledger if setup else ""


def write_setup(workspace: Path, setup: Setup) -> Path | None:
    """Write the setup of a workspace; a file that was there stays beside it under another name,
    which is the answer."""
    file, kept = setup_file(workspace), None
    if file.exists():
        kept = file.with_name(f"{file.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}{file.suffix}")
        write_atomically(kept, file.read_bytes())
    write_atomically(file, setup_text(setup).encode())
    return kept


def setup_text(setup: Setup) -> str:
    """The setup as YAML, with a word on every value."""
    return "\n".join([*_HEAD, *_entries(setup)]) + "\n"


def _entries(setup: Setup) -> Iterator[str]:
    for name, value in setup.model_dump(mode="json").items():
        yield f"\n# {name}: {Setup.model_fields[name].description}"
        yield yaml.safe_dump(
            {name: value}, sort_keys=False, allow_unicode=True, width=1_000
        ).strip()


def _holds_password(url: str) -> bool:
    """Whether a URL names one; the ledger itself says what else may be wrong with it."""
    try:
        known = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        return False
    return bool(known.password) or any("pass" in key.lower() for key in known.query)


def _said(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says: a name with nothing after it, as where all below it is a comment, says
    nothing."""
    said = {name: value for name, value in content.items() if value is not None and value != ""}
    if isinstance(stages := said.get("settings"), dict):
        said["settings"] = {stage: {} if of is None else of for stage, of in stages.items()}
    return said


def _with_whole_paths(setup: Setup, workspace: Path) -> Setup:
    places = {name: getattr(setup, name) for name in ("source", "test", "weights")}
    whole = {name: whole_location(place, workspace) for name, place in places.items() if place}
    roots = [whole_path(root, workspace) for root in setup.link_roots]
    return setup.model_copy(update={**whole, "link_roots": roots})
