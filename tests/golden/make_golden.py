#!/usr/bin/env python3
"""Golden values from PyTorch, in double precision, for norma's tests. README.md describes what is in them.

    python3 make_golden.py            makes every file again, and prints how far PyTorch's own float is from it
    python3 make_golden.py --check    writes nothing; compares what this PyTorch computes with the files
    python3 make_golden.py --search   writes nothing; finds the batches on which rounding decides nothing

Inputs and initial weights are not stored: a formula gives them, here and in ../support/initial_values.hpp.
"""
import argparse
import array
import copy
import functools
import json
import math
import pathlib
import struct
import sys

import torch
from torch import nn
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent
CLASSES = 10
BATCH = 8
STEPS = 10
SHIFT = 1.5  # of the networks' norms, see BATCHES
GAIN = 2.0  # of the convolutions before them


# ---- The formula: the same numbers as tests/support/initial_values.hpp ----------------------------------------------

MASK = (1 << 64) - 1


@functools.lru_cache(maxsize=None)
def name_hash(name):
    """FNV-1a, 64 bits, of the name's bytes."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def bits24(name, i):
    """The top 24 bits of SplitMix64's output i, its state starting at the name's hash."""
    z = (name_hash(name) + (i + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return (z ^ (z >> 31)) >> 40


def value(name, i):
    """In [-1, 1), a multiple of 2^-23: exact in float."""
    return bits24(name, i) * 2.0**-23 - 1.0


def single(x):
    """x rounded to float."""
    return struct.unpack("<f", struct.pack("<f", x))[0]


@functools.lru_cache(maxsize=64)
def tensor(name, shape, scale=1.0, offset=0.0):
    """offset + scale * value, in double (scale is a float, so the product is exact), then rounded to float.

    Shared between callers: copy it before changing it, or asking for its gradient.
    """
    numbers = [offset + scale * value(name, i) for i in range(math.prod(shape))]
    return torch.tensor(numbers, dtype=torch.float64).float().double().reshape(shape)


def labels(name, count):
    return torch.tensor([(bits24(name, i) * CLASSES) >> 24 for i in range(count)])


def initial(name, shape):
    """Weights with a fan-in: within (GAIN) 1/sqrt(fan_in). Those of norms: 1 + value/4. Biases: value/4 (+ SHIFT)."""
    if name.endswith("bias"):
        return tensor(name, shape, 0.25, SHIFT if name.startswith("networks/") else 0.0)
    if "norm" in name.rsplit("/", 1)[-1]:
        return tensor(name, shape, 0.25, 1.0)
    gain = GAIN if name.startswith("networks/") and name[-8] not in "89" else 1.0
    return tensor(name, shape, single(gain / math.sqrt(math.prod(shape[1:]))))


def set_initial(module, prefix):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(initial(prefix + name, tuple(parameter.shape)))


# ---- Files: the safetensors format ---------------------------------------------------------------------------------

KINDS = {"F32": ("f", 4), "F64": ("d", 8), "I64": ("q", 8)}


def write(path, tensors, kind):
    header = {"__metadata__": {"made_by": "make_golden.py, PyTorch " + torch.__version__}}
    data = b""
    for name, t in tensors.items():
        stored = "I64" if t.dtype == torch.int64 else kind
        numbers = array.array(KINDS[stored][0], t.detach().reshape(-1).tolist())
        if sys.byteorder == "big":
            numbers.byteswap()
        raw = numbers.tobytes()
        header[name] = {"dtype": stored, "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read(path):
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    tensors = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            numbers = array.array(KINDS[entry["dtype"]][0], raw[8 + size + begin : 8 + size + end])
            if sys.byteorder == "big":
                numbers.byteswap()
            tensors[name] = torch.tensor(numbers.tolist(), dtype=torch.float64).reshape(entry["shape"])
    return tensors


def relative_error(a, b):
    """max|a - b| / max|b|, the measure of the tests; the shapes are equal."""
    assert a.shape == b.shape, f"{tuple(a.shape)} is not {tuple(b.shape)}"
    difference = (a.double() - b.double()).abs().max().item()
    return difference / max(b.double().abs().max().item(), 1e-30)


# ---- Cases: each is a function of the precision that returns named tensors -------------------------------------------


def forward_backward(module, case, x, dtype):
    """y, dx and the parameters' gradients of `module` at x, for the dy that the formula gives."""
    x = x.to(dtype, copy=True).requires_grad_()
    y = module(x)
    y.backward(tensor(case + "/dy", tuple(y.shape)).to(dtype))
    out = {"y": y, "dx": x.grad}
    for name, parameter in module.named_parameters():
        out["grad." + name] = parameter.grad.clone()
    return out


