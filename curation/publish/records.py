"""What an export tells of a picture, in one row that every form writes in its own way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from inksift.curation.gather.folder.choice import ending
from inksift.curation.gather.folder.safe_open import RefusedError, read_chunks
from inksift.curation.gather.folder.walk import display
from inksift.curation.people.tags import BETWEEN_TAGS
from inksift.curation.publish.beside import caption_of
from inksift.curation.publish.task import ExportPicture, ExportTask

_LICENCES = ("license", "licence", "license_url", "rights", "copyright")
"""Keys under which downloaders write what may be done with a picture, the plainest first."""

_MOST_LICENCE_CHARS = 300
"""Of a licence: its name or its address, and not its text."""

_MOST_NOTE_BYTES = 2**20
"""JSON beside a picture that is longer is not looked into."""


def record(task: ExportTask, picture: ExportPicture, name: str) -> dict[str, Any]:
    """One row: no value is ever missing, so that its columns have one type in every split. Text is
    "" and `p_photo` -1 where nothing is known."""
    return {
        "file_name": name,
        "label": picture.label,
        "source": picture.path,
        "split": picture.split,
        "p_photo": float(picture.p_photo),
        "caption": caption(task, picture),
        "licence": licence(task, picture),
        "tags": BETWEEN_TAGS.join(task.tags(picture)),
        "image_id": picture.image_id,
    }


def caption(task: ExportTask, picture: ExportPicture) -> str:
    """The text beside a picture, "" for none."""
    return caption_of(task.reach_to(picture), [*task.sidecars(picture)])


def licence(task: ExportTask, picture: ExportPicture) -> str:
    """What JSON beside a picture says of its licence, "" where none says anything."""
    notes = (one for one in task.sidecars(picture) if ending(one.path_bytes) == ".json")
    told = (_licence_in(_note(task, picture, one.path_bytes)) for one in notes)
    return next(filter(None, told), "")


def _licence_in(note: Mapping[str, Any]) -> str:
    """The first licence in one line of text that is safe to show, whatever stands there."""
    told = (note[key] for key in _LICENCES if isinstance(note.get(key), str))
    text = next((text for text in told if text.strip()), "")
    line = " ".join(text.split())[:_MOST_LICENCE_CHARS]
    return display(line.encode("utf-8", "replace"))


def _note(task: ExportTask, picture: ExportPicture, path: bytes) -> dict[str, Any]:
    """What JSON beside a picture says; nothing where it cannot be read."""
    try:
        with task.reach_to(picture).open(path, max_bytes=_MOST_NOTE_BYTES) as handle:
            data = b"".join(read_chunks(handle, max_bytes=_MOST_NOTE_BYTES))
        note = json.loads(data)
    except (RefusedError, ValueError, RecursionError):
        return {}
    return note if isinstance(note, dict) else {}
