"""Writes made_pictures.hpp: small PNG and JPEG files, and their pixels.

PNG files are put together here, byte by byte; their pixels are computed here, from the numbers that went in. JPEG files,
and the pixels of JPEG files, are Pillow's, and so is the meaning of an EXIF orientation. Needs numpy and Pillow.
"""
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

rng = np.random.default_rng(1)
pictures = []


def add(name, file, pixels, tolerance=0):
    pixels = np.asarray(pixels)
    assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
    pictures.append((name, file, pixels, tolerance))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(samples, depth):
    """The rows of height × width × channels samples, each after its filter byte: 0 or 1 (Sub)."""
    out = b""
    for y, row in enumerate(samples):
        if depth == 16:
            data = row.astype(">u2").tobytes()
        elif depth == 8:
            data = row.astype(np.uint8).tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in row.reshape(-1))
            bits += "0" * (-len(bits) % 8)
            data = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        unit = max(1, samples.shape[2] * depth // 8)
        if y % 2 == 1:
            data = bytes((data[i] - (data[i - unit] if i >= unit else 0)) % 256 for i in range(len(data)))
        out += bytes([y % 2]) + data
    return out


def png(samples, depth, colours, interlaced=False, before=b"", behind=b""):
    height, width = samples.shape[:2]
    if interlaced:
        raw = b""
        for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
            part = samples[y0::dy, x0::dx]
            if part.size:
                raw += packed_rows(part, depth)
    else:
        raw = packed_rows(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(raw)) + behind
            + chunk(b"IEND", b""))


def divided(a, b):
    """a / b, rounded."""
    return (2 * a.astype(np.int64) + b) // (2 * b)


def to_bytes(samples, most):
    return divided(samples * 255, most)


def on_white(colours, alpha, most):
    return divided((colours * alpha + most * (most - alpha)) * 255, most * most)


def three(grey):
    return np.repeat(grey.reshape(grey.shape[0], grey.shape[1], 1), 3, axis=2).astype(np.uint8)


GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
H, W = 5, 9
for interlaced in (False, True):
    suffix = "_interlaced" if interlaced else ""
    for depth in (1, 2, 4, 8, 16):
        most = 2**depth - 1
        s = rng.integers(0, most + 1, (H, W, 1))
        add(f"grey{depth}{suffix}", png(s, depth, GREY, interlaced), three(to_bytes(s, most)))
        transparent = int(s[1, 2, 0])
        seen = np.where(s == transparent, most, s)
        add(f"grey{depth}_transparent{suffix}", png(s, depth, GREY, interlaced, chunk(b"tRNS", struct.pack(">H", transparent))),
            three(to_bytes(seen, most)), int(depth == 16))
    for depth in (8, 16):
        most = 2**depth - 1
        tolerance = int(depth == 16)  # libpng mixes and narrows in two steps
        s = rng.integers(0, most + 1, (H, W, 4))
        s[0, :3, 3] = 0, most, most // 2
        alpha = s[:, :, 3:]
        add(f"rgb{depth}{suffix}", png(s[:, :, :3], depth, RGB, interlaced), to_bytes(s[:, :, :3], most).astype(np.uint8))
        marked = np.where((s[:, :, :3] == s[2, 3, :3]).all(axis=2, keepdims=True), most, s[:, :, :3])
        add(f"rgb{depth}_transparent{suffix}",
            png(s[:, :, :3], depth, RGB, interlaced, chunk(b"tRNS", struct.pack(">HHH", *map(int, s[2, 3, :3])))),
            to_bytes(marked, most).astype(np.uint8), tolerance)
        add(f"rgb_alpha{depth}{suffix}", png(s, depth, RGB_ALPHA, interlaced),
            on_white(s[:, :, :3], alpha, most).astype(np.uint8), tolerance)
        add(f"grey_alpha{depth}{suffix}", png(s[:, :, 2:], depth, GREY_ALPHA, interlaced),
            three(on_white(s[:, :, 2:3], alpha, most)), tolerance)
    for depth in (1, 2, 4, 8):
        count = min(2**depth, 11)
        colours = rng.integers(0, 256, (count, 3)).astype(np.uint8)
        s = rng.integers(0, count, (H, W, 1))
        palette = chunk(b"PLTE", colours.tobytes())
        add(f"palette{depth}{suffix}", png(s, depth, PALETTE, interlaced, palette), colours[s[:, :, 0]])
        alpha = np.full(count, 255)
        alpha[:2] = 0, 100
        add(f"palette{depth}_transparent{suffix}",
            png(s, depth, PALETTE, interlaced, palette + chunk(b"tRNS", bytes([0, 100]))),
            on_white(colours[s[:, :, 0]].astype(np.int64), alpha[s], 255).astype(np.uint8))

