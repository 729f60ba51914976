"""The digests of files, each computed once however many names a file has."""

from __future__ import annotations

from pathlib import Path

from inksift.curation.store.files import file_digest


class FileDigests:
    """What was computed already, by inode: kept runs share their files with the workspace and with
    each other. A file that changed since is read again."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int, int], str] = {}

    def of(self, path: Path) -> str:
        """The digest of a file that is there."""
        state = path.stat()
        key = state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns
        if key not in self._known:
            self._known[key] = file_digest(path)
        return self._known[key]

    def match(self, path: Path, digest: str) -> bool:
        """Whether a file is there, with the bytes of that digest."""
        return path.is_file() and self.of(path) == digest
