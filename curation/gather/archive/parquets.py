"""The pictures of a Parquet file, as the Hugging Face library `datasets` writes them: a column of
struct{bytes, path}, or of plain bytes, with the class and a caption in other columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from inksift.curation.gather.archive.kinds import SIGNS_OF_DAMAGE, Archive
from inksift.curation.gather.archive.sink import CHUNK_BYTES, DamagedArchiveError, MemberError, Sink
from inksift.curation.gather.folder.walk import UNLABELLED
from inksift.curation.gather.gate.formats import EXTENSIONS, sniff

_ROWS = 16
"""Rows in memory at a time: their pictures together."""

_LABELS = ("label", "labels", "class", "class_name", "category")
"""Columns that may hold the class, where the schema names none."""

_CAPTIONS = ("text", "caption", "prompt")
"""Columns that hold what is said of the picture."""

_FIRST = ("image", "img", "picture", "bytes")
"""What the column of the picture itself is called, where there are several of pictures."""

_MOST_IN_A_STEM = 100
"""Bytes of a picture's own name that are kept."""

_MOST_IN_A_CLASS = 200
"""Bytes of a class's name, which is a folder's."""

_ENDINGS = {kind: ending for ending, kind in reversed(EXTENSIONS.items())}
"""The usual ending of each format."""


class _Columns(NamedTuple):
    """The columns that are read, the first picture's first; "" where there is no such column.
    `names` are those of classes by number, None where numbers are all there is."""

    pictures: list[str]
    label: str
    names: list[str] | None
    caption: str
    path: str


def read_parquet_pictures(archive: Archive, sink: Sink) -> None:
    """Write the pictures of every row into `sink`, in a folder of their class and with their
    caption beside them; DamagedArchiveError where there are none, or not all can be read."""
    try:
        with pq.ParquetFile(archive.path, buffer_size=CHUNK_BYTES, pre_buffer=False) as file:
            columns = _columns(file.schema_arrow, archive)
            wanted = [*columns.pictures, columns.label, columns.caption, columns.path]
            batches = file.iter_batches(_ROWS, columns=[name for name in wanted if name])
            for number, row in enumerate(_rows(batches)):
                _read(row, number, columns, sink)
    except (*SIGNS_OF_DAMAGE, pa.ArrowException, MemoryError) as error:
        raise DamagedArchiveError(
            f"{archive.path} is damaged after {len(sink.files)} files ({error}): expected a whole "
            "Parquet file; get it again, or write it anew"
        ) from error


def _rows(batches: Iterator[pa.RecordBatch]) -> Iterator[Mapping[str, Any]]:
    for batch in batches:
        yield from batch.to_pylist()


