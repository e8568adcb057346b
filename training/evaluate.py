"""A model folder and held-out data come in; the held-out table goes out, and into reader.json."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from kimqa.readers.span_model import SpanModel
from training.calibrate import by_question
from training.metrics import auroc, calibration_error, exact_match, risk_at_coverage, sigmoid, token_f1
from training.predictions import Prediction, predict

# Parts of a list: the best span and those with this share of its score. 0.02 is the best of 0.02 to 0.6 on the
# calibration half (16 lists), where it gains 0.13 of F1 over 0.2.
LIST_SHARE = 0.02
COVERAGES = (0.25, 0.5, 0.75, 1.0)


def answer(prediction: Prediction) -> tuple[str, list[str]]:
    """Returns the predicted answer and the gold ones to compare it with.

    A list question compares all parts, joined in the order of the text; for any other, gold spans are alternatives.
    """
    spans = prediction.reading.spans
    if not spans:
        return "", prediction.gold
    if prediction.pair.style != "list":
        return spans[0].text, prediction.gold
    parts = [span for span in spans if span.score >= LIST_SHARE * spans[0].score]
    return " ".join(span.text for span in sorted(parts, key=lambda span: span.start)), [" ".join(prediction.gold)]


def ranked_first(predictions: list[Prediction]) -> list[bool]:
    """Says for each story question with passages of both kinds whether one that answers comes before all others."""
    scores: dict[str, dict[bool, float]] = defaultdict(dict)
    for prediction in predictions:
        kind, found = bool(prediction.pair.answerable), scores[prediction.pair.question_id]
        found[kind] = max(found.get(kind, -np.inf), prediction.reading.answerable_logit)
    return [found[True] > found[False] for found in scores.values() if len(found) == 2]


def best_passages(predictions: list[Prediction]) -> list[Prediction]:
    """Returns for each question the prediction on the passage with the highest score."""
    best: dict[str, Prediction] = {}
    for prediction in sorted(predictions, key=lambda prediction: prediction.reading.answerable_logit):
        best[prediction.pair.question_id] = prediction
    return list(best.values())


def table(predictions: list[Prediction], threshold: float) -> dict[str, float]:
    """Returns every figure of the held-out table by name; higher is better but for `ece`, `risk` and refusals.

    `risk_at_0.50` is one minus the mean F1 of the half of the story questions answered with most confidence, from the best
    passage of each; a question that no passage answers counts as wrong when it is answered.
    """
    figures: dict[str, float] = {}
    by_source: dict[str, list[Prediction]] = defaultdict(list)
    for prediction in predictions:
        by_source[prediction.pair.source].append(prediction)
    for source in ("news", "stories", "squadshifts", "yesno"):
        answered = [answer(p) for p in by_source[source] if p.pair.spans]
        figures[f"{source}.answers"] = len(answered)
        figures[f"{source}.em"] = float(np.mean([exact_match(*pair) for pair in answered]))
        figures[f"{source}.f1"] = float(np.mean([token_f1(*pair) for pair in answered]))
    for source in ("news", "stories"):
        labels = [bool(p.pair.answerable) for p in by_source[source]]
        logits = np.array([p.reading.answerable_logit for p in by_source[source]])
        figures[f"{source}.auroc"] = auroc(list(logits), labels)
        figures[f"{source}.ece_before"] = calibration_error(list(sigmoid(logits)), labels)
        figures[f"{source}.ece"] = calibration_error([p.reading.answerable for p in by_source[source]], labels)
    first = ranked_first(by_source["stories"])
    figures["stories.rank_questions"], figures["stories.rank"] = len(first), float(np.mean(first))
    scores, answered_at_all = by_question(predictions)
    figures["stories.question_auroc"] = auroc(list(scores), list(answered_at_all))
    figures["stories.rejection"] = float((scores[~answered_at_all] < threshold).mean())
    figures["stories.false_refusals"] = float((scores[answered_at_all] < threshold).mean())
    best = best_passages(by_source["stories"])
    correct = [token_f1(*answer(p)) if p.pair.spans else 0.0 for p in best]
    risks = risk_at_coverage([p.reading.answerable for p in best], correct, COVERAGES)
    figures |= {f"stories.risk_at_{share:.2f}": risk for share, risk in zip(COVERAGES, risks, strict=True)}
    statements = by_source["statements"]
    figures["statements.count"] = len(statements)
    figures["statements.verdict"] = float(np.mean([p.correct_verdict for p in statements]))
    asked = [
        p for p in predictions if p.pair.verdict is not None and p.pair.source != "statements" and p.pair.answerable
    ]
    figures["yesno.count"] = len(asked)
    figures["yesno.verdict"] = float(np.mean([p.correct_verdict for p in asked]))
    return {name: round(value, 4) for name, value in figures.items()}


def by_style(predictions: list[Prediction]) -> dict[str, dict[str, float]]:
    """Returns F1 and AUROC for each style of question on news and stories."""
    groups: dict[str, list[Prediction]] = defaultdict(list)
    for prediction in predictions:
        if prediction.pair.source in ("news", "stories"):
            groups[prediction.pair.style].append(prediction)
    figures = {}
    for style, group in sorted(groups.items()):
        found = [token_f1(*answer(p)) for p in group if p.pair.spans]
        logits = [p.reading.answerable_logit for p in group]
        figures[style] = {
            "answers": len(found),
            "f1": round(float(np.mean(found)), 3) if found else float("nan"),
            "auroc": round(auroc(logits, [bool(p.pair.answerable) for p in group]), 3),
        }
    return figures


def main() -> None:
    """Prints the table; with --record it also goes into reader.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("src/kimqa/models/reader"))
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--part", choices=("test", "calibration"), default="test")
    parser.add_argument("--styles", action="store_true", help="also print the figures of each style of question")
    parser.add_argument("--record", action="store_true", help="write the figures into reader.json")
    arguments = parser.parse_args()

    model = SpanModel.load(arguments.model)
    predictions = predict(model, arguments.work, arguments.part)
    figures = table(predictions, model.threshold)
    for name, value in figures.items():
        print(f"{name:28}{value:>10.4f}")
    if arguments.styles:
        for style, found in by_style(predictions).items():
            print(f"{style:28}{json.dumps(found)}")
    if arguments.record:
        path = arguments.model / "reader.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["heldout"] = figures
        path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
