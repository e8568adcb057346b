"""Texts, ranks, confidences and outcomes come in; figures go out. Pure functions, each with the source of its formula."""

from __future__ import annotations

import collections
import dataclasses
import re
import string
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STRAIGHT: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "\u00a0": " "})
_CITATION_MARK: Final = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_ARTICLES: Final = re.compile(r"\b(a|an|the)\b")
_WHOLE_WORD_MAX_LETTERS: Final = 3  # "yes", "no", "Xi": as stems they would match "yesterday", "North", "Xinhua"


def straighten(text: str) -> str:
    """`text` with typographic apostrophes and quotation marks made straight. Keeps every offset."""
    return text.translate(_STRAIGHT)


def without_marks(text: str) -> str:
    """`text` without citation marks such as [1] or [2, 3]."""
    return _CITATION_MARK.sub("", text)


def contains(text: str, alternative: str) -> bool:
    """Whether `alternative` stands in `text` at the start of a word, without regard to case and kind of quotes.

    An alternative of one word of at most three letters must be a whole word of `text`; all others are stems.
    """
    needle = straighten(alternative).casefold()
    start = r"(?<!\w)" if needle[:1].isalnum() else ""
    end = r"(?!\w)" if needle.isalpha() and len(needle) <= _WHOLE_WORD_MAX_LETTERS else ""
    return re.search(start + re.escape(needle) + end, straighten(text).casefold()) is not None


def contains_keys(text: str, groups: Sequence[Sequence[str]]) -> bool:
    """Whether `text` contains an alternative of every group. True without groups."""
    return all(any(contains(text, alternative) for alternative in group) for group in groups)


def normalize_answer(text: str, *, drop_articles: bool = True) -> str:
    """Lower case, ASCII punctuation and (if asked) the words a, an, the removed, white space collapsed.

    Rajpurkar et al., SQuAD, 2016, evaluation script v1.1. RealTime QA (Kasai et al., 2022) keeps the articles.
    """
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join((_ARTICLES.sub(" ", bare) if drop_articles else bare).split())


def exact_match(prediction: str, answer: str, *, drop_articles: bool = True) -> float:
    """1 when both have the same normal form, else 0. Rajpurkar et al., SQuAD, 2016."""
    forms = (normalize_answer(text, drop_articles=drop_articles) for text in (prediction, answer))
    return float(len(set(forms)) == 1)


def token_f1(prediction: str, answer: str, *, drop_articles: bool = True) -> float:
    """Harmonic mean of precision and recall of the words in common, with repetitions. Rajpurkar et al., SQuAD, 2016.

    When a side has no words, 1 if both have none (SQuAD 2.0), else 0.
    """
    left, right = (normalize_answer(text, drop_articles=drop_articles).split() for text in (prediction, answer))
    if not left or not right:
        return float(left == right)
    common = (collections.Counter(left) & collections.Counter(right)).total()
    return 2 * common / (len(left) + len(right))


def best_over_answers(measure: Callable[[str, str], float], prediction: str, answers: Sequence[str]) -> float:
    """The highest value of `measure` over the acceptable answers; 0 without any."""
    return max((measure(prediction, answer) for answer in answers), default=0.0)


def hit_at(relevant: Sequence[bool], top_k: int) -> float:
    """1 when one of the first `top_k` results is relevant, else 0."""
    return float(any(relevant[:top_k]))


def reciprocal_rank(relevant: Sequence[bool]) -> float:
    """1 / rank of the first relevant result, 0 without one; its mean is MRR. Voorhees, TREC-8, 1999."""
    return next((1 / rank for rank, is_relevant in enumerate(relevant, start=1) if is_relevant), 0.0)


