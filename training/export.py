"""Trained weights come in; the model folder that the package loads goes out, in fp32 or int8."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file

from training.compact import rounded_words, to_int8, to_packed
from training.model import ReaderNetwork, shape_of
from training.train import base_folder

MAX_TOKENS = 320
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BY_TOKEN = ("start_logits", "end_logits")
BY_PAIR = ("answerable", "verdict")
WEIGHT_INPUT = {"MatMul": 1, "Gemm": 1, "Gather": 0}
SMALLEST_QUANTIZED = 50_000  # numbers in a matrix; smaller ones (the heads, segments) are not worth the loss
ROUNDED_ALREADY = 1e-5  # rows that rounding to 4 bits changes by less than this were rounded before


def write_graph(network: ReaderNetwork, path: Path) -> None:
    """Writes the network as an ONNX graph with free batch size and length."""
    ids = torch.randint(0, network.words.num_embeddings, (2, 24))
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

    Words that were rounded to 4 bits before training (see `deepen`) are stored in them, which loses nothing. ONNX Runtime
    widens the matrices when it loads them. Int8 sums would be twice as fast, but cost half a point of F1 and
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
        values = numpy_helper.to_array(weights[name])
        model.graph.initializer.remove(weights.pop(name))
        if node.op_type == "Gather":
            stored, widen = _looked_up(node, name, values)
        else:
            axis = 0 if _is_transposed(node) else 1
            numbers, scales = to_int8(values, axis)
            stored = {f"{name}.int8": numbers, f"{name}.scale": scales}
            node.input[1] = f"{name}.wide"
            widen = [helper.make_node("DequantizeLinear", list(stored), [f"{name}.wide"], axis=axis), node]
        model.graph.initializer.extend(numpy_helper.from_array(array, place) for place, array in stored.items())
        nodes += widen
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def _looked_up(
    node: onnx.NodeProto, name: str, rows: NDArray[np.float32]
) -> tuple[dict[str, NDArray[Any]], list[onnx.NodeProto]]:
    """Returns the rows as they are stored, and the nodes that look some up and widen them; not the whole vocabulary."""
    ids, found = node.input[1], node.output[0]
    if not np.allclose(rounded_words(rows), rows, atol=ROUNDED_ALREADY):
        numbers, scales = to_int8(rows, 0)
        stored: dict[str, NDArray[Any]] = {f"{name}.int8": numbers, f"{name}.scale": scales[:, None]}
        return stored, [
            helper.make_node("Gather", [f"{name}.int8", ids], [f"{found}.int8"]),
            helper.make_node("Cast", [f"{found}.int8"], [f"{found}.wide"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}.scale", ids], [f"{found}.scale"]),
            helper.make_node("Mul", [f"{found}.wide", f"{found}.scale"], [found]),
        ]
    packed = to_packed(rows)
    stored = {f"{name}.packed": packed.values, f"{name}.scale": packed.scales, f"{name}.lowest": packed.lowest}
    stored |= {f"{name}.sixteen": np.array(16, np.uint8), f"{name}.four": np.array(4, np.uint8)}
    return stored, [
        helper.make_node("Gather", [f"{name}.packed", ids], [f"{found}.packed"]),
        helper.make_node("Mod", [f"{found}.packed", f"{name}.sixteen"], [f"{found}.low"]),
        helper.make_node("BitShift", [f"{found}.packed", f"{name}.four"], [f"{found}.high"], direction="RIGHT"),
        helper.make_node("Concat", [f"{found}.low", f"{found}.high"], [f"{found}.numbers"], axis=-1),
        helper.make_node("Cast", [f"{found}.numbers"], [f"{found}.wide"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{name}.scale", ids], [f"{found}.scale"]),
        helper.make_node("Gather", [f"{name}.lowest", ids], [f"{found}.lowest"]),
        helper.make_node("Mul", [f"{found}.wide", f"{found}.scale"], [f"{found}.scaled"]),
        helper.make_node("Add", [f"{found}.scaled", f"{found}.lowest"], [found]),
    ]


def _is_transposed(node: onnx.NodeProto) -> bool:
    return any(attribute.name == "transB" and attribute.i for attribute in node.attribute)


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

    state = load_file(arguments.weights or arguments.work / "reader" / "model.safetensors")
    network = ReaderNetwork(shape_of(state))
    network.load_state_dict(state)
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
