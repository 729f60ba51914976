"""What a file says about an AI that made it: C2PA manifests, IPTC's source type in XMP, and the
remarks that generators leave in PNG texts and in EXIF.

Only which mark it is leaves this module, never a prompt. Nothing is said here about a picture
without one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress

from PIL import Image

from inksift.curation.gather.gate.png_chunks import SIGNATURE, text_chunks

TEXT_BYTES = 2**20
"""Of one remark after decompression: workflows of ComfyUI have some hundred thousand."""

EXIF_BYTES = 2**16
"""Of an EXIF block that are read: a segment of a JPEG holds no more."""

WORDS = b"rainedAlgorithmicMedia"
MADE = rb"(?:t|compositeWithT)rainedAlgorithmicMedia\b"
"""The ends of IPTC's words for made by a trained model, wholly or in part."""

SOURCE_TYPE = rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/"
C2PA = re.compile(rb"digitalSourceType.{1,4}" + SOURCE_TYPE + MADE, re.DOTALL)
"""In a C2PA manifest: CBOR, where the length stands between a name and its value."""

XMP = re.compile(
    rb"DigitalSourceType(?:\s*=\s*[\"']|\s*>\s*|\s+rdf:resource\s*=\s*[\"'])" + SOURCE_TYPE + MADE
)
EXIF = re.compile(rb"(?:exif|exif.{2}|exif.{4})(?=II\*\0|MM\0\*)", re.DOTALL | re.IGNORECASE)
"""Where an EXIF block starts in a JPEG, PNG, WebP, AVIF, HEIC or JPEG XL."""

EXIF_WORDS = (b"Exif", b"EXIF", b"eXIf")
NEAR_BYTES = 16
"""Bytes behind such a word in which its block starts."""

MOST_WORDS = 20
"""Places of such a word that are looked at: real files have one or two."""

SOFTWARE, DESCRIPTION, MAKE, MODEL = 0x0131, 0x010E, 0x010F, 0x0110  # tags of EXIF
DETAILS, COMMENT = 0x8769, 0x9286  # its second table, and the tag in it that generators use
STEPS_OF = re.compile(rb"\bSteps: \d+,")
SAMPLER_OF = re.compile(rb"\bSampler: |\"sampler|\"scheduler")
JOB = re.compile(rb"\bJob ID: [0-9a-f]{8}-[0-9a-f]{4}-")
GENERATORS = re.compile(
    rb"midjourney|dall-?e\b|adobe firefly|bing image creator|leonardo\.ai|ideogram|"
    rb"stable diffusion|stablediffusion|draw things|diffusionbee|easy diffusion|fooocus|"
    rb"sd\.next|swarmui|drawthings|niji-?journey|google ai|made with ai",
    re.IGNORECASE,
)
"""Names that generators give themselves where a program is named."""

TOOL = re.compile(rb"(?:xmp:CreatorTool|photoshop:Credit)(?:\s*=\s*[\"']|\s*>)([^\"'<]{1,200})")
"""Where XMP names the program."""

Remarks = Mapping[str, bytes]
"""What is said under each name, without the zeros of UTF-16."""


def find_ai_mark(data: bytes) -> str:
    """A key of AI_MARKS, or "" for none. Remarks that are damaged say nothing."""
    remarks: Remarks = {}
    with suppress(Exception):  # a stranger's remarks cost no picture
        remarks = _remarks(data)
    said = b"\n".join(remarks.values())
    told = data if WORDS in data else b""  # searching for a word is a hundred times faster
    if C2PA.search(told):
        return "c2pa"
    if XMP.search(told) or XMP.search(said):
        return "iptc"
    return next((name for name, leaves in GENERATORS_LEAVE.items() if leaves(remarks, data)), "")


def _remarks(data: bytes) -> dict[str, bytes]:
    found = _png_texts(data) if data.startswith(SIGNATURE) else {}
    return found | _exif(data)


def _png_texts(data: bytes) -> dict[str, bytes]:
    """The texts of a PNG by their keywords, in small letters."""
    found = {}
    for kind, body in text_chunks(data):
        word, _, rest = body.partition(b"\0")
        with suppress(zlib.error):
            found[word.decode("latin-1").lower()] = _unpacked(kind, rest)
    return found


