"""From a reader's name to the reader."""

from __future__ import annotations

from typing import Final

from kimqa.errors import ArgumentError
from kimqa.readers.extractive import ExtractiveReader
from kimqa.readers.span_model import SpanModel
from kimqa.types import Reader

READERS: Final = ("extractive",)


def load_reader(name: str, *, threads: int = 0, min_confidence: float = 0.0) -> Reader:
    """The reader of that name.

    Raises:
        ArgumentError: an unknown name; lists the choices.
        ModelError: the reader's weights are missing or altered.
    """
    if name != ExtractiveReader.name:
        raise ArgumentError(f"There is no reader {name!r:.60}. Choose one of: {', '.join(READERS)}.")
    return ExtractiveReader(SpanModel.load(threads=threads or None), min_confidence=min_confidence)