@dataclasses.dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Answers of similar confidence: how sure they were on average and how many were right, both 0 to 1."""

    mean_confidence: float
    share_right: float
    count: int


def calibration_bins(
    confidences: Sequence[float], right: Sequence[bool], *, bins: int = 10, equal_mass: bool = False
) -> tuple[CalibrationBin, ...]:
    """The answers in bins of equal width over 0 to 1, or of equal mass, from low to high; empty bins are left out.

    Guo et al., On Calibration of Modern Neural Networks, 2017, section 2; equal mass: Nguyen and O'Connor, 2015.
    """
    sure, good = _paired(confidences, right)
    if equal_mass:
        parts = np.array_split(np.argsort(sure, kind="stable"), bins)
    else:  # upper edges included, as in Guo et al.; a confidence of 0 goes into the first bin
        places = np.digitize(sure, np.linspace(0, 1, bins + 1)[1:-1], right=True)
        parts = [np.flatnonzero(places == place) for place in range(bins)]
    return tuple(
        CalibrationBin(float(sure[part].mean()), float(good[part].mean()), len(part)) for part in parts if len(part)
    )


def expected_calibration_error(
    confidences: Sequence[float], right: Sequence[bool], *, bins: int = 10, equal_mass: bool = False
) -> float:
    """Mean distance between confidence and share of right answers over the bins, weighted by their counts; 0 is best.

    Guo et al., 2017, equation 3. NaN without answers.
    """
    found = calibration_bins(confidences, right, bins=bins, equal_mass=equal_mass)
    if not found:
        return float("nan")
    distances = [abs(part.mean_confidence - part.share_right) for part in found]
    return float(np.average(distances, weights=[part.count for part in found]))


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """The chance that a positive has a higher score than a negative, ties counted half. NaN when one kind is missing.

    The Mann-Whitney statistic; Fawcett, An introduction to ROC analysis, 2006, section 7.
    """
    values, labels = _paired(scores, positive)
    above, below = values[labels == 1], values[labels == 0]
    if not len(above) or not len(below):
        return float("nan")
    differences = above[:, None] - below[None, :]
    return float(((differences > 0) + 0.5 * (differences == 0)).mean())


@dataclasses.dataclass(frozen=True, slots=True)
class RiskCoverage:
    """`risk[i]` is the share of wrong answers among the most confident `coverage[i]` of them; coverage rises to 1."""

    coverage: tuple[float, ...]
    risk: tuple[float, ...]

    @property
    def area(self) -> float:
        """The mean risk over all coverages (AURC), 0 is best; NaN without answers."""
        return float(np.mean(self.risk)) if self.risk else float("nan")


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> RiskCoverage:
    """The risk-coverage curve of answers given in the order of falling confidence.

    Geifman and El-Yaniv, Selective Classification for Deep Neural Networks, 2017. Answers of the same confidence
    share their mean error, so that their order does not matter.
    """
    sure, good = _paired(confidences, right)
    if not len(sure):
        return RiskCoverage((), ())
    _, groups = np.unique(-sure, return_inverse=True)
    shared = np.bincount(groups, weights=1 - good) / np.bincount(groups)
    errors = shared[np.sort(groups)]
    counts = np.arange(1, len(errors) + 1)
    return RiskCoverage(tuple((counts / len(errors)).tolist()), tuple((np.cumsum(errors) / counts).tolist()))


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """A range that holds the true value with the chance asked for."""

    low: float
    high: float


def bootstrap_interval(
    values: Sequence[float], *, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> Interval:
    """The percentile bootstrap interval of the mean of `values`. NaN without values.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. The same seed gives the same interval.
    """
    if not values:
        return Interval(float("nan"), float("nan"))
    sample = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(sample), size=(resamples, len(sample)))
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(sample[draws].mean(axis=1), [tail, 100 - tail])
    return Interval(float(low), float(high))


def _paired(values: Sequence[float], labels: Sequence[bool]) -> tuple[Floats, Floats]:
    if len(values) != len(labels):
        raise ValueError(f"{len(values)} values came with {len(labels)} labels; give one for each")
    return np.asarray(values, dtype=np.float64), np.asarray(labels, dtype=np.float64)


def share(values: Sequence[bool]) -> float:
    """Share of the values that are true; 0 where there are none."""
    return sum(values) / len(values) if values else 0.0
