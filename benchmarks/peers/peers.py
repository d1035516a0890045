"""Training steps and inference of the networks of examples/zoo in PyTorch, for bench_peers.

It needs torch and tests/golden/zoo_networks.py. It does what the lines of its standard input ask for, and answers each
with a line of JSON; between two requests it sleeps. A request is a JSON object; "do" names what to do. An answer with
"error" says what went wrong.
    hello    {"torch": version, "formats": [...], "left_out": why there are no compiled formats, or null}
    prepare  "network", "norm", "groups", "input" (C, H, W), "batch", "format", "warm_up": makes the network, and forgets
             all others; {"parameters", "multiply_adds", "output" (C, H, W), "seconds" of "train", "infer", "single"}
    train    "format", "count": {"seconds" of so many training steps}
    infer    the same for batches
    single   the same for single images on one thread
    epoch    "format": {"seconds" of an epoch of 50,000 images}
"""

import argparse
import contextlib
import json
import os
import shutil
import sys
import time

# One thread that compiles, or idle ones would stay.
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")

try:
    import torch
    from torch import nn
except ImportError:  # bench_peers says itself what that means
    sys.exit(1)

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/golden"))
import zoo_networks  # noqa: E402

EAGER_FORMATS = ["contiguous", "channels_last"]
COMPILED_FORMATS = ["compiled_contiguous", "compiled_channels_last"]
BF16_FORMATS = ["bf16_contiguous", "bf16_channels_last"]  # torch.autocast
BF16_COMPILED_FORMATS = ["bf16_compiled_channels_last"]


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def block(inputs, outputs, kernel):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def cifar10():
    """The experiment's network, examples/compare/network.hpp."""
    return nn.Sequential(
        block(3, 16, 3), block(16, 16, 3), Residual(block(16, 16, 1)), nn.Dropout(0.2), nn.MaxPool2d(2),
        block(16, 32, 3), block(32, 32, 3), Residual(block(32, 32, 1)), nn.Dropout(0.2), nn.MaxPool2d(2),
        block(32, 32, 3), block(32, 32, 3), nn.Conv2d(32, 10, 1, bias=False), nn.AdaptiveAvgPool2d(1),
        Residual(nn.Conv2d(10, 10, 1, bias=False)), nn.Flatten(),
    )


def airbench():
    """airbench.hpp."""
    def group(inputs, outputs):
        return (zoo_networks.conv3x3(inputs, outputs), nn.MaxPool2d(2), nn.BatchNorm2d(outputs), nn.ReLU(),
                zoo_networks.conv3x3(outputs, outputs), nn.BatchNorm2d(outputs), nn.ReLU())

    return nn.Sequential(nn.Conv2d(3, 24, 2), nn.ReLU(), *group(24, 64), *group(64, 256), *group(256, 256),
                         nn.MaxPool2d(3), nn.Flatten(), nn.Linear(256, 10))


# zoo_networks.py leaves dropout out.
DROPOUT = {"mobilenet_v2": 0.2, "squeezenet": 0.5}
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, zoo_networks.ChannelLayerNorm)


def make(name):
    """The network with its own norms."""
    if name in ("cifar10", "airbench"):
        return globals()[name]()
    model = zoo_networks.make(name)
    if name in DROPOUT:
        model.classifier[0] = nn.Dropout(DROPOUT[name])
    return model


def exchange_norms(model, norm, groups, image):
    """Replaces the model's norms; `image` is a batch to find their shapes."""
    shapes = {}
    hooks = [module.register_forward_hook(lambda module, inputs, _: shapes.update({module: inputs[0].shape[1:]}))
             for module in model.modules() if isinstance(module, NORMS)]
    model(image)
    for hook in hooks:
        hook.remove()
    new = {
        "none": lambda shape: nn.Identity(),
        "batch": lambda shape: (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0]),
        "group": lambda shape: nn.GroupNorm(groups, shape[0]),
        "layer": lambda shape: nn.LayerNorm(shape),
        "channel": lambda shape: zoo_networks.ChannelLayerNorm(shape[0]),
    }[norm]
    for parent in list(model.modules()):
        for name, child in parent.named_children():
            if child in shapes:
                setattr(parent, name, new(shapes[child]))


