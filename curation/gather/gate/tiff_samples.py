"""TIFF layouts that Pillow does not read, or not rightly: deep samples in planes, samples in
floating point, deep greys whose zero is white, and WebP in strips.

A directory is written behind the file's own bytes which says that the samples are plain bytes: the
library that unpacks them needs to know nothing else, and NumPy sorts the bytes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, TiffImagePlugin

from inksift.curation.gather.gate.colour_modes import SCALES


class TiffTag(IntEnum):
    """Numbers of the tags that say how samples lie."""

    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    OFFSETS = 273
    SAMPLES = 277
    ROWS_PER_STRIP = 278
    COUNTS = 279
    PLANAR = 284
    PREDICTOR = 317
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILE_OFFSETS = 324
    TILE_COUNTS = 325
    EXTRA = 338
    FORMAT = 339
    PROFILE = 34675


WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, INKS = 0, 1, 2, 5  # photometric interpretations
WEBP = 50001  # a compression
UNPACKED = (1, 5, 8, 32773, 32946, 34925, 50000)
"""Compressions that are the same for all samples: none, LZW, deflate, PackBits, LZMA, Zstandard."""

SAMPLE_KINDS = {1: "u", 2: "i", 3: "f"}
"""NumPy's letters for kinds of samples."""

CHANNELS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, INKS: 4}
SAMPLE_MODES = {
    (1, False): "L",
    (1, True): "LA",
    (3, False): "RGB",
    (3, True): "RGBA",
    (4, False): "CMYK",
}
"""Pillow's modes by the number of colours and whether there is alpha."""

PREMULTIPLIED, STRAIGHT = 1, 2  # what an extra sample may be
DIFFERENCES, FLOAT_DIFFERENCES = 2, 3  # predictors
DEEP_BITS = 16  # the least that this module reads without need
Directory = TiffImagePlugin.ImageFileDirectory_v2


