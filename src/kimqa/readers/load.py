"""From a reader's name, or a LangChain chat model, to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from langchain_core.language_models import BaseChatModel

from kimqa.errors import ArgumentError, ModelError
from kimqa.readers.extractive import ExtractiveReader, PassageModel
from kimqa.readers.generative import GenerativeReader
from kimqa.readers.models import PROVIDERS, ModelOptions, is_model_name, load_chat_model
from kimqa.readers.span_model import VERIFIER, PassageInput, Span, SpanModel
from kimqa.support import MEASURES
from kimqa.types import Filling, Passage, Reader, Verdict

READERS: Final = (ExtractiveReader.name, *(f"{provider}:MODEL" for provider in PROVIDERS))


class SpanJudge:
    """Judges statements with the verifier model, and fills their blanks with the reader model."""

    def __init__(self, model: SpanModel, reader: PassageModel) -> None:
        self._model = model
        self._reader = reader

    @property
    def least_support(self) -> float:
        """The least `support` at which a statement counts as supported."""
        return self._model.calibration.support_threshold

    def support(self, measures: Sequence[float]) -> float:
        """How likely a statement with these measures (`kimqa.support.MEASURES`) is supported, 0 to 1."""
        return self._model.support(measures)

    def judge(self, statement: str, passages: Sequence[Passage]) -> list[Verdict]:
        """One verdict for each passage, in their order."""
        return [Verdict(r.yes, r.no, r.not_stated) for r in self._model.read(statement, _inputs(passages))]

    def fill(self, question: str, passages: Sequence[Passage]) -> list[Filling]:
        """What each passage answers to a question, in their order; the line above it (outlet, date, title) too."""
        return [
            Filling(r.answerable, tuple((span.text, span.score) for span in _best_first((*r.spans, *r.header_spans))))
            for r in self._reader.read(question, _inputs(passages))
        ]


def _best_first(spans: Sequence[Span]) -> list[Span]:
    return sorted(spans, key=lambda span: -span.score)


def _inputs(passages: Sequence[Passage]) -> list[PassageInput]:
    return [PassageInput(p.text, p.title, p.outlet, p.published) for p in passages]


def load_extractive(*, threads: int = 0, min_confidence: float = 0.0) -> ExtractiveReader:
    """The reader that needs no language model.

    Raises:
        ModelError: its weights are missing or altered.
    """
    return ExtractiveReader(SpanModel.load(threads=threads or None), min_confidence=min_confidence)


def load_judge(reader: Reader | None = None, *, threads: int = 0) -> SpanJudge:
    """The judge of what a language model writes.

    Args:
        reader: the extractive reader, whose model fills the blanks of statements; loaded anew for any other.
        threads: passages read at the same time, 0 for one on each core.

    Raises:
        ModelError: its weights are missing or altered, or were made for other measures than `kimqa.support` takes.
    """
    model = SpanModel.load(VERIFIER, threads=threads or None)
    weights = len(model.calibration.support_weights)
    if weights != len(MEASURES):
        raise ModelError(
            f"the verifier model weighs {weights} measures, but there are {len(MEASURES)}; install kimqa again, or run its recipe"
        )
    own = reader.model if isinstance(reader, ExtractiveReader) else SpanModel.load(threads=threads or None)
    return SpanJudge(model, own)


def load_model_reader(name: str, options: ModelOptions) -> GenerativeReader:
    """The reader that asks the language model of a name.

    Raises:
        ArgumentError: an unknown name; lists the choices.
        ModelError: a package or a key is missing, or the model cannot be loaded.
    """
    if not is_model_name(name):
        raise ArgumentError(f"There is no reader {name!r:.60}. Choose one of: {', '.join(READERS)}.")
    return GenerativeReader(load_chat_model(name, options), name, options)


def as_reader(reader: Any, options: ModelOptions) -> Reader:
    """The reader that an object is, or that asks it if it is a LangChain chat model.

    Raises:
        ArgumentError: it is neither.
    """
    if isinstance(reader, BaseChatModel):
        return GenerativeReader(reader, options=options)
    if not (hasattr(reader, "read") and hasattr(reader, "name")):
        raise ArgumentError(
            f"reader is of type {type(reader).__name__}; pass a reader's name, a LangChain chat model, or an object with a "
            "name and a read method."
        )
    return reader  # type: ignore[no-any-return]
