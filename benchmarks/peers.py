"""Milliseconds of one training step of the experiment's network in PyTorch, for each norm and format.

Needs only torch. Use: python3 peers.py [--threads 2] [--batch 128] [--repeats 9] [--norms none,group] [--compile]
Prints one JSON object a line: {"norm", "format", "milliseconds" (median), "fastest", "torch"}.

With --serve it does what the lines of its standard input ask for, and answers each with a line of JSON; so bench_peers
measures it in turn with norma. Between two requests it sleeps. An answer with "error" says what went wrong.
    hello                    {"torch": version, "formats": [...], "left_out": reason or null}
    prepare NORM FORMAT      builds and warms up; {"parameters", "multiply_adds", "outputs", "seconds" of a step}
    train NORM FORMAT STEPS  {"seconds" of all steps}
    epoch NORM FORMAT        {"seconds" of an epoch of 50,000 images}
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import time

# One thread that compiles, or idle ones would stay.
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")

try:
    import torch
    from torch import nn
except ImportError:  # bench_peers says itself what that means
    sys.exit(1 if "--serve" in sys.argv else "peers.py: this Python has no torch; apt-get install python3-torch, or "
             "pip install torch")

NORMS = {
    "none": lambda c, h: nn.Identity(),
    "batch": lambda c, h: nn.BatchNorm2d(c),
    "group": lambda c, h: nn.GroupNorm(2, c),
    "layer": lambda c, h: nn.LayerNorm([c, h, h]),
}
EAGER_FORMATS = ["contiguous", "channels_last"]
COMPILED_FORMATS = ["compiled", "compiled_channels_last"]
IMAGE = (3, 32, 32)
CLASSES = 10


class Block(nn.Sequential):
    """Convolution, norm, ReLU."""

    def __init__(self, norm, inputs, outputs, kernel, size):
        super().__init__(nn.Conv2d(inputs, outputs, kernel, bias=False), NORMS[norm](outputs, size), nn.ReLU())


class Residual(nn.Module):
    """Adds a branch to what goes into it."""

    def __init__(self, branch):
        super().__init__()
        self.branch = branch

    def forward(self, x):
        return x + self.branch(x)


def network(norm):
    """The experiment's network for CIFAR-10."""
    return nn.Sequential(
        Block(norm, 3, 16, 3, 30), Block(norm, 16, 16, 3, 28), Residual(Block(norm, 16, 16, 1, 28)),
        nn.Dropout(0.2), nn.MaxPool2d(2),
        Block(norm, 16, 32, 3, 12), Block(norm, 32, 32, 3, 10), Residual(Block(norm, 32, 32, 1, 10)),
        nn.Dropout(0.2), nn.MaxPool2d(2),
        Block(norm, 32, 32, 3, 3), Block(norm, 32, 32, 3, 1),
        nn.Conv2d(32, CLASSES, 1, bias=False), nn.AvgPool2d(1), Residual(nn.Conv2d(CLASSES, CLASSES, 1, bias=False)),
        nn.Flatten(), nn.LogSoftmax(dim=1),
    )


def multiply_adds(model):
    """Multiply-adds of the model's convolutions for one image, counted while it runs."""
    counts = []

    def count(module, _, output):
        counts.append(output[0].numel() * module.weight[0].numel())

    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, nn.Conv2d)]
    model(torch.zeros(2, *IMAGE))
    for hook in hooks:
        hook.remove()
    return sum(counts)


def why_not_compiled():
    """What is missing for torch.compile, or None."""
    if not hasattr(torch, "compile"):
        return f"torch {torch.__version__} has no torch.compile"
    if not any(shutil.which(name) for name in (os.environ.get("CXX", "g++"), "g++", "clang++")):
        return "torch.compile needs a C++ compiler"
    return None


def compile_model(model):
    """torch.compile for the sizes that come, each; without its limit of how many networks one program compiles."""
    for limit in ("recompile_limit", "cache_size_limit"):
        if hasattr(torch._dynamo.config, limit):
            setattr(torch._dynamo.config, limit, 64)
    return torch.compile(model, dynamic=False)


