"""One drawing in every variant of every format that encoders write: for `formats.py`.

A variant is a name and a function that gives a file's bytes; MissingError where its encoder is not
on this machine."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from format_encoders import (
    ICC,
    Variant,
    animation,
    apng,
    avifenc,
    big_endian,
    chunk,
    cjpeg,
    colour_key_png,
    converted,
    cut_out,
    cwebp,
    drawing,
    exif,
    ffmpeg,
    grey_key_png,
    in_profile,
    magick,
    opaque_trimmed_gif,
    packed_grey,
    pillow,
    png,
    powered,
    profile,
    tool,
    trimmed_apng,
    trimmed_gif,
    trimmed_webp,
    vips,
    written_png,
    xmp,
)
from PIL import Image, ImageCms, PngImagePlugin


def variants() -> list[Variant]:
    """Every variant, by format."""
    rows = [*_jpegs(), *_pngs(), *_webps(), *_gifs(), *_bmps(), *_avifs(), *_tiffs()]
    return [Variant(*row) for row in rows]


Row = tuple[str, str, Callable[[], bytes]]


def _jpeg(name: str, image: Callable[[], Image.Image] = drawing, **options: Any) -> Row:
    return "JPEG", name, lambda: pillow(image(), "JPEG", **{"quality": 92, **options})


def _jpegs() -> Iterator[Row]:
    for quality in (10, 30, 75, 100):
        yield _jpeg(f"quality {quality}", quality=quality)
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        yield _jpeg(f"{subsampling}", subsampling=subsampling)
        yield _jpeg(f"{subsampling}, progressive", subsampling=subsampling, progressive=True)
    yield _jpeg("grey", lambda: drawing().convert("L"))
    yield _jpeg("grey, progressive", lambda: drawing().convert("L"), progressive=True)
    yield _jpeg("RGB without YCbCr", keep_rgb=True)
    yield _jpeg("CMYK without a profile", lambda: drawing().convert("CMYK"))
    yield "JPEG", "YCCK without a profile", lambda: magick("jpg", "-colorspace", "CMYK")
    yield _jpeg("optimised tables", optimize=True)
    for options in (
        ("-restart", "1"),
        ("-arithmetic",),
        ("-sample", "1x2"),
        ("-sample", "4x1"),
        ("-sample", "2x2,1x2,2x1"),
        ("-dct", "float"),
        ("-grayscale",),
        ("-progressive",),
        ("-rgb",),
    ):
        yield "JPEG", f"cjpeg {' '.join(options)}", lambda options=options: cjpeg(*options)
    yield "JPEG", "ImageMagick", lambda: magick("jpg", "-quality", "92")
    yield "JPEG", "libvips", lambda: vips("jpg", "[Q=92]")
    for pixels in ("yuvj420p", "yuvj422p", "yuvj444p", "gray"):
        yield "JPEG", f"FFmpeg, {pixels}", lambda pixels=pixels: ffmpeg("jpg", "-pix_fmt", pixels)
    for orientation in range(1, 9):
        yield _jpeg(f"EXIF orientation {orientation}", exif=exif(orientation))
    yield _jpeg("XMP orientation 6", xmp=xmp(6))
    yield from _profiled("JPEG", quality=92)
    for name in ("default_cmyk.icc", "ps_cmyk.icc"):
        yield (
            "JPEG",
            f"CMYK, profile {name}",
            lambda name=name: in_profile("JPEG", f"ghostscript/{name}", "CMYK", quality=92),
        )
    for name in ("Gray.icc", "Gray-CIE_L.icc", "ghostscript/sgray.icc", "ghostscript/ps_gray.icc"):
        yield (
            "JPEG",
            f"grey, profile {Path(name).name}",
            lambda name=name: in_profile("JPEG", name, "L", quality=92),
        )
    yield _jpeg("profile of random bytes", icc_profile=bytes(range(256)) * 4)
    yield _jpeg("profile of four bytes", icc_profile=b"icc!")
    yield "JPEG", "RGB, profile of CMYK", lambda: _wrong_profile("RGB", "default_cmyk.icc")
    yield "JPEG", "grey, profile of RGB", lambda: _wrong_profile("L", "a98.icc")
    yield "JPEG", "RGB, profile of grey", lambda: _wrong_profile("RGB", "sgray.icc")
    yield "JPEG", "CMYK, profile of RGB", lambda: _wrong_profile("CMYK", "a98.icc")
    yield "JPEG", "no end marker", lambda: pillow(drawing(), "JPEG", quality=92)[:-2]
    yield "JPEG", "half an end marker", lambda: pillow(drawing(), "JPEG", quality=92)[:-1]
    yield (
        "JPEG",
        "progressive, no end marker",
        lambda: pillow(drawing(), "JPEG", quality=92, progressive=True)[:-2],
    )
    yield "JPEG", "text behind the end", lambda: pillow(drawing(), "JPEG") + b"<html>advert</html>"
    yield "JPEG", "blank line in front", lambda: b"\r\n" + pillow(drawing(), "JPEG")
    yield (
        "JPEG",
        "stereo pair (MPO)",
        lambda: pillow(drawing(), "MPO", save_all=True, append_images=[drawing()]),
    )


def _wrong_profile(mode: str, name: str) -> bytes:
    icc = profile(f"ghostscript/{name}")
    return pillow(drawing().convert(mode), "JPEG", quality=92, icc_profile=icc)


RGB_PROFILES = (
    "sRGB.icc",
    "ghostscript/srgb.icc",
    "ghostscript/a98.icc",
    "compatibleWithAdobeRGB1998.icc",
    "ghostscript/rommrgb.icc",
    "ghostscript/ps_rgb.icc",
    "ghostscript/esrgb.icc",
    "LStar-RGB.icc",
)


def _profiled(kind: str, **options: Any) -> Iterator[Row]:
    for name in RGB_PROFILES:
        yield (
            kind,
            f"profile {Path(name).name}",
            lambda name=name: in_profile(kind, name, **options),
        )


def _png(name: str, image: Callable[[], Image.Image], **options: Any) -> Row:
    return "PNG", name, lambda: pillow(image(), "PNG", **options)


def _grey_with_alpha() -> Image.Image:
    return cut_out().convert("LA")


def _paletted(colours: int) -> Image.Image:
    return drawing().quantize(colours)


def _pngs() -> Iterator[Row]:
    yield _png("RGB", drawing)
    yield _png("RGBA", cut_out)
    yield _png("grey", lambda: drawing().convert("L"))
    yield _png("grey with alpha", _grey_with_alpha)
    yield _png("black and white, 1 bit", lambda: drawing().convert("1"))
    for bits in (1, 2, 4, 8):
        yield _png(f"palette, {bits} bits", lambda bits=bits: _paletted(2**bits), bits=bits)
    yield _png("palette, one entry clear", lambda: _paletted(16), transparency=3)
    yield _png("palette, entries half clear", lambda: _paletted(16), transparency=bytes(range(9)))
    for bits in (2, 4):
        yield (
            "PNG",
            f"grey, {bits} bits",
            lambda bits=bits: written_png(packed_grey(bits), bits=bits, colour=0),
        )
    for bits in (1, 2, 4, 8, 16):
        yield "PNG", f"grey, {bits} bits, one level clear", lambda bits=bits: grey_key_png(bits)
    for bits in (8, 16):
        yield "PNG", f"RGB, {bits} bits, one colour clear", lambda bits=bits: colour_key_png(bits)
    for name in ("png8", "png24", "png32", "png48", "png64", "png00"):
        yield "PNG", f"ImageMagick {name}", lambda name=name: magick("png", prefix=f"{name}:")
    yield (
        "PNG",
        "ImageMagick png64, alpha",
        lambda: magick("png", prefix="png64:", given=pillow(cut_out(), "PNG")),
    )
    yield "PNG", "ImageMagick, interlaced", lambda: magick("png", "-interlace", "PNG")
    yield "PNG", "16-bit grey", lambda: magick("png", "-colorspace", "Gray", "-depth", "16")
    yield "PNG", "libvips, interlaced", lambda: vips("png", "[interlace]")
    yield "PNG", "libvips, palette", lambda: vips("png", "[palette]")
    pixels = ("rgb24", "rgba", "gray", "gray16be", "pal8", "rgb48be", "rgba64be", "ya8", "monob")
    for name in pixels:
        yield "PNG", f"FFmpeg, {name}", lambda name=name: ffmpeg("png", "-pix_fmt", name)
    yield (
        "PNG",
        "OptiPNG, interlaced",
        lambda: tool("optipng", "-quiet", "-i1", "{in}", "-out", "{out}", to="png"),
    )
    yield "PNG", "pngcrush", lambda: tool("pngcrush", "-q", "{in}", "{out}", to="png")
    yield "PNG", "pngquant", lambda: tool("pngquant", "32", "{in}", "-o", "{out}", to="png")
    yield "PNG", "zopflipng", lambda: tool("zopflipng", "{in}", "{out}", to="png")
    yield (
        "PNG",
        "zopflipng, alpha",
        lambda: tool(
            "zopflipng",
            "--lossy_transparent",
            "{in}",
            "{out}",
            given=pillow(cut_out(), "PNG"),
            to="png",
        ),
    )
    yield from _profiled("PNG")
    yield from _coloured_pngs()
    yield from _odd_pngs()


def _coloured_pngs() -> Iterator[Row]:
    for gamma, exponent in (
        (100_000, 1.0),
        (55_556, 1 / 1.8),
        (45_455, 1 / 2.2),
        (35_714, 0.35714),
    ):
        yield (
            "PNG",
            f"gAMA {gamma / 1e5:.5f}",
            lambda gamma=gamma, exponent=exponent: png(
                chunk(b"gAMA", struct.pack(">I", gamma)), image=powered(exponent)
            ),
        )
    yield (
        "PNG",
        "gAMA 1.0, but sRGB",
        lambda: png(chunk(b"sRGB", b"\0"), chunk(b"gAMA", struct.pack(">I", 100_000))),
    )
    yield "PNG", "gAMA 0", lambda: png(chunk(b"gAMA", bytes(4)))
    adobe = (31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000)
    srgb = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
    for name, values in (("Adobe RGB", adobe), ("sRGB", srgb)):
        yield (
            "PNG",
            f"gAMA 0.45470 and cHRM of {name}",
            lambda values=values: png(
                chunk(b"gAMA", struct.pack(">I", 45_470)),
                chunk(b"cHRM", struct.pack(">8I", *values)),
            ),
        )
    yield "PNG", "cHRM of Adobe RGB alone", lambda: png(chunk(b"cHRM", struct.pack(">8I", *adobe)))
    spaces = {
        "sRGB": (1, 13), "Display P3": (12, 13), "BT.709": (1, 1), "BT.2020": (9, 14),
        "linear": (1, 8), "P3 of the cinema": (11, 17), "BT.2020, PQ": (9, 16),
        "BT.2020, HLG": (9, 18), "unknown": (2, 2),
    }  # fmt: skip
    for name, (primaries, transfer) in spaces.items():
        yield (
            "PNG",
            f"cICP {name}",
            lambda body=bytes((primaries, transfer, 0, 1)): png(chunk(b"cICP", body)),
        )
    yield (
        "PNG",
        "grey, gAMA 1.0",
        lambda: png(chunk(b"gAMA", struct.pack(">I", 100_000)), image=powered(1.0).convert("L")),
    )
    yield "PNG", "16-bit grey, gAMA 1.0", _deep_linear_grey
    yield (
        "PNG",
        "palette, gAMA 1.0",
        lambda: png(chunk(b"gAMA", struct.pack(">I", 100_000)), image=powered(1.0).quantize(64)),
    )
    yield (
        "PNG",
        "alpha, gAMA 1.0",
        lambda: png(chunk(b"gAMA", struct.pack(">I", 100_000)), image=cut_out()),
    )
    yield "PNG", "16 bits, gAMA 1.0", lambda: _deep_linear_png()
    yield (
        "PNG",
        "alpha, profile a98.icc",
        lambda: pillow(cut_out(), "PNG", icc_profile=profile("ghostscript/a98.icc")),
    )
    yield (
        "PNG",
        "palette, profile a98.icc",
        lambda: pillow(_paletted(32), "PNG", icc_profile=profile("ghostscript/a98.icc")),
    )
    yield "PNG", "grey, profile Gray.icc", lambda: in_profile("PNG", "Gray.icc", "L")
    yield (
        "PNG",
        "grey with alpha, profile Gray.icc",
        lambda: pillow(_grey_with_alpha(), "PNG", icc_profile=profile("Gray.icc")),
    )


def _deep_linear_grey() -> bytes:
    rows = big_endian(np.asarray(powered(1.0).convert("L")).astype(np.uint16) * 257)
    return written_png(rows, chunk(b"gAMA", struct.pack(">I", 100_000)), bits=16, colour=0)


def _deep_linear_png() -> bytes:
    values = np.asarray(drawing()) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    rows = big_endian(np.rint(linear * 65535))
    return written_png(rows, chunk(b"gAMA", struct.pack(">I", 100_000)), bits=16, colour=2)


def _odd_pngs() -> Iterator[Row]:
    yield "PNG", "eXIf orientation 6", lambda: pillow(drawing(), "PNG", exif=exif(6))
    yield "PNG", "XMP orientation 6", lambda: _png_with_xmp()
    yield "PNG", "animation", lambda: apng(hidden=False)
    yield "PNG", "animation, default image hidden", lambda: apng(hidden=True)
    yield "PNG", "animation, default image hidden, frame trimmed", trimmed_apng
    for kind in (b"pHYs", b"tEXt", b"gAMA", b"iCCP", b"eXIf"):
        yield (
            "PNG",
            f"wrong checksum in {kind.decode()}",
            lambda kind=kind: png(chunk(kind, b"p\0\0" + bytes(30), wrong=0x5A5A)),
        )
    yield "PNG", "text of 6 MB", lambda: png(chunk(b"tEXt", b"Comment\0" + b"x" * 6_000_000))
    yield (
        "PNG",
        "packed text of 20 MB",
        lambda: png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(20_000_000)))),
    )
    yield (
        "PNG",
        "profile of random bytes",
        lambda: pillow(drawing(), "PNG", icc_profile=bytes(range(256)) * 4),
    )
    yield "PNG", "bytes behind the end", lambda: pillow(drawing(), "PNG") + bytes(99)


def _png_with_xmp() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp(6).decode())
    return pillow(drawing(), "PNG", pnginfo=info)


def _webp(name: str, image: Callable[[], Image.Image] = drawing, **options: Any) -> Row:
    return "WEBP", name, lambda: pillow(image(), "WEBP", **options)


def _webps() -> Iterator[Row]:
    for quality in (10, 80, 100):
        yield _webp(f"quality {quality}", quality=quality)
    yield _webp("lossless", lossless=True)
    yield _webp("lossless, alpha", cut_out, lossless=True)
    yield _webp("alpha", cut_out, quality=90)
    yield _webp("grey", lambda: drawing().convert("L"))
    yield _webp("EXIF orientation 6", exif=exif(6), lossless=True)
    yield _webp("XMP orientation 6", xmp=xmp(6), lossless=True)
    for name in ("ghostscript/a98.icc", "ghostscript/rommrgb.icc", "sRGB.icc"):
        yield (
            "WEBP",
            f"profile {Path(name).name}",
            lambda name=name: in_profile("WEBP", name, lossless=True),
        )
    for options in (("-m", "0"), ("-sharp_yuv",), ("-near_lossless", "40"), ("-jpeg_like",)):
        yield "WEBP", f"cwebp {' '.join(options)}", lambda options=options: cwebp(*options)
    yield "WEBP", "cwebp, alpha", lambda: cwebp("-alpha_q", "40", alpha=True)
    yield "WEBP", "ImageMagick", lambda: magick("webp")
    yield "WEBP", "libvips, lossless", lambda: vips("webp", "[lossless]")
    yield "WEBP", "animation", lambda: animation("WEBP", lossless=True)
    yield "WEBP", "animation, first frame trimmed", trimmed_webp
    yield (
        "WEBP",
        "gif2webp",
        lambda: tool(
            "gif2webp",
            "-quiet",
            "{in}",
            "-o",
            "{out}",
            given=animation("GIF"),
            suffix="gif",
            to="webp",
        ),
    )


def _gifs() -> Iterator[Row]:
    yield "GIF", "256 colours", lambda: pillow(_paletted(256), "GIF")
    yield "GIF", "2 colours", lambda: pillow(_paletted(2), "GIF")
    yield "GIF", "not interlaced", lambda: pillow(_paletted(64), "GIF", interlace=0)
    yield "GIF", "one entry clear", lambda: pillow(_paletted(16), "GIF", transparency=3)
    yield "GIF", "grey", lambda: pillow(drawing().convert("L"), "GIF")
    yield "GIF", "alpha made a clear entry", lambda: pillow(cut_out(), "GIF")
    yield "GIF", "animation", lambda: animation("GIF")
    yield "GIF", "animation, frames disposed", lambda: animation("GIF", disposal=2)
    yield "GIF", "ImageMagick", lambda: magick("gif")
    yield "GIF", "ImageMagick, interlaced", lambda: magick("gif", "-interlace", "GIF")
    yield "GIF", "GIF87a", lambda: magick("gif", prefix="gif87:")
    yield "GIF", "FFmpeg", lambda: ffmpeg("gif")
    yield "GIF", "libvips", lambda: vips("gif")
    yield "GIF", "first frame trimmed", trimmed_gif
    yield "GIF", "first frame trimmed, no clear colour", opaque_trimmed_gif
    yield (
        "GIF",
        "Gifsicle -O3",
        lambda: tool(
            "gifsicle", "-O3", "{in}", "-o", "{out}", given=animation("GIF"), suffix="gif", to="gif"
        ),
    )
    yield (
        "GIF",
        "Gifsicle, first frame trimmed",
        lambda: tool(
            "gifsicle", "-O3", "{in}", "-o", "{out}", given=trimmed_gif(), suffix="gif", to="gif"
        ),
    )


def _bmps() -> Iterator[Row]:
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield "BMP", f"mode {mode}", lambda mode=mode: pillow(drawing().convert(mode), "BMP")
    yield "BMP", "RGBA, alpha", lambda: pillow(cut_out(), "BMP")
    for prefix in ("bmp", "bmp2", "bmp3"):
        yield (
            "BMP",
            f"ImageMagick {prefix}",
            lambda prefix=prefix: magick("bmp", prefix=f"{prefix}:"),
        )
    for colours in (2, 16, 256):
        yield (
            "BMP",
            f"ImageMagick, {colours} colours",
            lambda colours=colours: magick("bmp", "-colors", str(colours), prefix="bmp3:"),
        )
    yield (
        "BMP",
        "run lengths",
        lambda: magick(
            "bmp", "-colors", "200", "-type", "Palette", "-compress", "RLE", prefix="bmp3:"
        ),
    )
    for subtype in ("RGB555", "RGB565"):
        yield (
            "BMP",
            f"ImageMagick {subtype}",
            lambda subtype=subtype: magick("bmp", "-define", f"bmp:subtype={subtype}"),
        )
    yield "BMP", "ImageMagick, alpha", lambda: magick("bmp", given=pillow(cut_out(), "PNG"))
    for pixels in ("bgr24", "bgra", "rgb555le", "rgb565le", "pal8", "gray", "monob"):
        yield "BMP", f"FFmpeg, {pixels}", lambda pixels=pixels: ffmpeg("bmp", "-pix_fmt", pixels)


def _avif(name: str, image: Callable[[], Image.Image] = drawing, **options: Any) -> Row:
    return "AVIF", name, lambda: pillow(image(), "AVIF", **{"quality": 90, **options})


def _avifs() -> Iterator[Row]:
    for subsampling in ("4:4:4", "4:2:2", "4:2:0", "4:0:0"):
        yield _avif(subsampling, subsampling=subsampling)
    yield _avif("limited range", range="limited")
    yield _avif("alpha", cut_out)
    yield _avif("grey", lambda: drawing().convert("L"))
    for orientation in (3, 6):
        yield _avif(f"orientation {orientation}", exif=exif(orientation))
    for name in ("ghostscript/a98.icc", "ghostscript/rommrgb.icc", "sRGB.icc"):
        yield (
            "AVIF",
            f"profile {Path(name).name}",
            lambda name=name: in_profile("AVIF", name, quality=90, subsampling="4:4:4"),
        )
    yield "AVIF", "animation", lambda: animation("AVIF", quality=90)
    for depth in ("8", "10", "12"):
        yield "AVIF", f"avifenc, {depth} bits", lambda depth=depth: avifenc("-d", depth)
    for layout in ("444", "422", "420", "400"):
        yield "AVIF", f"avifenc, {layout}", lambda layout=layout: avifenc("-y", layout)
    yield "AVIF", "avifenc, limited range", lambda: avifenc("-r", "limited")
    yield "AVIF", "avifenc, lossless", lambda: tool("avifenc", "-l", "{in}", "{out}", to="avif")
    yield (
        "AVIF",
        "avifenc, premultiplied",
        lambda: avifenc("--premultiply", given=pillow(cut_out(), "PNG")),
    )
    yield "AVIF", "avifenc, turned", lambda: avifenc("--irot", "1")
    yield "AVIF", "avifenc, mirrored", lambda: avifenc("--imir", "1")
    for name, space in {
        "sRGB": "1/13/6",
        "Display P3": "12/13/6",
        "BT.709": "1/1/1",
        "BT.2020": "9/14/9",
        "linear": "1/8/6",
        "Adobe's gamma": "1/4/6",
        "BT.2020, PQ": "9/16/9",
        "BT.2020, HLG": "9/18/9",
    }.items():
        yield (
            "AVIF",
            f"nclx {name}",
            lambda space=space: avifenc("--cicp", space, "-y", "444", "-d", "10"),
        )
    yield "AVIF", "libvips", lambda: vips("avif", "[Q=90]")
    yield "AVIF", "ImageMagick", lambda: magick("avif", "-quality", "90")


def _tiff(name: str, image: Callable[[], Image.Image] = drawing, **options: Any) -> Row:
    return "TIFF", name, lambda: pillow(image(), "TIFF", **options)


def _tiffs() -> Iterator[Row]:
    """No browser shows them, so the drawing itself is the measure."""
    compressions = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", "lzma")
    for compression in compressions:
        options = {"tiffinfo": {}, "compression": compression}
        yield _tiff(f"RGB, {compression}", **options)
    yield _tiff("RGB, jpeg", compression="jpeg", quality=95)
    yield _tiff("CMYK", lambda: drawing().convert("CMYK"))
    yield _tiff("Lab", lambda: _lab())
    yield _tiff("profile a98.icc", lambda: converted("ghostscript/a98.icc")[0], icc_profile=_a98())
    yield (
        "TIFF",
        "orientation 6",
        lambda: pillow(drawing().transpose(Image.Transpose.ROTATE_90), "TIFF", exif=exif(6)),
    )
    for bits in ("8", "16"):
        for compression in ("none", "lzw", "zip"):
            yield (
                "TIFF",
                f"tiffcp, {bits} bits, {compression}",
                lambda bits=bits, compression=compression: _tiffcp(bits, "-c", compression),
            )
        for compression in ("None", "LZW", "Zip", "RLE"):
            yield (
                "TIFF",
                f"ImageMagick, planes, {bits} bits, {compression}",
                lambda bits=bits, compression=compression: _planes(bits, compression),
            )
    yield "TIFF", "tiffcp, tiles", lambda: _tiffcp("8", "-t", "-w", "32", "-l", "32")
    yield "TIFF", "ImageMagick, planes, 16 bits, alpha", lambda: _planes("16", "Zip", cut_out())
    yield "TIFF", "tiffcp, BigTIFF", lambda: _tiffcp("8", "-8")
    for order in ("MSB", "LSB"):
        yield (
            "TIFF",
            f"ImageMagick, {order}, 16 bits",
            lambda order=order: magick("tif", "-endian", order, "-depth", "16"),
        )
    yield (
        "TIFF",
        "ImageMagick, float",
        lambda: magick("tif", "-define", "quantum:format=floating-point", "-depth", "32"),
    )
    yield (
        "TIFF",
        "ImageMagick, half float",
        lambda: magick("tif", "-define", "quantum:format=floating-point", "-depth", "16"),
    )
    yield (
        "TIFF",
        "libvips, float, deflate and predictor",
        lambda: tool(
            "vips", "cast", "{in}", "{out}[compression=deflate,predictor=float]", "float", to="tif"
        ),
    )
    yield "TIFF", "libvips, JPEG in tiles", lambda: vips("tif", "[compression=jpeg,tile,Q=95]")
    yield "TIFF", "libvips, WebP", lambda: vips("tif", "[compression=webp,lossless]")
    yield (
        "TIFF",
        "libvips, deflate and predictor",
        lambda: vips("tif", "[compression=deflate,predictor=horizontal]"),
    )


def _a98() -> bytes:
    path = ICC / "ghostscript/a98.icc"
    return path.read_bytes() if path.exists() else b""


def _lab() -> Image.Image:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.profileToProfile(drawing(), srgb, lab, outputMode="LAB")


def _planes(bits: str, compression: str, image: Image.Image | None = None) -> bytes:
    given = pillow(image or drawing(), "PNG")
    options = ("-depth", bits, "-interlace", "Plane", "-compress", compression)
    return magick("tif", *options, given=given)


def _tiffcp(bits: str, *options: str) -> bytes:
    given = magick("tif", "-depth", bits, "-compress", "None")
    return tool("tiffcp", *options, "{in}", "{out}", given=given, suffix="tif", to="tif")
