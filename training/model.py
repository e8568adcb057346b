"""Token ids of a question and a passage come in; start, end, answerable and verdict logits go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

VERDICTS = ("yes", "no", "not_stated")
MASKED = -1e4  # far below any logit, and still a number in bfloat16 and float16


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder; the defaults are those of all-MiniLM-L6-v2.

    The layers numbered in `gated` were added to trained ones: what they change goes through a gate, see `Layer`.
    """

    vocabulary: int = 30522
    hidden: int = 384
    heads: int = 12
    feed_forward: int = 1536
    layers: int = 6
    positions: int = 512
    gated: tuple[int, ...] = ()


def shape_of(state: Mapping[str, object]) -> Shape:
    """Returns the shape of the network that the weights belong to; of the sizes, only the number of layers varies."""
    layers = {int(name.split(".")[1]) for name in state if name.startswith("layers.")}
    gated = tuple(sorted(number for number in layers if f"layers.{number}.gate" in state))
    return Shape(layers=len(layers), gated=gated)


class TokenDropout(nn.Module):
    """Dropout with one mask for all tokens of an example (Gal and Ghahramani 2016).

    On a CPU, drawing a random number for every element takes 14 % of a training step; this takes none of it.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.keep = 1.0 - probability

    def forward(self, hidden: Tensor) -> Tensor:
        """Returns `hidden` [batch, ..., features] with features set to zero, in training only."""
        if not self.training or self.keep == 1.0:
            return hidden
        shape = (hidden.shape[0], *(1 for _ in hidden.shape[1:-1]), hidden.shape[-1])
        return hidden * torch.empty(shape, dtype=hidden.dtype).bernoulli_(self.keep).div_(self.keep)


class Layer(nn.Module):
    """One post-norm transformer layer, as in BERT; with a gate, h + gate * (layer(h) - h), a factor for each feature.

    With a gate near 0 a layer changes nothing, so that it can be added to a trained network (as Bachlechner et al. 2021,
    "ReZero", and Touvron et al. 2021, "LayerScale", begin with layers that change little).

    There is no dropout on the attention weights: on a CPU, drawing the random numbers for it costs half the step.
    """

    gate: Tensor | None

    def __init__(self, shape: Shape, dropout: float, gated: bool = False) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query_key_value = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.attention_out = nn.Linear(shape.hidden, shape.hidden)
        self.attention_norm = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.widen = nn.Linear(shape.hidden, shape.feed_forward)
        self.narrow = nn.Linear(shape.feed_forward, shape.hidden)
        self.output_norm = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.dropout = TokenDropout(dropout)
        self.register_parameter("gate", nn.Parameter(torch.zeros(shape.hidden)) if gated else None)

    def forward(self, hidden: Tensor, padding: Tensor) -> Tensor:
        """Returns [batch, tokens, hidden]; `padding` is [batch, 1, 1, tokens], 0 for a token and very low for padding."""
        batch, tokens, width = hidden.shape
        size = width // self.heads
        mixed = self.query_key_value(hidden).view(batch, tokens, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        scores = torch.matmul(mixed[0] * size**-0.5, mixed[1].transpose(-1, -2)) + padding.to(mixed.dtype)
        attended = torch.matmul(torch.softmax(scores, dim=-1), mixed[2])
        attended = attended.transpose(1, 2).reshape(batch, tokens, width)
        middle = self.attention_norm(hidden + self.dropout(self.attention_out(attended)))
        wide = functional.gelu(self.widen(middle))
        normed: Tensor = self.output_norm(middle + self.dropout(self.narrow(wide)))
        return normed if self.gate is None else hidden + self.gate * (normed - hidden)


class ReaderNetwork(nn.Module):
    """A cross-encoder with two heads over tokens (start, end) and two over the pair (answerable, verdict).

    The pair heads see [CLS], the mean of all tokens (the base weights were trained for mean pooling), and the tokens
    that the span heads point at, so that "does it answer?" is judged on the answer itself.
    """

    def __init__(self, shape: Shape = Shape(), dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        self.positions = nn.Embedding(shape.positions, shape.hidden)
        self.segments = nn.Embedding(2, shape.hidden)
        self.embedding_norm = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.dropout = TokenDropout(dropout)
        self.layers = nn.ModuleList(Layer(shape, dropout, number in shape.gated) for number in range(shape.layers))
        self.span = nn.Linear(shape.hidden, 2)
        self.pair = nn.Linear(4 * shape.hidden, shape.hidden)
        self.answerable = nn.Linear(shape.hidden, 1)
        self.verdict = nn.Linear(shape.hidden, len(VERDICTS))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Returns start and end logits [batch, tokens], answerable [batch], verdict [batch, 3] (see VERDICTS)."""
        positions = torch.arange(input_ids.shape[1], device=input_ids.device)
        hidden = self.words(input_ids) + self.positions(positions)[None] + self.segments(token_type_ids)
        hidden = self.dropout(self.embedding_norm(hidden))
        present = attention_mask.to(hidden.dtype)
        padding = (1.0 - present)[:, None, None, :] * MASKED
        for layer in self.layers:
            hidden = layer(hidden, padding)
        in_passage = present * token_type_ids.to(hidden.dtype)
        logits = self.span(hidden).float() + (1.0 - in_passage)[..., None] * MASKED
        weights = torch.softmax(logits, dim=1).detach().to(hidden.dtype)
        pointed = torch.matmul(weights.transpose(1, 2), hidden)
        mean = (hidden * present[..., None]).sum(1) / present.sum(1, keepdim=True)
        pooled = torch.cat((hidden[:, 0], mean, pointed[:, 0], pointed[:, 1]), dim=-1)
        pair = self.dropout(functional.gelu(self.pair(pooled)))
        return logits[..., 0], logits[..., 1], self.answerable(pair)[:, 0].float(), self.verdict(pair).float()


def load_base(network: ReaderNetwork, weights: Path) -> None:
    """Fills the encoder of `network` from a BERT checkpoint in safetensors; the heads keep their random start."""
    base = {name.removeprefix("bert."): tensor for name, tensor in load_file(weights).items()}
    state = {
        "words.weight": base["embeddings.word_embeddings.weight"],
        "positions.weight": base["embeddings.position_embeddings.weight"],
        "segments.weight": base["embeddings.token_type_embeddings.weight"],
        "embedding_norm.weight": base["embeddings.LayerNorm.weight"],
        "embedding_norm.bias": base["embeddings.LayerNorm.bias"],
    }
    names = {
        "attention_out": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "widen": "intermediate.dense",
        "narrow": "output.dense",
        "output_norm": "output.LayerNorm",
    }
    for number in range(len(network.layers)):
        source, target = f"encoder.layer.{number}.", f"layers.{number}."
        for kind in ("weight", "bias"):
            parts = [base[f"{source}attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            state[f"{target}query_key_value.{kind}"] = torch.cat(parts)
            for ours, theirs in names.items():
                state[f"{target}{ours}.{kind}"] = base[f"{source}{theirs}.{kind}"]
    missing, unexpected = network.load_state_dict(state, strict=False)
    heads = ("span.", "pair.", "answerable.", "verdict.")
    if unexpected or any(not name.startswith(heads) for name in missing):
        raise ValueError(f"{weights} is no BERT of this shape: missing {missing}, unexpected {unexpected}")
