"""The members of a zip."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator

from inksift.curation.gather.archive.kinds import SIGNS_OF_DAMAGE, Archive
from inksift.curation.gather.archive.sink import CHUNK_BYTES, DamagedArchiveError, MemberError, Sink

_ENCRYPTED = 0x1  # bit of a member's flags
_NAME_IS_UTF8 = 0x800  # bit of a member's flags
_MADE_BY_DOS = 0  # value of the system that a member was made on

_UNREADABLE = (*SIGNS_OF_DAMAGE, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""What is raised by what is damaged, or packed in a way that is not known here."""


def read_zip(archive: Archive, sink: Sink) -> None:
    """Write every member into `sink`; DamagedArchiveError where the list of members is lost."""
    try:
        with zipfile.ZipFile(archive.path) as packed:
            for member in packed.infolist():
                _read(packed, member, sink)
    except _UNREADABLE as error:
        raise DamagedArchiveError(
            f"{archive.path} is damaged ({error}): expected a whole zip, whose list of files is at "
            "its end; get it again, or pack it anew"
        ) from error


def promised_bytes(archive: Archive, member_bytes: int) -> int:
    """Bytes that the members of a zip take by its own word, those that are too big left out."""
    try:
        with zipfile.ZipFile(archive.path) as packed:
            sizes = (member.file_size for member in packed.infolist())
            return sum(size for size in sizes if size <= member_bytes)
    except _UNREADABLE:
        return 0  # reading it will say so


def _read(packed: zipfile.ZipFile, member: zipfile.ZipInfo, sink: Sink) -> None:
    name = _name(member)
    mode = member.external_attr >> 16
    if member.is_dir() or name.endswith(b"/"):
        return
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        sink.refuse(name, member.file_size, "not_a_regular_file")
    elif member.flag_bits & _ENCRYPTED:
        sink.refuse(name, member.file_size, "member_encrypted")
    else:
        sink.put(name, _content(packed, member))


def _name(member: zipfile.ZipInfo) -> bytes:
    """A member's name: in UTF-8 where its bytes are, also where the zip does not say so."""
    name = member.filename
    if not member.flag_bits & _NAME_IS_UTF8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = member.filename
    if member.create_system == _MADE_BY_DOS:
        name = name.replace("\\", "/")
    return os.fsencode(name)


def _content(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with packed.open(member) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except _UNREADABLE as error:
        raise MemberError("member_damaged") from error
