"""Writes resized_pictures.hpp: what Pillow makes of drawn pictures, by the steps that torchvision's Resize, CenterCrop and
crop-and-resize take for Pillow's images. tests/data/resize_test.cpp draws the same pictures. Needs numpy and Pillow."""
import pathlib

import numpy as np
from PIL import Image


def drawn(height, width, channels):
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    pixels = ((y * y * 31 + x * 57 + c * 101 + x * y * 13) % 256).astype(np.uint8)
    return Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)


cases = []


def add(kind, size, channels, numbers, image):
    cases.append((kind, *size, channels, numbers, np.asarray(image).tobytes()))


# The whole picture to height × width: smaller, larger, one axis only, far smaller, to one pixel.
for size, channels, to in (((11, 17), 3, (5, 7)), ((5, 4), 3, (9, 13)), ((8, 9), 1, (8, 4)), ((8, 9), 1, (3, 9)),
                           ((40, 61), 3, (3, 2)), ((7, 5), 3, (1, 1)), ((6, 6), 1, (6, 6)), ((1, 1), 3, (2, 3))):
    add("resize", size, channels, (0, 0, *size, *to), drawn(*size, channels).resize((to[1], to[0]), Image.BILINEAR))
# A rectangle (top, left, height, width) of it.
for size, channels, (top, left, height, width), to in (((20, 30), 3, (3, 5, 9, 14), (6, 6)), ((9, 9), 1, (8, 2, 1, 7), (4, 4))):
    image = drawn(*size, channels).crop((left, top, left + width, top + height))
    add("resize", size, channels, (top, left, height, width, *to), image.resize((to[1], to[0]), Image.BILINEAR))
# Resize(shorter), CenterCrop((height, width)).
for size, channels, shorter, (height, width) in (
        ((13, 21), 3, 8, (8, 8)), ((21, 13), 3, 8, (8, 8)), ((13, 21), 1, 9, (6, 7)), ((22, 13), 1, 11, (6, 6)),
        ((5, 5), 3, 7, (7, 7)), ((13, 21), 3, 13, (8, 8)), ((30, 31), 1, 9, (6, 6)), ((9, 40), 1, 4, (3, 3))):
    h, w = size
    to_h, to_w = (int(shorter * h / w), shorter) if w <= h else (shorter, int(shorter * w / h))
    image = drawn(*size, channels).resize((to_w, to_h), Image.BILINEAR)
    top, left = int(round((to_h - height) / 2.0)), int(round((to_w - width) / 2.0))
    image = image.crop((left, top, left + width, top + height))
    add("crop", size, channels, (shorter, height, width), image)

out = ["// Written by make_resized.py: pixels in hexadecimal digits.", "// clang-format off", "#pragma once", "",
       "#include <array>", "#include <string_view>", "#include <vector>", "", "struct ResizedPicture {",
       "    std::string_view kind;  ///< \"resize\" or \"crop\"", "    int height, width, channels;",
       "    std::vector<int> numbers;  ///< the arguments of resize, or of resize_and_crop", "    std::string_view pixels;",
       "};", "", f"inline const std::array<ResizedPicture, {len(cases)}> resized_pictures{{{{"]
for kind, height, width, channels, numbers, pixels in cases:
    text = pixels.hex()
    lines = "\n".join(f'        "{text[i : i + 100]}"' for i in range(0, len(text), 100))
    out += [f'    {{"{kind}", {height}, {width}, {channels}, {{{", ".join(map(str, numbers))}}},', lines + "},"]
pathlib.Path(__file__).with_name("resized_pictures.hpp").write_text("\n".join(out + ["}};", ""]))
