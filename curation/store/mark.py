"""The mark of a workspace: a small file in its root, which says that the folder is one, of which
format it is, and which version of inksift gave it that format.

A workspace whose mark is damaged or gone is one still: files that only inksift writes tell. It is
never answered by the choice of another folder, as what people decided lies in this one."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from inksift.curation.base.errors import LaterError, StoreError
from inksift.curation.store.files import write_atomically

WORKSPACE_MARK = "workspace.json"
"""What lies in the root of every workspace."""

_FORMAT = 1
"""Raised where an earlier inksift would do harm to the workspace as it then is. Whoever raises it
turns the older formats into the new one here, with a copy of what is changed set aside."""

_ONLY_OURS = ("ledger.sqlite", "published.json", ".manifest.json", "measurements/*/*/*.parquet")
"""What nobody else puts into a folder, and what a workspace would be missed for."""


class _Told(NamedTuple):
    """What a mark says: its format, 0 where it is damaged or gone, and who wrote it."""

    format: int
    written_by: str


def mark_workspace(root: Path) -> None:
    """Say that a folder is a workspace of the format that this version knows."""
    told = {"inksift_workspace": _FORMAT, "written_by": version("inksift")}
    write_atomically(root / WORKSPACE_MARK, json.dumps(told).encode())


def is_workspace(root: Path) -> bool:
    """Whether a folder is a workspace, also one whose mark is damaged or gone."""
    return bool(_told(root).format) or _holds_ours(root)


def lacks_mark(root: Path) -> bool:
    """Whether a folder is a workspace whose mark is damaged or gone. StoreError where the mark
    cannot be read now, which tells nothing about it."""
    return not _told(root).format and is_workspace(root)


def demand_mark(root: Path) -> None:
    """StoreError, with what to do, for a workspace that lacks its mark, LaterError for one of a
    format that only a later inksift knows. Nothing is written."""
    if lacks_mark(root):
        raise StoreError(
            f"{root / WORKSPACE_MARK} is damaged or gone: run `inksift repair --workspace {root}`, "
            "which writes it anew; nothing else is lost by it"
        )
    told = _told(root)
    if told.format > _FORMAT:
        raise LaterError(
            f"{root} is a workspace of format {told.format}, written by inksift {told.written_by}, "
            f"and inksift {version('inksift')} knows format {_FORMAT}: install inksift "
            f"{told.written_by}; nothing was changed"
        )


def _told(root: Path) -> _Told:
    mark = root / WORKSPACE_MARK
    try:
        content = json.loads(mark.read_bytes())
        found, written_by = content["inksift_workspace"], content.get("written_by")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return _Told(0, "")
    except OSError as error:
        raise StoreError(
            f"{mark} cannot be read ({error.strerror}): check its permissions, and its disk"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _Told(0, "")
    sound = type(found) is int and found > 0
    return _Told(found if sound else 0, str(written_by or "of a later version"))


def _holds_ours(root: Path) -> bool:
    return any(next(root.glob(pattern), None) for pattern in _ONLY_OURS)
