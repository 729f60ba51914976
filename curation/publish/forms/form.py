"""What a form of an export is, as its module hands it to the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from inksift.curation.gather.gate.formats import ALLOWED
from inksift.curation.publish.export_names import kept_folder
from inksift.curation.publish.task import MARK, ExportSummary, ExportTask

BY_PILLOW = frozenset({"JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"})
"""Formats that a library opens which reads pictures by Pillow alone."""


@dataclass(frozen=True)
class Form:
    """One way to write an export.

    `holds` is "kept" for the data set, "any_class" for one with pictures whose class is in doubt
    too, and "seen" for every picture that could be opened, with what became of it. `file` names the
    one file of a form that has only one, `reads` the formats that the next tool opens, and `uses`
    the tables of a run that are told. `folder` makes the name of a class one of a folder that the
    next tool takes as it is, `heeds` names those of the settings `files` and `repeats` that change
    something, and `beside` names the files that the form writes beside such folders,
    so that none is called like one."""

    name: str
    write: Callable[[ExportTask, ExportSummary], None]
    holds: Literal["kept", "any_class", "seen"] = "kept"
    file: str = ""
    reads: frozenset[str] = frozenset(ALLOWED)
    uses: tuple[str, ...] = ()
    folder: Callable[[str], str] = kept_folder
    beside: tuple[str, ...] = (MARK,)
    heeds: tuple[Literal["files", "repeats"], ...] = ("files",)
