"""SVG by resvg, which runs no script; nothing outside the file is looked at.

resvg reads a picture that is linked by its path, so links are taken out first. The text is parsed
and written anew for that: entities may hide a link, and a parser unfolds them."""

from __future__ import annotations

import os
from io import BytesIO
from xml.etree import ElementTree

from PIL import Image

from inksift.curation.gather.gate.drawn.fonts import family_there
from inksift.curation.gather.gate.drawn.found import EXPORT, Check, Whole, library
from inksift.curation.gather.gate.sandbox.landlock import font_folders
from inksift.curation.gather.gate.undecodable import UndecodableError

SIDE_PX = 1024
"""Longest side of the picture that a drawing without pixels becomes, whatever size it asks for."""

LINKED = "linked_picture_left_out"
"""The flag of a drawing that shows a picture of another file, here as in a page of the web."""

BY_FONTS = "text_by_fonts"
"""The flag of a drawing with text: it is drawn with the fonts of this machine."""

FONT_KINDS = (
    "font_family",
    "serif_family",
    "sans_serif_family",
    "cursive_family",
    "fantasy_family",
    "monospace_family",
)
"""What resvg calls the default, and the families that CSS names by their kind."""

PICTURES = ("image", "feImage")


def read_svg(data: bytes, check: Check) -> Whole:
    """The drawing with a longest side of 1,024 pixels, clear where nothing is drawn."""
    render = library("resvg_py", extra="svg", name="SVG").svg_to_bytes
    check((SIDE_PX, SIDE_PX))
    text, notes = without_links(data)
    fonts = _fonts() if BY_FONTS in notes else {"skip_system_fonts": True}
    drawn = render(svg_string=text, width=SIDE_PX, height=SIDE_PX, **fonts)
    with Image.open(BytesIO(bytes(drawn)), formats=["PNG"]) as image:
        check(image.size)
        image.load()
        return Whole(image, note="; ".join(notes))


def _fonts() -> dict[str, str]:
    """What resvg is to draw text with whose own font this machine lacks: it would leave it out, and
    say nothing. It takes a missing name for serif, and no name for the default."""
    _check_fonts()
    family = family_there()
    return dict.fromkeys(FONT_KINDS, family) if family else {}


def _check_fonts() -> None:
    """UndecodableError where the sandbox has closed the fonts too, without which text would be
    missing from the drawing and nobody told."""
    try:
        os.close(os.open(font_folders()[0], os.O_RDONLY))
    except FileNotFoundError:
        return
    except PermissionError as error:
        words = f"SVG with text: this kernel has no Landlock, which opens fonts alone; {EXPORT}"
        raise UndecodableError("decoder_missing", words) from error


def without_links(data: bytes) -> tuple[str, list[str]]:
    """The drawing without pictures of other files, and flags; SyntaxError for broken XML."""
    root = ElementTree.fromstring(data)
    linked, written = False, False
    for element in root.iter():
        kind = local_name(element.tag)
        linked |= kind in PICTURES and _drop_links(element)
        written |= kind == "text"
    text = ElementTree.tostring(root, encoding="unicode")
    return text, [LINKED] * linked + [BY_FONTS] * written


def _drop_links(element: ElementTree.Element) -> bool:
    """Whether there was a link to anything but data or a part of the drawing."""
    links = [name for name in element.attrib if local_name(name) == "href"]
    outside = [name for name in links if not element.attrib[name].startswith(_own(element))]
    for name in outside:
        del element.attrib[name]
    return bool(outside)


def _own(element: ElementTree.Element) -> tuple[str, ...]:
    return ("data:", "#") if local_name(element.tag) == "feImage" else ("data:",)


def local_name(name: object) -> str:
    """The name of an element or attribute without its namespace; "" for a remark.

    >>> local_name("{http://www.w3.org/2000/svg}text")
    'text'
    """
    return name.rpartition("}")[2] if isinstance(name, str) else ""
