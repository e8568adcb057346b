"""`python -m evals.benchmarks.speed`: how fast kimqa is, beside a plain pipeline on the same corpus in the same run.

Cold start is whole processes, in turn, so that a busy machine slows all of them. Nothing is asserted here.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from evals import metrics
from evals.benchmarks.memory import AT_EXIT, peak_mib
from evals.gold import GoldQuestion, gold_files, load_gold
from evals.grading import relevance
from kimqa import Passage, Pipeline, load_settings

_QUESTION: Final = "Who met whom?"
_CLI: Final = "import sys; from kimqa.cli import main; sys.exit(main())"
_COLD: Final = {
    "kimqa ask": (_CLI, "ask", _QUESTION),
    "python: kimqa.ask()": (f"import kimqa; kimqa.ask({_QUESTION!r})",),
    "python: import sentence_transformers": ("import sentence_transformers",),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Process:
    """What a process took until its end."""

    seconds: float
    memory_mib: float


def run_process(code: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Process:
    """Run Python `code` in a process of its own and measure it.

    Raises:
        RuntimeError: it failed; with what it wrote on stderr.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "memory"
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", AT_EXIT + code, *arguments, str(place)],
            capture_output=True,
            text=True,
            env={**os.environ, **(environment or {})},
            check=False,
        )
        seconds = time.perf_counter() - begun
        if done.returncode:
            raise RuntimeError(f"{code!r} ended with {done.returncode}: {done.stderr[-2000:]}")
        return Process(seconds, float(place.read_text(encoding="ascii")))


def warm() -> dict[str, Any]:
    """In this process: milliseconds of every gold question, in all and by stage, hits by rank, and memory."""
    pipeline = Pipeline.open(load_settings())
    texts = {article.id: article.text for article in pipeline.articles()}
    questions = load_gold(gold_files(), texts)
    pipeline.ask(questions[0].question)
    times, stages, hits = [], [], []
    for gold in questions:
        begun = time.perf_counter()
        answer = pipeline.ask(gold.question, history=gold.history)
        times.append(1000 * (time.perf_counter() - begun))
        stages.append(dict(answer.timings))
        passages = sorted(answer.passages, key=lambda passage: passage.rank)
        hits.append(list(relevance(gold, passages, texts)))
    return {"milliseconds": times, "stages": stages, "hits": hits, "memory_mib": peak_mib()}


def naive(texts: Mapping[str, str], questions: Sequence[GoldQuestion]) -> dict[str, Any]:
    """The same of the plain pipeline, in a process of its own."""
    given = json.dumps({"texts": dict(texts), "questions": [gold.question for gold in questions]})
    measured: dict[str, Any] = _child(["-m", "evals.benchmarks.naive_rag"], given)
    measured["hits"] = [
        list(relevance(gold, [_passage(rank, piece) for rank, piece in enumerate(pieces, start=1)], texts))
        for gold, pieces in zip(questions, measured.pop("found"), strict=True)
    ]
    return measured


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.speed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="cold starts of each kind (default 5)")
    parser.add_argument("--warm-only", action="store_true", help="print the warm measurements as JSON (used inside)")
    options = parser.parse_args()
    if options.warm_only:
        print(json.dumps(warm()))
        return
    settings = load_settings()
    Pipeline.build(settings)
    texts = {article.id: article.text for article in Pipeline.open(settings).articles()}
    questions = load_gold(gold_files(), texts)
    _print_cold(options.rounds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        sync = run_process(_CLI, "sync", environment={"KIMQA_VECTORSTORE": folder})
    plain = naive(texts, questions)
    ours = _child(["-m", "evals.benchmarks.speed", "--warm-only"])
    _print_warm(questions, ours, plain, sync, len(texts))


def _print_cold(rounds: int) -> None:
    runs: dict[str, list[Process]] = {name: [] for name in _COLD}
    for _ in range(rounds):
        for name, arguments in _COLD.items():
            runs[name].append(run_process(*arguments))
    medians = {name: float(np.median([run.seconds for run in found])) for name, found in runs.items()}
    reference = list(medians.values())[-1]
    print(f"Cold start: whole processes, median of {rounds} in turn")
    for name, seconds in medians.items():
        memory = max(run.memory_mib for run in runs[name])
        print(f"  {name:<38}{seconds:7.2f} s {seconds / reference:7.2f} of the last {memory:7.0f} MiB at most")


def _print_warm(
    questions: Sequence[GoldQuestion],
    ours: Mapping[str, Any],
    plain: Mapping[str, Any],
    sync: Process,
    articles: int,
) -> None:
    print(f"\nWarm: {len(questions)} gold questions, {articles} articles       kimqa    plain RAG (finds only)")
    for name, percent in (("p50", 50), ("p95", 95)):
        values = [float(np.percentile(found["milliseconds"], percent)) for found in (ours, plain)]
        print(f"  ask, {name:<28}{values[0]:13.1f} ms {values[1]:9.1f} ms")
    for top_k in (1, 3):
        shares = [_hit_share(questions, found["hits"], top_k) for found in (ours, plain)]
        print(f"  hit@{top_k:<29}{shares[0]:13.3f}    {shares[1]:9.3f}")
    print(f"  {'build the index':<33}{sync.seconds:13.1f} s* {plain['build_seconds']:9.1f} s   *whole process")
    print(f"  {'memory at most, asking':<33}{ours['memory_mib']:13.0f} MiB{plain['memory_mib']:9.0f} MiB")
    print(f"  {'memory at most, building':<33}{sync.memory_mib:13.0f} MiB")
    print("\nStages of kimqa's ask()                 p50         p95")
    for stage in ours["stages"][0]:
        times = [stages.get(stage, 0.0) for stages in ours["stages"]]
        print(f"  {stage:<33}{np.percentile(times, 50):7.1f} ms {np.percentile(times, 95):9.1f} ms")


def _hit_share(questions: Sequence[GoldQuestion], hits: Sequence[Sequence[bool]], top_k: int) -> float:
    pairs = zip(questions, hits, strict=True)
    return float(np.mean([metrics.hit_at(found, top_k) for gold, found in pairs if gold.is_answerable]))


def _child(arguments: Sequence[str], given: str | None = None) -> Any:
    done = subprocess.run([sys.executable, *arguments], input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def _passage(rank: int, piece: Mapping[str, Any]) -> Passage:
    """A piece that the plain pipeline found, in the form that the metrics take."""
    start, text = piece["start"], piece["text"]
    return Passage(
        rank=rank, score=0.0, chunk_id="", article_id=piece["article_id"], title="", outlet="", author=None,
        published=None, url=None, text=text, start=start, end=start + len(text),
    )  # fmt: skip


if __name__ == "__main__":
    main()
