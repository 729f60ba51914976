"""The images table: one row per file found, each decoded at most once in its life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from pydantic import Field, field_validator

from inksift.curation.base.among import is_among
from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Location, lies_in
from inksift.curation.base.params import Params
from inksift.curation.base.progress import already_known
from inksift.curation.base.tables import HASHES, IMAGES
from inksift.curation.gather.archive.sink import Bounds
from inksift.curation.gather.decoding import (
    PIXELS,
    DecodingTask,
    FileContent,
    Opening,
    PictureParts,
    PictureWriters,
)
from inksift.curation.gather.folder.choice import CLUTTER, Choice
from inksift.curation.gather.folder.identity import Identity, confirm_all, identify_all
from inksift.curation.gather.folder.known_files import KnownFiles
from inksift.curation.gather.folder.layout import Layout
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.sidecars import ENDINGS
from inksift.curation.gather.folder.walk import Found
from inksift.curation.gather.gate.answer import Decoded
from inksift.curation.gather.gate.version import pictures_version
from inksift.curation.gather.gate.worker import Settings
from inksift.curation.gather.image_rows import image_rows
from inksift.curation.gather.listing import FolderFacts, list_source, no_facts
from inksift.curation.gather.reached import listed_source
from inksift.curation.gather.signals.stored import StoredSignals
from inksift.curation.gather.signals.table import TABLE as SIGNALS_TABLE
from inksift.curation.spread.engine import LOCAL, Batching, Engine, Lost
from inksift.curation.store.measurements import Measurements
from inksift.curation.store.thumbnails import THUMBNAILS, Thumbnails, locate_thumbnails
from inksift.curation.store.workspace import Workspace

DECODE_BATCH = 64
"""Pictures stored at a time: what a killed run decodes again at most."""


class ImageParams(Params):
    """Settings of reading a folder of pictures."""

    thumbnail_side_px: int = Field(
        640, ge=256, le=2048, description="Longest side of a working thumbnail"
    )
    max_file_mb: int = Field(64, ge=1, le=1024, description="Larger files are not read")
    unpacked_gb: int = Field(
        200,
        ge=1,
        le=100_000,
        description="Larger contents of archives are not unpacked; of a source at a URL so much is "
        "kept on disk until it is decoded",
    )
    max_megapixels: float = Field(
        50.0, gt=0, le=500, description="Pictures with more pixels are not decoded"
    )
    timeout_s: int = Field(
        30, ge=1, le=600, description="Seconds that one file may keep a decoder busy"
    )
    memory_mb: int = Field(
        2048, ge=1024, le=65536, description="Memory that one decode worker may use"
    )
    workers: int = Field(0, ge=0, le=256, description="Decode workers; 0 is one for every core")
    include: list[str] = Field(
        [],
        description="Globs of what is read, such as *.png or fox/*; all where there is none",
    )
    exclude: list[str] = Field(
        [],
        description="Globs of what is left out: without a slash of a name anywhere, with one of a "
        "whole path (* matches / too)",
    )
    clutter: list[str] = Field(
        [*CLUTTER], description="Globs of what programs leave behind, which is left out too"
    )
    sidecars: list[str] = Field(
        [*ENDINGS],
        description="Endings of files that belong to a picture of the same name, and are none",
    )
    layout: Layout = Field(
        "auto",
        description="What the first folders are: classes, or splits (train, val, test) with the "
        "classes below; auto tells by their names",
    )
    trust_times: bool = Field(
        True,
        description="Do not read a file again whose name, size, times and place on disk are as an "
        "earlier run found them; false reads every byte, for file systems that do not keep them",
    )
    follow_links: bool = Field(
        False,
        description="Follow links into the folders that --link-root names, and to what is left out "
        "of this one",
    )

    @field_validator("sidecars")
    @classmethod
    def _endings(cls, endings: list[str]) -> list[str]:
        for ending in endings:
            if not ending.startswith(".") or ending != ending.lower():
                raise ValueError(f"{ending} is no ending: write it in small letters, such as .txt")
        return endings

    @field_validator("include", "exclude", "clutter")
    @classmethod
    def _globs(cls, globs: list[str]) -> list[str]:
        if "" in globs or any(glob.startswith("/") for glob in globs):
            raise ValueError("a glob is of a name, or of a path below the source: fox/*.png")
        return globs

    @property
    def choice(self) -> Choice:
        """Which entries these settings choose, by their names."""
        return Choice(
            include=self.include, exclude=[*self.exclude, *self.clutter], beside=self.sidecars
        )

    @property
    def settings(self) -> Settings:
        """These settings as the gate's workers take them."""
        return Settings(
            max_bytes=self.max_file_mb * 10**6,
            max_pixels=int(self.max_megapixels * 10**6),
            thumbnail_side_px=self.thumbnail_side_px,
            timeout_s=self.timeout_s,
            memory_bytes=self.memory_mb * 2**20,
        )

    @property
    def bounds(self) -> Bounds:
        """How much may come out of archives."""
        return Bounds(self.settings.max_bytes, self.unpacked_gb * 10**9)

    @property
    def version(self) -> str:
        """The version under which pixels and thumbnails are stored."""
        settings = self.settings
        return pictures_version(
            thumbnail_side_px=settings.thumbnail_side_px, max_pixels=settings.max_pixels
        )


