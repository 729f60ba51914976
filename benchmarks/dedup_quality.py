"""How well copies of drawings are found: recall per transform, precision per style, beside imagededup and cleanvision.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/dedup_quality.py [--quick] [--peer-python PEER/bin/python]

All distinct illustrations of the data and drawn sketches lie in one folder; beside them lie planted copies and variants
of some of each style. A copy is found when it is in one group with its original. Precision is the share of the pairs
called duplicates that show one picture: of all pairs, and of pairs of a copy and the file that stays. Last come the
pairs of `crawl/near_pairs.csv`, judged by eye. A peer's pairs count as it reports them, and what stays is chosen in
imagededup's way, by the order of the paths. `dedup_peers.py` says how to make the interpreter of the peers.

With --out DIR the pictures, the workspace and a list of all our mistakes stay there; a second run measures only what is
new, so that our seconds then say nothing. Takes about half an hour on two cores, a few minutes with --quick.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image
from planted_copies import TRANSFORMS, VARIANTS, is_visible, on_white, plant, sketch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from curation.dedup.groups import DedupParams, find_duplicates
from curation.dedup.pairs import PairParams, find_pairs
from curation.engine import per_item
from curation.features import FeatureParams, embed, load_embedder
from curation.gate.fingerprint import pixel_digest
from curation.images import ImageParams, find_images
from curation.store.workspace import Workspace
from curation.thumbnails import Thumbnails

SKETCHES = 300
COPIES = ("exact", *TRANSFORMS)
TARGETS = {
    "recall": dict.fromkeys(COPIES, 0.99)
    | {"crop 5 %": 0.97, "border 10 %": 0.97, "crop 10 %": 0.85, "crop 10 % uneven": np.nan, "two of these": np.nan},
    "variants kept apart": dict.fromkeys(VARIANTS, 0.9),
    "precision, all pairs": {"": 0.995},
    "precision, copy and what stays": {"": 0.995},
    "judged by eye, decided alike": {"variant": 0.9},
}
"""What ours is to reach, by table and row; "" stands for every row."""

JOINED = {
    "painting_trad": "painting",
    "watercolour": "painting",
    "digital_painting": "digital",
    "game_title_art": "digital",
    "digital_flat": "digital",
}
"""Styles of `labelled2` that make one; what it has besides is ink, engravings and prints."""

SAME = (
    ("crawl/images/reginaldo_vicente_manhice/0101_01.jpg", "crawl/images/reginaldo_vicente_manhice/0101_09.jpg"),
    ("crawl/images/wiehan_de_jager/0005_01.jpg", "crawl/images/wiehan_de_jager/0005_06.jpg"),
    (
        "labelled/illustrations/person/noto_man_walking_1f6b6_200d_2642.png",
        "labelled/illustrations/person/noto_man_walking_facing_right_1f6b6_200d_2642_fe0f_200d_27a1.png",
    ),
    *(
        (
            f"labelled/illustrations/story_zablon_alex_nguku/asp_0080_{page}.jpg",
            f"labelled/illustrations/story_zablon_alex_nguku/asp_0239_{page}.jpg",
        )
        for page in ("06", "08", "11")
    ),
)
"""Copies among the originals that no list names, found by aligning them: one on wider ground, one with a white border
(`near_pairs.csv` calls it a variant), one mirrored, three compressed again."""

PEERS = """The peers look at the upright picture only: they find turned copies where a picture is symmetric or the
network does not care. They lay no transparent picture on white, so that its opaque copies look different to them."""


class Scale(NamedTuple):
    """Originals of each style, and how many of them get copies."""

    originals: int
    planted: int


FULL, QUICK = Scale(10**6, 40), Scale(100, 6)


class Found(NamedTuple):
    """What a contender calls duplicates, as n x 2 rows of `files`: all pairs, and every copy with what stays."""

    pairs: np.ndarray
    kept: np.ndarray
    seconds: float
    detail: str = ""


def main() -> None:
    """Plant, run every contender, print the tables and a line of JSON."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or Path(folder)
        files = lay_out(options.data, out, QUICK if options.quick else FULL, options.seed)
        found = {"inksift": ours(out, files)}
        if options.peer_python:
            found |= peers(options.peer_python, out, files)
        report(files, _near_pairs(options.data, files), found)
        if options.out:
            mistakes(files, found["inksift"]).to_csv(out / "mistakes.csv", index=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--peer-python", type=Path, help="an interpreter that has imagededup and cleanvision")
    parser.add_argument("--out", type=Path, help="keep pictures, workspace and mistakes.csv here")
    parser.add_argument("--quick", action="store_true", help="100 originals of each style, copies of 6 of them")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def lay_out(data: Path, out: Path, scale: Scale, seed: int) -> pd.DataFrame:
    """Write originals, copies and variants into `out`/pictures.

    One row per file: path, style, transform ("original" too), source, sha256 of the source, `of` (the row of its
    original), whether that is `opaque`, and `picture` (a number, equal for what shows the same).
    """
    drawings = pd.concat([_drawings(data), _sketches(out / "sketches", seed)], ignore_index=True)
    rank = drawings.sample(frac=1, random_state=seed).groupby("style").cumcount().sort_index()
    judged = drawings["sha256"].isin(_judged(data)[["first", "second"]].stack())
    drawings["planted"] = rank < scale.planted
    drawings = drawings[(rank < scale.originals) | judged]
    shutil.rmtree(out / "pictures", ignore_errors=True)
    jobs = list(drawings.itertuples())
    rows = per_item(partial(_write, folder=out / "pictures", seed=seed), jobs)
    files = pd.DataFrame([row for some in rows for row in some])
    files["of"] = files.index.to_series().where(files["transform"] == "original").ffill().astype(int)
    return files.assign(picture=_pictures(data, files))


def _drawings(data: Path) -> pd.DataFrame:
    """Every distinct illustration: file, source, style, sha256."""
    tables = {"labelled": "manifest.csv", "labelled2": "manifest.csv", "crawl": "truth.csv"}
    lists = [pd.read_csv(data / name / table).assign(set=name) for name, table in tables.items()]
    rows = pd.concat(lists, ignore_index=True)
    rows = rows[rows["kind"] == "illustration"].drop_duplicates("sha256")
    rows["source"] = rows["set"] + "/" + rows["path"]
    rows["file"] = [data / source for source in rows["source"]]
    rows.loc[rows["set"] == "labelled2", "style"] = rows["style"].map(JOINED).fillna("ink and print")
    rows.loc[rows["set"] == "crawl", "style"] = "crawl"
    return rows[["file", "source", "style", "sha256"]]


def _sketches(folder: Path, seed: int) -> pd.DataFrame:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{number:03}.png" for number in range(SKETCHES)]
    for number, file in enumerate(files):
        Image.fromarray(sketch(np.random.default_rng([seed, number]))).save(file)
    names = [f"sketches/{file.name}" for file in files]
    return pd.DataFrame({"file": files, "source": names, "style": "sketch_drawn", "sha256": names})


def _write(drawing: Any, folder: Path, seed: int) -> list[dict[str, Any]]:
    """The rows of an original and of what is planted beside it."""
    with Image.open(drawing.file) as picture:
        rgb, opaque = on_white(picture), not picture.has_transparency_data
    stem = f"{drawing.style}/{drawing.Index:04}"
    same = {"style": drawing.style, "source": drawing.source, "sha256": drawing.sha256, "opaque": opaque}
    same["digest"] = pixel_digest(rgb)
    contents = {"original": drawing.file.read_bytes()} | (_planted(drawing, rgb, seed) if drawing.planted else {})
    rows = [{"path": _name(stem, name, data), "transform": name} | same for name, data in contents.items()]
    for row, data in zip(rows, contents.values(), strict=True):
        (folder / row["path"]).parent.mkdir(parents=True, exist_ok=True)
        (folder / row["path"]).write_bytes(data)
    return rows


def _planted(drawing: Any, rgb: np.ndarray, seed: int) -> dict[str, bytes]:
    contents = {"exact": drawing.file.read_bytes()}
    for number, name in enumerate((*TRANSFORMS, *VARIANTS)):
        rng = np.random.default_rng([seed, zlib.crc32(drawing.source.encode()), number])
        contents[name] = plant(rgb, name, rng)
    return {name: data for name, data in contents.items() if name not in VARIANTS or is_visible(rgb, data)}


def _name(stem: str, transform: str, data: bytes) -> str:
    suffix = "png" if data.startswith(b"\x89PNG") else "jpg"
    return f"{stem}_{transform.replace(' ', '_')}.{suffix}"


def _judged(data: Path) -> pd.DataFrame:
    """The pairs judged by eye: first, second (SHA-256 of the files), verdict."""
    digest = pd.read_csv(data / "crawl" / "truth.csv").set_index("path")["sha256"]
    pairs = pd.read_csv(data / "crawl" / "near_pairs.csv")
    return pd.DataFrame(
        {"first": pairs["path_a"].map(digest), "second": pairs["path_b"].map(digest), "verdict": pairs["verdict"]}
    )


def _near_pairs(data: Path, files: pd.DataFrame) -> pd.DataFrame:
    """The pairs judged by eye as rows of `files`: first, second, verdict."""
    originals = files[files["transform"] == "original"]
    row = pd.Series(originals.index, index=originals["sha256"])
    return _judged(data).assign(**{end: lambda pairs, end=end: pairs[end].map(row) for end in ("first", "second")})


def _pictures(data: Path, files: pd.DataFrame) -> np.ndarray:
    """A number per file: the same for copies of originals that have equal pixels or are known to show one picture."""
    near = _near_pairs(data, files)
    near = near.loc[near["verdict"] == "duplicate", ["first", "second"]].to_numpy()
    row = files.drop_duplicates("source").reset_index().set_index("source")["index"]
    same = [(row[one], row[two]) for one, two in SAME if one in row and two in row]
    equal = np.stack([files.index, files.groupby("digest")["of"].transform("min")], axis=1)
    starts, ends = np.concatenate([equal, near, _pairs(same)]).T
    links = coo_array((np.ones(len(starts)), (starts, ends)), shape=(len(files), len(files)))
    return connected_components(links, directed=False)[1]


def ours(out: Path, files: pd.DataFrame) -> Found:
    """The groups of inksift, run through its library on the pictures in `out`."""
    workspace, params, began = Workspace(out / "workspace"), FeatureParams(download=False), time.perf_counter()
    found = find_images(out / "pictures", workspace, ImageParams())
    decoded = time.perf_counter()
    read, ids = Thumbnails(workspace, found.thumbnails), found.thumbnails["image_id"].tolist()
    stored = {"workspace": workspace, "pictures_version": read.version}
    embedded = embed(ids, read, embedder=load_embedder(workspace, None, params), params=params, **stored).frame
    seen = time.perf_counter()
    pairs = find_pairs(found.images, found.hashes, embedded, read, params=PairParams(), **stored)
    table = find_duplicates(found.images, found.hashes, pairs.frame, DedupParams())
    ended = time.perf_counter()
    detail = (
        f"reading {decoded - began:.0f} s, features {seen - decoded:.0f} s, pairs {ended - seen:.0f} s; "
        f"{pairs.compared} candidates, {len(pairs.frame)} related; {pairs.crowded} pictures crowded, {pairs.flat} flat"
    )
    return Found(*_grouped(table, files), ended - began, detail)


def _grouped(table: pd.DataFrame, files: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    row = pd.Series(files.index, index=files["path"])
    table = table.assign(row=table["path"].map(row), stays=table["duplicate_of"].map(row))
    groups = [sorted(rows) for _, rows in table.groupby("group")["row"]]
    copies = table.dropna(subset="stays")
    return _pairs(pair for rows in groups for pair in combinations(rows, 2)), copies[["row", "stays"]].to_numpy(int)


def _pairs(pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


def peers(python: Path, out: Path, files: pd.DataFrame) -> dict[str, Found]:
    """What each peer reports on the same pictures; one that cannot run says so and is left out."""
    answer, row = out / "peers.json", dict(zip(files["path"], files.index, strict=True))
    script = Path(__file__).with_name("dedup_peers.py")
    subprocess.run([python, script, out / "pictures", answer], check=True, capture_output=True)
    found = {}
    for peer in json.loads(answer.read_text()):
        if "error" in peer:
            print(f"{peer['name']}: {peer['error']}")
            continue
        pairs = _pairs(sorted((row[one], row[two]) for one, two in peer["pairs"]))
        found[peer["name"]] = Found(pairs, _stars(pairs, files["path"]), peer["seconds"], peer["detail"])
    return found


def _stars(pairs: np.ndarray, paths: pd.Series) -> np.ndarray:
    """Copy and what stays: by the order of their paths, every file that is still there drives out its duplicates."""
    near: dict[int, list[int]] = {}
    for one, two in pairs.tolist():
        near.setdefault(one, []).append(two)
        near.setdefault(two, []).append(one)
    gone: dict[int, int] = {}
    for row in sorted(near, key=paths.__getitem__):
        if row not in gone:
            gone |= {other: row for other in near[row] if other not in gone}
    return _pairs(gone.items())


def merged(found: Found, first: pd.Series | np.ndarray, second: pd.Series | np.ndarray) -> np.ndarray:
    """For pairs of rows: whether the contender calls them duplicates."""
    return np.isin(_keys(np.asarray(first), np.asarray(second)), _keys(*found.pairs.T))


def _keys(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.minimum(first, second).astype(np.int64) << 32 | np.maximum(first, second).astype(np.int64)


def wrong(files: pd.DataFrame, pairs: np.ndarray) -> np.ndarray:
    """For each pair: 1 where it shows two pictures, 0 where one; NaN for a picture and a variant of it."""
    first, second = (files.iloc[side].reset_index(drop=True) for side in pairs.T)
    same = first["picture"] == second["picture"]
    variant = first["transform"].isin(VARIANTS) | second["transform"].isin(VARIANTS)
    return np.where(same & variant, np.nan, ~same)


def precision(files: pd.DataFrame, pairs: np.ndarray) -> dict[str, float]:
    """By style, and of all; a pair of two styles counts in both."""
    errors = wrong(files, pairs)
    ends = [files["style"].to_numpy()[side] for side in pairs.T]
    rows = {style: (ends[0] == style) | (ends[1] == style) for style in sorted(files["style"].unique())}
    rows |= {"all": np.ones(len(pairs), bool)}
    return {style: 1 - _mean(errors[inside]) for style, inside in rows.items()}


def _mean(values: np.ndarray) -> float:
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else float("nan")


def recall(files: pd.DataFrame, found: Found, names: tuple[str, ...]) -> pd.Series:
    """Share of the planted files in one group with their original, by transform."""
    planted = files[files["transform"].isin(names)]
    hits = pd.Series(merged(found, planted.index, planted["of"]), index=planted["transform"])
    return hits.groupby(level=0).mean().reindex(names)


def by_eye(near: pd.DataFrame, found: Found) -> pd.Series:
    """Share of the pairs judged by eye that the contender decides as the eye did, by verdict."""
    return _agrees(near, found).groupby(near["verdict"]).mean()


def _agrees(near: pd.DataFrame, found: Found) -> pd.Series:
    return (near["verdict"] == "duplicate") == merged(found, near["first"], near["second"])


def mistakes(files: pd.DataFrame, found: Found) -> pd.DataFrame:
    """Missed copies, merged variants, and one false pair per two different pictures with the number of its like."""
    planted = files[files["transform"] != "original"]
    joined = merged(found, planted.index, planted["of"])
    variant = planted["transform"].isin(VARIANTS)
    lists = {
        "missed copy": planted.loc[~joined & ~variant, "of"].reset_index().to_numpy(),
        "merged variant": planted.loc[joined & variant, "of"].reset_index().to_numpy(),
        "false pair": found.pairs[wrong(files, found.pairs) == 1],
    }
    rows = pd.concat(
        [_described(files, pairs).assign(mistake=name) for name, pairs in lists.items()], ignore_index=True
    )
    like = ["mistake", "picture", "other_picture"]
    once = rows["mistake"] != "false pair"
    rows["pairs"] = rows.groupby(like)["path"].transform("size").mask(once, 1)
    return rows[once | ~rows.duplicated(like)].drop(columns=like[1:])


def _described(files: pd.DataFrame, pairs: np.ndarray) -> pd.DataFrame:
    told = files[["path", "source", "transform", "picture"]]
    first, second = (told.iloc[side].reset_index(drop=True) for side in pairs.T)
    return pd.concat([first, second.add_prefix("other_")], axis=1)


def report(files: pd.DataFrame, near: pd.DataFrame, found: dict[str, Found]) -> None:
    """Print the tables and a line of JSON."""
    opaque, count = files[files["opaque"]], files["transform"].value_counts()
    measures: dict[str, Callable[[Found], Any]] = {
        "recall": lambda one: recall(files, one, COPIES),
        "recall, opaque originals": lambda one: recall(opaque, one, COPIES),
        "variants kept apart": lambda one: 1 - recall(files, one, VARIANTS),
        "precision, all pairs": lambda one: precision(files, one.pairs),
        "precision, copy and what stays": lambda one: precision(files, one.kept),
        "judged by eye, decided alike": lambda one: by_eye(near, one),
    }
    tables = {
        title: pd.DataFrame({name: measure(one) for name, one in found.items()}) for title, measure in measures.items()
    }
    sizes = {
        "recall, opaque originals": opaque["transform"].value_counts(),
        "judged by eye, decided alike": near["verdict"].value_counts(),
    }
    print(f"{len(files)} files, {count['original']} of them originals in {files['style'].nunique()} styles")
    for title, table in tables.items():
        _print(title, table, sizes.get(title, count))
    for one, two, verdict in near[~_agrees(near, found["inksift"])].itertuples(index=False):
        print(f"inksift decides otherwise: {files['source'][one]}, {files['source'][two]}: {verdict}")
    print("\nseconds")
    for name, one in found.items():
        print(f"{name:24}{one.seconds:8.1f}  {len(one.pairs)} pairs  {one.detail}")
    print(PEERS)
    figures = {title: {name: table[name].round(4).to_dict() for name in table} for title, table in tables.items()}
    print(json.dumps({"benchmark": "dedup_quality"} | figures))


def _print(title: str, table: pd.DataFrame, count: pd.Series) -> None:
    """The table with how many each row counts, where that is known, and what ours is to reach."""
    goals = TARGETS.get(title, {})
    print(f"\n{title}")
    told = table.assign(n=table.index.map(count), goal=[goals.get(row, goals.get("", np.nan)) for row in table.index])
    print(told.dropna(axis=1, how="all").to_string(float_format="{:.4f}".format, na_rep=""))


if __name__ == "__main__":
    main()
