"""Graded outcomes come in; named figures with their intervals go out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from evals import metrics
from evals.gold import TYPES
from evals.grading import Outcome

_Value = Callable[[Outcome], float]
_Applies = Callable[[Outcome], bool]


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """A mean over the outcomes that it applies to. Gated ones have floors, and for them higher is better."""

    name: str
    meaning: str
    value: _Value
    applies: _Applies
    gated: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """The mean of a measure over `count` questions of a set, with its 95 % bootstrap interval."""

    name: str
    value: float
    low: float
    high: float
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class Confidence:
    """What the confidence is worth, 0 to 1 each. Calibration errors and area: 0 is best. AUROC: 1 is best."""

    calibration_error: float
    calibration_error_equal_mass: float
    auroc_right: float
    auroc_answerable: float
    area_under_risk_coverage: float


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one set of questions; `by_type` has the share of right answers for every type in it."""

    name: str
    questions: int
    figures: tuple[Figure, ...]
    by_type: tuple[Figure, ...]
    confidence: Confidence
    milliseconds_p50: float
    milliseconds_p95: float

    def figure(self, name: str) -> Figure:
        """The figure of that name."""
        return next(figure for figure in self.figures if figure.name == name)


def _always(outcome: Outcome) -> bool:
    return True


def _answerable(outcome: Outcome) -> bool:
    return outcome.gold.is_answerable


def _answered(outcome: Outcome) -> bool:
    return not outcome.answer.abstained


def _answered_answerable(outcome: Outcome) -> bool:
    return outcome.gold.is_answerable and not outcome.answer.abstained


def _outside(outcome: Outcome) -> bool:
    return outcome.gold.type in ("unanswerable", "off_topic")


def _false_premise(outcome: Outcome) -> bool:
    return outcome.gold.type == "false_premise"


MEASURES: Final = (
    Measure("hit@1", "first passage overlaps a gold quote", lambda o: metrics.hit_at(o.retrieved_relevant, 1), _answerable),
    Measure("hit@3", "one of three does", lambda o: metrics.hit_at(o.retrieved_relevant, 3), _answerable),
    Measure("hit@5", "one of five does", lambda o: metrics.hit_at(o.retrieved_relevant, 5), _answerable),
    Measure("mrr", "mean 1/rank of the first that does", lambda o: metrics.reciprocal_rank(o.retrieved_relevant), _answerable),
    Measure("read@1", "first passage after reading does", lambda o: metrics.hit_at(o.read_relevant, 1), _answerable),
    Measure("right", "right answers, all questions", lambda o: float(o.right), _always),
    Measure("right answerable", "right answers where there is one", lambda o: float(o.right), _answerable),
    Measure("short EM", "`short` equals an answer", lambda o: o.short_exact, _answerable),
    Measure("short F1", "`short` shares words with an answer", lambda o: o.short_f1, _answerable),
    Measure("fidelity", "every quote is the article's text", lambda o: float(o.faithful), _answered),
    Measure("overlap", "a citation overlaps a gold quote", lambda o: float(any(o.cited_relevant)), _answered_answerable),
    Measure("cite recall", "statements that their citations support", lambda o: metrics.share(o.recalled), _answered, gated=False),
    Measure("cite precision", "citations that are needed for that", lambda o: metrics.share(o.needed), _answered, gated=False),
    Measure("rejection", "unanswerable, off topic: refused", lambda o: float(o.answer.abstained), _outside),
    Measure("premise rejected", "false premise: refused", lambda o: float(o.answer.abstained), _false_premise, gated=False),
    Measure("answered", "answerable: not refused", lambda o: float(not o.answer.abstained), _answerable),
    Measure("false refusals", "answerable: refused; 0 is best", lambda o: float(o.answer.abstained), _answerable, gated=False),
    Measure("words", "length of an answer in words", lambda o: float(o.words), _answered, gated=False),
)  # fmt: skip


def summarize(name: str, outcomes: Sequence[Outcome]) -> Summary:
    """The figures of `outcomes`; measures that apply to none of them are left out."""
    times = [outcome.milliseconds for outcome in outcomes]
    figures = [_figure(measure.name, measure.value, filter(measure.applies, outcomes)) for measure in MEASURES]
    by_type = [
        _figure(kind, lambda outcome: float(outcome.right), (o for o in outcomes if o.gold.type == kind))
        for kind in TYPES
    ]
    return Summary(
        name=name,
        questions=len(outcomes),
        figures=tuple(figure for figure in figures if figure.count),
        by_type=tuple(figure for figure in by_type if figure.count),
        confidence=_confidence(outcomes),
        milliseconds_p50=float(np.percentile(times, 50)),
        milliseconds_p95=float(np.percentile(times, 95)),
    )


def summarize_sets(outcomes: Sequence[Outcome]) -> tuple[Summary, ...]:
    """A summary of every gold set, in order of first appearance, and one of all of them where there are several."""
    names = list(dict.fromkeys(outcome.gold.gold_set for outcome in outcomes))
    parts = [summarize(name, [o for o in outcomes if o.gold.gold_set == name]) for name in names]
    return (*parts, summarize("all", outcomes)) if len(parts) > 1 else tuple(parts)


def _figure(name: str, value: _Value, outcomes: Iterable[Outcome]) -> Figure:
    values = [value(outcome) for outcome in outcomes]
    interval = metrics.bootstrap_interval(values)
    mean = float(np.mean(values)) if values else float("nan")
    return Figure(name, mean, interval.low, interval.high, len(values))


def _confidence(outcomes: Sequence[Outcome]) -> Confidence:
    """Calibration, AUROC of right answers and risk-coverage are over the answers given, not over refusals."""
    given = [outcome for outcome in outcomes if _answered(outcome)]
    sure, right = [o.answer.confidence for o in given], [o.right for o in given]
    return Confidence(
        calibration_error=metrics.expected_calibration_error(sure, right),
        calibration_error_equal_mass=metrics.expected_calibration_error(sure, right, equal_mass=True),
        auroc_right=metrics.auroc(sure, right),
        auroc_answerable=metrics.auroc(
            [o.answer.confidence for o in outcomes], [o.gold.is_answerable for o in outcomes]
        ),
        area_under_risk_coverage=metrics.risk_coverage(sure, right).area,
    )
