"""The plain pipeline to compare with: fixed pieces of text, sentence-transformers, Chroma through LangChain, top four.

`python -m evals.benchmarks.naive_rag` measures it on the corpus and the gold questions and prints one JSON object.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from evals import metrics
from evals.gold import gold_files, load_gold
from evals.grading import relevance
from kimqa import Passage, Pipeline, load_settings

TOP_K: Final = 4  # the defaults of LangChain's vector store retriever and of its tutorials' splitter
PIECE_CHARS: Final = 1000
OVERLAP_CHARS: Final = 200


def pieces(text: str) -> list[tuple[int, str]]:
    """Pieces of fixed length with where they start, each overlapping the one before."""
    step = PIECE_CHARS - OVERLAP_CHARS
    return [(start, text[start : start + PIECE_CHARS]) for start in range(0, max(len(text) - OVERLAP_CHARS, 1), step)]


def measure() -> dict[str, Any]:
    """Milliseconds to import, build and ask, memory in MiB, and the share of gold questions with a hit."""
    with Pipeline_closed() as texts, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        started = time.perf_counter()
        store = build_store(texts, Path(folder))
        built = time.perf_counter()
        questions = load_gold(gold_files(), texts)
        times, hits = [], []
        for gold in questions:
            begun = time.perf_counter()
            found = store.similarity_search(gold.question, k=TOP_K)
            times.append(1000 * (time.perf_counter() - begun))
            if gold.is_answerable:
                passages = [_passage(rank, document) for rank, document in enumerate(found, start=1)]
                hits.append(relevance(gold, passages, texts))
    return {
        "build_seconds": built - started,
        "query_p50_ms": float(np.percentile(times, 50)),
        "query_p95_ms": float(np.percentile(times, 95)),
        "memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **{f"hit@{top_k}": float(np.mean([metrics.hit_at(hit, top_k) for hit in hits])) for top_k in (1, 3)},
    }
