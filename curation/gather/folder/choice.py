"""Which entries of a folder are read, by their names: what people name in globs, and the clutter
that programs leave behind.

A glob without a slash is of a name at any depth, one with a slash of the whole path below the
source; * matches / too. Neither case nor the Unicode form counts. What matches a folder holds for
all in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase, translate
from itertools import product
from typing import NamedTuple

CLUTTER = (
    ".*",  # hidden: .git, .ipynb_checkpoints, .thumbnails, .DS_Store, ._name of a Mac
    "@eaDir",  # small copies, by Synology
    "@__thumb",  # small copies, by QNAP
    "@Recycle",
    "#recycle",
    "$RECYCLE.BIN",
    "__MACOSX",  # in archives that a Mac packed
    "__pycache__",
    "_vti_cnf",
    "lost+found",
    "System Volume Information",
    "Thumbs.db",
    "ehthumbs*.db",
    "desktop.ini",
    "Picasa.ini",
    "Icon\r",
)
"""Names that file managers, network drives, notebooks and archives leave among pictures."""

_NOTHING = r"(?!)"
"""A regular expression that nothing matches."""

NOT_INCLUDED = ""
"""Stands for the pattern where a file is left out because none names it."""


class SetAside(NamedTuple):
    """A file or folder that is not read because of its name: the `pattern` that it matches, and how
    many `files` that are, itself or those in it."""

    path_bytes: bytes
    pattern: str
    files: int


class Choice(NamedTuple):
    """What is read: what a glob of `include` names (all where there is none) and none of `exclude`
    does. Files with one of the endings `beside` need not be named, as they follow a picture."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    beside: Sequence[str] = ()

    def matcher(self) -> Callable[[bytes], str | None]:
        """A function that says of an entry whose folders were let through which pattern excludes
        it, None for none."""
        patterns = [(pattern, _folded(pattern)) for pattern in self.exclude]
        of_paths = _any_of(folded for _, folded in patterns if "/" in folded)
        of_names = _any_of(folded for _, folded in patterns if "/" not in folded)

        def excluded_by(path: bytes) -> str | None:
            whole = _folded(path.decode("utf-8", "surrogateescape"))
            # Nearly all match none: one look at all patterns at once.
            if not of_names(whole.rpartition("/")[2]) and not of_paths(whole):
                return None
            found = (pattern for pattern, folded in patterns if _matches(whole, folded))
            return next(found, None)

        return excluded_by

    def includes(self, path: bytes) -> bool:
        """Whether a file is named by `include`, by itself or by a folder that it lies in."""
        return not self.include or ending(path) in self.beside or _named(path, self.include)

    def leaves_out(self, path: bytes) -> bool:
        """Whether `exclude` names an entry or a folder that it lies in."""
        return _named(path, self.exclude)

    def pattern_of(self, path: bytes) -> str | None:
        """The pattern that leaves out a file by its name or that of a folder it lies in, None where
        it is read."""
        named = (pattern for pattern in self.exclude if _named(path, [pattern]))
        return next(named, None if self.includes(path) else NOT_INCLUDED)


EVERYTHING = Choice()
"""No name is left out."""


def ending(path: bytes) -> str:
    """The last ending of a name, in lower case and with its dot; "" where it has none.

    >>> ending(b"fox/000.png.JSON")
    '.json'
    """
    stem, dot, last = path.rpartition(b"/")[2].rpartition(b".")
    return f".{last.decode('utf-8', 'replace').lower()}" if dot and stem else ""


def _named(path: bytes, patterns: Sequence[str]) -> bool:
    """Whether a pattern matches an entry or a folder that it lies in."""
    ways = _with_folders(_folded(path.decode("utf-8", "surrogateescape")))
    return any(_matches(way, _folded(pattern)) for way, pattern in product(ways, patterns))


def _with_folders(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[: k + 1]) for k in range(len(parts)))


def _matches(path: str, pattern: str) -> bool:
    return fnmatchcase(path if "/" in pattern else path.rpartition("/")[2], pattern)


def _any_of(patterns: Iterable[str]) -> Callable[[str], object]:
    """Whether a text matches one of some patterns."""
    return re.compile("|".join(map(translate, patterns)) or _NOTHING).match


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())
