"""Every form of an export, loaded by the real library that it is for, after its source is gone.

The libraries are an extra: `pip install -c constraints.txt -e '.[exports]'`. FiftyOne and
LightlyStudio do not fit beside the pinned OpenCV and torch, and torchvision cannot be imported
beside the pinned torch: `benchmarks/export_forms.py` loads those forms in environments of their
own."""

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
    "images/a.jpg": Given("JPEG"),
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
}
ALL = Counter(given.split for given in PICTURES.values() if given.outcome == "kept")

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
TELL_THE_CLASS_BY_FOLDER = ("kohya", "yolo")


@pytest.mark.parametrize("loader", LOADED_BY)
@pytest.mark.parametrize("split", [False, True], ids=["whole", "divided"])
def test_the_library_finds_every_picture_with_class_split_and_caption(
    loader: str, split: bool, tmp_path: Path
) -> None:
    library = LOADED_BY[loader]
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed: pip install -c constraints.txt -e '.[exports]'")
    form = loader.partition("_")[0]
    folder = Folder(tmp_path, PICTURES, CAPTIONS)
    assert folder.export(form, split=split).complete
    shutil.rmtree(folder.source)
    samples = load(loader, tmp_path / form, tmp_path)
    assert Counter(one["split"] for one in samples) == (
        ALL if split else {"train": sum(ALL.values())}
    )
    if loader not in TELL_THE_CLASS_BY_FOLDER:
        kept = {name for name, given in PICTURES.items() if given.outcome == "kept"}
        told = {one["source"]: one["label"] for one in samples}
        assert told == {name: name.partition("/")[0] for name in kept}
    said = {one["caption"] for one in samples}
    assert said == ({""} if loader == "yolo" else {"", "1", "a caption, € 5"})


def load(loader: str, folder: Path, home: Path) -> list[dict[str, object]]:
    """What the library gives, in a process of its own: its warnings are not ours."""
    offline = {"HF_HUB_OFFLINE": "1", "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
    homes = {"HF_HOME": str(home / "hf"), "YOLO_CONFIG_DIR": str(home / "yolo")}
    command = [sys.executable, str(FOLDER / "export_loaders.py"), loader, str(folder)]
    ended = subprocess.run(
        command, env=os.environ | offline | homes, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return list(json.loads(ended.stdout)["samples"])