class ChannelLayerNorm(nn.LayerNorm):
    """LayerNorm over the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class RMSNorm(nn.Module):
    """nn.RMSNorm, which PyTorch has from 2.4 on, by its formula."""

    def __init__(self, shape, eps, elementwise_affine=True):
        super().__init__()
        self.axes = tuple(range(-len(shape), 0))
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(shape)) if elementwise_affine else None

    def forward(self, x):
        y = x * torch.rsqrt(x.pow(2).mean(self.axes, keepdim=True) + self.eps)
        return y if self.weight is None else y * self.weight


RMS_NORM = getattr(nn, "RMSNorm", RMSNorm)

NORM_SHAPE = (6, 6, 5, 7)
NORMS_ALONE = {
    "batch": lambda: nn.BatchNorm2d(6),
    "group1": lambda: nn.GroupNorm(1, 6),
    "group2": lambda: nn.GroupNorm(2, 6),
    "instance": lambda: nn.InstanceNorm2d(6, affine=True),
    "layer": lambda: nn.LayerNorm(NORM_SHAPE[1:]),
    "channel_layer": lambda: ChannelLayerNorm(6),
    "rms": lambda: RMS_NORM(NORM_SHAPE[1:], eps=2.0**-23),
}
NORMS_WITH_OPTIONS = {
    "batch_cumulative": lambda: nn.BatchNorm2d(6, eps=1e-3, momentum=None),
    "batch_plain": lambda: nn.BatchNorm2d(6, momentum=0.25, affine=False),
    "group2_plain": lambda: nn.GroupNorm(2, 6, eps=1e-3, affine=False),
    "instance_plain": lambda: nn.InstanceNorm2d(6, eps=1e-3),
    "channel_layer_plain": lambda: ChannelLayerNorm(6, eps=1e-3, elementwise_affine=False),
    "layer_plain": lambda: nn.LayerNorm(NORM_SHAPE[1:], eps=1e-3, elementwise_affine=False),
    "rms_plain": lambda: RMS_NORM(NORM_SHAPE[1:], eps=1e-3, elementwise_affine=False),
}


def norm_alone(make, offset, dtype):
    """The inputs and dy are the same for every norm; far from zero, E[x^2] - E[x]^2 would lose the variance."""
    module = make().to(dtype)
    set_initial(module, "norms/norm.")
    inputs = [tensor(f"norms/x{step}", NORM_SHAPE, 2.0, offset) for step in range(3)]
    out = forward_backward(module, "norms", inputs[0], dtype)
    if isinstance(module, nn.BatchNorm2d):
        for step in range(3):
            if step > 0:
                module(inputs[step].to(dtype))
            out[f"running_mean.{step}"] = module.running_mean.clone()
            out[f"running_var.{step}"] = module.running_var.clone()
        module.eval()
        module.zero_grad()
        after = forward_backward(module, "norms", inputs[0], dtype)
        out.update({"eval." + name: t for name, t in after.items()})
    return out


class Function(nn.Module):
    """A function as a module without parameters."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class LayerScale(nn.Module):
    """A weight per channel."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x):
        return x * self.weight


LAYERS = {
    "conv_stride2_padding1": (lambda: nn.Conv2d(5, 7, 3, stride=2, padding=1, bias=True), (2, 5, 9, 11)),
    "conv_5x5_padding2": (lambda: nn.Conv2d(3, 4, 5, padding=2, bias=False), (2, 3, 7, 9)),
    "depthwise_stride2_padding1": (lambda: nn.Conv2d(5, 5, 3, stride=2, padding=1, groups=5), (2, 5, 9, 11)),
    "depthwise_3x5_multiplier2_dilation2": (
        lambda: nn.Conv2d(3, 6, (3, 5), padding=(1, 4), dilation=(1, 2), groups=3, bias=False),
        (2, 3, 7, 9),
    ),
    "conv_transpose_stride2": (
        lambda: nn.ConvTranspose2d(5, 4, 3, stride=2, padding=1, output_padding=1),
        (2, 5, 4, 3),
    ),
    "conv_transpose_2x3": (lambda: nn.ConvTranspose2d(3, 7, (2, 3), stride=(2, 1), bias=False), (2, 3, 4, 5)),
    "conv1d_stride2": (
        lambda: nn.Sequential(nn.Flatten(2), nn.Conv1d(6, 4, 3, 2, 1, dilation=2, groups=2), nn.Unflatten(2, (1, 4))),
        (2, 6, 1, 9),
    ),
    "max_pool1d": (lambda: nn.Sequential(nn.Flatten(2), nn.MaxPool1d(3, 2, 1), nn.Unflatten(2, (1, 5))), (2, 3, 1, 9)),
    "avg_pool1d": (lambda: nn.Sequential(nn.Flatten(2), nn.AvgPool1d(4), nn.Unflatten(2, (1, 2))), (2, 3, 1, 9)),
    "softmax": (lambda: nn.Softmax(1), (2, 21, 2, 3)),
    "linear": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(2 * 3 * 5, 4)), (3, 2, 3, 5)),
    "max_pool3_stride2_padding1": (lambda: nn.MaxPool2d(3, 2, 1), (2, 3, 7, 10)),
    "max_pool2": (lambda: nn.MaxPool2d(2), (2, 3, 7, 10)),
    "avg_pool2": (lambda: nn.AvgPool2d(2), (2, 3, 7, 10)),
    "global_max_pool": (lambda: nn.AdaptiveMaxPool2d(1), (2, 3, 5, 7)),
    "adaptive_avg_pool3x4": (lambda: nn.AdaptiveAvgPool2d((3, 4)), (2, 3, 5, 10)),
    "adaptive_avg_pool7": (lambda: nn.AdaptiveAvgPool2d(7), (2, 3, 5, 7)),
    "upsample_nearest2": (lambda: nn.Upsample(scale_factor=2), (2, 3, 4, 5)),
    "upsample_bilinear3": (lambda: nn.Upsample(scale_factor=3, mode="bilinear"), (2, 3, 4, 5)),
    "upsample_bilinear2x4": (lambda: nn.Upsample(scale_factor=(2, 4), mode="bilinear"), (2, 3, 3, 2)),
    "global_avg_pool": (lambda: nn.AdaptiveAvgPool2d(1), (2, 3, 5, 7)),
    "concat": (
        lambda: Function(lambda x: torch.cat([x, nn.AvgPool2d(3, 1, 1)(x), nn.MaxPool2d(3, 1, 1)(x)], 1)),
        (2, 3, 7, 10),
    ),
    "multiply": (lambda: Function(lambda x: x * nn.AvgPool2d(3, 1, 1)(x)), (2, 3, 7, 10)),
    "gate": (lambda: Function(lambda x: x * nn.AdaptiveAvgPool2d(1)(x)), (2, 19, 5, 7)),
    "scale": (lambda: Function(lambda x: x * (3 / 16)), (2, 3, 7, 10)),
    "prelu": (lambda: nn.PReLU(), (2, 3, 5, 7)),
    "prelu_per_channel": (lambda: nn.PReLU(19), (2, 19, 5, 7)),
    "layer_scale": (lambda: LayerScale(19), (2, 19, 5, 7)),
    "padded_shortcut": (
        lambda: Function(lambda x: functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2))),
        (2, 4, 7, 10),
    ),
    "zero_pad": (lambda: nn.ZeroPad2d((1, 2, 0, 3)), (2, 3, 7, 10)),
    "zero_pad_negative": (lambda: nn.ZeroPad2d((-1, 2, 3, -2)), (2, 3, 7, 10)),
    "channels": (lambda: Function(lambda x: x[:, 2:19]), (2, 20, 5, 7)),
    "channel_shuffle": (lambda: nn.ChannelShuffle(3), (2, 12, 5, 7)),
    "flatten": (lambda: nn.Flatten(), (2, 3, 5, 7)),
    "unflatten": (lambda: nn.Unflatten(1, (3, 5, 7)), (2, 105)),
}


def layer(case, dtype):
    make, shape = LAYERS[case]
    module = make().to(dtype)
    case = "layers/" + case
    set_initial(module[1] if isinstance(module, nn.Sequential) else module, case + "/")
    out = forward_backward(module, case, tensor(case + "/x", shape), dtype)
    return {name.replace(".1.", "."): t for name, t in out.items()}


def shared():
    """Two blocks and a layer of which each is used twice."""
    block = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3, momentum=0.25), nn.ReLU())
    norm = nn.BatchNorm2d(3, momentum=None)
    conv = nn.Conv2d(3, 3, 1)
    return nn.Sequential(block, norm, conv, nn.MaxPool2d(2), block, conv, norm, nn.Flatten(), nn.Linear(36, 5))


class TwoInputs(nn.Module):
    """A branch for an image and a branch for a table of numbers; their outputs are concatenated."""

    def __init__(self, image, table):
        super().__init__()
        self.add_module("0", image)
        self.add_module("1", table)

    def forward(self, image, table):
        return torch.cat([self.get_submodule("0")(image), self.get_submodule("1")(table)], 1)


class TwoInputsInOne(nn.Sequential):
    """A network of two inputs, which come in one vector: an image of 3x6x5, then 7 numbers."""

    def forward(self, x):
        return self[1](self[0](x[:, :90].reshape(-1, 3, 6, 5), x[:, 90:]))


def two_inputs():
    """The names are norma's, where the first two layers of the image's branch and the first of the other cut x."""
    image = nn.Sequential(
        nn.Identity(),
        nn.Identity(),
        nn.Conv2d(3, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 5, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )
    table = nn.Sequential(nn.Identity(), nn.Linear(7, 6), nn.ReLU())
    return TwoInputsInOne(TwoInputs(image, table), nn.Linear(11, 3))


class Head(nn.Sequential):
    """An auxiliary head: computed beside the main path."""


class WithHeads(nn.Sequential):
    """In training, also the outputs of its heads."""

    def forward(self, x):
        outputs = []
        for child in self:
            if isinstance(child, Head):
                outputs.append(child(x))
            else:
                x = child(x)
        return [x] + outputs


def with_heads():
    """A head before two batch norms of the main path, and one behind the last with a norm of its own."""
    return WithHeads(
        nn.Conv2d(3, 4, 3, padding=1),
        Head(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 6, 1), nn.ReLU(), nn.Flatten(), nn.Linear(6, 5)),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 4, 3, bias=False),
        nn.BatchNorm2d(4),
        Head(nn.Conv2d(4, 3, 1, bias=False), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 5)),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(96, 5),
    )


HEAD_WEIGHTS = (0.3, 0.5)


def auxiliary(dtype):
    """The loss of a network and 0.3 and 0.5 times those of its heads, and all gradients of it."""
    net = with_heads().to(dtype)
    set_initial(net, "graphs/auxiliary/")
    out = {"before." + name: t.clone() for name, t in net.state_dict().items()}
    target = torch.tensor([(bits24("graphs/auxiliary/labels", i) * 5) >> 24 for i in range(6)])
    y, *heads = net(tensor("graphs/auxiliary/x", (6, 3, 8, 6)).to(dtype))
    result = functional.cross_entropy(y, target)
    for weight, head in zip(HEAD_WEIGHTS, heads):
        result = result + weight * functional.cross_entropy(head, target)
    result.backward()
    out.update({"loss": result, "y": y, "head0": heads[0], "head1": heads[1]})
    out.update({"grad." + name: p.grad.clone() for name, p in net.named_parameters()})
    return out


GRAPHS = {"shared": (shared, (4, 3, 8, 6)), "two_inputs": (two_inputs, (4, 97))}


def graph(case, dtype):
    """The state_dict before and after two steps without an update, all gradients of the first, and what is evaluated
    then."""
    make, shape = GRAPHS[case]
    module = make().to(dtype)
    case = "graphs/" + case
    set_initial(module, case + "/")
    out = {"before." + name: t.clone() for name, t in module.state_dict().items()}
    out.update(forward_backward(module, case, tensor(case + "/x", shape), dtype))
    del out["dx"]
    with torch.no_grad():
        module(tensor(case + "/x1", shape).to(dtype))
        out.update({"after." + name: t.clone() for name, t in module.state_dict().items()})
        module.eval()
        out["eval.y"] = module(tensor(case + "/x", shape).to(dtype))
    return out


def hue_of(image):
    """torchvision's hue, saturation and value of an image of 3 x height x width."""
    r, g, b = image.unbind(0)
    largest, smallest = image.amax(0), image.amin(0)
    grey, ones = largest == smallest, torch.ones_like(largest)
    saturation = (largest - smallest) / torch.where(grey, ones, largest)
    divisor = torch.where(grey, ones, largest - smallest)
    rc, gc, bc = (largest - r) / divisor, (largest - g) / divisor, (largest - b) / divisor
    hue = (largest == r) * (bc - gc)
    hue = hue + ((largest == g) & (largest != r)) * (2.0 + rc - bc)
    hue = hue + ((largest != g) & (largest != r)) * (4.0 + gc - rc)
    return torch.fmod(hue / 6.0 + 1.0, 1.0), saturation, largest