# 8 orientations, in both byte orders, before or after the pixels.
small = rng.integers(0, 256, (2, 3, 3))
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(small.astype(np.uint8))
    image.getexif()[0x0112] = orientation
    order = "<" if orientation % 2 else ">"
    data = ((b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 2)
            + struct.pack(order + "HHIHH", 0x0100, 3, 1, 3, 0)
            + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(order + "I", 0))
    part = {("before" if orientation < 5 else "behind"): chunk(b"eXIf", data)}
    add(f"orientation{orientation}", png(small, 8, RGB, **part), np.asarray(ImageOps.exif_transpose(image)))

# JPEG: smooth, like photographs, so that the loss is small.
y, x = np.mgrid[0:13, 0:18]
smooth = np.stack([20 + 12 * x, 30 + 15 * y, 200 - 5 * x - 4 * y], axis=2).clip(0, 255).astype(np.uint8)
exif = Image.Exif()
exif[0x0112] = 6
for name, image, options in (
        ("jpeg", Image.fromarray(smooth), {}),
        ("jpeg_whole_colours", Image.fromarray(smooth), {"subsampling": 0}),
        ("jpeg_progressive", Image.fromarray(smooth), {"progressive": True}),
        ("jpeg_grey", Image.fromarray(smooth[:, :, 0]), {}),
        ("jpeg_turned", Image.fromarray(smooth), {"exif": exif})):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90, **options)
    again = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
    add(name, file.getvalue(), np.asarray(again), 1)

# One scan for each component, each from a grey JPEG.
scans = []
for plane in Image.fromarray(smooth).convert("YCbCr").split():
    file = io.BytesIO()
    plane.save(file, "JPEG", quality=90)
    data = file.getvalue()
    begin = data.index(b"\xff\xda")
    scans.append((data[:begin], data[begin:-2]))
head = scans[0][0]
frame = head.index(b"\xff\xc0")
length = struct.unpack(">H", head[frame + 2 : frame + 4])[0]
components = b"".join(bytes([i, 0x11, 0]) for i in (1, 2, 3))
file = (head[:frame] + b"\xff\xc0" + struct.pack(">H", 17) + head[frame + 4 : frame + 9] + b"\x03" + components
        + head[frame + 2 + length :])
for i, (_, scan) in enumerate(scans):  # its components are told in bytes 4 to 6: how many, which, tables
    file += scan[:5] + bytes([i + 1]) + scan[6:]
file += b"\xff\xd9"
add("jpeg_scans", file, np.asarray(Image.open(io.BytesIO(file)).convert("RGB")), 1)
assert np.abs(pictures[-1][2].astype(int) - smooth).max() < 12

cmyk = io.BytesIO()
Image.fromarray(rng.integers(0, 256, (4, 4, 4)).astype(np.uint8), "CMYK").save(cmyk, "JPEG")


def literal(data):
    text = bytes(data).hex()
    lines = [text[i : i + 108] for i in range(0, len(text), 108)]
    return "\n".join(f'        "{line}"' for line in lines)


out = ['// Written by make_pictures.py: files, and their pixels, row by row, red, green, blue. In hexadecimal digits.',
       "// clang-format off", "#pragma once", "", "#include <array>", "#include <string_view>", "", "struct MadePicture {",
       "    std::string_view name;", "    int width;", "    int height;",
       "    int tolerance;  ///< by how much a value may differ", "    std::string_view file;",
       "    std::string_view pixels;", "};", "", f"inline constexpr std::array<MadePicture, {len(pictures)}> made_pictures{{{{"]
for name, file, pixels, tolerance in pictures:
    out += [f'    {{"{name}", {pixels.shape[1]}, {pixels.shape[0]}, {tolerance},', literal(file) + ",",
            literal(pixels.tobytes()) + "},"]
out += ["}};", "", "/// A JPEG in the colours of print.", "inline constexpr std::string_view made_cmyk_jpeg =",
        literal(cmyk.getvalue()) + ";", ""]
pathlib.Path(__file__).with_name("made_pictures.hpp").write_text("\n".join(out))
for name, file, pixels, tolerance in pictures:  # Pillow reads the same
    if "16" not in name and "transparent" not in name and "alpha" not in name:
        read = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB"))
        assert np.array_equal(read, pixels), name
