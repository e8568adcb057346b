"""Weights of several trainings from one start come in; their mean goes out, to train on from."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor


def mean_of(states: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Returns the mean of the weights, which often does better than each (Wortsman et al. 2022, "Model soups").

    Raises:
        ValueError: the weights are not those of one network.
    """
    shapes = [{name: tensor.shape for name, tensor in state.items()} for state in states]
    if not states or any(shape != shapes[0] for shape in shapes):
        raise ValueError(f"expected the weights of one network, several times; got {len(states)} that differ")
    return {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}


def main() -> None:
    """Writes the mean of the files given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, nargs="+", help="files of `train`, or of `restore`")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    found = mean_of([load_file(path) for path in arguments.weights])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(found, arguments.out)
    print(f"{arguments.out}: the mean of {len(arguments.weights)}")


if __name__ == "__main__":
    main()
