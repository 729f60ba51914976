"""Every form of an export, loaded by the library that it is for.

    python benchmarks/export_loaders.py FORM FOLDER

Prints one JSON object: the library with its version, and what it gave for every picture: split,
class, path in the source, caption, size, and how many boxes. Nothing of inksift is imported, so
each form can be loaded in an environment of its own; `export_forms.py` and the tests do so."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

Sample = dict[str, Any]

IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
"""What kohya's sd-scripts look for (`library/train_util.py`, IMAGE_EXTENSIONS)."""


def imagefolder(folder: Path) -> Iterator[Sample]:
    """Hugging Face datasets on the folder."""
    import datasets

    found = datasets.load_dataset("imagefolder", data_dir=str(folder))
    yield from _of_hugging_face(found)


def imagefolder_alone(folder: Path) -> Iterator[Sample]:
    """Hugging Face datasets, told nothing but the folder."""
    import datasets

    yield from _of_hugging_face(datasets.load_dataset(str(folder)))


def huggingface(folder: Path) -> Iterator[Sample]:
    """Hugging Face datasets on the folder, as it would load it from the hub."""
    import datasets

    found = datasets.load_dataset(str(folder))
    for split, rows in found.items():
        names = rows.features["label"].names
        for row in rows:
            yield _sample(split, row, row["image"].size) | {"label": names[row["label"]]}


def webdataset(folder: Path) -> Iterator[Sample]:
    """WebDataset on every split's shards."""
    import webdataset as wds

    names = (folder / "classes.txt").read_text(encoding="utf-8").splitlines()
    for split, shards in _shards(folder).items():
        for row in wds.WebDataset(shards, shardshuffle=False).decode("pil"):
            picture = next(value for value in row.values() if hasattr(value, "getbbox"))
            assert names[row["cls"]] == row["json"]["label"]
            assert row["txt"] == row["json"]["caption"]
            yield _sample(split, row["json"], picture.size)


def webdataset_by_datasets(folder: Path) -> Iterator[Sample]:
    """Hugging Face datasets on the same shards."""
    import datasets

    found = datasets.load_dataset("webdataset", data_files=_shards(folder))
    for split, rows in found.items():
        (column,) = [
            name for name, kind in rows.features.items() if isinstance(kind, datasets.Image)
        ]
        for row in rows:
            yield _sample(split, row["json"], row[column].size)


def torchvision(folder: Path) -> Iterator[Sample]:
    """torchvision's ImageFolder on every split's class folders."""
    from torchvision.datasets import ImageFolder

    for part in _parts(folder):
        found = ImageFolder(part)
        for (path, _), (picture, number) in zip(found.samples, found, strict=True):
            caption = Path(path).with_suffix(".txt")
            said = caption.read_text(encoding="utf-8").strip() if caption.exists() else ""
            row = {"label": found.classes[number], "source": "", "caption": said}
            yield _sample(_split_of(part, folder), row, picture.size)


def kohya(folder: Path) -> Iterator[Sample]:
    """The folders as sd-scripts find them: no package of theirs is on the index, so their rules are
    spelt out (`config_util.generate_dreambooth_subsets_config_by_subdirs`, `read_caption`)."""
    from PIL import Image

    for part in _parts(folder):
        for subset in sorted(path for path in part.iterdir() if path.is_dir()):
            repeats, _, name = subset.name.partition("_")
            if not repeats.isdecimal():
                continue
            for path in sorted(one for one in subset.iterdir() if one.suffix.lower() in IMAGES):
                caption = path.with_suffix(".txt")
                said = caption.read_text(encoding="utf-8").strip() if caption.exists() else ""
                row = {"label": name, "source": "", "caption": said}
                with Image.open(path) as picture:
                    yield _sample(_split_of(part, folder), row, picture.size)


def coco(folder: Path) -> Iterator[Sample]:
    """pycocotools on every split's annotations, and Pillow on its pictures."""
    from PIL import Image
    from pycocotools.coco import COCO

    for file in sorted((folder / "annotations").glob("instances_*.json")):
        part = re.sub(r"instances_(.*)\.json", r"\1", file.name)
        said = COCO(str(file.with_name(f"captions_{part}.json")))
        boxes = COCO(str(file))
        for row in boxes.loadImgs(boxes.getImgIds()):
            found = boxes.loadAnns(boxes.getAnnIds(row["id"]))
            (caption,) = said.loadAnns(said.getAnnIds(row["id"])) or [{"caption": ""}]
            with Image.open(folder / part / row["file_name"]) as picture:
                split = {"images": "train", "val": "validation"}.get(part, part)
                row = row | {"caption": caption["caption"]}
                yield _sample(split, row, picture.size) | {"boxes": len(found)}