class Images(NamedTuple):
    """The tables of a source folder, how many pictures this call had to decode (`new`), on the
    thumbnails of how many others it measured a signal that was not stored (`remeasured`), what is
    to know of the archives that the folder came from, and which layers of the sandbox were not in
    force where it decoded (`unprotected`)."""

    images: pd.DataFrame
    hashes: pd.DataFrame
    signals: pd.DataFrame
    thumbnails: pd.DataFrame
    new: int
    remeasured: int
    folder: FolderFacts
    told: Sequence[str] = ()
    unprotected: Sequence[str] = ()


class Opened(NamedTuple):
    """A source that is being read: how its files are reached, those that are to be decoded, what
    else it holds, and what is to know of the archives that it came from."""

    reach: Reach
    files: Sequence[Found]
    folder: FolderFacts
    told: Sequence[str]


def no_images() -> Images:
    """The tables of no folder at all."""
    return Images(
        IMAGES.frame([]),
        HASHES.frame([]),
        SIGNALS_TABLE.frame([]),
        THUMBNAILS.frame([]),
        0,
        0,
        no_facts(),
    )


def find_images(
    source: Location,
    workspace: Workspace,
    params: ImageParams,
    *,
    link_roots: Sequence[Path] = (),
    engine: Engine = LOCAL,
) -> Images:
    """Every file below `source` with its content's identity, and the measures of every decodable
    picture. Where `source` is an archive, or a folder of such, its members are the files, unpacked
    into the workspace. `link_roots` are the folders that links may lead into, where `params` follow
    them.

    Bad files are rows with an `error`. SourceError when the folder cannot be used, GateError when
    nothing can be decoded on this machine."""
    settings = params.settings
    with opened_source(source, workspace, params, link_roots=link_roots) as opened:
        reach, found = opened.reach, opened.files
        known = None
        if params.trust_times:
            known = KnownFiles(workspace, reach.real, settles_ns=reach.settles_ns)
        identities = identify_all(reach, found, settings.max_bytes, known)
        store = _Store(workspace, params.version)
        copies = _copies(found, identities)
        missing = store.missing(list(copies))
        contents = [_content(image_id, copies[image_id]) for image_id in missing]
        with already_known(len(copies) - len(missing)):
            ended = _decode_all(reach, contents, store, params, engine)
        identities = confirm_all(reach, found, identities, settings.max_bytes)
        reach.let_go()
    rows = store.pixels(list(copies))
    images = image_rows(found, identities, rows, ended.failed)
    readable = rows[is_among(rows["image_id"], images.loc[images["readable"], "image_id"])]
    ids = readable["image_id"].tolist()
    thumbnails = store.locate_thumbnails(ids)
    signals = store.signals.measure(ids, Thumbnails(workspace, thumbnails), engine)
    return Images(
        images,
        HASHES.check(readable),
        SIGNALS_TABLE.check(signals.frame),
        thumbnails,
        new=len(missing),
        remeasured=signals.new,
        folder=opened.folder,
        told=opened.told,
        unprotected=ended.unprotected,
    )


