"""Every variant of every format, as Chromium shows it and as the gate reads it.

    python benchmarks/formats.py [--write docs/reference/formats.md] [--only TEXT] [--keep FOLDER]

Each file is written by an encoder of this machine (`format_variants.py`, `work_file_variants.py`),
shown by Chromium on a white page (on a black one where the gate says that it needs one) and read by
the gate; the difference is the mean over pixels and
channels, in levels of 255. What Chromium does not show (TIFF, and most of what drawing programs
write) is measured by the drawing itself, grey where the file is.
Encoders come from Debian: imagemagick, libvips-tools, ffmpeg, libavif-bin, libtiff-tools, webp,
gifsicle, optipng, pngcrush, pngquant, zopfli, libjpeg-turbo-progs; profiles from libgs-common and
icc-profiles-free. What is missing is said and left out. The last line is JSON."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from browser import CHROMIUM, QUIET
from format_encoders import SIZE, MissingError, Variant, cut_out, drawing
from format_variants import variants
from PIL import Image
from work_file_variants import work_files

from inksift.curation.gather.gate.decode import decode
from inksift.curation.gather.gate.ground import ON_BLACK
from inksift.curation.gather.gate.undecodable import UndecodableError

FLAGS = (*QUIET, "--force-color-profile=srgb", "--allow-file-access-from-files")
"""The browser shows files of this machine, in colours that do not depend on its screen."""

NEAR_LEVELS = 2.0
"""Mean difference up to which a picture counts as read as it is seen."""

OTHER_SIZE = 255.0
"""The difference of pictures that are turned otherwise."""

MOST_LOOKS, PAUSE_MS = 8, 40
"""Screenshots of one page at most, and the milliseconds between two."""

UNSHOWN = ("TIFF", "JXL", "HEIC", "PSD", "ORA", "KRA", "CLIP")
"""Formats that Chromium does not show: the drawing itself is the measure."""

MAX_PIXELS = 10**7
PRESS = (
    "Chromium drops the black ink before it asks the profile; the profile is used as it is meant"
)
CUT = "Chromium leaves the last rows white until the end comes; their data are there, and are read"
REASONS = {
    "JPEG CMYK, profile default_cmyk.icc": PRESS,
    "JPEG CMYK, profile ps_cmyk.icc": PRESS,
    "JPEG grey, profile Gray-CIE_L.icc": (
        "Chromium ignores grey profiles whose connection space is Lab; this one is used"
    ),
    "JPEG no end marker": CUT,
    "JPEG half an end marker": CUT,
    "JPEG blank line in front": "Chromium refuses it; the picture behind it is sound, and is read",
    "AVIF animation": (
        "Chromium stretches the range of colours of this sequence; what is read is nearer to the "
        "drawing that was encoded"
    ),
}
"""Why what is read differs from what is shown, where it does on purpose."""


class Seen(NamedTuple):
    """One variant: what a viewer shows, what the gate reads (None for nothing), and words on
    both."""

    variant: Variant
    shown: np.ndarray | None
    read: np.ndarray | None
    note: str

    @property
    def name(self) -> str:
        """Format and variant."""
        return f"{self.variant.kind} {self.variant.name}"

    @property
    def difference(self) -> float | None:
        """Mean absolute difference in levels; None where one of the two shows nothing."""
        if self.shown is None or self.read is None:
            return None
        if self.shown.shape != self.read.shape:
            return OTHER_SIZE
        return float(np.abs(self.shown.astype(int) - self.read.astype(int)).mean())

    @property
    def agrees(self) -> bool:
        """Both show the same, or both nothing."""
        if self.shown is None:
            return self.read is None
        return self.difference is not None and self.difference <= NEAR_LEVELS


def main() -> None:
    """Measure, print the table, and write the page if asked."""
    options = _options()
    every = [*variants(), *(Variant(*row) for row in work_files())]
    wanted = [one for one in every if options.only.lower() in f"{one.kind} {one.name}".lower()]
    with _folder(options.keep) as folder:
        seen, missing = measure(wanted, folder)
    for one in seen:
        print(f"{'' if one.agrees else '!':2}{' | '.join(_cells(one))}")
    if options.write:
        Path(options.write).write_text(page(seen, missing), encoding="utf-8")
    print(json.dumps({"benchmark": "formats", "missing": missing, **summary(seen)}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", help="the page of documentation to write")
    parser.add_argument("--only", default="", help="variants with this in their name")
    parser.add_argument("--keep", help="leave the files in this folder")
    return parser.parse_args()


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    if keep:
        Path(keep).mkdir(parents=True, exist_ok=True)
        yield Path(keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def measure(wanted: Sequence[Variant], folder: Path) -> tuple[list[Seen], list[str]]:
    """What is seen of each variant, and which could not be written."""
    files, missing = {}, []
    for variant in wanted:
        try:
            files[variant] = variant.make()
        except MissingError as error:
            missing.append(f"{variant.kind} {variant.name} ({error})")
    read = {variant: _read(data) for variant, data in files.items()}
    dark = {variant for variant, (_, note) in read.items() if ON_BLACK in note}
    shown = screenshots(files, dark, folder)
    return [_seen(variant, shown[variant], *read[variant]) for variant in files], missing


def _read(data: bytes) -> tuple[np.ndarray | None, str]:
    try:
        picture = decode(data, max_pixels=MAX_PIXELS)
    except UndecodableError as error:
        return None, f"{error.reason} {error}".strip()
    return picture.rgb, picture.note


def _seen(variant: Variant, shown: np.ndarray | None, read: np.ndarray | None, note: str) -> Seen:
    if variant.kind == "SVG" and shown is not None and read is not None:  # at a size of its own
        read = cv2.resize(read, shown.shape[1::-1], interpolation=cv2.INTER_AREA)
    return Seen(variant, shown, read, note)


def screenshots(
    files: dict[Variant, bytes], dark: set[Variant], folder: Path
) -> dict[Variant, np.ndarray | None]:
    """What Chromium shows of each file on white, of some on black; of the rest, the drawing."""
    from playwright.sync_api import sync_playwright

    found: dict[Variant, np.ndarray | None] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        tab = browser.new_page(viewport={"width": 400, "height": 300})
        for index, (variant, data) in enumerate(files.items()):
            path = folder / f"{index:03}.{variant.kind.lower()}"
            path.write_bytes(data)
            found[variant] = (
                _drawn(variant.name)
                if variant.kind in UNSHOWN
                else _shown(tab, path, "#000" if variant in dark else "#fff")
            )
        browser.close()
    return found


def _drawn(name: str) -> np.ndarray:
    """What a file that no browser shows was made of."""
    if "grey" in name:
        return np.asarray(drawing().convert("L").convert("RGB"))
    if "alpha" not in name:
        return np.asarray(drawing())
    white = Image.new("RGBA", SIZE, "white")
    return np.asarray(Image.alpha_composite(white, cut_out()).convert("RGB"))


def _shown(tab: Any, path: Path, ground: str) -> np.ndarray | None:
    """A screenshot of the picture once it is painted, which may be after it is decoded."""
    page = path.with_suffix(path.suffix + ".html")
    page.write_text(
        f"<body style='margin:0;background:{ground}'>"
        f"<img decoding='sync' style='display:block' src='{path.name}'>"
    )
    tab.goto(page.as_uri())
    image = "document.querySelector('img')"
    decoded = tab.evaluate(f"{image}.decode().then(() => true, () => false)")
    width, height = tab.evaluate(f"[{image}.naturalWidth, {image}.naturalHeight]")
    if not (decoded and width and height):
        return None
    return _settled(tab, {"x": 0, "y": 0, "width": width, "height": height})


def _settled(tab: Any, clip: dict[str, int]) -> np.ndarray:
    """The screenshot that two looks in a row agree on: the first may come in the midst of
    painting."""
    before, shot = b"", tab.screenshot(clip=clip)
    for _ in range(MOST_LOOKS):
        if shot == before:
            break
        tab.wait_for_timeout(PAUSE_MS)
        before, shot = shot, tab.screenshot(clip=clip)
    return np.asarray(Image.open(BytesIO(shot)).convert("RGB"))


def summary(seen: Sequence[Seen]) -> dict[str, Any]:
    """How many agree, of those that a browser may show and of the rest."""
    browser = [one for one in seen if one.variant.kind not in UNSHOWN]
    unshown = [one for one in seen if one.variant.kind in UNSHOWN]
    return {
        "variants": len(browser),
        "agree": sum(one.agrees for one in browser),
        "unshown": len(unshown),
        "unshown_agree": sum(one.agrees for one in unshown),
        "differ": [one.name for one in seen if not one.agrees],
    }


def _cells(one: Seen) -> tuple[str, str, str, str, str]:
    shown = _size(one.shown) if one.variant.kind not in UNSHOWN else "does not"
    difference = one.difference
    read = _size(one.read) if difference in (None, OTHER_SIZE) else f"{difference:.2f}"
    return one.variant.kind, one.variant.name, shown, read, one.note


def _size(picture: np.ndarray | None) -> str:
    return "nothing" if picture is None else f"{picture.shape[1]} x {picture.shape[0]}"


def page(seen: Sequence[Seen], missing: Sequence[str]) -> str:
    """The table as a page of documentation."""
    count = summary(seen)
    differ = [f"- {one.name}: {REASONS.get(one.name, '')}" for one in seen if not one.agrees]
    rows = [f"| {' | '.join(_cells(one))} |" for one in seen]
    lines = [
        "# Formats",
        "",
        "*This page is written by "
        "`python benchmarks/formats.py --write docs/reference/formats.md`.*",
        "",
        "One drawing in every variant that the encoders of a Debian machine write, as Chromium "
        "shows it on a white page (on a black one where the note says so) and as inksift reads it. "
        "The fourth column is the mean "
        "difference between the two over pixels and channels, in levels of 255, or what is read "
        "where the two cannot be compared; the last is the `note` that the file gets, or why it "
        "is not read. Chromium does not show TIFF, JPEG XL, HEIC and files of drawing programs: "
        "there the drawing itself is the measure. SVG, which is read with a longest side of 1,024 "
        "pixels, is shrunk to the size that Chromium shows. Why files "
        "are read as they are is told in [What a picture looks like](../explanation/seeing.md).",
        "",
        f"{count['agree']} of {count['variants']} variants are within {NEAR_LEVELS:.0f} levels of "
        f"what Chromium shows, and {count['unshown_agree']} of {count['unshown']} others "
        "of what they "
        "were made of. Those that differ:",
        "",
        *differ,
        "",
        *(["Encoders that were missing: " + "; ".join(missing), ""] if missing else []),
        "| format | variant | Chromium shows | difference, levels | note |",
        "|---|---|---|---:|---|",
        *rows,
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
