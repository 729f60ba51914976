"""What cannot be used any more is moved out of the way and stays: nothing of a workspace is
removed because it is damaged."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from inksift.curation.store.files import make_folder, move, same_file, write_atomically

ASIDE_FOLDER = "set-aside"
"""The folder in a workspace, with one folder for each time."""


class MovedAside:
    """The folder of one repair in the workspace `root`; it is made when something comes into it."""

    def __init__(self, root: Path) -> None:
        self.folder = root / ASIDE_FOLDER / f"{datetime.now():%Y%m%d-%H%M%S}"
        self._root = root

    def move(self, path: Path) -> Path:
        """Move a file or folder there, under its own path; where it is then. StoreError where that
        cannot be done."""
        target = self._free(self.folder / path.relative_to(self._root))
        move(path, target)
        return target

    def keep(self, path: Path) -> None:
        """Give a file a second name there, for one that is replaced afterwards; StoreError where
        that cannot be done."""
        target = self._free(self.folder / path.relative_to(self._root))
        with suppress(OSError):  # which the writing below tells
            make_folder(target.parent)
        same_file(path, target)

    def write(self, name: str, data: bytes) -> None:
        """Put a new file there."""
        write_atomically(self._free(self.folder / name), data)

    def _free(self, target: Path) -> Path:
        """A name that nothing has: a file may be set aside twice in a second."""
        names = (target.with_name(f"{target.name}.{number}") for number in range(1, 1_000))
        return target if not target.exists() else next(n for n in names if not n.exists())