def colour_of(hue, saturation, value):
    """The inverse."""
    i = torch.floor(hue * 6.0)
    f = hue * 6.0 - i
    p = torch.clamp(value * (1.0 - saturation), 0.0, 1.0)
    q = torch.clamp(value * (1.0 - saturation * f), 0.0, 1.0)
    t = torch.clamp(value * (1.0 - saturation * (1.0 - f)), 0.0, 1.0)
    part = i.long() % 6
    choices = [(value, q, p, p, t, value), (t, value, value, q, p, p), (p, p, t, value, value, q)]
    return torch.stack([torch.stack(c).gather(0, part[None])[0] for c in choices])


def brightness(image):
    return image if len(image) == 1 else 0.2989 * image[:1] + 0.587 * image[1:2] + 0.114 * image[2:]


def blend(image, other, factor):
    return (factor * image + (1.0 - factor) * other).clamp(0, 1)


def change_hue(image, turn):
    hue, saturation, value = hue_of(image)
    return colour_of((hue + turn) % 1.0, saturation, value)


def colours(dtype):
    """What torchvision's ColorJitter is made of (transforms/_functional_tensor.py), on an image and on a grey one."""
    image, grey = tensor("data/image", (3, 6, 7), 0.5, 0.5).to(dtype), tensor("data/grey", (1, 6, 7), 0.5, 0.5).to(dtype)
    changes = {
        "brightness": lambda x, by: blend(x, torch.zeros_like(x), by),
        "contrast": lambda x, by: blend(x, brightness(x).mean(), by),
        "saturation": lambda x, by: blend(x, brightness(x), by),
        "hue": change_hue,
    }
    out = {}
    for name, numbers in [("brightness", (0.5, 1.75)), ("contrast", (0.25, 1.5)), ("saturation", (0.25, 1.75)),
                          ("hue", (-0.5, -0.125, 0.25, 0.4375))]:
        for by in numbers:
            out[f"{name}.{by}"] = changes[name](image, by)
    out["grey.contrast.1.5"] = changes["contrast"](grey, 1.5)
    for name, by in [("saturation", 1.5), ("hue", 0.125), ("contrast", 1.25), ("brightness", 0.75)]:
        image = changes[name](image, by)
    out["all"] = image
    return out


