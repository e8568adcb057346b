"""A shipped model folder comes in; its weights, widened from int8, go out, so that training can go on from them."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.torch import save_file

from training.compact import Packed, from_packed
from training.export import write_graph
from training.model import ReaderNetwork, shape_of


def read_graph(path: Path) -> dict[str, NDArray[np.float32]]:
    """Returns the weights in a graph that `export` wrote, by the name that they have before quantisation."""
    graph = onnx.load(str(path)).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    axes = {node.input[0]: node.attribute[0].i for node in graph.node if node.op_type == "DequantizeLinear"}
    found = {}
    for name, values in stored.items():
        if name.endswith(".packed"):
            own = name.removesuffix(".packed")
            found[own] = from_packed(Packed(values, stored[f"{own}.scale"], stored[f"{own}.lowest"]))
        elif name.endswith(".int8"):
            scales = stored[f"{name.removesuffix('.int8')}.scale"]
            scales = scales[:, None] if axes.get(name) == 0 else scales  # those of the words stand in a column already
            found[name.removesuffix(".int8")] = (values * scales).astype(np.float32)
        elif not name.endswith((".scale", ".lowest", ".sixteen", ".four")):
            found[name] = values
    return found


def restore(path: Path) -> dict[str, torch.Tensor]:
    """Returns the state of the `ReaderNetwork` whose graph stands in `path`.

    The exporter renames and transposes weights. So a network with known weights is exported beside it, and tells where
    each weight goes.

    Raises:
        ValueError: the graph is not that of a `ReaderNetwork`.
    """
    torch.manual_seed(0)
    weights = read_graph(path)
    known = ReaderNetwork(shape_of(weights))
    for parameter in known.parameters():
        torch.nn.init.normal_(parameter)
    with tempfile.TemporaryDirectory() as folder:
        write_graph(known, Path(folder) / "known.onnx")
        places = read_graph(Path(folder) / "known.onnx")
    state = {}
    for name, tensor in known.state_dict().items():
        values = tensor.numpy()
        for place, shown in places.items():
            turned = shown.T if shown.shape != values.shape or not np.array_equal(shown, values) else shown
            if turned.shape == values.shape and np.array_equal(turned, values):
                found = weights[place] if turned is shown else weights[place].T
                state[name] = torch.from_numpy(np.array(found, order="C"))
                break
        else:
            raise ValueError(f"{path} holds no {name}: it is not the graph of this network")
    return state


def main() -> None:
    """Writes model.safetensors, to be given to `train --init`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("src/kimqa/models/reader"))
    parser.add_argument("--out", type=Path, default=Path("training/work/shipped/model.safetensors"))
    arguments = parser.parse_args()

    state = restore(arguments.model / "reader.onnx")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, arguments.out)
    print(f"{arguments.out}: {sum(tensor.numel() for tensor in state.values()):,} weights")


if __name__ == "__main__":
    main()
