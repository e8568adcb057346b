"""A calibrated model and held-out statements come in; the weights that join its verdict with what can be counted go out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from kimqa.readers.load import SpanJudge
from kimqa.readers.span_model import SpanModel
from kimqa.support import MEASURES, is_ruled_out, measure_of
from kimqa.types import Passage as ShownPassage
from training.examples import NOT_STATED, Pair, Passage, load_pairs, load_passages
from training.metrics import auroc

WRONG_PASSAGE = "wrong passage"
SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)  # of the supported statements that are dropped


def shown(passage: Passage) -> ShownPassage:
    """Returns a passage in the form in which readers are shown it."""
    text = passage.text.rstrip("\n")
    return ShownPassage(
        1, 1.0, passage.id, passage.group, passage.title or "", passage.outlet or "", None, passage.date, None,
        text, 0, len(text),
    )  # fmt: skip


def measured(judge: SpanJudge, work: Path, part: str) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[Pair]]:
    """Returns the measures of every statement of a held-out part [statements, measures], and whether it is supported.

    Every fourth is also held against a passage on another matter, as when a model names the wrong one.
    """
    passages = load_passages(work / "passages.jsonl")
    found = [pair for pair in load_pairs(work / f"pairs-{part}.jsonl") if pair.source == "statements"]
    # Those that are written as a language model writes, and a third of the others: each takes some tenths of a second.
    statements = [pair for at, pair in enumerate(found) if is_near(pair) or at % 3 == 0]
    others = statements[len(statements) // 2 :] + statements[: len(statements) // 2]
    statements += [
        replace(pair, passage=other.passage, verdict=NOT_STATED, style=WRONG_PASSAGE)
        for pair, other in zip(statements[::4], others[::4], strict=True)
        if passages[pair.passage].group != passages[other.passage].group
    ]
    rows = [measure_of(pair.question, [shown(passages[pair.passage])], judge) for pair in statements]
    return np.array(rows), np.array([pair.verdict == 0 for pair in statements]), statements


def is_near(pair: Pair) -> bool:
    """Says whether a statement is one of those written as a language model writes."""
    return pair.style.startswith("near")


def probabilities(measures: NDArray[np.float64], weights: NDArray[np.float64], bias: float) -> NDArray[np.float64]:
    """Returns how likely each statement is supported, as `kimqa.support.support_of` has it."""
    found: NDArray[np.float64] = 1 / (1 + np.exp(-(bias + measures @ weights)))
    return np.where([is_ruled_out(row) for row in measures], 0.0, found)


def threshold_for(probabilities: Sequence[float], supported: NDArray[np.bool_], share: float) -> float:
    """Returns the highest threshold that drops no more than the given share of the supported statements."""
    return float(np.quantile(np.asarray(probabilities)[supported], share, method="lower"))


def main() -> None:
    """Fills the weights of `support` in reader.json from the calibration half, and prints what they do on the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("src/kimqa/models/verifier"))
    parser.add_argument("--reader", type=Path, default=Path("src/kimqa/models/reader"), help="fills the blanks")
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--max-dropped", type=float, default=0.10, help="share of the supported statements")
    arguments = parser.parse_args()

    judge = SpanJudge(SpanModel.load(arguments.model), SpanModel.load(arguments.reader))
    measures, supported, pairs = measured(judge, arguments.work, "calibration")
    near = np.array([is_near(pair) for pair in pairs])
    weight = np.array([1.0 if is_near(pair) or pair.style == WRONG_PASSAGE else 0.5 for pair in pairs])
    scaler = StandardScaler().fit(measures)
    fitted = LogisticRegression(C=0.3, max_iter=3000).fit(scaler.transform(measures), supported, sample_weight=weight)
    weights = fitted.coef_[0] / scaler.scale_
    if (
        weights[MEASURES.index("other_answer")] > 0
    ):  # `support_of` takes it that this can only speak against a statement
        raise SystemExit("other answers speak for a statement: the reader does not fit, nothing was written")
    bias = float(fitted.intercept_[0] - weights @ scaler.mean_)
    found = probabilities(measures, weights, bias)
    threshold = threshold_for(found[near], supported[near], arguments.max_dropped)
    path = arguments.model / "reader.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["calibration"] |= {
        "support_bias": round(bias, 4),
        "support_weights": [round(float(weight), 4) for weight in weights],
        "support_threshold": round(threshold, 3),
    }
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    for name, weight in zip(MEASURES, fitted.coef_[0], strict=True):
        print(f"{name:20}{weight:>8.2f}")

    measures, supported, pairs = measured(judge, arguments.work, "test")
    found = probabilities(measures, weights, bias)
    wrong = np.array([pair.style == WRONG_PASSAGE for pair in pairs])
    near = np.array([is_near(pair) for pair in pairs])
    for name, which in (("as a language model writes", near), ("reworded", ~near & ~wrong)):
        print(f"{name}: {which.sum()} statements, AUROC {auroc(list(found[which]), list(supported[which])):.3f}")
        for share in SHARES:
            caught = found[which & ~supported] < threshold_for(found[which], supported[which], share)
            print(f"  {share:.0%} of the supported dropped: {caught.mean():.0%} of the others caught")
        dropped, caught = found[which & supported] < threshold, found[which & ~supported] < threshold
        print(f"  at {threshold:.3f}: {dropped.mean():.0%} dropped, {caught.mean():.0%} caught")
    print(f"another passage named: {wrong.sum()} statements, {(found[wrong] < threshold).mean():.0%} caught")


if __name__ == "__main__":
    main()
