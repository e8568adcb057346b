"""A model folder and the calibration half of the held-out data come in; temperature, bias and threshold go out."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kimqa.readers.span_model import Calibration, SpanModel
from training.metrics import sigmoid
from training.predictions import NEIGHBOURS, Prediction, predict

TEMPERATURES = np.exp(np.linspace(np.log(0.4), np.log(6.0), 120))
BIASES = np.linspace(-2.0, 2.0, 81)
PROBABILITY_FLOOR = 1e-7


def fit_answerable(logits: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[float, float]:
    """Returns the temperature and bias with the least log loss (Platt scaling), by grid."""
    best = (float("inf"), 1.0, 0.0)
    for temperature in TEMPERATURES:
        for bias in BIASES:
            right = sigmoid(np.where(labels, 1.0, -1.0) * (logits / temperature + bias))
            best = min(best, (float(-np.log(right + PROBABILITY_FLOOR).mean()), float(temperature), float(bias)))
    return best[1], best[2]


def fit_verdict(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Returns the temperature with the least log loss, from probabilities at temperature 1."""
    logits = np.log(probabilities + PROBABILITY_FLOOR)
    best = (float("inf"), 1.0)
    for temperature in TEMPERATURES:
        scaled = logits / temperature
        scaled = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
        best = min(best, (float(-scaled[np.arange(len(labels)), labels].mean()), float(temperature)))
    return best[1]


def by_question(predictions: list[Prediction]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Returns for each question on stories its best probability, neighbours included, and whether any passage answers it."""
    best: dict[str, float] = {}
    answered: dict[str, bool] = {}
    for prediction in predictions:
        if prediction.pair.source in ("stories", NEIGHBOURS):
            name = prediction.pair.question_id
            best[name] = max(best.get(name, 0.0), prediction.reading.answerable)
            answered[name] = answered.get(name, False) or bool(prediction.pair.answerable)
    return np.array(list(best.values())), np.array(list(answered.values()))


def choose_threshold(scores: NDArray[np.float64], answered: NDArray[np.bool_], max_false_refusals: float) -> float:
    """Returns the highest threshold that refuses no more than the given share of the questions with an answer."""
    allowed = int(max_false_refusals * answered.sum())
    return round(float(np.sort(scores[answered])[allowed]) - 5e-4, 3)


def main() -> None:
    """Fills `calibration` in reader.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("src/kimqa/models/reader"))
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--max-false-refusals", type=float, default=0.10)
    arguments = parser.parse_args()

    path = arguments.model / "reader.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["calibration"] = asdict(Calibration())
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    predictions = predict(SpanModel.load(arguments.model), arguments.work, "calibration")
    asked = [p for p in predictions if p.pair.source in ("news", "stories")]
    logits = np.array([p.reading.answerable_logit for p in asked])
    temperature, bias = fit_answerable(logits, np.array([bool(p.pair.answerable) for p in asked]))
    judged = [p for p in predictions if p.pair.verdict is not None and p.pair.source != NEIGHBOURS]
    verdict_temperature = fit_verdict(
        np.array([[p.reading.yes, p.reading.no, p.reading.not_stated] for p in judged]),
        np.array([p.pair.verdict for p in judged]),
    )
    calibrated = [
        replace(
            p,
            reading=replace(
                p.reading,
                answerable=float(sigmoid(np.array(p.reading.answerable_logit / temperature + bias))),
            ),
        )
        for p in predictions
    ]
    threshold = choose_threshold(*by_question(calibrated), arguments.max_false_refusals)
    calibration = Calibration(round(temperature, 4), round(bias, 4), round(verdict_temperature, 4), threshold)
    manifest["calibration"] = asdict(calibration)
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    print(calibration)


if __name__ == "__main__":
    main()
