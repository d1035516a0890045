#!/usr/bin/env python3
"""Runs an ONNX model on the images of a safetensors file, and compares its logits with those in the file.

    run_onnx.py MODEL RUN      # RUN holds `images`, N x C x H x W, and `logits`, N x outputs

The images of a model of several inputs are vectors, which hold its inputs one after another.

Needs onnx, onnxruntime and numpy; exits with 77 where they are missing.
"""

import json
import pathlib
import struct
import sys

try:
    import numpy
    import onnx
    import onnxruntime
except ImportError as missing:
    print(missing)
    sys.exit(77)


def tensors(path):
    file = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", file[:8])
    header = json.loads(file[8 : 8 + length])
    content = file[8 + length :]
    return {
        name: numpy.frombuffer(content[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def main():
    model = onnx.load(sys.argv[1])
    onnx.checker.check_model(model, full_check=True)
    run = tensors(sys.argv[2])
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    images = run["images"]
    feeds = {"input": images}
    if "input" not in [value.name for value in session.get_inputs()]:
        feeds = {}
        first = 0
        for value in session.get_inputs():
            count = int(numpy.prod(value.shape[1:]))
            feeds[value.name] = images[:, first : first + count].reshape([-1, *value.shape[1:]])
            first += count
        assert first == images.shape[1], (first, images.shape)
    worst = 0.0
    for size in (0, 1, 2, len(images)):
        (logits,) = session.run(["logits"], {name: samples[:size] for name, samples in feeds.items()})
        wanted = run["logits"][:size]
        assert logits.shape == wanted.shape, (logits.shape, wanted.shape)
        if size == 0:
            continue
        assert numpy.isfinite(logits).all(), logits
        worst = max(worst, float(abs(logits - wanted).max() / abs(wanted).max()))
    print(f"onnxruntime {onnxruntime.__version__}: logits differ by {worst:.1e}")
    sys.exit(0 if worst < 1e-4 else 1)


main()
