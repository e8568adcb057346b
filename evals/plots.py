"""Summaries and outcomes come in; plots as SVG data URIs, which need no other file and no network, go out."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure as Plot

from evals import metrics
from evals.grading import Outcome
from evals.summary import Figure, Summary

_STYLE: Final[dict[Any, Any]] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "kimqa",
}
_BLUE: Final = "#2a6f97"
_GREY: Final = "#9a9a9a"


def draw(summary: Summary, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """The plots of a set of questions: title to data URI."""
    given = [outcome for outcome in outcomes if not outcome.answer.abstained]
    sure, right = [o.answer.confidence for o in given], [o.right for o in given]
    retrieval = [figure for figure in summary.figures if figure.name in ("hit@1", "hit@3", "hit@5", "mrr", "read@1")]
    with mpl.rc_context(_STYLE):
        return {
            "Right answers by type": _bars(summary.by_type),
            "Retrieval": _bars(retrieval),
            "Risk and coverage of the answers given": _risk_coverage(sure, right),
            "Reliability of the confidence": _reliability(sure, right),
        }


def _bars(figures: Sequence[Figure]) -> str:
    plot = Plot(figsize=(5, 0.5 + 0.32 * len(figures)), layout="constrained")
    axes = plot.subplots()
    rows = range(len(figures))
    axes.barh(rows, [figure.value for figure in figures], color=_BLUE)
    for row, figure in zip(rows, figures, strict=True):
        axes.plot([figure.low, figure.high], [row, row], color="black", linewidth=1)
    axes.set_yticks(rows, [f"{figure.name} ({figure.count})" for figure in figures])
    axes.set_xlim(0, 1)
    axes.set_xlabel("share; line: 95 % bootstrap interval")
    axes.invert_yaxis()
    return _data_uri(plot)


def _risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> str:
    curve = metrics.risk_coverage(confidences, right)
    plot = Plot(figsize=(4.2, 3), layout="constrained")
    axes = plot.subplots()
    axes.plot(curve.coverage, curve.risk, color=_BLUE)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="coverage: most confident answers", ylabel="risk: share wrong")
    axes.set_title(f"area {curve.area:.3f}", fontsize=9)
    return _data_uri(plot)


def _reliability(confidences: Sequence[float], right: Sequence[bool]) -> str:
    bins = metrics.calibration_bins(confidences, right)
    plot = Plot(figsize=(4.2, 3), layout="constrained")
    axes = plot.subplots()
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1)
    axes.scatter(
        [part.mean_confidence for part in bins],
        [part.share_right for part in bins],
        s=[12 * part.count for part in bins],
        color=_BLUE,
        alpha=0.7,
    )
    axes.set(xlim=(0, 1), ylim=(-0.05, 1.05), xlabel="confidence", ylabel="share right")
    error = metrics.expected_calibration_error(confidences, right)
    axes.set_title(f"expected calibration error {error:.3f}; size: number of answers", fontsize=9)
    return _data_uri(plot)


def _data_uri(plot: Plot) -> str:
    buffer = io.BytesIO()
    plot.savefig(buffer, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
