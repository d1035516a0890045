#!/usr/bin/env python3
"""Golden values of the networks of examples/zoo, from PyTorch in double precision. README.md describes them.

    python3 make_zoo.py [NAME ...]            writes the files of these networks, or of all
    python3 make_zoo.py --check [NAME ...]    writes nothing; compares what this PyTorch computes with the files

It needs torch and numpy. Inputs and weights follow the formula of make_golden.py.
"""
import argparse
import math
import sys

import numpy
import torch
from torch import nn

from make_golden import HERE, name_hash, read, single, write
from zoo_networks import NETWORKS, make

NOISE = 8e-7  # of a convolution's output: several times what rounding does, also by Winograd's algorithm
DISTURBED = 4
CLEAR = 3e-5  # the test's bound in float is 1e-4
MOST_BATCHES = 60
ABOUT = {"batch", "shift", "parameters"}  # tensors that say how the others are made
# Added to all biases: in deep networks so many activations are near a kink that no batch is without. A shift moves most
# of them away, here to the middle of ReLU6's line.
SHIFT = {"resnet56": 1.5, "resnet110": 1.5, "mobilenet_v2": 3.0, "shufflenet_v2": 1.5, "vgg16": 2.5}


def values(name, count):
    """make_golden.value of all indices below count."""
    with numpy.errstate(over="ignore"):
        z = numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = z + numpy.uint64(name_hash(name))
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = (z ^ (z >> numpy.uint64(31))) >> numpy.uint64(40)
    return torch.from_numpy(z.astype(numpy.float64) * 2.0**-23 - 1.0)


def tensor(name, shape, scale=1.0, offset=0.0):
    return (offset + scale * values(name, math.prod(shape))).float().double().reshape(shape)


def initial(name, shape, shift=0.0):
    """Weights with a fan-in: within sqrt(3/fan_in). Vectors: 1 + value/4. Biases: value/4 + shift."""
    if name.endswith("bias"):
        return tensor(name, shape, 0.25, shift)
    if len(shape) == 1:
        return tensor(name, shape, 0.25, 1.0)
    return tensor(name, shape, single(math.sqrt(3.0 / math.prod(shape[1:]))))


def set_initial(network, prefix, shift=0.0):
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(initial(prefix + name, tuple(parameter.shape), shift))


def disturb(module, inputs, y):
    return y + NOISE * y.detach().pow(2).mean().sqrt() * torch.randn_like(y)


def run(name, batch, dtype, disturbed=False):
    """One step of training and then one of evaluation, with the statistics of that step."""
    network = make(name).to(dtype)
    prefix = f"zoo/{name}/"
    set_initial(network, prefix, SHIFT.get(name, 0.0))
    if disturbed:
        for module in network.modules():
            if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                module.register_forward_hook(disturb)
    images = tensor(f"{prefix}images{batch}", NETWORKS[name][1], 2.0).to(dtype)
    y = network(images)
    y.backward(tensor(prefix + "dy", tuple(y.shape)).to(dtype))
    out = {"y": y.detach()}
    for parameter_name, p in network.named_parameters():
        g = p.grad.double().reshape(-1)
        probes = [values(f"probe{k}", g.numel()) @ g for k in range(2)]
        out["grad." + parameter_name] = torch.stack(probes + [g.norm()])
    network.eval()
    out["eval.y"] = network(images).detach()
    return out


def error(a, b):
    """The measure of the test: of outputs the largest error relative to the largest number; of a gradient relative to
    its own norm, or to a hundredth of the largest norm if that is more (a bias before a norm has no gradient)."""
    assert a.keys() - ABOUT == b.keys() - ABOUT
    floor = 0.01 * max(t[2].item() for name, t in b.items() if name.startswith("grad."))
    errors = []
    for name, reference in b.items():
        if name in ABOUT:
            continue
        scale = max(reference[2].item(), floor) if name.startswith("grad.") else reference.abs().max().item()
        errors.append(((a[name].double() - reference.double()).abs().max().item() / scale, name))
    return max(errors)


def search(name):
    """The first batch on which rounding decides no ReLU and no maximum: float networks with noise in their convolutions
    agree with the double network."""
    torch.manual_seed(1)
    best = (math.inf, "", 0)
    for batch in range(MOST_BATCHES):
        golden = run(name, batch, torch.float64)
        worst = (0.0, "")
        for _ in range(DISTURBED):
            worst = max(worst, error(run(name, batch, torch.float32, True), golden))
            if worst[0] > CLEAR:
                break
        best = min(best, worst + (batch,))
        if worst[0] <= CLEAR:
            break
    print(f"{name}: batch {best[2]}, float with noise is {best[0]:.1e} from double ({best[1]})", flush=True)
    return best[2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare with the files, write nothing")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    failed = False
    for name in arguments.names or NETWORKS:
        path = HERE / "zoo" / (name + ".safetensors")
        if arguments.check:
            stored = read(path)
            worst, where = error(run(name, int(stored["batch"]), torch.float64), stored)
            failed |= worst > 1e-9
            print(f"{name}: {worst:.1e} from the file ({where})")
            continue
        batch = search(name)
        golden = run(name, batch, torch.float64)
        golden["batch"] = torch.tensor([batch])
        golden["shift"] = torch.tensor([SHIFT.get(name, 0.0)])
        golden["parameters"] = torch.tensor([sum(p.numel() for p in make(name).parameters())])
        write(path, golden, "F64")
        print(f"{name}: float is %.1e from double (%s)" % error(run(name, batch, torch.float32), golden), flush=True)
    sys.exit("The files differ by more than 1e-9." if failed else 0)


if __name__ == "__main__":
    main()
