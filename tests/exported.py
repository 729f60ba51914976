"""A folder of real pictures with decisions, exported: for tests of the forms of an export."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from inksift.curation.base.tables import (
    DECISIONS,
    EMBEDDINGS,
    FAMILIES,
    IMAGES,
    OBJECT_COUNTS,
    SPLITS,
)
from inksift.curation.gather.folder.walk import display
from inksift.curation.publish.beside import Beside, Sidecar
from inksift.curation.publish.export import export
from inksift.curation.publish.facts import ExportFacts, Tested
from inksift.curation.publish.task import MARK, ExportParams, ExportSummary

BOX_CLASSES = ("face", "hand")
"""What the detector of the run tells apart, which is not YOLO."""

SIZES = {"JPEG": (24, 16), "PNG": (16, 24)}
"""Width and height of drawn pictures, by format; others are as PNG."""


def drawn(kind: str, number: int, mode: str = "RGB") -> bytes:
    """The bytes of a small picture of its own colour."""
    colour = (number * 37 % 256, number * 91 % 256, 200)
    picture = Image.new("RGB", SIZES.get(kind, SIZES["PNG"]), colour).convert(mode)
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


class Given(NamedTuple):
    """A picture of a case: its format, what became of it, and its split in the run."""

    kind: str = "PNG"
    outcome: str = "kept"
    split: str = "train"
    mode: str = "RGB"


def row_of(raw: bytes, given: Given, data: bytes) -> dict[str, Any]:
    """All columns of IMAGES and DECISIONS that a picture has."""
    width, height = SIZES.get(given.kind, SIZES["PNG"])
    texts = dict.fromkeys(("error", "note", "ai_mark", "stage", "duplicate_of", "explanation"), "")
    return texts | {
        "path": display(raw),
        "path_bytes": raw,
        "image_id": hashlib.sha256(data).hexdigest(),
        "label": display(raw).split("/")[0],
        "size_bytes": len(data),
        "mtime_ns": 0,
        "readable": True,
        "width": width,
        "height": height,
        "format": given.kind,
        "mode": given.mode,
        "outcome": given.outcome,
        "reason": "" if given.outcome == "kept" else "photo",
        "p_photo": 0.25,
        "medium": "illustration",
        "decided_by": "machine",
    }


class Folder:
    """Pictures in a folder, with sidecars beside them, and what a run says of them."""

    def __init__(
        self,
        root: Path,
        pictures: Mapping[str, Given],
        sidecars: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> None:
        """`sidecars` are by name: the picture that each belongs to, and its bytes."""
        self.root, self.source = root, root / "source"
        self.data = {
            name: drawn(given.kind, number, given.mode)
            for number, (name, given) in enumerate(pictures.items())
        }
        rows = [row_of(os.fsencode(name), pictures[name], self.data[name]) for name in pictures]
        self.images, self.decisions = IMAGES.frame(rows), DECISIONS.frame(rows)
        beside: dict[str, list[Sidecar]] = {}
        for name, (picture, data) in (sidecars or {}).items():
            beside.setdefault(picture, []).append(Sidecar(name, os.fsencode(name)))
            self._write(name, data)
        for name, data in self.data.items():
            self._write(name, data)
        self.beside = Beside(beside, {}, {})
        splits = [
            row | {"group": number, "split": pictures[name].split}
            for number, (name, row) in enumerate(zip(pictures, rows, strict=True))
            if pictures[name].outcome == "kept" and pictures[name].split
        ]
        self.splits = SPLITS.frame(splits)
        self.tested: Tested | None = None
        self.tags: dict[str, list[str]] = {}

    def trust(self, name: str) -> None:
        """Give the run a trusted test folder with one picture."""
        folder, data = self.root / "trusted", drawn("PNG", 99)
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(data)
        row = row_of(os.fsencode(name), Given(), data)
        self.tested = Tested(folder, IMAGES.frame([row]))
        known = self.splits.to_dict("records")
        self.splits = SPLITS.frame([*known, row | {"group": 99, "split": "test"}])

    def facts(self, *, split: bool = False) -> ExportFacts:
        """Of every picture a box and an embedding; the first two kept ones are a family."""
        ids = dict.fromkeys(self.images["image_id"])
        boxes = np.array([0.25, 0.25, 0.75, 0.5, 0.9, 0], np.float32)
        counts = {"status": "ok", "objects": 1, "classes": "person:1", "largest_share": 0.1}
        vector = np.arange(4, dtype=np.float16)
        known = {"embedder": "toy", "status": "ok", "vector": vector, "texture": vector}
        kept = self.decisions.loc[self.decisions["outcome"] == "kept", "path"].head(2)
        family = [
            {"path": path, "family": 7, "rank": rank, "rule": "keep"}
            for rank, path in enumerate(kept)
        ]
        tables = {
            OBJECT_COUNTS.name: OBJECT_COUNTS.frame(
                [{"image_id": one, "boxes": boxes, **counts} for one in ids]
            ),
            EMBEDDINGS.name: EMBEDDINGS.frame([{"image_id": one, **known} for one in ids]),
            FAMILIES.name: FAMILIES.frame(family),
        }
        return ExportFacts(
            tables,
            self.splits if split else None,
            self.tested if split else None,
            box_classes=BOX_CLASSES,
            tags=self.tags,
        )

    def export(self, form: str, target: Path | None = None, **settings: Any) -> ExportSummary:
        """Export into the folder of that name."""
        return export(
            self.decisions,
            self.images,
            source=self.source,
            target=target or self.root / form,
            params=ExportParams.of("export", {"form": form, **settings}),
            beside=self.beside,
            facts=self.facts(split=settings.get("split", False)),
        )

    def _write(self, name: str, data: bytes) -> None:
        place = self.source / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of an export by its name, the mark left out."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if path.name != MARK
    }
