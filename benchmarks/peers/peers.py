"""Milliseconds of a training step and of inference in PyTorch, for each network, norm and format.

Needs only torch. Use: python3 peers.py [--threads 2] [--batch 128] [--repeats 9] [--networks cifar10/none,vgg11/batch]
[--formats contiguous,bf16_channels_last]. Prints one JSON object a line: {"network", "format", "train" and "infer"
(milliseconds, median), "torch"}.

With --serve it does what the lines of its standard input ask for, and answers each with a line of JSON; so bench_peers
measures it in turn with norma. Between two requests it sleeps. An answer with "error" says what went wrong. NETWORK is
"resnet18/group" or the like.
    hello                        {"torch": version, "formats": [...], "left_out": reason or null}
    prepare NETWORK FORMAT       builds and warms up, and forgets all other networks;
                                 {"parameters", "multiply_adds", "outputs", "seconds" of a training step}
    train NETWORK FORMAT STEPS   {"seconds" of all steps}
    infer NETWORK FORMAT BATCHES {"seconds" of all batches}
    epoch NETWORK FORMAT         {"seconds" of an epoch of 50,000 images}
"""

import argparse
import contextlib
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

EAGER_FORMATS = ["contiguous", "channels_last"]
COMPILED_FORMATS = ["compiled_contiguous", "compiled_channels_last"]
BF16_FORMATS = ["bf16_contiguous", "bf16_channels_last"]  # torch.autocast
IMAGE = (3, 32, 32)
CLASSES = 10


def norms(groups):
    """For each norm a function of channels and image size that makes it."""
    return {
        "none": lambda c, h: nn.Identity(),
        "batch": lambda c, h: nn.BatchNorm2d(c),
        "group": lambda c, h: nn.GroupNorm(groups, c),
        "layer": lambda c, h: nn.LayerNorm([c, h, h]),
    }


def convolution(inputs, outputs, kernel, stride=1, padding=0, bias=False):
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=bias)


class Block(nn.Sequential):
    """Convolution, norm, ReLU. `size` is the height and width of its output."""

    def __init__(self, norm, inputs, outputs, kernel, size, stride=1, padding=0, bias=False):
        super().__init__(convolution(inputs, outputs, kernel, stride, padding, bias), norm(outputs, size), nn.ReLU())


class Residual(nn.Module):
    """Adds a branch to what goes into it, or to what the shortcut makes of that."""

    def __init__(self, branch, shortcut=None):
        super().__init__()
        self.branch = branch
        self.shortcut = shortcut if shortcut is not None else nn.Identity()

    def forward(self, x):
        return self.shortcut(x) + self.branch(x)


def cifar10(norm):
    """The experiment's network for CIFAR-10."""
    return nn.Sequential(
        Block(norm, 3, 16, 3, 30), Block(norm, 16, 16, 3, 28), Residual(Block(norm, 16, 16, 1, 28)),
        nn.Dropout(0.2), nn.MaxPool2d(2),
        Block(norm, 16, 32, 3, 12), Block(norm, 32, 32, 3, 10), Residual(Block(norm, 32, 32, 1, 10)),
        nn.Dropout(0.2), nn.MaxPool2d(2),
        Block(norm, 32, 32, 3, 3), Block(norm, 32, 32, 3, 1),
        convolution(32, CLASSES, 1), nn.AvgPool2d(1), Residual(convolution(CLASSES, CLASSES, 1)), nn.Flatten(),
    )


def resnet(norm, widths, blocks):
    """A ResNet for 32 × 32 images: groups of `blocks` residual blocks, each group but the first halves the image."""
    channels, size = widths[0], 32
    layers = [Block(norm, 3, channels, 3, size, padding=1)]
    for width in widths:
        for block in range(blocks):
            stride = 2 if block == 0 and width != channels else 1
            size //= stride
            branch = nn.Sequential(Block(norm, channels, width, 3, size, stride, 1),
                                   convolution(width, width, 3, padding=1), norm(width, size))
            shortcut = None
            if stride != 1:
                shortcut = nn.Sequential(convolution(channels, width, 1, stride), norm(width, size))
            layers += [Residual(branch, shortcut), nn.ReLU()]
            channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


def vgg11(norm):
    """VGG-11 for 32 × 32 images: a norm after each convolution, and one linear layer."""
    channels, size = 3, 32
    layers = []
    for width in (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"):
        if width == "pool":
            layers.append(nn.MaxPool2d(2))
            size //= 2
        else:
            layers.append(Block(norm, channels, width, 3, size, padding=1, bias=True))
            channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels, CLASSES))


# Networks by name, and the groups of their group norms.
NETWORKS = {
    "cifar10": (cifar10, 2),
    "resnet20": (lambda norm: resnet(norm, (16, 32, 64), 3), 2),
    "vgg11": (vgg11, 32),
    "resnet18": (lambda norm: resnet(norm, (64, 128, 256, 512), 2), 32),
}


def network(name):
    """The network "<name>/<norm>"."""
    make, groups = NETWORKS[name.split("/")[0]]
    return make(norms(groups)[name.split("/")[1]])


