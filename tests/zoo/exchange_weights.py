#!/usr/bin/env python3
"""Loads a network's weights that norma saved, and saves others for norma, with the package safetensors.

    exchange_weights.py NETWORK OURS THEIRS   # of golden/zoo_networks.py; numbers by the formula of golden/make_zoo.py

Needs torch, numpy and safetensors; exits with 77 where they are missing.
"""

import pathlib
import sys

try:
    import numpy
    import torch
    from safetensors.torch import load_file, save_file
except ImportError as missing:
    print(missing)
    sys.exit(77)

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
import make_zoo  # noqa: E402


def main():
    name, ours, theirs = sys.argv[1:]
    network = make_zoo.make(name)
    network.load_state_dict(load_file(ours), strict=True)
    for parameter_name, parameter in network.named_parameters():
        expected = make_zoo.initial(f"zoo/{name}/ours/{parameter_name}", tuple(parameter.shape)).float()
        assert torch.equal(parameter, expected), parameter_name
    make_zoo.set_initial(network, f"zoo/{name}/theirs/")
    save_file(network.state_dict(), theirs)


main()
