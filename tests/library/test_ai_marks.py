"""Marks of generators, in files that the tests write as those programs do."""

from __future__ import annotations

import json
import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from inksift.curation.base.ai_marks import AI_MARKS
from inksift.curation.gather.gate.marked import GENERATORS_LEAVE, find_ai_mark
from inksift.curation.gather.gate.worker import Settings, examine

SETTINGS = Settings(10**7, 10**6, 640, 20, 2**31)
A1111 = "a cat, watercolour\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7"
GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 1}}})
MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    'syntax-ns#"><rdf:Description {}/></rdf:RDF></x:xmpmeta>'
)
TAGS = {"software": 0x0131, "description": 0x010E, "make": 0x010F, "model": 0x0110}


def picture() -> Image.Image:
    return Image.radial_gradient("L").convert("RGB")


def png(packed: bool = False, /, **texts: str) -> bytes:
    info = PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text, zip=True) if packed else info.add_text(name, text)
    return saved("PNG", pnginfo=info)


def saved(kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    picture().save(buffer, kind, **options)
    return buffer.getvalue()


def exif(comment: bytes = b"", **tags: str) -> bytes:
    block = Image.Exif()
    for name, text in tags.items():
        block[TAGS[name]] = text
    if comment:
        block.get_ifd(0x8769)[0x9286] = comment
    return block.tobytes()


def manifest() -> bytes:
    """What a C2PA manifest holds: CBOR in JUMBF in a segment of a JPEG."""
    action = b"\x71digitalSourceType\x78" + bytes([len(MADE)]) + MADE.encode()
    box = b"jumbc2pa" + b"\x66action\x6cc2pa.created" + action
    data = saved("JPEG")
    return data[:2] + b"\xff\xeb" + struct.pack(">H", len(box) + 2) + box + data[2:]


def xmp(attributes: str) -> bytes:
    return XMP.format(attributes).encode()


PROPERTY = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:'
UTF16 = b"UNICODE\0" + A1111.encode("utf-16-be")
MARKED = {
    "manifest": ("c2pa", manifest()),
    "XMP of a JPEG": ("iptc", saved("JPEG", xmp=xmp(f'{PROPERTY}DigitalSourceType="{MADE}"'))),
    "XMP of a WebP": ("iptc", saved("WEBP", xmp=xmp(f'{PROPERTY}DigitalSourceType="{MADE}"'))),
    "packed XMP of a PNG": (
        "iptc",
        png(True, **{"XML:com.adobe.xmp": XMP.format(f'{PROPERTY}DigitalSourceType="{MADE}"')}),
    ),
    "NovelAI": ("novelai", png(Software="NovelAI", Description="a cat", Comment="{}")),
    "ComfyUI": ("comfyui", png(prompt=GRAPH, workflow='{"nodes": []}')),
    "ComfyUI, WebP": ("comfyui", saved("WEBP", exif=exif(model=f"prompt:{GRAPH}"))),
    "InvokeAI": ("invokeai", png(invokeai_metadata="{}")),
    "web interface": ("stable_diffusion", png(parameters=A1111)),
    "web interface, packed": ("stable_diffusion", png(True, parameters=A1111)),
    "web interface, JPEG": ("stable_diffusion", saved("JPEG", exif=exif(UTF16))),
    "web interface, WebP": ("stable_diffusion", saved("WEBP", exif=exif(UTF16))),
    "Fooocus": ("stable_diffusion", png(parameters='{"sampler": "dpmpp", "steps": 30}')),
    "Midjourney": (
        "midjourney",
        png(Description="a cat --v 6 Job ID: 1f2e3d4c-0000-4000-8000-123456789abc"),
    ),
    "XMP names it": ("software", saved("JPEG", xmp=xmp('xmp:CreatorTool="Adobe Firefly"'))),
    "EXIF names it": ("software", saved("JPEG", exif=exif(software="DALL-E 3"))),
}
PLAIN = {
    "nothing": saved("PNG"),
    "a person's words": png(Description="my cat", parameters="brush 3", prompt="Inktober, day 4"),
    "a program": png(Software="Adobe Photoshop 26.1"),
    "a camera": saved("JPEG", exif=exif(make="Canon", model="EOS", software="GIMP 3.0")),
    "painted": saved(
        "JPEG",
        xmp=xmp(f'{PROPERTY}DigitalSourceType="{MADE.replace("trainedAlgorithmic", "digital")}"'),
    ),
    "words about it": png(Description=f"not {MADE}, not NovelAI, no Midjourney"),
    "damaged EXIF": saved("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
    "a TIFF": saved("TIFF"),
}


@pytest.mark.parametrize(("mark", "data"), MARKED.values(), ids=MARKED.keys())
def test_mark_is_found(mark: str, data: bytes) -> None:
    assert find_ai_mark(data) == mark


@pytest.mark.parametrize("data", PLAIN.values(), ids=PLAIN.keys())
def test_no_mark_is_found_where_none_is(data: bytes) -> None:
    assert find_ai_mark(data) == ""


def test_a_worker_tells_the_mark_and_no_prompt() -> None:
    row, _ = examine(MARKED["web interface"][1], SETTINGS)
    assert (row["error"], row["ai_mark"]) == ("", "stable_diffusion")
    assert "watercolour" not in json.dumps(row)
    assert examine(PLAIN["nothing"], SETTINGS)[0]["ai_mark"] == ""


def test_text_that_unfolds_without_end_costs_little() -> None:
    assert find_ai_mark(png(True, parameters="a" * 5_000_000 + A1111)) == ""


def test_every_mark_has_words() -> None:
    assert ["c2pa", "iptc", *GENERATORS_LEAVE] == list(AI_MARKS)
