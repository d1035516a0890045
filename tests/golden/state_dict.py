#!/usr/bin/env python3
"""Weights of one network, to and from PyTorch by way of safetensors.

    state_dict.py make                      # writes state_dict/: a state_dict, an image and its logits
    state_dict.py narrow                    # then the same state_dict in bfloat16 and in float16, and its logits in float32
    state_dict.py exchange IN OUT           # loads the state_dict in IN, strictly, and computes its image's logits;
                                            # then writes another state_dict, with another image and its logits, to OUT

IN and OUT are folders with weights.safetensors and run.safetensors (`image`, C x H x W, and `logits`). The network is
that of tests/io/state_dict_test.cpp. Needs torch and safetensors; exchange exits with 77 where they are missing.
"""

import pathlib
import sys

try:
    import torch
    from safetensors.torch import load_file, save_file
    from torch import nn
except ImportError as missing:
    print(missing)
    sys.exit(77)


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class ProjectedResidual(nn.Module):
    def __init__(self, shortcut, *branch):
        super().__init__()
        self.shortcut = shortcut
        self.branch = nn.Sequential(*branch)

    def forward(self, x):
        return self.shortcut(x) + self.branch(x)


def block(inputs, outputs, kernel, norm, stride=1, padding=0):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), norm, nn.ReLU())


def network():
    return nn.Sequential(
        block(3, 6, 3, nn.BatchNorm2d(6), padding=1),
        Residual(block(6, 6, 1, nn.GroupNorm(2, 6)), nn.Conv2d(6, 6, 3, padding=1)),
        nn.Dropout(0.2),
        nn.MaxPool2d(2),
        ProjectedResidual(nn.Conv2d(6, 8, 1, 2, bias=False), block(6, 8, 3, nn.LayerNorm([8, 3, 2]), 2, 1)),
        block(8, 8, 2, nn.Identity()),
        nn.BatchNorm2d(8),
        nn.Flatten(),
        nn.Linear(16, 5),
    )


def disturbed(seed):
    """A network in evaluation mode in which no number has its default."""
    torch.manual_seed(seed)
    net = network().eval()
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if name.endswith("num_batches_tracked"):
                tensor.fill_(7)
            elif name.endswith("running_var"):
                tensor.copy_(0.5 + torch.rand(tensor.shape))
            else:
                tensor.add_(0.3 * torch.randn(tensor.shape))
    return net


def logits(net, image):
    with torch.no_grad():
        return net(image.unsqueeze(0)).squeeze(0)


def write(folder, seed):
    folder.mkdir(parents=True, exist_ok=True)
    net = disturbed(seed)
    image = torch.randn(3, 12, 8)
    save_file(net.state_dict(), folder / "weights.safetensors")
    save_file({"image": image, "logits": logits(net, image)}, folder / "run.safetensors")


def narrow(folder, dtype):
    """Writes the weights as numbers of 16 bits, and what they give where they are widened again."""
    state = load_file(folder / "weights.safetensors")
    state["0.0.weight"][0, 0, 0] = torch.tensor([3e-7, -6e-8, 6e-5])  # subnormal in float16
    net = network().to(dtype)
    net.load_state_dict(state, strict=True)
    name = str(dtype).removeprefix("torch.")
    save_file(net.state_dict(), folder / f"weights_{name}.safetensors")
    image = load_file(folder / "run.safetensors")["image"]
    save_file({"image": image, "logits": logits(net.float().eval(), image)}, folder / f"run_{name}.safetensors")


def main():
    here = pathlib.Path(__file__).resolve().parent / "state_dict"
    if sys.argv[1:] == ["make"]:
        write(here, 1)
    elif sys.argv[1:] == ["narrow"]:
        narrow(here, torch.bfloat16)
        narrow(here, torch.float16)
    elif sys.argv[1:2] == ["exchange"] and len(sys.argv) == 4:
        theirs, ours = map(pathlib.Path, sys.argv[2:])
        net = network().eval()
        net.load_state_dict(load_file(theirs / "weights.safetensors"), strict=True)
        run = load_file(theirs / "run.safetensors")
        expected = logits(net, run["image"])
        error = ((run["logits"] - expected).abs().max() / expected.abs().max()).item()
        print(f"PyTorch {torch.__version__} on norma's weights: logits differ by {error:.1e}")
        write(ours, 2)
        sys.exit(0 if error < 1e-4 else 1)
    else:
        print(__doc__)
        sys.exit(2)


main()
