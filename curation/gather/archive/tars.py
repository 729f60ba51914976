"""The members of a tar, read once from its beginning to its end, whatever compresses it."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from typing import IO, Any, cast

from inksift.curation.gather.archive.kinds import SIGNS_OF_DAMAGE, Archive, open_tar
from inksift.curation.gather.archive.sink import CHUNK_BYTES, DamagedArchiveError, Sink, Spent

_MOST_HEADER_BYTES = 2**20
"""Bytes of a long name or of remarks before a member, which are read into memory."""

_WITH_REMARKS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
"""Headers whose content is a part of the next one."""


def read_tar(archive: Archive, sink: Sink, spent: Spent) -> None:
    """Write every member into `sink`; DamagedArchiveError where the archive ends too early."""
    try:
        with open_tar(archive.path) as packed:
            file = cast("IO[bytes]", _Counted(packed, spent))
            with tarfile.open(fileobj=file, mode="r|", tarinfo=_StrictMember) as tar:
                _read(tar, sink)
    except SIGNS_OF_DAMAGE as error:
        raise DamagedArchiveError(
            f"{archive.path} is damaged after {len(sink.files)} files ({error}): expected a whole "
            "tar; get it again, or pack it anew"
        ) from error


class _StrictMember(tarfile.TarInfo):
    """A header that is wrong is damage, and not the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str | None, errors: str) -> _StrictMember:
        try:
            member = super().frombuf(buf, encoding or "utf-8", errors)
        except tarfile.HeaderError as error:
            if not buf.strip(b"\0"):  # the end
                raise
            raise tarfile.ReadError(str(error)) from error
        if member.type in _WITH_REMARKS and member.size > _MOST_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {member.size} bytes")
        return member


class _Counted:
    """The unpacked bytes of a tar, all of which count, also those of members that are skipped."""

    def __init__(self, file: IO[bytes], spent: Spent) -> None:
        self._file, self._spent = file, spent

    def read(self, size: int) -> bytes:
        """The next bytes."""
        data = self._file.read(size)
        self._spent.unpack(len(data))
        return data


def _read(tar: tarfile.TarFile, sink: Sink) -> None:
    for member in tar:
        cast("Any", tar).members = []  # else every header stays in memory
        name = os.fsencode(member.name)
        if member.isreg():
            sink.put(name, _content(tar, member))
        elif member.islnk() and (chunks := sink.again(os.fsencode(member.linkname))) is not None:
            sink.put(name, chunks)
        elif not member.isdir():
            sink.refuse(name, member.size, "not_a_regular_file")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    file = tar.extractfile(member)
    while file is not None and (chunk := file.read(CHUNK_BYTES)):
        yield chunk