def multiply_adds(model, image):
    """Multiply-adds of the model's convolutions and linear layers for one image, counted while it runs."""
    counts = []

    def count(module, inputs, output):
        spread = inputs[0] if isinstance(module, nn.ConvTranspose2d) else output
        counts.append(spread[0].numel() * module.weight[0].numel())

    kinds = (nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, kinds)]
    model(image)
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
    """A network with one batch of random numbers: no time depends on what images show. `make_model` makes the network,
    `form` is one of the formats above, `shape` (C, H, W) that of an image."""

    def __init__(self, make_model, form, shape, batch):
        torch.manual_seed(1)
        self.memory = torch.channels_last if "channels_last" in form else torch.contiguous_format
        self.bf16 = "bf16" in form
        self.threads = torch.get_num_threads()
        self.model = make_model().to(memory_format=self.memory)
        self.call = compile_model(self.model) if "compiled" in form else self.model
        self.optimiser = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.9)
        self.batch = batch
        self.images = torch.randn(batch, *shape).contiguous(memory_format=self.memory)
        self.image = torch.randn(1, *shape).contiguous(memory_format=self.memory)
        self.model.eval()
        with torch.inference_mode():
            self.output = tuple(self.model(self.image).shape[1:])
        self.labels = torch.randint(0, self.output[0], (batch, *self.output[1:]))

    def precision(self):
        return torch.autocast("cpu", torch.bfloat16) if self.bf16 else contextlib.nullcontext()

    def loss(self, images, labels):
        output = self.call(images)
        if output.shape == images.shape:  # an autoencoder
            return nn.functional.mse_loss(output, images)
        return nn.functional.cross_entropy(output, labels)

    def step(self, images, labels):
        """One training step; returns the loss."""
        self.optimiser.zero_grad()
        with self.precision():
            loss = self.loss(images, labels)
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
        """Seconds of the outputs of `batches` batches."""
        return self.outputs(self.images, batches)

    def single(self, images):
        """Seconds of the outputs of `images` images, one by one on one thread."""
        torch.set_num_threads(1)
        try:
            return self.outputs(self.image, images)
        finally:
            torch.set_num_threads(self.threads)

    def outputs(self, images, times):
        self.model.eval()
        with torch.inference_mode(), self.precision():
            begin = time.perf_counter()
            for _ in range(times):
                self.call(images)
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

    def warm_up(self, times):
        """What takes longer the first time: memory, choice of kernels, torch.compile. Returns the seconds of each kind
        of work."""
        seconds = {}
        for what in ("train", "infer", "single"):
            run = getattr(self, what)
            run(1)
            seconds[what] = min(run(1) for _ in range(times))
        return seconds


def maker(name, norm, groups, shape):
    """A function that makes the network."""
    def make_model():
        model = make(name)
        image = torch.zeros(2, *shape)
        own = {type(module) for module in model.modules() if isinstance(module, NORMS)}
        if own:
            exchange_norms(model, norm, groups, image)
        return model

    return make_model


class Server:
    """Answers the requests. One network stays, in all formats, so that each is warmed up once."""

    def __init__(self):
        self.network = None
        self.works = {}

    def hello(self):
        left_out = why_not_compiled()
        formats = EAGER_FORMATS + ([] if left_out else COMPILED_FORMATS) + BF16_FORMATS
        if not left_out:
            formats += BF16_COMPILED_FORMATS
        return {"torch": torch.__version__, "formats": formats, "left_out": left_out}

    def prepare(self, network, norm, groups, input, batch, format, warm_up):
        named = (network, norm, batch)
        if named != self.network:
            self.network, self.works = named, {}
            if hasattr(torch, "_dynamo"):
                torch._dynamo.reset()
        work = Work(maker(network, norm, groups, input), format, input, batch)
        description = {
            "parameters": sum(p.numel() for p in work.model.parameters()),
            "multiply_adds": multiply_adds(work.model, work.image),
            "output": (list(work.output) + [1, 1])[:3],
        }
        self.works[format] = work
        return {**description, "seconds": work.warm_up(warm_up)}

    def train(self, format, count):
        return {"seconds": self.works[format].train(count)}

    def infer(self, format, count):
        return {"seconds": self.works[format].infer(count)}

    def single(self, format, count):
        return {"seconds": self.works[format].single(count)}

    def epoch(self, format, count=50_000):
        work = self.works[format]
        images = torch.randint(0, 256, (count, *work.images.shape[1:]), dtype=torch.uint8)
        labels = torch.randint(0, work.output[0], (count,))
        work.epoch(images[: count % work.batch], labels)  # compiles for the short last batch
        return {"seconds": work.epoch(images, labels)}

    def answer(self, line):
        """What the request comes to; errors are answers."""
        requests = {"hello": self.hello, "prepare": self.prepare, "train": self.train, "infer": self.infer,
                    "single": self.single, "epoch": self.epoch}
        try:
            request = json.loads(line)
            return requests[request.pop("do")](**request)
        except Exception as error:
            lines = str(error).strip().splitlines() or [""]
            return {"error": f"{type(error).__name__}: {lines[0]}"}


def serve():
    """Answers until the input ends."""
    # What torch and the compilers it starts print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server()
    for line in sys.stdin:
        print(json.dumps(server.answer(line)), file=answers, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parser.parse_args().threads)
    serve()


if __name__ == "__main__":
    main()
