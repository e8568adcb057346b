"""The exported encoder: equal to PyTorch's, found without a network, reused without PyTorch."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kimqa.encoders import export_encoder, load_encoder
from kimqa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, ModelError
from tests.fakes import write_tiny_model

SENTENCES = [
    "The train moved.",
    "A minister said on the bridge that talks in the summer moved the election. " * 30,
    "café — 北京 U.S. 1,000.50?",
    "",
]


def torch_model(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu")


def write_static_model(folder: Path) -> Path:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "train": 1, "river": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    static = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)], device="cpu")
    static.save(str(folder), create_model_card=False)
    return folder


def agreement(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.min(np.sum(ours * theirs, axis=1)))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with warnings.catch_warnings():  # of the libraries that make the model
        warnings.simplefilter("ignore")
        return write_tiny_model(tmp_path_factory.mktemp("tiny"), prompts={"query": "talks ", "document": "river "})


@pytest.fixture(scope="module")
def exported(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    export_encoder(str(tiny), folder=folder)
    return folder


def test_the_exported_passage_encoder_agrees_with_pytorch_and_puts_the_document_prompt_first(tiny, exported):
    ours = export_encoder(str(tiny), folder=exported).encode(SENTENCES)
    theirs = torch_model(tiny).encode(SENTENCES, prompt="river ", normalize_embeddings=True)
    assert agreement(ours, theirs) >= 0.9999
    assert ours.dtype == np.float32


def test_the_loaded_question_encoder_puts_the_query_prompt_first(tiny, exported):
    ours = load_encoder(str(tiny), folder=exported).encode(SENTENCES)
    theirs = torch_model(tiny).encode(SENTENCES, prompt="talks ", normalize_embeddings=True)
    assert agreement(ours, theirs) >= 0.9999


def test_where_tracing_fails_the_other_exporter_is_used(tiny, tmp_path, monkeypatch):
    import torch

    export = torch.onnx.export
    asked = []

    def without_tracing(*arguments: Any, dynamo: bool, **options: Any) -> Any:
        asked.append(dynamo)
        if not dynamo:
            raise RuntimeError("the model asks for the length of the text")
        return export(*arguments, dynamo=True, **options)

    monkeypatch.setattr(torch.onnx, "export", without_tracing)
    ours = export_encoder(str(tiny), folder=tmp_path)
    theirs = torch_model(tiny).encode(SENTENCES, prompt="river ", normalize_embeddings=True)
    assert asked == [False, True]
    assert json.loads((tmp_path / "encoder.json").read_text())["sizes"]
    assert agreement(ours.encode(SENTENCES), theirs) > 0.9999


def test_an_export_whose_weights_lie_in_files_of_their_own_is_not_taken(tiny, tmp_path, monkeypatch):
    import torch

    export = torch.onnx.export

    def with_weights_apart(model: Any, example: Any, path: str, **options: Any) -> Any:
        Path(path).with_name("embeddings.weight").write_bytes(b"2 GB")
        return export(model, example, path, **options)

    monkeypatch.setattr(torch.onnx, "export", with_weights_apart)
    export_encoder(str(tiny), folder=tmp_path)
    assert json.loads((tmp_path / "encoder.json").read_text())["sizes"] == {}


def test_a_long_text_is_cut_where_the_model_stops_reading(tiny, exported):
    encoder = load_encoder(str(tiny), folder=exported)
    long, longer = encoder.encode(["train " * 20, "train " * 20 + "river bridge"])
    assert np.array_equal(long, longer)


def test_a_vector_does_not_depend_on_the_texts_around_it(tiny, exported):
    encoder = load_encoder(str(tiny), folder=exported)
    together = encoder.encode(SENTENCES)
    alone = np.concatenate([encoder.encode([sentence]) for sentence in SENTENCES])
    assert np.array_equal(together, alone)


def test_no_texts_give_no_rows(tiny, exported):
    assert load_encoder(str(tiny), folder=exported).encode([]).shape == (0, 32)


def test_a_lone_surrogate_is_encoded_and_not_raised(tiny, exported):
    assert np.isclose(np.linalg.norm(load_encoder(str(tiny), folder=exported).encode(["a \ud800 train"])), 1.0)


def test_a_model_that_pools_otherwise_and_does_not_normalize_is_exported_with_length_one(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = write_tiny_model(tmp_path / "made", pooling="cls", normalize=False)
    ours = export_encoder(str(model), folder=tmp_path / "index").encode(SENTENCES)
    assert (tmp_path / "index" / "encoder.onnx").is_file()
    assert agreement(ours, torch_model(model).encode(SENTENCES, normalize_embeddings=True)) >= 0.9999


def test_the_packaged_minilm_agrees_with_sentence_transformers(built):
    card = json.loads((built.vectorstore_folder / "encoder.json").read_text(encoding="utf-8"))
    ours = load_encoder(built.encoder, folder=built.vectorstore_folder).encode(SENTENCES)
    theirs = torch_model(Path(card["source"])).encode(SENTENCES, normalize_embeddings=True)
    assert card["max_tokens"] == 256
    assert ours.shape == (4, 384)
    assert agreement(ours, theirs) >= 0.9999


def test_neither_asking_nor_the_same_model_again_imports_pytorch(tiny, exported):
    script = f"""