@contextmanager
def opened_source(
    source: Location, workspace: Workspace, params: ImageParams, *, link_roots: Sequence[Path]
) -> Iterator[Opened]:
    """What `source` holds, for as long as the block reads from it; errors as of `find_images`."""
    _check_apart(source, workspace)
    roots = link_roots if params.follow_links else None
    with listed_source(
        source, workspace, choice=params.choice, bounds=params.bounds, link_roots=roots
    ) as (reach, listing, told):
        files, folder = list_source(
            reach, source, listing, sidecars=params.sidecars, layout=params.layout
        )
        yield Opened(reach, files, folder, told)


class _Store:
    """Stored pixels, thumbnails and signals of one version of the pictures."""

    def __init__(self, workspace: Workspace, version: str) -> None:
        self._workspace = workspace
        self._pixels: Measurements = workspace.measurements("pixels", version)
        self._thumbnails: Measurements = workspace.measurements("thumbnails", version)
        self.signals = StoredSignals(workspace, version)

    def missing(self, image_ids: Sequence[str]) -> list[str]:
        """Pictures without a row of pixels, and decodable ones without a thumbnail."""
        rows = self._pixels.rows(image_ids, ["image_id", "error"])
        if rows.empty:
            return list(image_ids)
        bare = set(self._thumbnails.missing(rows.loc[rows["error"] == "", "image_id"].tolist()))
        known = set(rows["image_id"])
        return [image_id for image_id in image_ids if image_id not in known or image_id in bare]

    def pixels(self, image_ids: Sequence[str]) -> pd.DataFrame:
        """The stored rows of these pictures, in their order."""
        if not self._pixels.parts():
            return PIXELS.frame([])
        return PIXELS.check(self._pixels.rows(image_ids))

    def locate_thumbnails(self, image_ids: Sequence[str]) -> pd.DataFrame:
        """Where the thumbnails of these pictures are."""
        return locate_thumbnails(self._workspace, self._thumbnails, image_ids)

    @property
    def writers(self) -> PictureWriters:
        """What stores the answers of the gate, in whatever process."""
        return PictureWriters(self._pixels.writer, self._thumbnails.writer, self.signals.writer)

    def accept(self, parts: PictureParts) -> None:
        """Count what `writers` stored among what is there."""
        for part in parts.thumbnails:
            self._thumbnails.accept(part)
        for part in parts.signals:
            self.signals.accept(part)
        for part in parts.pixels:
            self._pixels.accept(part)

    def gather(self) -> None:
        """Make large parts of what was stored in small ones; thumbnails stay where they are."""
        self._pixels.gather()
        self._thumbnails.note()
        self.signals.gather()


def _check_apart(source: Location, workspace: Workspace) -> None:
    if lies_in(workspace.root, source):
        raise SourceError(
            f"the workspace {workspace.root} lies inside {source}: choose a --workspace outside it"
        )


def _copies(found: Sequence[Found], identities: Sequence[Identity]) -> dict[str, list[Found]]:
    """The files that hold each content, in order of their first."""
    copies: dict[str, list[Found]] = {}
    for file, identity in zip(found, identities, strict=True):
        if identity.image_id:
            copies.setdefault(identity.image_id, []).append(file)
    return copies


def _content(image_id: str, files: Sequence[Found]) -> FileContent:
    return FileContent(image_id, [file.path_bytes for file in files])


class _Ended(NamedTuple):
    """The pictures whose decoding failed in a way that may pass, and which layers of the sandbox
    were not in force in any worker."""

    failed: Mapping[str, Decoded]
    unprotected: Sequence[str]


def _decode_all(
    reach: Reach,
    contents: Sequence[FileContent],
    store: _Store,
    params: ImageParams,
    engine: Engine,
) -> _Ended:
    """Decode and store the pictures of these contents, but for those that failed in a way that may
    pass."""
    failed: dict[str, Decoded] = {}
    unprotected: set[str] = set()
    task = DecodingTask(Opening(reach), params.settings, params.workers, store.writers)
    batching = Batching(DECODE_BATCH, 3 * params.thumbnail_side_px**2)
    for ended in engine.map_batches(task, contents, batching, title="decode pictures"):
        if isinstance(ended, Lost):
            failed[ended.item.image_id] = Decoded("decoder_died", ended.why)
        else:
            store.accept(ended.answer.parts)
            failed |= {key: Decoded(*told) for key, told in ended.answer.failed.items()}
            unprotected |= set(ended.answer.unprotected)
    store.gather()
    return _Ended(failed, sorted(unprotected))
