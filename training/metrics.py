"""Predicted and gold answers, scores and labels come in; the figures of the held-out table go out."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ARTICLES = re.compile(r"\b(a|an|the)\b")
PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize(answer: str) -> str:
    """Returns the form in which SQuAD compares answers (Rajpurkar et al. 2016, evaluate-v1.1.py)."""
    return " ".join(ARTICLES.sub(" ", answer.lower().translate(PUNCTUATION)).split())


def exact_match(predicted: str, gold: Sequence[str]) -> float:
    """Returns 1.0 if the prediction equals one of the gold answers, else 0.0."""
    return float(any(normalize(predicted) == normalize(answer) for answer in gold))


def token_f1(predicted: str, gold: Sequence[str]) -> float:
    """Returns the best token F1 of the prediction with any of the gold answers."""
    return max((_f1(normalize(predicted).split(), normalize(answer).split()) for answer in gold), default=0.0)


def _f1(predicted: list[str], gold: list[str]) -> float:
    shared = sum((Counter(predicted) & Counter(gold)).values())
    if not shared:
        return float(predicted == gold)
    return 2 * shared / (len(predicted) + len(gold))


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Returns the chance that a positive outranks a negative, a tie counting half; nan without one of both."""
    values, truth = np.asarray(scores, dtype=float), np.asarray(labels, dtype=bool)
    positive, negative = values[truth], np.sort(values[~truth])
    if not len(positive) or not len(negative):
        return float("nan")
    below = np.searchsorted(negative, positive, side="left")
    not_above = np.searchsorted(negative, positive, side="right")
    return float((below + not_above).mean() / 2 / len(negative))


def calibration_error(probabilities: Sequence[float], labels: Sequence[bool], bins: int = 10) -> float:
    """Returns the expected calibration error over bins of equal width (Guo et al. 2017)."""
    values, truth = np.asarray(probabilities, dtype=float), np.asarray(labels, dtype=float)
    which = np.minimum((values * bins).astype(int), bins - 1)
    gaps = [
        abs(values[which == at].mean() - truth[which == at].mean()) * (which == at).mean()
        for at in range(bins)
        if (which == at).any()
    ]
    return float(sum(gaps))


def risk_at_coverage(scores: Sequence[float], correct: Sequence[float], coverages: Sequence[float]) -> list[float]:
    """Returns the share of wrong answers among the most confident ones, for each coverage of 0 to 1."""
    order = np.argsort(-np.asarray(scores, dtype=float), kind="stable")
    wrong: NDArray[np.float64] = 1.0 - np.asarray(correct, dtype=float)[order]
    return [float(wrong[: max(1, round(share * len(wrong)))].mean()) for share in coverages]


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the logistic function."""
    return np.asarray(1.0 / (1.0 + np.exp(-logits)))
