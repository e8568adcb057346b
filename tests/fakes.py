"""Small stand-ins for the Protocols of kimqa, and a tiny encoder model made on the spot."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kimqa.text import content_words
from kimqa.types import Vectors

WORDS = (
    "the",
    "a",
    "train",
    "minister",
    "talks",
    "river",
    "bridge",
    "election",
    "summer",
    "café",
    "北京",
    "said",
    "moved",
)


class HashingEncoder:
    """A bag of words: texts with words in common are similar. No model, and the same everywhere."""

    def __init__(self, dimension: int = 64, fingerprint: str = "hashing-1") -> None:
        self.dimension = dimension
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 0.01  # a text without words has a direction too
            for word in content_words(text):
                digest = hashlib.sha256(f"{self.fingerprint} {word}".encode()).digest()
                vectors[row, int.from_bytes(digest[:4], "big") % self.dimension] += 1 if digest[4] % 2 else -1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def random_vectors(count: int, dimension: int = 384, *, latent: int = 24, seed: int = 0) -> Vectors:
    """Vectors that vary in a few directions and a little in all, as those of real texts do."""
    random = np.random.default_rng(seed)
    directions = np.random.default_rng(1).normal(size=(latent, dimension))
    vectors = random.normal(size=(count, latent)) @ directions + 0.5 * random.normal(size=(count, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def write_tiny_model(
    folder: Path, *, pooling: str = "mean", normalize: bool = True, prompts: dict[str, str] | None = None
) -> Path:
    """A sentence-transformers model of the BERT kind with random weights: two layers, 32 dimensions, 16 tokens."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    plain = folder / "bert"
    plain.mkdir(parents=True)
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *"abcdefghijklmnopqrstuvwxyz.,",
        *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"),
    ]
    (plain / "vocab.txt").write_text("\n".join([*pieces, *WORDS]), encoding="utf-8")
    BertTokenizerFast(vocab=str(plain / "vocab.txt"), model_max_length=64).save_pretrained(plain)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces) + len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    BertModel(config).save_pretrained(plain)
    transformer = Transformer(str(plain), max_seq_length=16)
    modules = [transformer, Pooling(32, pooling), *([Normalize()] if normalize else [])]
    SentenceTransformer(modules=modules, device="cpu", prompts=prompts).save(
        str(folder / "model"), create_model_card=False
    )
    return folder / "model"
