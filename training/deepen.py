"""Trained weights come in; those of a deeper network go out that begins nearly as good, to train on from."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.compact import rounded_words
from training.model import shape_of


def deepened(state: dict[str, Tensor], after: list[int], gate: float) -> dict[str, Tensor]:
    """Returns the weights with a copy of each layer in `after` (numbers from 0) behind it, through a gate.

    Raises:
        ValueError: a number in `after` is no layer, or comes twice.
    """
    layers = shape_of(state).layers
    if len(set(after)) < len(after) or any(number not in range(layers) for number in after):
        raise ValueError(f"expected layers of 0 to {layers - 1}, each once; got {after}")
    found = {name: tensor for name, tensor in state.items() if not name.startswith("layers.")}
    target = 0
    for number in range(layers):
        own = {name: tensor for name, tensor in state.items() if name.startswith(f"layers.{number}.")}
        for copy in range(1 + (number in after)):
            for name, tensor in own.items():
                found[name.replace(f"layers.{number}.", f"layers.{target}.", 1)] = tensor.clone()
            if copy:
                features = own[f"layers.{number}.output_norm.weight"].shape
                found[f"layers.{target}.gate"] = torch.full(features, gate)
            target += 1
    return found


def main() -> None:
    """Writes the deeper weights, their words rounded to 4 bits: those are not trained, so training sees what is shipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--after", type=int, nargs="+", default=[3, 4], help="layers, from 0, to put a copy behind")
    parser.add_argument("--gate", type=float, default=0.2, help="how much of what a copy changes counts at first")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    state = deepened(load_file(arguments.weights), arguments.after, arguments.gate)
    state["words.weight"] = torch.from_numpy(rounded_words(state["words.weight"].numpy()))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, arguments.out)
    print(f"{arguments.out}: {sum(tensor.numel() for tensor in state.values()):,} weights")


if __name__ == "__main__":
    main()
