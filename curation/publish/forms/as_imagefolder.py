"""An export as class folders with a `metadata.jsonl`, as Hugging Face datasets and torchvision read
them.

What they do with names and columns is met here. datasets takes every file for a split where a
folder or a file has a word such as "train" in its name; beside metadata a folder gives no label.
A listed file that is missing fails only when it is decoded, and one that is not listed is left
out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from inksift.curation.publish.beside import Sidecar
from inksift.curation.publish.card import Counted, config_head, data_card
from inksift.curation.publish.export_names import distinct, kept_folder
from inksift.curation.publish.forms.form import BY_PILLOW, Form
from inksift.curation.publish.placement import Naming, own_names, told_plan
from inksift.curation.publish.records import record
from inksift.curation.publish.shards import WITHOUT_SPLIT
from inksift.curation.publish.task import (
    MARK,
    ExportPicture,
    ExportSummary,
    ExportTask,
    class_folder,
)
from inksift.curation.publish.tree import Texts, write_tree

_METADATA, _CARD = "metadata.jsonl", "README.md"

_SPLIT_WORDS = re.compile(
    r"(?<![^-._ 0-9])"
    r"(train(?:ing)?|valid(?:ation)?|dev|val|test(?:ing)?|eval(?:uation)?)"
    r"(?![^-._ 0-9])"
)
"""Words that datasets takes for a split where nothing but these signs stands around them."""

_BENCHMARKS = re.compile(r"^(task|instruction)(?=\.)")
"""Names that datasets takes for those of a test suite, with the endings .toml and .md."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
"""What begins like this in JSON Lines is read as a time where a whole column is like it."""

_NOT_IN_TORCHVISION = ("GIF", "AVIF")


def without_split_words(name: str) -> str:
    """A name that datasets takes for no split.

    >>> without_split_words("test_01.png"), without_split_words("latest train.png")
    ('test+_01.png', 'latest train+.png')
    """
    return _BENCHMARKS.sub(r"\1+", _SPLIT_WORDS.sub(r"\1+", name))


def write_imagefolder(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""
    naming = Naming(
        lambda picture: class_folder(task, picture), mend=without_split_words, beside=_names_beside
    )
    plan = told_plan(task, summary, naming)
    summary.notes += [*_dates(task), *_for_torchvision(task)]
    write_tree(task, summary, plan, lambda there: _texts(task, there))


def _names_beside(
    picture: ExportPicture, exported: str, sidecars: Sequence[Sidecar]
) -> dict[str, Sidecar]:
    """Sidecars under the name of their picture: what they add to it may be such a word too."""
    taken: set[str] = set()
    named = own_names(picture, exported, sidecars)
    return {distinct(without_split_words(name), taken): one for name, one in named.items()}


def _texts(task: ExportTask, there: Mapping[str, ExportPicture]) -> Texts:
    """A list in the folder of every split, of the pictures that are there, and the card."""
    rows = [record(task, picture, name) for name, picture in there.items()]
    by_split = {split: list(some) for split, some in groupby(sorted(rows, key=_split), key=_split)}
    lists = {
        f"{_base(split)}{_METADATA}": _lines(some, _base(split)) for split, some in by_split.items()
    }
    return {**lists, _CARD: data_card(task, list(map(_counted, rows)), _head(by_split))}


def _split(row: Mapping[str, Any]) -> str:
    return str(row["split"])


def _base(split: str) -> str:
    return f"{split}/" if split else ""


def _lines(rows: Sequence[Mapping[str, Any]], base: str) -> bytes:
    names = (row["file_name"].removeprefix(base) for row in rows)
    named = ({**row, "file_name": name} for row, name in zip(rows, names, strict=True))
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in named).encode()


def _counted(row: Mapping[str, Any]) -> Counted:
    split = row["split"] or WITHOUT_SPLIT
    return Counted(row["label"], split, row["licence"], bool(row["caption"]))


def _head(by_split: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Which files datasets reads where it is given the folder alone: with captions among them it
    would take the folder for one of texts."""
    files = []
    for split, rows in by_split.items():
        endings = sorted({row["file_name"].rpartition(".")[2] for row in rows})
        globs = [f"{_base(split)}**/*.{ending}" for ending in endings]
        path = [*globs, f"{_base(split)}{_METADATA}"]
        files.append({"split": split or WITHOUT_SPLIT, "path": path})
    return config_head(files)


def _dates(task: ExportTask) -> list[str]:
    """What to know of classes that datasets would make times of."""
    found = sorted(label for label in task.classes if _DATE.match(label))
    if not found:
        return []
    return [f"datasets reads {found[0]} in metadata.jsonl as a time: take --form huggingface"]


def _for_torchvision(task: ExportTask) -> list[str]:
    """What to know where torchvision's ImageFolder reads the folders."""
    skipped = sum(one.format in _NOT_IN_TORCHVISION for one in task.pictures)
    told = [f"torchvision skips {skipped} pictures that are GIF or AVIF"] if skipped else []
    filled = {(one.split, one.label) for one in task.pictures}
    sizes = Counter(split for split, _ in filled)
    few = sorted(split for split in sizes if sizes[split] < len(task.classes))
    if few:
        told.append(
            f"torchvision numbers classes by the folders it finds, and {' and '.join(few)} "
            "lack some: map by name"
        )
    return told


FORM = Form(
    "imagefolder",
    write_imagefolder,
    reads=BY_PILLOW,
    folder=lambda label: without_split_words(kept_folder(label)),
    beside=(MARK, _METADATA, _CARD),
)