class TiffLayout(NamedTuple):
    """How samples lie in the file."""

    width: int
    height: int
    bits: int
    kind: str
    samples: int
    photometric: int
    extra: tuple[int, ...]
    planes: bool
    compression: int
    predictor: int

    @property
    def words(self) -> str:
        """The layout for a person.

        >>> TiffLayout(1, 1, 24, "f", 3, 2, (), False, 1, 1).words
        'TIFF of 3 x 24 bits (f), photometric 2, compression 1'
        """
        return (
            f"TIFF of {self.samples} x {self.bits} bits ({self.kind}), "
            f"photometric {self.photometric}, compression {self.compression}"
        )

    @property
    def bytes_per_pixel(self) -> int:
        """Of all samples together."""
        return max(1, self.samples * self.bits // 8)

    @property
    def readable(self) -> bool:
        """Whether this module reads it."""
        colours = CHANNELS.get(self.photometric, 99)
        return self.compression == WEBP or (
            self.compression in UNPACKED
            and self.bits in (8, 16, 32, 64)
            and (self.kind != "f" or self.bits > 8)
            and colours <= self.samples == colours + len(self.extra)
        )

    @property
    def wants_help(self) -> bool:
        """Whether Pillow would read it wrongly, or not at all."""
        deep = self.bits >= DEEP_BITS and self.bits % 8 == 0
        return self.compression == WEBP or (
            deep and ((self.planes and self.samples > 1) or self.photometric == WHITE_IS_ZERO)
        )


def read_directory(data: bytes) -> Directory:
    """The tags of the first picture."""
    head = data[: 16 if 43 in data[2:4] else 8]
    directory = Directory(head)
    file = BytesIO(data)
    file.seek(directory.next)
    directory.load(file)
    return directory


def _required(tags: Directory, tag: TiffTag) -> Any:
    if tag not in tags:
        raise ValueError(f"the TIFF does not say its {tag.name.lower().replace('_', ' ')}")
    return tags[tag]


def read_layout(tags: Directory) -> TiffLayout:
    """How the samples lie; TypeError or ValueError where the tags do not say."""
    bits, kinds = tags.get(TiffTag.BITS, (1,)), tags.get(TiffTag.FORMAT, (1,))
    samples = int(tags.get(TiffTag.SAMPLES, 1))
    return TiffLayout(
        width=int(_required(tags, TiffTag.WIDTH)),
        height=int(_required(tags, TiffTag.HEIGHT)),
        bits=int(bits[0]) if len(set(bits)) == 1 else 0,
        kind=SAMPLE_KINDS.get(kinds[0], "?") if len(set(kinds)) == 1 else "?",
        samples=samples,
        photometric=int(tags.get(TiffTag.PHOTOMETRIC, 0)),
        extra=tuple(tags.get(TiffTag.EXTRA, ())),
        planes=tags.get(TiffTag.PLANAR, 1) == 2,
        compression=int(tags.get(TiffTag.COMPRESSION, 1)),
        predictor=int(tags.get(TiffTag.PREDICTOR, 1)),
    )


def read_samples(data: bytes, tags: Directory, layout: TiffLayout) -> Image.Image:
    """The picture with 8 bits a channel, not turned; for a layout that is `readable`."""
    if layout.compression == WEBP:
        return _from_webp(data, tags, layout)
    if layout.planes:
        planes = [_plane(data, tags, layout, index) for index in range(layout.samples)]
        values = np.concatenate(planes, axis=2)
    else:
        values = _unpacked(data, tags, layout, layout.samples, slice(None))
    return _picture(values, layout)


def _plane(data: bytes, tags: Directory, layout: TiffLayout, index: int) -> npt.NDArray[Any]:
    offsets = _required(tags, _where(tags)[0])
    each = len(offsets) // layout.samples
    return _unpacked(data, tags, layout, 1, slice(index * each, (index + 1) * each))


def _unpacked(
    data: bytes, tags: Directory, layout: TiffLayout, samples: int, pieces: slice
) -> npt.NDArray[Any]:
    """Height x width x samples of the strips or tiles that are named."""
    size = samples * layout.bits // 8
    tiled = TiffTag.TILE_OFFSETS in tags
    step = int(_required(tags, TiffTag.TILE_WIDTH)) if tiled else layout.width
    width = -(-layout.width // step) * step  # the last tiles of a row may reach beyond it
    plain = _plain(tags, pieces, size)
    plain[TiffTag.WIDTH], plain[TiffTag.COMPRESSION] = (width * size,), (layout.compression,)
    raw = _bytes_of(data, plain).reshape(layout.height, width, size)
    order = "<" if tags.prefix == b"II" else ">"
    kind = np.dtype(f"{order}{layout.kind}{layout.bits // 8}")
    starts = range(0, width, step)
    parts = [_undone(raw[:, at : at + step], kind, layout.predictor) for at in starts]
    return np.concatenate(parts, axis=1)[:, : layout.width]


def _plain(tags: Directory, pieces: slice, size: int) -> dict[int, Sequence[int]]:
    """The strips or tiles that are named, as grey pixels of which `size` make one of the
    picture's."""
    height = int(tags[TiffTag.HEIGHT])
    offsets, counts = _where(tags)
    shape: dict[int, Sequence[int]]
    if offsets == TiffTag.TILE_OFFSETS:
        across, down = (_required(tags, tag) for tag in (TiffTag.TILE_WIDTH, TiffTag.TILE_HEIGHT))
        shape = {TiffTag.TILE_WIDTH: (int(across) * size,), TiffTag.TILE_HEIGHT: (int(down),)}
    else:
        rows = int(tags.get(TiffTag.ROWS_PER_STRIP, height))
        shape = {TiffTag.ROWS_PER_STRIP: (min(rows, height),)}
    return shape | {
        TiffTag.HEIGHT: (height,),
        TiffTag.BITS: (8,),
        TiffTag.SAMPLES: (1,),
        TiffTag.PHOTOMETRIC: (BLACK_IS_ZERO,),
        TiffTag.PLANAR: (1,),
        offsets: _required(tags, offsets)[pieces],
        counts: _required(tags, counts)[pieces],
    }


def _where(tags: Directory) -> tuple[TiffTag, TiffTag]:
    """The tags that tell where the data lie, and how long each piece is."""
    if TiffTag.TILE_OFFSETS in tags:
        return TiffTag.TILE_OFFSETS, TiffTag.TILE_COUNTS
    return TiffTag.OFFSETS, TiffTag.COUNTS


def _bytes_of(data: bytes, plain: Mapping[int, Sequence[int]]) -> npt.NDArray[np.uint8]:
    place = len(data) + len(data) % 2
    head = b"II*\0" + struct.pack("<I", place)
    body = (memoryview(data)[8:], bytes(len(data) % 2), _written_directory(plain, place))
    with Image.open(BytesIO(b"".join((head, *body))), formats=["TIFF"]) as image:
        return np.asarray(image)


def _written_directory(tags: Mapping[int, Sequence[int]], place: int) -> bytes:
    """Tags of 32-bit numbers, with those that do not fit into them behind."""
    entries, more = struct.pack("<H", len(tags)), b""
    after = place + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}I", *values)
        inside = packed if len(values) == 1 else struct.pack("<I", after + len(more))
        more += b"" if len(values) == 1 else packed
        entries += struct.pack("<HHI", tag, 4, len(values)) + inside
    return entries + bytes(4) + more


def _undone(raw: npt.NDArray[np.uint8], kind: np.dtype[Any], predictor: int) -> npt.NDArray[Any]:
    """Rows of bytes as samples, without the differences that compress better."""
    height, width, size = raw.shape
    if predictor == FLOAT_DIFFERENCES:
        flat = np.cumsum(raw.reshape(height, -1, size // kind.itemsize), axis=1, dtype=np.uint8)
        apart = flat.reshape(height, kind.itemsize, -1)
        together = np.ascontiguousarray(apart.transpose(0, 2, 1))
        return together.view(kind.newbyteorder(">")).reshape(height, width, -1)
    values = np.ascontiguousarray(raw).view(kind)
    if predictor == DIFFERENCES:
        whole = values.view(kind.str.replace("f", "u").replace("i", "u"))
        native = whole.astype(whole.dtype.newbyteorder("="))
        return np.cumsum(native, axis=1, dtype=native.dtype).view(kind.newbyteorder("="))
    return values


def _picture(values: npt.NDArray[Any], layout: TiffLayout) -> Image.Image:
    colours = CHANNELS[layout.photometric]
    extra = layout.extra[0] if layout.extra else 0
    clear = extra in (PREMULTIPLIED, STRAIGHT) and (colours, True) in SAMPLE_MODES
    levels = _levels(values[..., : colours + clear])
    if layout.photometric == WHITE_IS_ZERO:
        levels[..., 0] = 255 - levels[..., 0]
    if clear and extra == PREMULTIPLIED:
        alpha = np.maximum(levels[..., -1:], 1).astype(np.uint16)
        straight = levels[..., :-1].astype(np.uint16) * 255 // alpha
        levels[..., :-1] = np.minimum(straight, 255)
    flat = levels[..., 0] if levels.shape[2] == 1 else levels
    return Image.fromarray(np.ascontiguousarray(flat), SAMPLE_MODES[colours, clear])


def _levels(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Samples of any depth as 0 to 255: whole numbers by their highest bits, floating point by the
    smallest of `SCALES` that holds it, else stretched."""
    if values.dtype.kind == "u":
        return (values >> (8 * values.dtype.itemsize - 8)).astype(np.uint8)
    finite = np.nan_to_num(values.astype(np.float32), nan=0, posinf=0, neginf=0)
    low, high = float(finite.min()), float(finite.max())
    whites = [white for white in SCALES if white >= high] if low >= 0 else []
    black, white = (0.0, whites[0]) if whites else (low, high)
    finite -= np.float32(black)
    finite *= np.float32(255 / ((white - black) or 1))
    return np.rint(finite, out=finite).astype(np.uint8)


def _from_webp(data: bytes, tags: Directory, layout: TiffLayout) -> Image.Image:
    tiled = TiffTag.TILE_OFFSETS in tags
    across = int(_required(tags, TiffTag.TILE_WIDTH)) if tiled else layout.width
    down = int(
        tags[TiffTag.TILE_HEIGHT] if tiled else tags.get(TiffTag.ROWS_PER_STRIP, layout.height)
    )
    columns = -(-layout.width // across)
    offsets, counts = (_required(tags, tag) for tag in _where(tags))
    if len(offsets) != columns * -(-layout.height // max(down, 1)) or len(counts) != len(offsets):
        raise ValueError("strips or tiles are missing")
    whole = Image.new("RGBA" if layout.samples == 4 else "RGB", (layout.width, layout.height))
    for index, (start, size) in enumerate(zip(offsets, counts, strict=True)):
        with Image.open(BytesIO(data[start : start + size]), formats=["WEBP"]) as part:
            whole.paste(part, (index % columns * across, index // columns * down))
    return whole