def _columns(schema: pa.Schema, archive: Archive) -> _Columns:
    features = _features(schema)
    pictures = [field.name for field in schema if _holds_pictures(field, features)]
    declared = [name for name in pictures if _kind(features.get(name)) == "Image"]
    pictures = declared or pictures
    if not pictures:
        there = ", ".join(f"{field.name} ({field.type})" for field in schema)[:300]
        raise DamagedArchiveError(
            f"{archive.path} has no column of pictures: expected struct<bytes, path> as `datasets` "
            f"writes it, or binary; there are {there}"
        )
    pictures.sort(key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    named = [name for name, told in features.items() if _kind(told) == "ClassLabel"]
    texts = [field.name for field in schema if _is_text(field.type)]
    plain = [*texts, *(field.name for field in schema if pa.types.is_integer(field.type))]
    label = next(iter(named), "") or _one_of(_LABELS, plain)
    path = _one_of(("path", "file_name"), texts)
    return _Columns(
        pictures, label, _class_names(features.get(label)), _one_of(_CAPTIONS, texts), path
    )


def _features(schema: pa.Schema) -> dict[str, Any]:
    """What `datasets` says of its columns, by name; none where it says nothing."""
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = told["info"]["features"]
        return {name: value for name, value in features.items() if name in schema.names}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def _kind(told: Any) -> str:
    return str(told.get("_type", "")) if isinstance(told, dict) else ""


def _class_names(told: Any) -> list[str] | None:
    names = told.get("names") if _kind(told) == "ClassLabel" else None
    return [str(name) for name in names] if isinstance(names, list) else None


def _holds_pictures(field: pa.Field, features: Mapping[str, Any]) -> bool:
    kind = field.type
    told = _kind(features.get(field.name))
    if pa.types.is_struct(kind):
        inner = {kind.field(number).name: kind.field(number).type for number in range(len(kind))}
        return told in ("", "Image") and _is_bytes(inner.get("bytes"))
    return told in ("", "Image", "Value") and _is_bytes(kind)


def _is_bytes(kind: pa.DataType | None) -> bool:
    return kind is not None and (pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _one_of(names: tuple[str, ...], there: list[str]) -> str:
    return next((name for name in names if name in there), "")


def _read(row: Mapping[str, Any], number: int, columns: _Columns, sink: Sink) -> None:
    folder = _label(row.get(columns.label), columns.names)
    for place, column in enumerate(columns.pictures):
        data, path = _picture(row[column])
        own = path or str(row.get(columns.path) or "")
        stem = _stem(own, number) + (f"-{folder_named(column)}" if place else "")
        name = f"{folder}/{stem}{_ending(own, data or b'')}".encode("utf-8", "surrogateescape")
        sink.put(name, _content(data))
    caption = row.get(columns.caption)
    if caption:
        text = f"{folder}/{_stem_of_first(row, number, columns)}.txt"
        sink.put(text.encode("utf-8", "surrogateescape"), [str(caption).encode("utf-8", "replace")])


def _stem_of_first(row: Mapping[str, Any], number: int, columns: _Columns) -> str:
    _, path = _picture(row[columns.pictures[0]])
    return _stem(path or str(row.get(columns.path) or ""), number)


def _picture(value: Any) -> tuple[bytes | None, str]:
    """The bytes of a picture, None where they are elsewhere, and its own path, "" for none."""
    if isinstance(value, dict):
        return value.get("bytes"), str(value.get("path") or "")
    return value, ""


def _content(data: bytes | None) -> Iterator[bytes]:
    """The bytes as a member's; a row that only names a file elsewhere has none."""
    if data is None:
        raise MemberError("outside_archive")
    yield data


def _stem(path: str, number: int) -> str:
    """A picture's name without its ending, told apart from others by the number of its row.

    >>> _stem("fox/red.png", 7), _stem("", 7)
    ('000007-red', '000007')
    """
    name = path.replace("\\", "/").rpartition("/")[2].rpartition(".")
    own = (name[0] or name[2]).replace("\0", "").encode("utf-8", "replace")[:_MOST_IN_A_STEM]
    return f"{number:06d}-{own.decode('utf-8', 'ignore')}".removesuffix("-")


def _ending(path: str, data: bytes) -> str:
    """The ending that a name promises, where it is one of a picture, else that of the bytes."""
    dot, own = path.rpartition(".")[1:]
    return dot + own if f"{dot}{own}".lower() in EXTENSIONS else _ENDINGS.get(sniff(data), "")


def _label(value: Any, names: list[str] | None) -> str:
    """The folder of a class: its name as one folder's, `unlabelled` where there is none."""
    if isinstance(value, int) and names is not None:
        value = names[value] if 0 <= value < len(names) else None
    return folder_named("" if value is None else str(value))


def folder_named(label: str) -> str:
    """A class as the name of one folder: a slash in it becomes a sign that looks like one.

    >>> folder_named("red fox"), folder_named(""), folder_named("..")
    ('red fox', 'unlabelled', '_..')
    """
    name = " ".join(label.replace("\0", "").replace("/", "\N{DIVISION SLASH}").split())
    cut = name.encode("utf-8", "surrogateescape")[:_MOST_IN_A_CLASS].decode("utf-8", "ignore")
    return f"_{cut}" if cut in (".", "..") else cut or UNLABELLED
