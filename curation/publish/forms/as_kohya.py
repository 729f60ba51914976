"""An export as folders `N_class` with a caption beside every picture, as kohya's sd-scripts read
them: N is how often an epoch shows each picture."""

from __future__ import annotations

from collections.abc import Sequence

from inksift.curation.gather.folder.choice import ending
from inksift.curation.gather.folder.sidecars import CAPTIONS
from inksift.curation.publish.beside import Sidecar
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.placement import Naming, Plan, own_names, told_plan
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask
from inksift.curation.publish.tree import write_tree

_READS = frozenset({"JPEG", "PNG", "WEBP", "BMP"})
"""What sd-scripts look for without further plugins."""

_CACHES = (".npz", ".safetensors")
"""Latents and features of a text encoder, which sd-scripts keep beside a picture."""


def write_kohya(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""

    def folder(picture: ExportPicture) -> str:
        shown = f"{task.params.repeats}_{task.classes[picture.label]}"
        return "/".join(filter(None, (picture.split, shown)))

    plan = told_plan(task, summary, Naming(folder, beside=_names_beside, by_stem=True))
    summary.notes += _without_caption(plan)
    write_tree(task, summary, plan)


def _names_beside(
    picture: ExportPicture, exported: str, sidecars: Sequence[Sidecar]
) -> dict[str, Sidecar]:
    """The first caption as .txt, and caches; nothing else is looked at."""
    captions = [one for one in sidecars if ending(one.path_bytes) in CAPTIONS]
    names = {f"{exported.rpartition('.')[0]}.txt": one for one in captions[:1]}
    caches = [one for one in sidecars if ending(one.path_bytes) in _CACHES]
    return names | own_names(picture, exported, caches)


def _without_caption(plan: Plan) -> list[str]:
    """What to know of pictures that have none: the name of the folder stands for it."""
    captioned = {name.rpartition(".")[0] for name in plan.sidecars if name.endswith(".txt")}
    bare = [name for name in plan.pictures if name.rpartition(".")[0] not in captioned]
    if not bare:
        return []
    return [f"{len(bare)} pictures have no caption: kohya takes the name of their folder"]


FORM = Form(
    "kohya",
    write_kohya,
    reads=_READS,
    heeds=("files", "repeats"),
)