class Training:
    """A network that trains on one batch of random numbers: a step's time does not depend on what images show."""

    def __init__(self, norm, form, batch):
        torch.manual_seed(1)
        self.memory = torch.channels_last if "channels_last" in form else torch.contiguous_format
        self.model = network(norm).to(memory_format=self.memory).train()
        self.call = compile_model(self.model) if "compiled" in form else self.model
        self.optimiser = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.9)
        self.batch = batch
        self.images = torch.randn(batch, *IMAGE).contiguous(memory_format=self.memory)
        self.labels = torch.randint(0, CLASSES, (batch,))

    def step(self, images, labels):
        """One training step; returns the loss."""
        self.optimiser.zero_grad()
        loss = nn.functional.nll_loss(self.call(images), labels)
        loss.backward()
        self.optimiser.step()
        return loss

    def seconds(self, steps):
        """Seconds of `steps` steps."""
        begin = time.perf_counter()
        for _ in range(steps):
            self.step(self.images, self.labels)
        return time.perf_counter() - begin

    def epoch_seconds(self, images, labels):
        """Seconds of an epoch over `images`, one byte a value, shuffled and normalised batch by batch."""
        begin = time.perf_counter()
        total = 0.0
        for chosen in torch.randperm(len(images)).split(self.batch):
            some = images[chosen].to(torch.float32).div_(127.5).sub_(1.0).contiguous(memory_format=self.memory)
            total += self.step(some, labels[chosen]).item()
        return time.perf_counter() - begin


class Server:
    """Answers the requests of --serve. Networks stay, so that each is warmed up once."""

    def __init__(self, batch):
        self.batch = batch
        self.trainings = {}

    def hello(self):
        left_out = why_not_compiled()
        formats = EAGER_FORMATS + ([] if left_out else COMPILED_FORMATS)
        return {"torch": torch.__version__, "formats": formats, "left_out": left_out}

    def prepare(self, norm, form):
        training = Training(norm, form, self.batch)
        training.seconds(4)
        self.trainings[norm, form] = training
        return {
            "parameters": sum(p.numel() for p in training.model.parameters()),
            "multiply_adds": multiply_adds(training.model),
            "outputs": training.model(training.images).shape[1],
            "seconds": min(training.seconds(1) for _ in range(5)),
        }

    def train(self, norm, form, steps):
        training = self.trainings[norm, form]
        training.seconds(1)  # caches and threads are norma's until now
        return {"seconds": training.seconds(int(steps))}

    def epoch(self, norm, form, count=50_000):
        training = self.trainings[norm, form]
        images = torch.randint(0, 256, (count, *IMAGE), dtype=torch.uint8)
        labels = torch.randint(0, CLASSES, (count,))
        training.epoch_seconds(images[: count % self.batch], labels)  # compiles for the short last batch
        return {"seconds": training.epoch_seconds(images, labels)}

    def answer(self, words):
        """What the request comes to; errors are answers."""
        requests = {"hello": self.hello, "prepare": self.prepare, "train": self.train, "epoch": self.epoch}
        try:
            return requests[words[0]](*words[1:])
        except Exception as error:
            lines = str(error).strip().splitlines() or [""]
            return {"error": f"{type(error).__name__}: {lines[0]}"}


def serve(batch):
    """Answers until the input ends."""
    # What torch and the compilers it starts print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server(batch)
    for line in sys.stdin:
        print(json.dumps(server.answer(line.split())), file=answers, flush=True)


def print_all(norms, formats, batch, repeats):
    """Measures one after the other and prints each."""
    for norm in norms:
        for form in formats:
            training = Training(norm, form, batch)
            training.seconds(5)
            times = [training.seconds(3) / 3 * 1e3 for _ in range(repeats)]
            print(json.dumps({"norm": norm, "format": form, "milliseconds": round(statistics.median(times), 2),
                              "fastest": round(min(times), 2), "torch": torch.__version__}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--norms", default=",".join(NORMS))
    parser.add_argument("--compile", action="store_true", help="torch.compile as well")
    parser.add_argument("--serve", action="store_true", help="answer requests, for bench_peers")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.serve:
        serve(options.batch)
    else:
        formats = EAGER_FORMATS + (COMPILED_FORMATS if options.compile else [])
        print_all(options.norms.split(","), formats, options.batch, options.repeats)


if __name__ == "__main__":
    main()
