"""Milliseconds of one training step of the experiment's network in PyTorch, for each norm and memory format.

Needs only torch. Use: python3 step_pytorch.py [--threads 2] [--batch 128] [--repeats 9] [--compile]
Prints one JSON object a line: {"norm", "format", "milliseconds" (median), "fastest", "torch"}.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn

NORMS = {
    "none": lambda c, h: nn.Identity(),
    "batch": lambda c, h: nn.BatchNorm2d(c),
    "group": lambda c, h: nn.GroupNorm(2, c),
    "layer": lambda c, h: nn.LayerNorm([c, h, h]),
}


class Block(nn.Sequential):
    def __init__(self, norm, inputs, outputs, kernel, size):
        super().__init__(nn.Conv2d(inputs, outputs, kernel, bias=False), NORMS[norm](outputs, size), nn.ReLU())


class Residual(nn.Module):
    def __init__(self, branch):
        super().__init__()
        self.branch = branch

    def forward(self, x):
        return x + self.branch(x)


def network(norm):
    return nn.Sequential(
        Block(norm, 3, 16, 3, 30), Block(norm, 16, 16, 3, 28), Residual(Block(norm, 16, 16, 1, 28)),
        nn.Dropout(0.2), nn.MaxPool2d(2),
        Block(norm, 16, 32, 3, 12), Block(norm, 32, 32, 3, 10), Residual(Block(norm, 32, 32, 1, 10)),
        nn.Dropout(0.2), nn.MaxPool2d(2),
        Block(norm, 32, 32, 3, 3), Block(norm, 32, 32, 3, 1),
        nn.Conv2d(32, 10, 1, bias=False), nn.AvgPool2d(1), Residual(nn.Conv2d(10, 10, 1, bias=False)),
        nn.Flatten(), nn.LogSoftmax(dim=1),
    )


def measure(norm, channels_last, compiled, batch, repeats):
    torch.manual_seed(1)
    memory = torch.channels_last if channels_last else torch.contiguous_format
    model = network(norm).to(memory_format=memory).train()
    call = torch.compile(model) if compiled else model
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    images = torch.randn(batch, 3, 32, 32).contiguous(memory_format=memory)
    labels = torch.randint(0, 10, (batch,))

    def step():
        optimiser.zero_grad()
        nn.functional.nll_loss(call(images), labels).backward()
        optimiser.step()

    for _ in range(5):
        step()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        for _ in range(3):
            step()
        times.append((time.perf_counter() - begin) / 3 * 1e3)
    return statistics.median(times), min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--norms", default="none,batch,group,layer")
    parser.add_argument("--compile", action="store_true", help="torch.compile as well")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for norm in options.norms.split(","):
        for name, last, compiled in [("contiguous", False, False), ("channels_last", True, False)] + (
            [("compile", False, True), ("compile_channels_last", True, True)] if options.compile else []
        ):
            median, fastest = measure(norm, last, compiled, options.batch, options.repeats)
            print(json.dumps({"norm": norm, "format": name, "milliseconds": round(median, 2),
                              "fastest": round(fastest, 2), "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    main()
