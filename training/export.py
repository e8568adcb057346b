"""Trained weights come in; the model folder that the package loads goes out, in fp32 or int8."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file

from training.model import ReaderNetwork
from training.train import base_folder

MAX_TOKENS = 320
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BY_TOKEN = ("start_logits", "end_logits")
BY_PAIR = ("answerable", "verdict")


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


def quantize(source: Path, target: Path, *, keep: list[str], reduce_range: bool) -> None:
    """Writes the graph with int8 weights, one scale a channel, and int8 activations, scaled at run time.

    Args:
        source: the fp32 graph.
        target: the int8 graph.
        keep: parts of names of nodes that stay fp32.
        reduce_range: use 7 of the 8 bits of the weights. Processors without VNNI add products in 16 bits, where the
            eighth bit can overflow.
    """
    # ONNX Runtime reports its use unless this is set before its first import.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = source.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    nodes = [node.name for node in onnx.load(str(prepared)).graph.node]
    quantize_dynamic(
        str(prepared),
        str(target),
        per_channel=True,
        reduce_range=reduce_range,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[name for name in nodes if any(part in name for part in keep)],
    )


def main() -> None:
    """Writes reader.onnx, tokenizer.json and reader.json; calibrate.py and evaluate.py complete reader.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("training/work"), help="holds stage2/ and data.json")
    parser.add_argument("--weights", type=Path, help="default: stage2/model.safetensors in --work")
    parser.add_argument("--out", type=Path, default=Path("src/kimqa/models/reader"))
    parser.add_argument("--fp32", action="store_true", help="leave the numbers as trained, to compare with int8")
    parser.add_argument("--reduce-range", action=argparse.BooleanOptionalAction, default=False)
    parser.add_argument("--keep", nargs="*", default=[], help="parts of names of nodes to leave in fp32")
    parser.add_argument(
        "--seed", type=int, default=22, help="the seed that the weights were trained with, for the record"
    )
    arguments = parser.parse_args()

    network = ReaderNetwork()
    network.load_state_dict(load_file(arguments.weights or arguments.work / "stage2" / "model.safetensors"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / "reader.onnx"
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "reader.onnx"
        write_graph(network, graph)
        if arguments.fp32:
            shutil.copy(graph, target)
        else:
            quantize(graph, target, keep=arguments.keep, reduce_range=arguments.reduce_range)
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