def yolo(folder: Path) -> Iterator[Sample]:
    """ultralytics' own check of `data.yaml`, and its data set of every split."""
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset

    data = check_det_dataset(str(folder / "data.yaml"))
    places = {part: data.get(part) for part in ("train", "val", "test")}
    for part, place in places.items():
        if not place or (part == "val" and place == places["train"]):
            continue
        found = YOLODataset(img_path=place, data=data, augment=False, rect=False)
        assert len(found) == found.ni
        for path, label in zip(found.im_files, found.labels, strict=True):
            row = {"label": Path(path).parent.name, "source": "", "caption": ""}
            split = {"val": "validation"}.get(part, part)
            height, width = label["shape"]
            yield _sample(split, row, (width, height)) | {"boxes": len(label["cls"])}


def fiftyone(folder: Path) -> Iterator[Sample]:
    """FiftyOne's own importer, with its database: set FIFTYONE_DATABASE_URI for one that runs."""
    import fiftyone as fo

    found = fo.Dataset.from_dir(dataset_dir=str(folder), dataset_type=fo.types.FiftyOneDataset)
    try:
        for one in found.iter_samples():
            size = (one.metadata.width, one.metadata.height)
            row = {"label": one.ground_truth.label, "source": one.source, "caption": one.caption}
            vector = one.embedding
            yield _sample(one.split, row, size) | {
                "boxes": len(one.objects.detections),
                "outcome": one.outcome,
                "reason": one.reason,
                "family": one.family,
                "embedding": 0 if vector is None else len(vector),
                "there": Path(one.filepath).is_file(),
            }
        assert found.match_tags("kept").count() == found.match({"outcome": "kept"}).count()
    finally:
        found.delete()


def lightly(folder: Path) -> Iterator[Sample]:
    """LightlyStudio, by the script that the export brings."""
    os.environ["LIGHTLY_STUDIO_DB_FILE"] = str(folder.parent / "lightly.db")
    sys.path.insert(0, str(folder))
    from lightly_studio.database import db_manager
    from open_in_lightly import name_of, open_dataset, read_embeddings

    db_manager.connect(cleanup_existing=True, db_file=str(folder.parent / "lightly.db"))
    vectors = read_embeddings()
    for one in open_dataset():
        row = {name: one.metadata[name] for name in ("label", "source", "caption")}
        yield _sample(one.metadata["split"], row, (one.width, one.height)) | {
            "boxes": len(one.annotations),
            "outcome": one.metadata["outcome"],
            "reason": one.metadata["reason"],
            "family": one.metadata["family"],
            "embedding": len(vectors.get(name_of(one.file_path_abs), ())),
        }


def croissant(folder: Path) -> Iterator[Sample]:
    """mlcroissant on the description, its digests checked."""
    import mlcroissant

    found = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert not found.metadata.ctx.issues.errors
    for record in found.records("pictures"):
        row = {name.removeprefix("pictures/"): value for name, value in record.items()}
        told = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in row.items()
        }
        yield _sample(told["split"], told, told["image"].size)


LOADERS: dict[str, tuple[str, Callable[[Path], Iterator[Sample]]]] = {
    "imagefolder": ("datasets", imagefolder),
    "imagefolder_alone": ("datasets", imagefolder_alone),
    "torchvision": ("torchvision", torchvision),
    "huggingface": ("datasets", huggingface),
    "webdataset": ("webdataset", webdataset),
    "webdataset_by_datasets": ("datasets", webdataset_by_datasets),
    "kohya": ("pillow", kohya),
    "coco": ("pycocotools", coco),
    "yolo": ("ultralytics", yolo),
    "fiftyone": ("fiftyone", fiftyone),
    "lightly": ("lightly-studio", lightly),
    "croissant": ("mlcroissant", croissant),
}
"""The distribution that each form is loaded with, and how."""


def _of_hugging_face(found: Any) -> Iterator[Sample]:
    for split, rows in found.items():
        for row in rows:
            yield _sample(split, row, row["image"].size)


def _sample(split: str, row: Any, size: tuple[int, int]) -> Sample:
    told = {name: row[name] for name in ("label", "source", "caption")}
    return {"split": split, **told, "size": list(size)}


def _shards(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.tar")):
        found.setdefault(path.name.partition("-")[0], []).append(str(path))
    return found


def _parts(folder: Path) -> list[Path]:
    """The folders of the splits, or the folder itself where nothing is divided."""
    parts = [folder / name for name in ("train", "validation", "test")]
    return [part for part in parts if part.is_dir()] or [folder]


def _split_of(part: Path, folder: Path) -> str:
    return part.name if part != folder else "train"


def loaded(form: str, folder: Path) -> dict[str, Any]:
    """What the library of the form gives."""
    library, load = LOADERS[form]
    logging.disable(logging.WARNING)
    with contextlib.redirect_stdout(io.StringIO()):
        samples = list(load(folder))
    return {"library": f"{library} {version(library)}", "samples": samples}


def main() -> None:
    """Load one export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("form", choices=LOADERS)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    print(json.dumps(loaded(chosen.form, chosen.folder.resolve())))


if __name__ == "__main__":
    main()