import sys
from pathlib import Path
from kimqa.encoders import export_encoder, load_encoder
for make in (export_encoder, load_encoder):
    make({str(tiny)!r}, folder=Path({str(exported)!r})).encode(["train"])
print(sorted({{"torch", "transformers", "sentence_transformers", "huggingface_hub"}} & sys.modules.keys()))"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_fingerprint_follows_the_weights(tmp_path):
    model = write_static_model(tmp_path / "static")
    before = export_encoder(str(model), folder=tmp_path / "index").fingerprint
    weights = bytearray(next(model.rglob("model.safetensors")).read_bytes())
    weights[-1] ^= 1
    next(model.rglob("model.safetensors")).write_bytes(weights)
    assert export_encoder(str(model), folder=tmp_path / "index").fingerprint != before


def test_the_same_model_under_another_name_is_not_exported_again(tiny, exported, tmp_path):
    index = shutil.copytree(exported, tmp_path / "index")
    other = shutil.copytree(tiny, tmp_path / "other")
    before = (index / "encoder.onnx").stat().st_mtime_ns
    export_encoder(str(other), folder=index)
    assert load_encoder(str(other), folder=index)
    assert (index / "encoder.onnx").stat().st_mtime_ns == before


def test_a_model_that_cannot_be_exported_runs_in_pytorch_and_says_so_once(tmp_path, caplog):
    model = write_static_model(tmp_path / "static")
    with caplog.at_level(logging.WARNING, "kimqa"):
        passages = export_encoder(str(model), folder=tmp_path / "index")
        questions = load_encoder(str(model), folder=tmp_path / "index")
    assert len([record for record in caplog.records if "PyTorch" in record.message]) == 1
    assert np.array_equal(passages.encode(["train river"]), questions.encode(["train river"]))
    assert passages.encode(["train"]).shape == (1, 8)
    assert passages.encode([]).shape == (0, 8)
    assert not (tmp_path / "index" / "encoder.onnx").exists()


def test_an_index_without_an_encoder_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(IndexMissingError, match="kimqa sync"):
        load_encoder("all-MiniLM-L6-v2", folder=tmp_path)


def test_another_model_than_the_stored_one_is_a_mismatch(exported):
    with pytest.raises(IndexMismatchError, match="other-model"):
        load_encoder("other-model", folder=exported)


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json"])
def test_a_cut_short_file_is_found_and_mended_by_exporting_again(tiny, exported, tmp_path, name):
    index = shutil.copytree(exported, tmp_path / "index")
    (index / name).write_bytes((index / name).read_bytes()[:100])
    with pytest.raises(IndexDamagedError, match="kimqa sync"):
        load_encoder(str(tiny), folder=index)
    export_encoder(str(tiny), folder=index)
    assert load_encoder(str(tiny), folder=index).encode(["train"]).shape == (1, 32)


def test_a_file_of_the_right_size_that_is_no_graph_is_damage(tiny, exported, tmp_path):
    index = shutil.copytree(exported, tmp_path / "index")
    (index / "encoder.onnx").write_bytes(b"\1" * (index / "encoder.onnx").stat().st_size)
    with pytest.raises(IndexDamagedError, match="cannot be loaded"):
        load_encoder(str(tiny), folder=index)


def test_a_folder_that_is_no_model_is_a_model_error(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="cannot be loaded"):
        export_encoder(str(tmp_path / "empty"), folder=tmp_path / "index")
    assert not (tmp_path / "index" / "encoder.json").exists()


def test_a_model_that_is_nowhere_says_what_to_do_without_a_network(tmp_path, monkeypatch):
    # The hub is kept out by its own switch, in a process of its own because it is read when the library is imported.
    script = f"""
from pathlib import Path
from kimqa.encoders import export_encoder
from kimqa.errors import ModelError
try:
    export_encoder("nobody/no-such-model", folder=Path({str(tmp_path)!r}))
except ModelError as error:
    print(error)"""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "'nobody/no-such-model' is no folder" in done.stdout
    assert "Without a network" in done.stdout