def loss(scale, dtype):
    logits = tensor("training/logits", (5, CLASSES), scale).to(dtype, copy=True).requires_grad_()
    log_probabilities = functional.log_softmax(logits, dim=1)
    target = labels("training/labels", 5)
    result = functional.nll_loss(log_probabilities, target)
    result.backward()
    return {"labels": target, "log_probabilities": log_probabilities, "loss": result, "grad.logits": logits.grad}


def losses(dtype):
    """Each loss with its gradient."""
    shape = (5, CLASSES)
    target = labels("training/labels", 5)
    numbers = tensor("training/numbers", shape, 4.0).to(dtype)
    probabilities = tensor("training/probabilities", shape, 0.5, 0.5).to(dtype)
    weights = tensor("training/weights", (CLASSES,), 0.75, 1.0).to(dtype)
    mixed = 0.25 * functional.one_hot(target, CLASSES) + 0.75 * functional.one_hot(
        labels("training/other_labels", 5), CLASSES)
    pixels = labels("training/pixel_labels", 2 * 3 * 4).reshape(2, 3, 4) % 5
    of_outputs = {
        "weighted": lambda y: functional.cross_entropy(y, target, weight=weights),
        "weighted_smoothed": lambda y: functional.cross_entropy(y, target, weight=weights, label_smoothing=0.1),
        "soft": lambda y: functional.cross_entropy(y, probabilities),
        "soft_weighted_smoothed":
            lambda y: functional.cross_entropy(y, probabilities, weight=weights, label_smoothing=0.1),
        "mixed": lambda y: functional.cross_entropy(y, mixed.to(dtype)),
        "mse": lambda y: functional.mse_loss(y, numbers),
        "l1": lambda y: functional.l1_loss(y, numbers),
        "huber": lambda y: functional.huber_loss(y, numbers, delta=1.5),
        "smooth_l1": lambda y: functional.smooth_l1_loss(y, numbers, beta=2.5),
        "smooth_l1_of_0": lambda y: functional.smooth_l1_loss(y, numbers, beta=0.0),
        "bce": lambda y: functional.binary_cross_entropy_with_logits(y, probabilities),
        "bce_weighted":
            lambda y: functional.binary_cross_entropy_with_logits(y, probabilities, pos_weight=weights),
    }
    of_large = {"bce_large": of_outputs["bce"]}
    of_images = {
        "pixel": lambda y: functional.cross_entropy(y, pixels, ignore_index=3),
        "pixel_weighted_smoothed": lambda y: functional.cross_entropy(
            y, pixels, weight=weights[:5], label_smoothing=0.1, ignore_index=3),
    }
    out = {"pixels": pixels}
    for cases, y in [(of_outputs, tensor("training/logits", shape, 4.0)),
                     (of_large, tensor("training/logits", shape, 1024.0)),
                     (of_images, tensor("training/image", (2, 5, 3, 4), 4.0))]:
        for name, case in cases.items():
            y = y.to(dtype, copy=True).detach().requires_grad_()
            result = case(y)
            result.backward()
            out[name] = result
            out["grad." + name] = y.grad
    return out


