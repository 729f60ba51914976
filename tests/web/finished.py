"""A finished run in a workspace, made in under a second: every table that the pages read, without a
model or a gate.

Twelve pictures in a row are of these kinds (`KINDS`): illustrations that stay, photographs that go,
pictures for review, pictures with copies of every relation, labels in conflict, and a file that
cannot be read. Those of the kind "unsure" say that ComfyUI made them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import PAIR_SEARCH
from inksift.curation.base.thumbnail_codec import pack
from inksift.curation.dedup.groups import DedupParams, find_duplicates
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.published import publish_decisions
from inksift.curation.store.thumbnails import locate_thumbnails
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.conflicts import hold
from inksift.curation.verdict.decide import decide
from inksift.curation.verdict.judgements import JUDGEMENTS
from inksift.curation.verdict.medium.votes import PARTS, VOTES
from tests.frames import hashes_of, images_of, pair, pairs_of

LABELS = ("cat", "dog", "fox")
KINDS = (
    "drawn", "drawn", "photo", "drawn", "unsure", "copied", "photo", "scaled", "unsure",
    "conflict", "unsure_copied",
    "broken",
)  # fmt: skip
COPIES = {
    "copied": ("exact",),
    "scaled": ("pixels", "mirrored", "cropped"),
    "conflict": ("moved",),
    "unsure_copied": ("rescaled",),
}
LOG_ODDS = {"photo": 3.0, "unsure": 0.4, "unsure_copied": 0.7}
JUDGED = {
    "photo": {"outcome": "rejected", "reason": "photo", "medium": "photo"},
    "unsure": {"outcome": "review", "reason": "unsure", "medium": "unsure"},
    "drawn": {"outcome": "kept", "reason": "", "medium": "illustration"},
}
BATCH, COLUMNS = 64, ["image_id", "thumbnail", "unseen"]


class File(NamedTuple):
    """A file of the run, `kind` of KINDS or of COPIES; `of` is the image_id that it is a copy of,
    "" for none."""

    number: int
    kind: str
    path: str
    label: str
    image_id: str
    of: str


def finish(
    root: Path, *, pictures: int = 24, stems: Sequence[str] = (), side_px: int = 160
) -> Workspace:
    """A workspace at `root` with the tables of a run on `pictures` pictures and their copies, half
    as many again.

    `stems` are names for the first files instead of `drawn000` and the like.
    """
    workspace = Workspace(root)
    files = list(_files(pictures, stems))
    readable = list({file.image_id: file for file in files if file.kind != "broken"}.values())
    images = images_of(*(_image(file) for file in sorted(files, key=lambda file: file.path)))
    hashes = hashes_of(*({"image_id": file.image_id, **_pixels(file)} for file in readable))
    duplicates = find_duplicates(images, hashes, _pairs(readable), DedupParams())
    kept = set(duplicates.loc[duplicates["keep"], "image_id"])
    judged = [file for file in readable if file.image_id in kept]
    machine = decide(
        images, duplicates, _evidence(judged), JUDGEMENTS.frame([_judged(file) for file in judged])
    )
    nobody = HUMAN_DECISIONS.frame([])
    verdicts = hold(machine, duplicates, nobody)
    for name, frame in {
        "images": images,
        "hashes": hashes,
        "duplicates": duplicates,
        "pair_search": PAIR_SEARCH.frame([{"compared": 9, "flat": 0, "crowded": 0}]),
        "votes": VOTES.frame([_votes(file) for file in judged]),
        "human_decisions": nobody,
        "machine_verdicts": machine,
        "verdicts": verdicts,
        "thumbnails": _thumbnails(workspace, readable, side_px),
    }.items():
        write_atomically(workspace.tables / f"{name}.parquet", to_parquet(frame))
    publish_decisions(workspace, verdicts, source=root.parent / "pictures")
    return workspace


def later(workspace: Workspace, name: str) -> None:
    """Date a table as a run that began later would have."""
    place = workspace.tables / f"{name}.parquet"
    written = place.stat().st_mtime_ns
    os.utime(place, ns=(written, written + 60_000_000_000))


def _files(pictures: int, stems: Sequence[str]) -> Iterator[File]:
    names = iter(stems)
    for number in range(pictures):
        kind, label = KINDS[number % len(KINDS)], LABELS[number * 7 // 3 % len(LABELS)]
        stem, image_id = next(names, f"{kind}{number:03}"), _id(str(number))
        yield File(number, kind, f"{label}/{stem}.png", label, image_id, "")
        for copy in COPIES.get(kind, ()):
            home = LABELS[(LABELS.index(label) + 1) % len(LABELS)] if copy == "moved" else label
            its_id = image_id if copy == "exact" else _id(f"{number} {copy}")
            yield File(number, copy, f"{home}/{stem} {copy}.png", home, its_id, image_id)


def _id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _image(file: File) -> dict[str, object]:
    known = {
        "path": file.path,
        "path_bytes": file.path.encode(),
        "image_id": file.image_id,
        "label": file.label,
    }
    size = {"width": 200, "height": 150} if file.of else {"width": 400, "height": 300}
    broken = {
        "readable": False,
        "error": "truncated",
        "width": 0,
        "height": 0,
        "format": "",
        "mode": "",
        "ai_mark": "",
    }
    marked = {"ai_mark": "comfyui" if file.kind == "unsure" else ""}
    return known | (broken if file.kind == "broken" else size | marked)


def _pixels(file: File) -> dict[str, object]:
    own = file.of if file.kind in ("exact", "pixels") else file.image_id
    width, height = (200, 150) if file.of else (400, 300)
    return {
        "pixels": f"pixels of {own}",
        **dict.fromkeys(("content_width", "resolved_width"), width),
        **dict.fromkeys(("content_height", "resolved_height"), height),
    }


def _pairs(readable: Sequence[File]) -> pd.DataFrame:
    near = [file for file in readable if file.of and file.kind not in ("exact", "pixels")]
    told = {"mirrored": {"transform": "mirrored", "similarity": 0.97}, "cropped": {"distance": -1}}
    rows = [pair(*sorted((file.of, file.image_id)), **told.get(file.kind, {})) for file in near]
    return pairs_of(*rows)


def _evidence(judged: Sequence[File]) -> pd.DataFrame:
    return pd.DataFrame({"image_id": [file.image_id for file in judged], "embedding": "ok"})


def _judged(file: File) -> dict[str, object]:
    chance = float(1 / (1 + np.exp(-_log_odds(file))))
    said = JUDGED.get(file.kind.removesuffix("_copied"), JUDGED["drawn"])
    return {
        "image_id": file.image_id,
        "p_photo": chance,
        "explanation": f"p(photo) {chance:.2f}",
        **said,
    }


def _log_odds(file: File) -> float:
    return LOG_ODDS.get(file.kind, -4.0) + file.number % 7 / 10


def _votes(file: File) -> dict[str, object]:
    parts: dict[str, Any] = dict.fromkeys(PARTS, 0.0) | {
        "content": _log_odds(file) - 0.5,
        "objects": 0.5,
    }
    of_file = {"image_id": file.image_id, "alike": file.number, "log_odds": _log_odds(file)}
    return of_file | parts


def _thumbnails(workspace: Workspace, readable: Sequence[File], side_px: int) -> pd.DataFrame:
    stored = workspace.measurements("thumbnails", "drawn")
    for start in range(0, len(readable), BATCH):
        some = readable[start : start + BATCH]
        rows = [(file.image_id, pack(_drawn(file, side_px)), b"") for file in some]
        stored.add(pd.DataFrame(rows, columns=COLUMNS), rows_per_group=1)
    return locate_thumbnails(workspace, stored, [file.image_id for file in readable])


def _drawn(file: File, side_px: int) -> Rgb:
    """A disc on a ground, in colours and at a place of the picture's own; a mirrored copy is
    that."""
    height, width = side_px * 3 // 4, side_px
    colours = np.frombuffer(hashlib.sha256(str(file.number).encode()).digest(), np.uint8).astype(
        np.int64
    )
    rows, columns = np.mgrid[:height, :width]
    centre = height * (64 + colours[6] // 2) // 255, width * (64 + colours[7] // 2) // 255
    disc = np.hypot(rows - centre[0], columns - centre[1]) < height // 3
    picture = np.where(disc[..., None], colours[:3], 128 + colours[3:6] // 2).astype(np.uint8)
    return np.ascontiguousarray(picture[:, ::-1]) if file.kind == "mirrored" else picture
