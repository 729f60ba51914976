"""What one run works on and with: the folders that the user named, and its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from inksift.curation.base.errors import ParamError, SourceError
from inksift.curation.base.location import Location, lies_in
from inksift.curation.base.params import Params
from inksift.curation.gather.archive.kinds import demand_archive
from inksift.curation.people.chosen_ledger import refuse_among_pictures
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.spread.params import LOCAL_PARAMS, EngineParams
from inksift.curation.spread.worker import Landmarks, landmark
from inksift.curation.store.setup import SETUP
from inksift.curation.store.workspace import Workspace


class RunSettings(NamedTuple):
    """The settings of every stage in one run, in what that run differs from the setup of its
    workspace, a line each, and the profile of that setup."""

    stages: Mapping[str, Params]
    differs: Sequence[str]
    profile: str


def departures_told(differs: Sequence[str]) -> list[str]:
    """That a run differs from the setup of its workspace, to a person; nothing where it does
    not."""
    return [f"this run differs from the setup in {SETUP}: {'; '.join(differs)}"] if differs else []


@dataclass(frozen=True)
class Project:
    """The pictures (`source`, a folder, an archive or a URL, never written to), where results go
    (`workspace_folder`), trusted test pictures, a folder with model weights, the URL of the ledger
    that is heard, "" for the workspace's own, the folders that links among the pictures may lead
    into, and on what machines the work is done. All of them come from the command line or the
    environment, never from a run's settings."""

    source: Location
    workspace_folder: Path
    test: Location | None = None
    weights: Path | None = None
    ledger_url: str = ""
    link_roots: tuple[Path, ...] = ()
    engine: EngineParams = LOCAL_PARAMS

    @cached_property
    def workspace(self) -> Workspace:
        """The opened workspace; ParamError when writing to it would change the user's pictures."""
        for folder in self.pictures:
            if not folder.exists():
                raise SourceError(
                    f"no such folder: {folder}; expected class_name/picture.jpg below it"
                )
            if isinstance(folder, Path) and folder.is_file():
                demand_archive(folder)
            inside = self.workspace_folder
            if lies_in(inside, folder) or lies_in(folder, inside):
                pair = f"the workspace {self.workspace_folder} and the pictures in {folder}"
                raise ParamError(f"{pair} lie inside each other: choose another --workspace")
        return Workspace(self.workspace_folder)

    @property
    def landmarks(self) -> Landmarks:
        """What every machine that takes part in the work must see, but for what is at a URL."""
        places = (self.source, self.test, self.weights, *self.link_roots)
        paths = (self.workspace.mark, *(place for place in places if isinstance(place, Path)))
        return {str(path.absolute()): landmark(path) for path in paths}

    @cached_property
    def ledger(self) -> Ledger:
        """What people decided; ParamError when its file would lie among the user's pictures."""
        ledger = Ledger.of(self.workspace, self.ledger_url)
        for folder in self.pictures:
            refuse_among_pictures(ledger, folder)
        return ledger

    @property
    def head_folders(self) -> list[Path]:
        """Where heads of the user's own are looked for, before those that ship."""
        return [self.weights] if self.weights else []

    @property
    def pictures(self) -> list[Location]:
        """Where pictures are that nothing is ever written to."""
        return [self.source, self.test] if self.test else [self.source]
