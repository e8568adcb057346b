"""A calibrated model and held-out questions come in; the weights of `SpanModel.confidence` go out."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from kimqa.readers.span_model import SpanModel
from training.metrics import auroc, calibration_error, token_f1
from training.predictions import NEIGHBOURS, Prediction, predict

RIGHT_F1 = 0.5  # token F1 from which a short answer counts as right
FLOOR = 1e-6


def best_readings(predictions: Sequence[Prediction]) -> list[Prediction]:
    """Of each question, the passage that the reader would answer from; yes-or-no questions are left out."""
    best: dict[str, Prediction] = {}
    for prediction in predictions:
        asked = prediction.pair.source in ("news", "stories", NEIGHBOURS) and prediction.pair.verdict is None
        name = prediction.pair.question_id
        if not asked or not prediction.reading.spans:
            continue
        if name not in best or prediction.reading.answerable > best[name].reading.answerable:
            best[name] = prediction
    return list(best.values())


def features(predictions: Sequence[Prediction]) -> NDArray[np.float64]:
    """Log-odds that the passage answers, and logarithm of the span's score; shape (questions, 2)."""
    rows = []
    for prediction in predictions:
        answerable = min(max(prediction.reading.answerable, FLOOR), 1 - FLOOR)
        rows.append((math.log(answerable / (1 - answerable)), math.log(max(prediction.reading.spans[0].score, FLOOR))))
    return np.array(rows)


def is_right(prediction: Prediction) -> bool:
    """Whether the passage answers and its best span says what the gold answer does."""
    said = prediction.reading.spans[0].text
    return bool(prediction.pair.answerable) and token_f1(said, prediction.gold) >= RIGHT_F1


def main() -> None:
    """Fills the confidence's weights in reader.json, and prints what they bring on the other half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("src/kimqa/models/reader"))
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    arguments = parser.parse_args()

    model = SpanModel.load(arguments.model)
    chosen = best_readings(predict(model, arguments.work, "calibration"))
    fitted = LogisticRegression(C=10.0).fit(features(chosen), [is_right(p) for p in chosen])
    path = arguments.model / "reader.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["calibration"] |= {
        "confidence_bias": round(float(fitted.intercept_[0]), 4),
        "confidence_answerable": round(float(fitted.coef_[0][0]), 4),
        "confidence_span": round(float(fitted.coef_[0][1]), 4),
    }
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

    tested = best_readings(predict(model, arguments.work, "test"))
    right = [is_right(p) for p in tested]
    before = [p.reading.answerable for p in tested]
    after = [float(told) for told in fitted.predict_proba(features(tested))[:, 1]]
    for name, told in (("answerable alone", before), ("confidence", after)):
        print(
            f"{name}: {len(tested)} questions, right {np.mean(right):.3f}, "
            f"AUROC {auroc(told, right):.3f}, ECE {calibration_error(told, right):.3f}"
        )


if __name__ == "__main__":
    main()