def smoothed_loss(smoothing, dtype):
    logits = tensor("training/logits", (5, CLASSES), 4.0).to(dtype, copy=True).requires_grad_()
    result = functional.cross_entropy(logits, labels("training/labels", 5), label_smoothing=smoothing)
    result.backward()
    return {"loss": result, "grad.logits": logits.grad}


def clipping(dtype):
    """A gradient of 7 after clip_grad_norm_, and the norm that it had before; `small` is below the limit."""
    out = {}
    for name, max_norm in [("clipped", 0.75), ("small", 10.0)]:
        weights = nn.Parameter(torch.zeros(7, dtype=dtype))
        weights.grad = tensor("training/gradient0", (7,)).to(dtype, copy=True)
        out[name + ".norm"] = nn.utils.clip_grad_norm_([weights], max_norm)
        out[name] = weights.grad
    return out


OPTIMISERS = {
    "sgd": lambda w: torch.optim.SGD(w, lr=0.1),
    "sgd_momentum": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9),
    "sgd_momentum_decay": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9, weight_decay=0.05),
    "sgd_nesterov": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True),
    "sgd_nesterov_decay": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05),
    "adamw": lambda w: torch.optim.AdamW(w, lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.05),
}


def optimisers(dtype):
    """The weights after each of five steps, one row a step."""
    out = {}
    for name, make in OPTIMISERS.items():
        weights = nn.Parameter(tensor("training/weights", (7,)).to(dtype, copy=True))
        optimiser = make([weights])
        rows = []
        for step in range(5):
            weights.grad = tensor(f"training/gradient{step}", (7,)).to(dtype, copy=True)
            optimiser.step()
            rows.append(weights.detach().clone())
        out[name] = torch.stack(rows)
    return out


ADAMW = {
    "defaults": (dict(), lambda step: 1e-3),
    "betas_eps": (dict(betas=(0.8, 0.95), eps=0.01, weight_decay=0.0), lambda step: 0.1),
    "changing_rate": (dict(), lambda step: 0.1 / (step + 1)),
}


def adamw(dtype):
    """The weights after each of eight steps, one row a step."""
    out = {}
    for name, (options, rate) in ADAMW.items():
        weights = nn.Parameter(tensor("training/weights", (7,)).to(dtype, copy=True))
        optimiser = torch.optim.AdamW([weights], **options)
        rows = []
        for step in range(8):
            optimiser.param_groups[0]["lr"] = rate(step)
            weights.grad = tensor(f"training/gradient{step}", (7,)).to(dtype, copy=True)
            optimiser.step()
            rows.append(weights.detach().clone())
        out[name] = torch.stack(rows)
    return out


