"""Trained weights come in; the model folder that the package loads goes out, in fp32 or int8."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file

from training.model import ReaderNetwork
from training.train import base_folder

MAX_TOKENS = 320
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BY_TOKEN = ("start_logits", "end_logits")
BY_PAIR = ("answerable", "verdict")
WEIGHT_INPUT = {"MatMul": 1, "Gemm": 1, "Gather": 0}
SMALLEST_QUANTIZED = 50_000  # numbers in a matrix; smaller ones (the heads, segments) are not worth the loss
SMALLEST_SCALE = 1e-9


def write_graph(network: ReaderNetwork, path: Path) -> None:
    """Writes the network as an ONNX graph with free batch size and length."""
    ids = torch.randint(1000, 2000, (2, 24))
    types = (torch.arange(24) >= 10).long().expand(2, 24).contiguous()
    axes = {name: {0: "batch", 1: "tokens"} for name in (*INPUTS, *BY_TOKEN)}
    axes |= {name: {0: "batch"} for name in BY_PAIR}
    torch.onnx.export(
        network.eval(),
        (ids, torch.ones_like(ids), types),
        str(path),
        input_names=list(INPUTS),
        output_names=[*BY_TOKEN, *BY_PAIR],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,  # the tracing exporter takes dynamic_axes, and its graph quantises as it is
    )


def quantize(source: Path, target: Path) -> None:
    """Writes the graph with weights in int8, one scale for each output feature or word; sums stay fp32.

    ONNX Runtime widens the matrices when it loads them. Int8 sums would be twice as fast, but cost half a point of F1 and
    more, and overflow on processors without VNNI (see RESULTS.md).
    """
    model = onnx.load(str(source))
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        name = node.input[WEIGHT_INPUT[node.op_type]] if node.op_type in WEIGHT_INPUT else ""
        if name not in weights or np.prod(weights[name].dims) < SMALLEST_QUANTIZED:
            nodes.append(node)
            continue
        axis = 0 if node.op_type == "Gather" or _is_transposed(node) else 1
        values, scales = _to_int8(numpy_helper.to_array(weights[name]), axis)
        model.graph.initializer.remove(weights.pop(name))
        model.graph.initializer.append(numpy_helper.from_array(values, f"{name}.int8"))
        if node.op_type == "Gather":
            # Widened after the look-up, or the whole vocabulary would be.
            found = node.output[0]
            model.graph.initializer.append(numpy_helper.from_array(scales[:, None], f"{name}.scale"))
            nodes += [
                helper.make_node("Gather", [f"{name}.int8", node.input[1]], [f"{found}.int8"]),
                helper.make_node("Cast", [f"{found}.int8"], [f"{found}.wide"], to=TensorProto.FLOAT),
                helper.make_node("Gather", [f"{name}.scale", node.input[1]], [f"{found}.scale"]),
                helper.make_node("Mul", [f"{found}.wide", f"{found}.scale"], [found]),
            ]
        else:
            model.graph.initializer.append(numpy_helper.from_array(scales, f"{name}.scale"))
            node.input[1] = f"{name}.wide"
            widen = [f"{name}.int8", f"{name}.scale"]
            nodes += [helper.make_node("DequantizeLinear", widen, [f"{name}.wide"], axis=axis), node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def _is_transposed(node: onnx.NodeProto) -> bool:
    return any(attribute.name == "transB" and attribute.i for attribute in node.attribute)


def _to_int8(weights: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Returns whole numbers of -127 to 127 and the scales along `axis` that give the weights back."""
    scales = np.maximum(np.abs(weights).max(axis=1 - axis, keepdims=True) / 127, SMALLEST_SCALE)
    values = np.clip(np.round(weights / scales), -127, 127).astype(np.int8)
    return values, scales.reshape(-1).astype(np.float32)


def main() -> None:
    """Writes reader.onnx, tokenizer.json and reader.json; calibrate.py and evaluate.py complete reader.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("training/work"), help="holds reader/ and data.json")
    parser.add_argument("--weights", type=Path, help="default: reader/model.safetensors in --work")
    parser.add_argument("--out", type=Path, default=Path("src/kimqa/models/reader"))
    parser.add_argument("--fp32", action="store_true", help="leave the numbers as trained, to compare with int8")
    parser.add_argument(
        "--seed", type=int, default=22, help="the seed that the weights were trained with, for the record"
    )
    arguments = parser.parse_args()

    network = ReaderNetwork()
    network.load_state_dict(load_file(arguments.weights or arguments.work / "reader" / "model.safetensors"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / "reader.onnx"
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "reader.onnx"
        write_graph(network, graph)
        if arguments.fp32:
            shutil.copy(graph, target)
        else:
            quantize(graph, target)
    shutil.copy(base_folder() / "tokenizer.json", arguments.out / "tokenizer.json")
    files = ("reader.onnx", "tokenizer.json")
    manifest = {
        "files": {name: hashlib.sha256((arguments.out / name).read_bytes()).hexdigest() for name in files},
        "max_tokens": MAX_TOKENS,
        "calibration": {},
        "seed": arguments.seed,
        "data": json.loads((arguments.work / "data.json").read_text(encoding="utf-8")),
    }
    (arguments.out / "reader.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
