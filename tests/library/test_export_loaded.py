"""Every form of an export, loaded by the real library that it is for, after its source is gone.

The libraries are an extra: `pip install -c constraints.txt -e '.[exports]'`. FiftyOne and
LightlyStudio do not fit beside the pinned OpenCV and torch, and torchvision cannot be imported
beside the pinned torch: INKSIFT_LOADERS names environments that have them, such as
`fiftyone=A/bin/python lightly=B/bin/python torchvision=B/bin/python`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.benchmark import FOLDER
from tests.exported import Folder, Given

MODES = {"P": "P", "16-bit": "I;16", "clear": "RGBA", "grey": "L", "bits": "1"}
PICTURES = {
    "test/train 1.png": Given(),
    "007/x.v2.png": Given(split="validation"),
    "NA/[x] 100%.png": Given(split="test"),
    "__init/.hidden.png": Given(),
    "images/eval.png": Given(),
    "images/a.JPG": Given("JPEG"),
    "images/b.jfif": Given("JPEG"),
    "images/b.Jpeg": Given("JPEG"),
    "images/a.png": Given(split="test"),
    "images/cmyk.jpg": Given("JPEG", mode="CMYK", split="validation"),
    **{f"modes/{name}.png": Given(mode=mode) for name, mode in MODES.items()},
    "modes/b.webp": Given("WEBP"),
    "modes/b.bmp": Given("BMP"),
    "modes/photo.png": Given(outcome="rejected", split=""),
}
CAPTIONS = {
    "test/train 1.txt": ("test/train 1.png", b"a caption, \xe2\x82\xac 5"),
    "images/a.txt": ("images/a.png", b"1"),
    "modes/P.test.json": ("modes/P.png", b"{}"),
}

LOADED_BY = {
    "imagefolder": "datasets",
    "imagefolder_alone": "datasets",
    "huggingface": "datasets",
    "webdataset": "webdataset",
    "webdataset_by_datasets": "datasets",
    "kohya": "PIL",
    "coco": "pycocotools",
    "yolo": "ultralytics",
    "croissant": "mlcroissant",
}
ELSEWHERE = ("torchvision", "fiftyone", "lightly")
OTHER_PYTHONS = dict(word.split("=", 1) for word in os.environ.get("INKSIFT_LOADERS", "").split())
TELL_THE_CLASS_BY_FOLDER = ("kohya", "yolo", "torchvision")


def python_with(loader: str) -> str:
    """The interpreter that has the library; the test is skipped where none is known."""
    if loader in OTHER_PYTHONS:
        return OTHER_PYTHONS[loader]
    if loader in ELSEWHERE:
        pytest.skip(f"INKSIFT_LOADERS names no environment for {loader}")
    if find_spec(LOADED_BY[loader]) is None:
        pytest.skip(f"no {LOADED_BY[loader]}: pip install -c constraints.txt -e '.[exports]'")
    return sys.executable


@pytest.mark.parametrize("loader", [*LOADED_BY, *ELSEWHERE])
@pytest.mark.parametrize("split", [False, True], ids=["whole", "divided"])
def test_the_library_finds_every_picture_with_class_split_and_caption(
    loader: str, split: bool, tmp_path: Path
) -> None:
    python = python_with(loader)
    form = "imagefolder" if loader == "torchvision" else loader.partition("_")[0]
    kept = {
        name: given
        for name, given in PICTURES.items()
        if given.outcome == "kept" or loader in ("fiftyone", "lightly")
    }
    folder = Folder(tmp_path, PICTURES, CAPTIONS)
    assert folder.export(form, split=split).complete
    shutil.rmtree(folder.source)
    samples = load(loader, python, tmp_path / form)
    undivided = "" if loader in ("fiftyone", "lightly") else "train"
    splits = Counter(given.split if split else undivided for given in kept.values())
    assert Counter(one["split"] for one in samples) == splits
    if loader not in TELL_THE_CLASS_BY_FOLDER:
        told = {one["source"]: one["label"] for one in samples}
        assert told == {name: name.partition("/")[0] for name in kept}
    said = {one["caption"] for one in samples}
    assert said == ({""} if loader == "yolo" else {"", "1", "a caption, € 5"})


@pytest.mark.parametrize("loader", ["fiftyone", "lightly"])
def test_viewers_have_outcome_reason_family_boxes_and_embedding(
    loader: str, tmp_path: Path
) -> None:
    python = python_with(loader)
    folder = Folder(tmp_path, PICTURES, CAPTIONS)
    folder.export(loader)
    by_source = {one["source"]: one for one in load(loader, python, tmp_path / loader)}
    photo, first = by_source["modes/photo.png"], by_source["test/train 1.png"]
    assert (photo["outcome"], photo["reason"]) == ("rejected", "photo")
    assert (first["outcome"], first["family"], first["boxes"], first["embedding"]) == (
        "kept",
        7,
        1,
        4,
    )


def load(loader: str, python: str, folder: Path) -> list[dict[str, object]]:
    """What the library gives, in a process of its own: its warnings are not ours."""
    home = folder.parent
    offline = {"HF_HUB_OFFLINE": "1", "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
    homes = {"HF_HOME": str(home / "hf"), "YOLO_CONFIG_DIR": str(home / "yolo")}
    command = [python, str(FOLDER / "export_loaders.py"), loader, str(folder)]
    ended = subprocess.run(
        command, env=os.environ | offline | homes, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return list(json.loads(ended.stdout)["samples"])