def _unpacked(kind: bytes, rest: bytes) -> bytes:
    """The text of a chunk behind its keyword."""
    if kind == b"zTXt":
        return _inflated(rest[1:])
    if kind == b"iTXt":
        text = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        return _inflated(text) if rest[:1] == b"\1" else text[:TEXT_BYTES]
    return rest[:TEXT_BYTES]


def _inflated(packed: bytes) -> bytes:
    return zlib.decompressobj().decompress(packed, TEXT_BYTES)


def _exif(data: bytes) -> dict[str, bytes]:
    block = data if data.startswith((b"II*\0", b"MM\0*")) else _exif_block(data)
    if not block:
        return {}
    exif = Image.Exif()
    exif.load(block)
    names = {"software": SOFTWARE, "description": DESCRIPTION, "make": MAKE, "model": MODEL}
    found = {f"exif {name}": _plain(exif.get(tag)) for name, tag in names.items()}
    return found | {"exif comment": _plain(exif.get_ifd(DETAILS).get(COMMENT))}


def _exif_block(data: bytes) -> bytes:
    for word in EXIF_WORDS:
        place = data.find(word)
        for _ in range(MOST_WORDS):
            start = EXIF.match(data, place, place + NEAR_BYTES) if place >= 0 else None
            if start:
                return data[start.end() : start.end() + EXIF_BYTES]
            place = data.find(word, place + 1) if place >= 0 else -1
    return b""


def _plain(value: object) -> bytes:
    """The text of a tag in ASCII or UTF-16 alike."""
    text = value.encode("utf-8", "ignore") if isinstance(value, str) else value
    return text.replace(b"\0", b"")[:TEXT_BYTES] if isinstance(text, bytes) else b""


def _by_novelai(remarks: Remarks, data: bytes) -> bool:
    named = (remarks.get(name, b"") for name in ("software", "source", "exif software"))
    return any(b"NovelAI" in text for text in named)


def _by_comfyui(remarks: Remarks, data: bytes) -> bool:
    """Its graph is JSON under two names of a PNG, which EXIF has in front of it."""
    texts = [remarks.get(name, b"") for name in ("prompt", "workflow")]
    tags = (remarks.get(f"exif {name}", b"") for name in ("make", "model", "description"))
    texts += [text for text in tags if text.lower().startswith((b"prompt:", b"workflow:"))]
    return any(b'"class_type"' in text or b'"nodes"' in text for text in texts)


def _by_invokeai(remarks: Remarks, data: bytes) -> bool:
    return bool({"invokeai_metadata", "sd-metadata", "dream", "invokeai_graph"} & remarks.keys())


def _by_stable_diffusion(remarks: Remarks, data: bytes) -> bool:
    """The settings that its web interfaces write behind a prompt."""
    texts = [remarks.get(name, b"") for name in ("parameters", "exif comment")]
    return any(STEPS_OF.search(text) and SAMPLER_OF.search(text) for text in texts) or any(
        b'"sampler' in text and b'"steps"' in text for text in texts
    )


def _by_midjourney(remarks: Remarks, data: bytes) -> bool:
    return any(JOB.search(remarks.get(name, b"")) for name in ("description", "exif description"))


def _by_name(remarks: Remarks, data: bytes) -> bool:
    named = [remarks.get(name, b"") for name in ("software", "exif software", "source")]
    packet = remarks.get("xml:com.adobe.xmp", b"") or _xmp_packet(data)
    tools = TOOL.findall(packet)
    return any(GENERATORS.search(text) for text in [*named, *tools])


def _xmp_packet(data: bytes) -> bytes:
    start = data.find(b"<x:xmpmeta")
    return data[start : data.find(b"</x:xmpmeta>", start)] if start >= 0 else b""


GENERATORS_LEAVE: dict[str, Callable[[Remarks, bytes], bool]] = {
    "novelai": _by_novelai,
    "comfyui": _by_comfyui,
    "invokeai": _by_invokeai,
    "stable_diffusion": _by_stable_diffusion,
    "midjourney": _by_midjourney,
    "software": _by_name,
}
"""Whether the remarks are those of a generator, by the mark that it is called by."""
