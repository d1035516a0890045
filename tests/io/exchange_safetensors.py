#!/usr/bin/env python3
"""Reads a safetensors file that norma wrote, and writes one for norma, with the package safetensors.

    exchange_safetensors.py OURS THEIRS   # OURS holds `a` (F32, 2x3: 0 ... 5), `empty` (F64, 0x4) and `count` (I64)

THEIRS then has every number of F16, and of BF16 where there is ml_dtypes, and what numpy widens them to. Needs numpy and
safetensors; exits with 77 where they are missing.
"""

import sys

try:
    import numpy
    import safetensors
    from safetensors.numpy import load_file, save_file
except ImportError as missing:
    print(missing)
    sys.exit(77)
try:
    from ml_dtypes import bfloat16
except ImportError:
    bfloat16 = None


def main():
    ours, theirs = sys.argv[1:]
    tensors = load_file(ours)
    assert sorted(tensors) == ["a", "count", "empty", 'ä"\\\n'], sorted(tensors)
    assert tensors["a"].dtype == numpy.float32 and (tensors["a"] == numpy.arange(6).reshape(2, 3)).all()
    assert tensors["empty"].dtype == numpy.float64 and tensors["empty"].shape == (0, 4)
    assert tensors["count"].dtype == numpy.int64 and tensors["count"].shape == () and tensors["count"] == -7
    with safetensors.safe_open(ours, framework="np") as file:
        assert file.metadata() == {"key \x1b": "text ü"}, file.metadata()

    bits = numpy.arange(65536, dtype=numpy.uint16)
    with numpy.errstate(invalid="ignore"):
        half = bits.view(numpy.float16).astype(numpy.float32)
    tensors = {
        "half": bits.view(numpy.float16),
        "half_widened": half,
        'ö "quoted"\t': numpy.array(0.1),
    }
    if bfloat16 is not None:
        brain = (bits.astype(numpy.uint32) << 16).view(numpy.float32)
        tensors |= {"brain": bits.view(bfloat16), "brain_widened": brain}
    save_file(tensors, theirs, {"format": "pt", "note": "größe \x07"})


main()