def averages(dtype):
    """Seven weights and a buffer of two after each of eight steps, one row a step: of lookahead, the network's own; of the
    averages, the average. A step subtracts a tenth of a gradient from the weights and moves the buffer."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(tensor("training/weights", (7,)).to(dtype, copy=True))
            self.register_buffer("running", tensor("training/running", (2,)).to(dtype, copy=True))

        def step(self, step):
            with torch.no_grad():
                self.weight -= 0.1 * tensor(f"training/gradient{step}", (7,)).to(dtype)
                self.running += 0.1 * tensor(f"training/running{step}", (2,)).to(dtype)

        def numbers(self):
            return torch.cat([self.weight.detach(), self.running])

    def run(after_step):
        net, rows = Net(), []
        state = after_step(net)
        for step in range(8):
            net.step(step)
            rows.append(state(step))
        return torch.stack(rows)

    def lookahead(decay):
        """The recipe's: after every third step the slow weights move to the network's, and it becomes they."""

        def start(net):
            slow = {k: v.clone() for k, v in net.state_dict().items()}

            def after(step):
                if (step + 1) % 3 == 0:
                    for name, fast in net.state_dict().items():
                        slow[name].lerp_(fast, 1 - decay(step + 1))
                        fast.copy_(slow[name])
                return net.numbers()

            return after

        return start

    def average(**options):
        def start(net):
            model = torch.optim.swa_utils.AveragedModel(net, use_buffers=True, **options)

            def after(step):
                model.update_parameters(net)
                return model.module.numbers()

            return after

        return start

    return {
        "lookahead": run(lookahead(lambda step: 0.75)),
        "lookahead_power": run(lookahead(lambda step: 0.75 * (step / 8) ** 3)),
        "ema": run(average(multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.875))),
        "swa": run(average()),
    }


def groups(dtype):
    """A network after two epochs of four steps with a rule for its parameters and lookahead, and then with the slow weights."""
    net = nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4, eps=1e-12, momentum=0.4), nn.ReLU(), nn.Flatten(),
                        nn.Linear(64, 3)).to(dtype)
    names = dict(net.named_parameters())
    with torch.no_grad():
        for name, parameter in names.items():
            if name != "1.weight":
                parameter.copy_(tensor("training/groups/" + name, tuple(parameter.shape), 0.25))
    names["1.weight"].requires_grad = False
    rate, decay = 0.05, 0.1
    optimiser = torch.optim.SGD(
        [dict(params=[names["0.weight"], names["4.weight"], names["4.bias"]]),
         dict(params=[names["1.bias"]], lr=8 * rate, weight_decay=decay / 8)],
        lr=rate, momentum=0.85, nesterov=True, weight_decay=decay)
    slow = {k: v.clone() for k, v in net.state_dict().items()}
    out = {}
    for step in range(8):
        names["0.weight"].requires_grad = step < 4
        optimiser.zero_grad(set_to_none=True)
        x = tensor(f"training/groups/x{step}", (6, 2, 6, 6)).to(dtype)
        functional.cross_entropy(net(x), labels(f"training/groups/labels{step}", 6) % 3).backward()
        optimiser.step()
        if (step + 1) % 3 == 0:
            for name, fast in net.state_dict().items():
                if fast.is_floating_point():
                    slow[name].lerp_(fast, 1 - 0.95**5 * ((step + 1) / 8) ** 3)
                    fast.copy_(slow[name])
    for name, value in net.state_dict().items():
        if value.is_floating_point():
            out["fast." + name] = value.clone()
            out["slow." + name] = slow[name]
    return out


MUON = {
    "defaults": (dict(), dict()),
    "options": (
        dict(momentum=0.875, nesterov=False, weight_decay=0.25, ns_steps=3, adjust_lr_fn="match_rms_adamw"),
        dict(betas=(0.8, 0.95), weight_decay=0.5),
    ),
}
MUON_SHAPES = {"conv": (6, 4, 3, 3), "tall": (20, 6), "bias": (5,)}


def orthogonal(x, ns_steps):
    """Iterations of Newton and Schulz as torch.optim.Muon does them, but in the type of x instead of bfloat16."""
    tall = x.size(0) > x.size(1)
    x = x.T if tall else x
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(ns_steps):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.T if tall else x


def muon(dtype):
    """Weights after each of four steps, one row a step: a convolution and a linear layer by Muon, a bias by AdamW."""
    out = {}
    for name, (options, others) in MUON.items():
        settings = dict(momentum=0.95, nesterov=True, weight_decay=0.1, ns_steps=5, adjust_lr_fn="original") | options
        for kind, shape in MUON_SHAPES.items():
            weights = nn.Parameter(tensor(f"training/muon/{kind}", shape).to(dtype, copy=True))
            matrix = weights.detach().view(len(weights), -1)
            theirs = nn.Parameter(matrix.clone().float())
            aside = torch.optim.AdamW([weights], lr=0.1, **others)
            muon_of_torch = torch.optim.Muon([theirs], lr=0.1, **options) if kind != "bias" else None
            momentum = torch.zeros_like(matrix)
            rows = []
            for step in range(4):
                weights.grad = tensor(f"training/muon/{kind}{step}", shape).to(dtype, copy=True)
                if kind == "bias":
                    aside.step()
                else:
                    gradient = weights.grad.view(len(weights), -1)
                    momentum.lerp_(gradient, 1 - settings["momentum"])
                    update = gradient.lerp(momentum, settings["momentum"]) if settings["nesterov"] else momentum
                    rows_, columns = matrix.shape
                    scale = math.sqrt(max(1, rows_ / columns))
                    if settings["adjust_lr_fn"] != "original":
                        scale = 0.2 * math.sqrt(max(rows_, columns))
                    matrix.mul_(1 - 0.1 * settings["weight_decay"])
                    matrix.add_(orthogonal(update, settings["ns_steps"]), alpha=-0.1 * scale)
                    theirs.grad = gradient.float()
                    muon_of_torch.step()
                    # PyTorch iterates in bfloat16, which has 8 bits.
                    assert relative_error(theirs.detach(), matrix) < 0.02, relative_error(theirs.detach(), matrix)
                rows.append(weights.detach().clone())
            out[f"{name}.{kind}"] = torch.stack(rows)
    return out


def step_lr(dtype):
    """The learning rate of each of 20 epochs."""
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, step_size=6, gamma=0.1)
    rates = []
    for _ in range(20):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return {"learning_rates": torch.tensor(rates, dtype=torch.float64)}


STEPS_PER_EPOCH = 4
EPOCHS = 5
TOTAL = STEPS_PER_EPOCH * EPOCHS
lr_scheduler = torch.optim.lr_scheduler
SCHEDULES = {
    "cosine": lambda o: [lr_scheduler.CosineAnnealingLR(o, T_max=TOTAL)],
    "cosine_eta_min": lambda o: [lr_scheduler.CosineAnnealingLR(o, T_max=TOTAL, eta_min=0.02)],
    "one_cycle": lambda o: [lr_scheduler.OneCycleLR(o, 0.1, total_steps=TOTAL)],
    "one_cycle_options": lambda o: [
        lr_scheduler.OneCycleLR(o, 0.1, total_steps=TOTAL, pct_start=0.55, div_factor=10.0, final_div_factor=50.0)
    ],
    "one_cycle_falls": lambda o: [lr_scheduler.OneCycleLR(o, 0.1, total_steps=TOTAL, pct_start=0.0)],
    "one_cycle_rises": lambda o: [lr_scheduler.OneCycleLR(o, 0.1, total_steps=TOTAL, pct_start=1.0)],
    "warmup_step": lambda o: [
        lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=6),
        lr_scheduler.StepLR(o, step_size=2 * STEPS_PER_EPOCH, gamma=0.5),
    ],
    "warmup_cosine": lambda o: [
        lr_scheduler.LinearLR(o, total_iters=7),
        lr_scheduler.CosineAnnealingLR(o, T_max=TOTAL),
    ],
}


def schedules(dtype):
    """The learning rate of each step of five epochs of four, 0.1 at first."""
    out = {}
    for name, make in SCHEDULES.items():
        optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
        parts = make(optimiser)
        rates = []
        for step in range(TOTAL):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            if step + 1 < TOTAL:
                for part in parts:
                    part.step()
        out[name] = torch.tensor(rates, dtype=torch.float64)
    return out


PLATEAU_METRICS = 40
PLATEAUS = {
    "defaults": {},
    "patience": {"patience": 2, "factor": 0.5},
    "absolute": {"patience": 1, "factor": 0.7, "threshold": 0.05, "threshold_mode": "abs"},
    "max": {"mode": "max", "patience": 2, "factor": 0.3},
    "max_absolute": {"mode": "max", "patience": 0, "factor": 0.9, "threshold": 0.1, "threshold_mode": "abs"},
    "cooldown": {"patience": 1, "factor": 0.6, "cooldown": 3},
    "min_lr": {"patience": 0, "factor": 0.2, "min_lr": 0.003},
    "eps": {"patience": 0, "factor": 0.5, "eps": 0.01},
}


def plateau(dtype):
    """The learning rate after each of 40 metrics, 0.1 at first. They fall, then stay about the same; `larger` rise."""
    noise = tensor("training/metrics", (PLATEAU_METRICS,))
    metrics = 1 / (1 + torch.arange(PLATEAU_METRICS, dtype=torch.float64)).clamp(max=8) + noise / 16
    out = {"smaller": metrics, "larger": 2 - metrics}
    for name, options in PLATEAUS.items():
        optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, **options)
        rates = []
        for metric in out["larger" if options.get("mode") == "max" else "smaller"].tolist():
            schedule.step(metric)
            rates.append(optimiser.param_groups[0]["lr"])
        out[name] = torch.tensor(rates, dtype=torch.float64)
    return out


NETWORK_NORMS = {
    "batch": lambda c, side: nn.BatchNorm2d(c),
    "group2": lambda c, side: nn.GroupNorm(2, c),
    "layer": lambda c, side: nn.LayerNorm([c, side, side]),
    "none": lambda c, side: nn.Identity(),
}


class Network(nn.Module):
    """The experiment's network without dropout; conv<i> and norm<i> are numbered in order of execution."""

    # input channels, output channels, kernel, output height and width of the eight blocks
    BLOCKS = [
        (3, 16, 3, 30), (16, 16, 3, 28), (16, 16, 1, 28),
        (16, 32, 3, 12), (32, 32, 3, 10), (32, 32, 1, 10),
        (32, 32, 3, 3), (32, 32, 3, 1),
    ]  # fmt: skip

    def __init__(self, norm):
        super().__init__()
        for i, (ci, co, kernel, side) in enumerate(self.BLOCKS):
            self.add_module(f"conv{i}", nn.Conv2d(ci, co, kernel, bias=False))
            self.add_module(f"norm{i}", NETWORK_NORMS[norm](co, side))
        self.conv8 = nn.Conv2d(32, CLASSES, 1, bias=False)
        self.conv9 = nn.Conv2d(CLASSES, CLASSES, 1, bias=False)

    def block(self, i, x):
        return functional.relu(getattr(self, f"norm{i}")(getattr(self, f"conv{i}")(x)))

    def forward(self, x):
        x = self.block(1, self.block(0, x))
        x = functional.max_pool2d(x + self.block(2, x), 2)
        x = self.block(4, self.block(3, x))
        x = functional.max_pool2d(x + self.block(5, x), 2)
        x = self.block(7, self.block(6, x))
        x = functional.adaptive_avg_pool2d(self.conv8(x), 1)
        return (x + self.conv9(x)).flatten(1)


