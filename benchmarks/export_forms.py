"""Every form of an export of the crawl, loaded by the library that it is for.

    python benchmarks/export_forms.py [--crawl DIR] [--workspace DIR] [--python FORM=PYTHON ...]

The crawl has no captions: each picture of a copy gets one, and a licence in JSON, from its
`truth.csv`. The copy is run and exported in every form with --split, and removed before anything
is loaded. A row says how many pictures were exported and loaded, how many have the split, the
class and the caption of the source, and shows one caption. Where a library does not fit beside
ours, --python names another environment that has it; where none has, the row says so. It ends with
1 where a library gives something else than was exported.

Boxes need weights (INKSIFT_WEIGHTS). A --workspace of an earlier call saves the run; its pictures
are laid in the same place again."""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from export_loaders import LOADERS

from inksift.curation.base.tables import SPLITS
from inksift.curation.store.published import read_decisions
from inksift.curation.store.tables import read_table
from inksift.curation.store.workspace import Workspace

CRAWL = Path(__file__).parents[1] / ".." / "shared" / "data" / "crawl"
QUICK = (
    "classifier.image_side_px=32",
    "classifier.max_epochs=1",
    "explanations.tsne_layers=[features]",
)
"""Training is not what is looked at."""

FORM_OF = {"torchvision": "imagefolder"}
"""The form that a loader reads, where its name does not say so."""

SEEN = ("fiftyone", "lightly")
"""Forms that hold what was rejected too."""

NO_SOURCE = ("torchvision", "kohya", "yolo")
"""Loaders that know a picture by its folder, not by its path in the source."""


class Row(NamedTuple):
    """One loader's line."""

    loader: str
    library: str
    exported: int
    loaded: int
    split: int
    label: int
    caption: int
    boxes: int
    shown: str

    @property
    def sound(self) -> bool:
        """Whether the library gave what was exported; ultralytics knows no captions."""
        right = {self.loaded, self.split, self.label}
        return right | ({self.caption} if self.loader != "yolo" else set()) == {self.exported}


def captioned(crawl: Path, folder: Path) -> dict[str, str]:
    """Copy the crawl, a caption and a licence beside every picture; the captions by path."""
    captions = {}
    for row in csv.DictReader((crawl / "truth.csv").open(encoding="utf-8")):
        path = Path(row["path"]).relative_to("images")
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(crawl / row["path"], place)
        told = f"{row['style']} {row['kind']} by {row['class'].replace('_', ' ')}"
        place.with_suffix(".txt").write_text(told + "\n", encoding="utf-8")
        note = json.dumps({"license": row["licence"]})
        place.with_suffix(".json").write_text(note, encoding="utf-8")
        captions[path.as_posix()] = told
    return captions


def inksift(*words: object) -> str:
    """Run a command, and give what it prints."""
    command = [sys.executable, "-m", "inksift", *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run(source: Path, workspace: Path) -> None:
    """The whole chain, unless the workspace has one of these pictures."""
    if not (workspace / "f1_report.json").exists():
        settings = [word for setting in QUICK for word in ("--set", setting)]
        inksift("run", source, "--workspace", workspace, *settings)


def expected(workspace: Path) -> pd.DataFrame:
    """Path, class and split of every file, "" for none."""
    place = Workspace(workspace)
    splits = read_table(place.table(SPLITS.name), SPLITS)[["path", "split"]]
    rows = read_decisions(place)[["path", "label", "outcome"]]
    return rows.merge(splits, on="path", how="left").fillna({"split": ""})


def compared(loader: str, truth: pd.DataFrame, captions: dict[str, str], told: Any) -> Row:
    """What the library gave beside what was exported."""
    exported = truth if loader in SEEN else truth[truth["split"] != ""]
    samples = told["samples"]
    if loader in NO_SOURCE:
        found = _by_folder(exported, captions, samples)
    else:
        known = exported.set_index("path")
        pairs = [(one, known.loc[one["source"]]) for one in samples]
        found = (
            sum(one["split"] == row["split"] for one, row in pairs),
            sum(one["label"] == row["label"] for one, row in pairs),
            sum(one["caption"] == captions[one["source"]] for one in samples),
        )
    boxes = sum(one.get("boxes", 0) for one in samples)
    return Row(
        loader, told["library"], len(exported), len(samples), *found, boxes, samples[0]["caption"]
    )


def _by_folder(
    exported: pd.DataFrame, captions: dict[str, str], samples: Sequence[dict[str, Any]]
) -> tuple[int, int, int]:
    """How many agree where a picture is known by its class and split alone."""
    said = [captions[path] for path in exported["path"]]
    wanted = (list(exported["split"]), list(exported["label"]), said)
    got = ([one[name] for one in samples] for name in ("split", "label", "caption"))
    agree = [(Counter(a) & Counter(b)).total() for a, b in zip(wanted, got, strict=True)]
    return agree[0], agree[1], agree[2]


def load(loader: str, folder: Path, python: str) -> Any:
    """What a library gives, in its own environment; the last line of its error where it cannot."""
    command = [python, str(Path(__file__).with_name("export_loaders.py")), loader, str(folder)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    offline = {"HF_HUB_OFFLINE": "1", "YOLO_OFFLINE": "true", "HF_HOME": str(folder.parent / "hf")}
    ended = subprocess.run(
        command, env=environment | offline, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        return (ended.stderr.strip().splitlines() or ["no answer"])[-1]
    return json.loads(ended.stdout)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Lines of Markdown."""
    yield "| form | loaded by | exported | loaded | split | class | caption | boxes | one caption |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"


def main() -> int:
    """Export, load, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crawl", type=Path, default=CRAWL)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--python", action="append", default=[], metavar="FORM=PYTHON")
    chosen = parser.parse_args()
    pythons = dict(word.split("=", 1) for word in chosen.python)
    with tempfile.TemporaryDirectory() as home:
        workspace = chosen.workspace or Path(home, "workspace")
        source = workspace.with_name(f"{workspace.name}-pictures")
        captions = captioned(chosen.crawl, source)
        try:
            run(source, workspace)
            for form in sorted({_form(loader) for loader in LOADERS}):
                inksift(
                    "export", Path(home, form), "--workspace", workspace, "--form", form, "--split"
                )
        finally:
            shutil.rmtree(source)
        rows, failed = [], {}
        for loader in LOADERS:
            told = load(loader, Path(home, _form(loader)), pythons.get(loader, sys.executable))
            if isinstance(told, str):
                failed[loader] = told
            else:
                rows.append(compared(loader, expected(workspace), captions, told))
    print("\n".join(table(rows)))
    print("".join(f"\n{loader}: not loaded: {why}" for loader, why in failed.items()))
    return int(not all(row.sound for row in rows))


def _form(loader: str) -> str:
    return FORM_OF.get(loader, loader.partition("_")[0])


if __name__ == "__main__":
    sys.exit(main())
