"""The shipped reader and archives of news come in; a confidence that tells how often whole answers are right goes out.

`confidence` fits the weights to short answers of single passages, those below the threshold too. What users see are answers
of the whole pipeline, none below it, and right when their text says what was asked. So a line through the log-odds of the
answers' confidence (J. Platt, Probabilistic Outputs for Support Vector Machines, 1999) is folded into the weights. A second
run on the same archives changes nothing but noise.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals import archives
from evals.benchmarks.archives import ask_archive
from evals.grading import Outcome
from kimqa.readers.span_model import SHIPPED
from training.metrics import calibration_error

QUESTIONS = ("gold.jsonl", "more.jsonl")
MOST_SURE = 0.995  # several sources together are never surer than 0.99
LEAST_SURE = 0.001


def log_odds(confidences: Sequence[float]) -> NDArray[np.float64]:
    """Log-odds of confidences, as a column; shape (answers, 1)."""
    kept = np.clip(np.asarray(confidences, dtype=np.float64), LEAST_SURE, MOST_SURE)
    return np.asarray(np.log(kept / (1 - kept)))[:, None]


def fit(confidences: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """Intercept and slope of the line that turns the log-odds of confidences into those of being right."""
    fitted = LogisticRegression(C=100.0).fit(log_odds(confidences), np.asarray(right))
    return float(fitted.intercept_[0]), float(fitted.coef_[0][0])


def moved(confidences: Sequence[float], line: tuple[float, float]) -> list[float]:
    """Confidences after the line was applied to their log-odds."""
    intercept, slope = line
    return [float(value) for value in 1 / (1 + np.exp(-(intercept + slope * log_odds(confidences)[:, 0])))]


def answered(names: Sequence[str], work: Path) -> dict[str, list[Outcome]]:
    """What the shipped reader answers of each archive, without what it refuses."""
    found: dict[str, list[Outcome]] = {}
    for name in names:
        files = [questions for questions in QUESTIONS if (archives.FOLDER / name / questions).is_file()]
        outcomes = [o for file in files for o in ask_archive(archives.FOLDER / name, work / name, None, file)]
        found[name] = [outcome for outcome in outcomes if not outcome.answer.abstained]
        print(f"{name}: {len(found[name])} of {len(outcomes)} answered", flush=True)
    return found


def main() -> None:
    """Folds the line into reader.json, and prints the calibration error before and after, each archive left out once."""
    argparse.ArgumentParser(description=__doc__).parse_args()

    with tempfile.TemporaryDirectory() as work:
        by_archive = answered(archives.DEVELOPMENT, Path(work))
        blind = [outcome for found in answered(archives.BLIND, Path(work)).values() for outcome in found]
    for name, outcomes in by_archive.items():
        others = [outcome for other, found in by_archive.items() for outcome in found if other != name]
        _report(f"{name}, left out", outcomes, fit(*_columns(others)))
    line = fit(*_columns([outcome for found in by_archive.values() for outcome in found]))
    _report("blind archives", blind, line)

    path = SHIPPED / "reader.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    chosen = manifest["calibration"]
    intercept, slope = line
    chosen["confidence_bias"] = round(intercept + slope * chosen["confidence_bias"], 4)
    for name in ("confidence_answerable", "confidence_span"):
        chosen[name] = round(slope * chosen[name], 4)
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    print(f"log-odds of the confidence: {intercept:.2f} + {slope:.2f} times those of before")


def _columns(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    return [outcome.answer.confidence for outcome in outcomes], [outcome.right for outcome in outcomes]


def _report(name: str, outcomes: Sequence[Outcome], line: tuple[float, float]) -> None:
    told, right = _columns(outcomes)
    after = moved(told, line)
    print(
        f"{name}: {len(right)} answers, right {np.mean(right):.3f}, confidence {np.mean(told):.3f} to {np.mean(after):.3f}, "
        f"ECE {calibration_error(told, right):.3f} to {calibration_error(after, right):.3f}"
    )


if __name__ == "__main__":
    main()
