"""An export as tar shards for WebDataset: picture, caption, class and JSON of every sample side by
side.

datasets takes the columns from the first five samples of a shard: a picture that comes with
another ending later is a picture of None there. So all pictures bear the ending that most of them
have, and `format` in their JSON says what they are; both libraries look at the content. Every
sample has every field, no key has a dot or begins with what is skipped, and the same export gives
the same bytes."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections import Counter
from collections.abc import Mapping
from typing import BinaryIO

from inksift.curation.publish.export_names import extension_of, kept_name
from inksift.curation.publish.forms.form import BY_PILLOW, Form
from inksift.curation.publish.placement import Naming, no_sidecars, plan_of
from inksift.curation.publish.records import record
from inksift.curation.publish.shards import Shard, shards_of
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask, read_batches
from inksift.curation.publish.tree import begin, finish
from inksift.curation.store.files import atomic_file, write_atomically

_CLASSES = "classes.txt"
_ALSO_DIVIDES = re.compile(r"[.]+")


def write_webdataset(task: ExportTask, summary: ExportSummary) -> None:
    """The shards of every split, and the names of the classes by their numbers."""
    shards = shards_of(task.pictures)
    names = [*map(_name, shards), _CLASSES]
    begin(task, names)
    keys, ending = _keys(task), _one_ending(task, summary)
    for shard in shards:
        _write_shard(task, shard, _Fields(keys, ending, sorted(task.classes)), summary)
    lines = "".join(f"{label}\n" for label in sorted(task.classes))
    write_atomically(task.target / _CLASSES, lines.encode("utf-8", "replace"))
    finish(task, summary, names)


class _Fields:
    """What the members of a sample are called, and what is in them."""

    def __init__(self, keys: Mapping[str, str], ending: str, labels: list[str]) -> None:
        self._keys, self._ending = keys, ending
        self._numbers = {label: number for number, label in enumerate(labels)}

    def of(self, task: ExportTask, picture: ExportPicture, data: bytes) -> dict[str, bytes]:
        """The members of a sample in their order, by name."""
        key = self._keys[picture.path]
        told = record(task, picture, kept_name(picture.path, picture.format))
        note = told | {
            "format": picture.format,
            "width": picture.width,
            "height": picture.height,
        }
        return {
            f"{key}.{self._ending}": data,
            f"{key}.txt": told["caption"].encode("utf-8", "replace"),
            f"{key}.cls": str(self._numbers[picture.label]).encode(),
            f"{key}.json": json.dumps(note, sort_keys=True).encode(),
        }


def _name(shard: Shard) -> str:
    return f"{shard.split}-{shard.number:06}.tar"


def _write_shard(task: ExportTask, shard: Shard, fields: _Fields, summary: ExportSummary) -> None:
    with (
        atomic_file(task.target / _name(shard)) as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for batch in read_batches(task._replace(pictures=shard.pictures), summary):
            for picture, data in batch:
                for name, content in fields.of(task, picture, data).items():
                    _add(tar, name, content)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """A member of no owner and no time, so that nothing but its content changes a shard."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    stream: BinaryIO = io.BytesIO(content)
    tar.addfile(member, stream)


def _keys(task: ExportTask) -> dict[str, str]:
    """The key of every picture, by its path: class and name without dots."""

    def folder(picture: ExportPicture) -> str:
        return _ALSO_DIVIDES.sub("_", task.classes[picture.label])

    naming = Naming(folder, mend=_without_dots, beside=no_sidecars, by_stem=True)
    placed = plan_of(task, naming).pictures
    return {picture.path: name.rpartition(".")[0] for name, picture in placed.items()}


def _without_dots(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{_ALSO_DIVIDES.sub('_', stem)}{dot}{ending}"


def _one_ending(task: ExportTask, summary: ExportSummary) -> str:
    """The ending of all pictures, that of the commonest format."""
    formats = Counter(picture.format for picture in task.pictures)
    if not formats:
        return "jpg"
    common = min(formats, key=lambda name: (-formats[name], name))
    other = formats.total() - formats[common]
    if other:
        summary.notes.append(
            f"{other} pictures of other formats bear the ending .{extension_of(common)} too, as "
            "their bytes are copied: `format` in their JSON says which"
        )
    return extension_of(common)


FORM = Form(
    "webdataset",
    write_webdataset,
    reads=BY_PILLOW,
    heeds=(),
)
