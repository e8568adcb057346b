"""Weights of several trainings from one start come in; their mean goes out, to train on from."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor


def mean_of(states: list[dict[str, Tensor]], shares: list[float] | None = None) -> dict[str, Tensor]:
    """Returns the mean of the weights, which often does better than each (Wortsman et al. 2022, "Model soups").

    `shares` say how much each counts; by default all count the same.

    Raises:
        ValueError: the weights are not those of one network, or the shares are not one for each that add up to 1.
    """
    shapes = [{name: tensor.shape for name, tensor in state.items()} for state in states]
    if not states or any(shape != shapes[0] for shape in shapes):
        raise ValueError(f"expected the weights of one network, several times; got {len(states)} that differ")
    counted = shares or [1 / len(states)] * len(states)
    if len(counted) != len(states) or abs(sum(counted) - 1) > 1e-6:
        raise ValueError(f"expected {len(states)} shares that add up to 1; got {shares}")
    return {
        name: sum((share * state[name] for share, state in zip(counted, states, strict=True)), torch.zeros(()))
        for name in states[0]
    }


def main() -> None:
    """Writes the mean of the files given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, nargs="+", help="files of `train`, or of `restore`")
    parser.add_argument("--shares", type=float, nargs="+", help="how much each counts; default: the same")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found = mean_of([load_file(path) for path in arguments.weights], arguments.shares)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(found, arguments.out)
    print(f"{arguments.out}: the mean of {len(arguments.weights)}")


if __name__ == "__main__":
    main()