def multiply_adds(model):
    """Multiply-adds of the model's convolutions and linear layers for one image, counted while it runs."""
    counts = []

    def count(module, _, output):
        counts.append(output[0].numel() * module.weight[0].numel())

    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
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


class Work:
    """A network with one batch of random numbers: no time depends on what images show."""

    def __init__(self, name, form, batch):
        torch.manual_seed(1)
        self.memory = torch.channels_last if "channels_last" in form else torch.contiguous_format
        self.bf16 = form.startswith("bf16")
        self.model = network(name).to(memory_format=self.memory)
        self.call = compile_model(self.model) if form.startswith("compiled") else self.model
        self.optimiser = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.9)
        self.batch = batch
        self.images = torch.randn(batch, *IMAGE).contiguous(memory_format=self.memory)
        self.labels = torch.randint(0, CLASSES, (batch,))

    def precision(self):
        return torch.autocast("cpu", torch.bfloat16) if self.bf16 else contextlib.nullcontext()

    def step(self, images, labels):
        """One training step; returns the loss."""
        self.optimiser.zero_grad()
        with self.precision():
            loss = nn.functional.cross_entropy(self.call(images), labels)
        loss.backward()
        self.optimiser.step()
        return loss

    def train(self, steps):
        """Seconds of `steps` training steps."""
        self.model.train()
        begin = time.perf_counter()
        for _ in range(steps):
            self.step(self.images, self.labels)
        return time.perf_counter() - begin

    def infer(self, batches):
        """Seconds of the logits of `batches` batches."""
        self.model.eval()
        with torch.inference_mode(), self.precision():
            begin = time.perf_counter()
            for _ in range(batches):
                self.call(self.images)
            return time.perf_counter() - begin

    def epoch(self, images, labels):
        """Seconds of an epoch over `images`, one byte a value, shuffled and normalised batch by batch."""
        self.model.train()
        begin = time.perf_counter()
        total = 0.0
        for chosen in torch.randperm(len(images)).split(self.batch):
            some = images[chosen].to(torch.float32).div_(127.5).sub_(1.0).contiguous(memory_format=self.memory)
            total += self.step(some, labels[chosen]).item()
        return time.perf_counter() - begin

    def warm_up(self):
        """What takes longer the first time: memory, choice of kernels, torch.compile."""
        self.train(3)
        self.infer(3)


class Server:
    """Answers the requests of --serve. One network stays, in all formats, so that each is warmed up once."""

    def __init__(self, batch):
        self.batch = batch
        self.name = None
        self.works = {}

    def hello(self):
        left_out = why_not_compiled()
        formats = EAGER_FORMATS + ([] if left_out else COMPILED_FORMATS) + BF16_FORMATS
        return {"torch": torch.__version__, "formats": formats, "left_out": left_out}

    def prepare(self, name, form):
        if name != self.name:
            self.name, self.works = name, {}
            if hasattr(torch, "_dynamo"):
                torch._dynamo.reset()
        work = Work(name, form, self.batch)
        description = {
            "parameters": sum(p.numel() for p in work.model.parameters()),
            "multiply_adds": multiply_adds(work.model),
            "outputs": work.model(work.images).shape[1],
        }
        work.warm_up()
        self.works[form] = work
        return {**description, "seconds": min(work.train(1) for _ in range(3))}

    def work(self, name, form):
        if name != self.name:
            raise KeyError(f"{name} is not prepared")
        return self.works[form]

    def train(self, name, form, steps):
        return {"seconds": self.work(name, form).train(int(steps))}

    def infer(self, name, form, batches):
        return {"seconds": self.work(name, form).infer(int(batches))}

    def epoch(self, name, form, count=50_000):
        work = self.work(name, form)
        images = torch.randint(0, 256, (count, *IMAGE), dtype=torch.uint8)
        labels = torch.randint(0, CLASSES, (count,))
        work.epoch(images[: count % self.batch], labels)  # compiles for the short last batch
        return {"seconds": work.epoch(images, labels)}

    def answer(self, words):
        """What the request comes to; errors are answers."""
        requests = {"hello": self.hello, "prepare": self.prepare, "train": self.train, "infer": self.infer,
                    "epoch": self.epoch}
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


def print_all(names, formats, batch, repeats):
    """Measures one after the other and prints each."""
    for name in names:
        for form in formats:
            work = Work(name, form, batch)
            work.warm_up()
            median = {what: round(statistics.median(run(3) / 3 * 1e3 for _ in range(repeats)), 2)
                      for what, run in (("train", work.train), ("infer", work.infer))}
            print(json.dumps({"network": name, "format": form, **median, "torch": torch.__version__}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--networks", default=",".join(f"cifar10/{norm}" for norm in norms(2)))
    parser.add_argument("--formats", default=",".join(EAGER_FORMATS))
    parser.add_argument("--serve", action="store_true", help="answer requests, for bench_peers")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.serve:
        serve(options.batch)
    else:
        print_all(options.networks.split(","), options.formats.split(","), options.batch, options.repeats)


if __name__ == "__main__":
    main()