def images(batch):
    return tensor(f"networks/images{batch}", (BATCH, 3, 32, 32), 2.0)


def start(norm, dtype):
    net = Network(norm).to(dtype)
    set_initial(net, "networks/")
    return net, torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)


def train(net, optimiser, batch):
    """One step; the gradients stay in the parameters."""
    optimiser.zero_grad()
    logits = net(images(batch).to(next(net.parameters()).dtype))
    result = functional.nll_loss(functional.log_softmax(logits, dim=1), labels(f"networks/labels{batch}", BATCH))
    result.backward()
    optimiser.step()
    return logits.detach(), result.detach()


def evaluate(net, batch):
    net.eval()
    with torch.no_grad():
        logits = net(images(batch).to(next(net.parameters()).dtype))
    net.train()
    return logits


def network(norm, dtype):
    """Ten steps of SGD, a different batch each; gradients and logits are those of the first step."""
    net, optimiser = start(norm, dtype)
    out = {"batches": torch.tensor(BATCHES[norm])}
    losses = []
    for step, batch in enumerate(BATCHES[norm]):
        logits, result = train(net, optimiser, batch)
        losses.append(result)
        if step == 0:
            out["logits"] = logits
            out.update({"grad." + name: p.grad.clone() for name, p in net.named_parameters()})
    out["losses"] = torch.stack(losses)
    out.update({"after." + name: t for name, t in net.state_dict().items() if "num_batches" not in name})
    out["eval.logits"] = evaluate(net, BATCHES[norm][0])
    return out


