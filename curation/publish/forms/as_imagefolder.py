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
from collections.abc import Iterable, Mapping
from itertools import groupby

from curation.publish.forms.form import BY_PILLOW, Form
from curation.publish.placement import Naming, plan_of, renamings
from curation.publish.records import record
from curation.publish.task import ExportPicture, ExportSummary, ExportTask
from curation.publish.tree import write_tree

_METADATA = "metadata.jsonl"

_SPLIT_WORDS = re.compile(
    r"(?<![^-._ 0-9])"
    r"(train(?:ing)?|valid(?:ation)?|dev|val|test(?:ing)?|eval(?:uation)?)"
    r"(?![^-._ 0-9])"
)
"""Words that datasets takes for a split where nothing but these signs stands around them."""

_BENCHMARKS = re.compile(r"^(task|instruction)(?=\.)")
"""Names that datasets takes for those of a test suite, with the endings .toml and .md."""

_NOT_IN_TORCHVISION = ("GIF", "AVIF")


def without_split_words(name: str) -> str:
    """A name that datasets takes for no split.

    >>> without_split_words("test_01.png"), without_split_words("latest train.png")
    ('test+_01.png', 'latest train+.png')
    """
    return _BENCHMARKS.sub(r"\1+", _SPLIT_WORDS.sub(r"\1+", name))


def write_imagefolder(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""
    mended = {label: without_split_words(folder) for label, folder in task.classes.items()}
    task = task._replace(classes=mended)
    summary.classes = {folder: label for label, folder in mended.items()}

    def folder(picture: ExportPicture) -> str:
        return "/".join(filter(None, (picture.split, mended[picture.label])))

    plan = plan_of(task, Naming(folder, mend=without_split_words))
    summary.notes += [*renamings(task, plan), *_for_torchvision(task)]
    write_tree(task, summary, plan, lambda there: _metadata(task, there))


def _metadata(task: ExportTask, there: Mapping[str, ExportPicture]) -> dict[str, Iterable[bytes]]:
    """A list in the folder of every split, of the pictures that are there."""
    by_split = sorted(there, key=lambda name: there[name].split)
    return {
        "/".join(filter(None, (split, _METADATA))): [_lines(task, there, list(names), split)]
        for split, names in groupby(by_split, key=lambda name: there[name].split)
    }


def _lines(
    task: ExportTask, there: Mapping[str, ExportPicture], names: list[str], split: str
) -> bytes:
    base = f"{split}/" if split else ""
    rows = (record(task, there[name], name.removeprefix(base)) for name in names)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


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
    "class folders with metadata.jsonl, for Hugging Face datasets and torchvision",
    write_imagefolder,
    reads=BY_PILLOW,
)