# ReLU and max-pooling have kinks. Of some million activations a few are always so near a kink that rounding decides the
# side; from there on float and double differ. Three things prevent this. SHIFT moves most activations away from zero. GAIN
# makes the steps small relative to the weights, so that they do not amplify differences. And each step uses a batch
# without activations near a kink. --search finds these batches: the first one after that of the step before, for which
# float networks with NOISE in their convolutions (several times the rounding error) agree with the double network.
BATCHES = {
    "batch": [0, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "group2": [0, 1, 2, 3, 4, 7, 8, 10, 11, 12],
    "layer": [0, 1, 2, 3, 4, 5, 8, 10, 11, 13],
    "none": [0, 1, 3, 4, 7, 9, 10, 12, 14, 15],
}
NOISE = 4e-7
DISTURBED = 24
CLEAR = 6e-5


def disturb(module, inputs, y):
    if isinstance(module, nn.Conv2d):
        return y + NOISE * y.detach().pow(2).mean().sqrt() * torch.randn_like(y)
    return y


def search(norm):
    torch.manual_seed(1)
    states = [start(norm, torch.float64)] + [start(norm, torch.float32) for _ in range(1 + DISTURBED)]
    for net, _ in states[2:]:  # and one that only rounds
        for module in net.children():
            module.register_forward_hook(disturb)
    batches = []
    batch = 0
    while len(batches) < STEPS:
        tried = []
        for state in states:
            net, optimiser = copy.deepcopy(state)
            train(net, optimiser, batch)
            tried.append((net, optimiser))
            exact = tried[0][0]
            both = list(zip(net.parameters(), exact.parameters()))
            pairs = both + [(a.grad, b.grad) for a, b in both]
            if len(batches) == STEPS - 1:
                pairs.append((evaluate(net, batches[0]), evaluate(exact, batches[0])))
            if max(relative_error(p.detach(), q.detach()) for p, q in pairs) > CLEAR:
                break
        else:
            states = tried
            batches.append(batch)
        batch += 1
    return batches


def cases():
    for norm, make in NORMS_ALONE.items():
        yield "norms/" + norm, "F64", functools.partial(norm_alone, make, 0.5)
        yield f"norms/{norm}_far", "F64", functools.partial(norm_alone, make, 64.0)
    for norm, make in NORMS_WITH_OPTIONS.items():
        yield "norms/" + norm, "F64", functools.partial(norm_alone, make, 0.5)
    for name in LAYERS:
        yield "layers/" + name, "F64", functools.partial(layer, name)
    for name in GRAPHS:
        yield "graphs/" + name, "F64", functools.partial(graph, name)
    yield "graphs/auxiliary", "F64", auxiliary
    yield "data/colours", "F64", colours
    yield "training/loss", "F64", functools.partial(loss, 4.0)
    yield "training/loss_large", "F64", functools.partial(loss, 1024.0)
    yield "training/loss_smoothed", "F64", functools.partial(smoothed_loss, 0.1)
    yield "training/losses", "F64", losses
    yield "training/clipping", "F64", clipping
    yield "training/optimisers", "F64", optimisers
    yield "training/adamw", "F64", adamw
    yield "training/averages", "F64", averages
    yield "training/groups", "F64", groups
    yield "training/muon", "F64", muon
    yield "training/step_lr", "F64", step_lr
    yield "training/schedules", "F64", schedules
    yield "training/plateau", "F64", plateau
    for norm in NETWORK_NORMS:
        yield "networks/" + norm, "F32", functools.partial(network, norm)


# Also in ../support/golden_test.cpp.
LITERALS = [
    ("", 0, 0.5273890495300293),
    ("a", 0, -0.25653815269470215),
    ("networks/conv0.weight", 431, -0.04973626136779785),
    ("networks/images0", 24575, -0.42608749866485596),
]


def worst(tensors, reference):
    """The largest relative error of a case, and the tensor that has it."""
    assert tensors.keys() == reference.keys(), "the tensors' names differ"
    return max((relative_error(tensors[name], reference[name]), name) for name in reference)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare with the files, write nothing")
    parser.add_argument("--search", action="store_true", help="find BATCHES, write nothing")
    arguments = parser.parse_args()
    check = arguments.check
    for name, i, expected in LITERALS:
        assert value(name, i) == expected, f"value({name!r}, {i}) is {value(name, i)!r}, not {expected!r}"

    if arguments.search:
        for norm in NETWORK_NORMS:
            print(f'    "{norm}": {search(norm)},', flush=True)
        return
    print("PyTorch", torch.__version__)
    failed = False
    for name, kind, case in cases():
        path = HERE / (name + ".safetensors")
        golden = case(torch.float64)
        if check:
            error, where = worst(golden, read(path))
            failed |= error > 1e-6
            print(f"{name}: {error:.1e} from the file ({where})")
        else:
            write(path, golden, kind)
            error, where = worst(case(torch.float32), golden)
            print(f"{name}: float is {error:.1e} from double ({where})")
    sys.exit("The files differ by more than 1e-6." if failed else 0)


if __name__ == "__main__":
    main()
