"""Summaries and outcomes come in; the table of the terminal, report.json and report.html go out."""

from __future__ import annotations

import dataclasses
import html
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from evals import plots
from evals.grading import Outcome
from evals.summary import MEASURES, Figure, Summary

REPORT_FOLDER: Final = Path(__file__).parent / "report"
_MAX_QUOTE_CHARS: Final = 200
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>kimqa evaluation</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #222 }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .8rem; text-align: left; border-bottom: 1px solid #ddd }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }} figure {{ display: inline-block; margin: 1rem 1rem 0 0 }}
figcaption {{ font-weight: 600 }} details {{ margin: .4rem 0 }} summary {{ cursor: pointer }} .wrong {{ color: #a3241b }}
pre {{ white-space: pre-wrap; margin: .3rem 0 .8rem 1.2rem; font: inherit }}
</style></head><body><h1>kimqa evaluation</h1><p>{lead}</p>
<table>{table}</table>{plots}<h2>Wrong answers ({wrong_count})</h2>{wrong}<h2>Right answers ({right_count})</h2>{right}
</body></html>
"""


def table_rows(summaries: Sequence[Summary]) -> list[list[str]]:
    """The figures as rows of cells, the first one the heading; the last set comes with its 95 % interval."""
    last = summaries[-1]
    rows = [["", *(f"{summary.name} ({summary.questions})" for summary in summaries), "95 % interval", "meaning"]]
    for measure in MEASURES:
        found = [_by_name(summary.figures, measure.name) for summary in summaries]
        rows.append([measure.name, *map(_cell, found), _interval(found[-1]), measure.meaning])
    for figure in last.by_type:
        found = [_by_name(summary.by_type, figure.name) for summary in summaries]
        rows.append([f"  {figure.name}", *map(_cell, found), _interval(found[-1]), f"right of {figure.count}"])
    for field, meaning in _CONFIDENCE.items():
        values = [_number(getattr(summary.confidence, field)) for summary in summaries]
        rows.append([meaning[0], *values, "", meaning[1]])
    rows.append(["ms p50", *(f"{summary.milliseconds_p50:.0f}" for summary in summaries), "", "one ask(), warm"])
    rows.append(["ms p95", *(f"{summary.milliseconds_p95:.0f}" for summary in summaries), "", "one ask(), warm"])
    return rows


def text_table(summaries: Sequence[Summary]) -> list[str]:
    """The table as aligned lines for a terminal."""
    rows = table_rows(summaries)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def describe(outcome: Outcome) -> list[str]:
    """One question in lines: what was asked, what was answered, from where, and what was expected."""
    gold, answer = outcome.gold, outcome.answer
    history = [f"before    {question} — {reply}" for question, reply in gold.history]
    searched = [f"searched  {answer.standalone_question}"] if answer.standalone_question != gold.question else []
    said = f"(refused: {answer.reason})" if answer.abstained else f"{answer.short!r} · {answer.text}"
    sources = [
        f"from      [{citation.number}] {citation.outlet}: {_shortened(citation.quote)}"
        for citation in answer.citations
    ]
    wanted = " / ".join(gold.answers) or "a refusal" + (", or the premise corrected" if gold.evidence else "")
    evidence = [f"evidence  {item.article_id}: {_shortened(item.quote)}" for item in gold.evidence]
    return [
        f"{gold.id} {gold.type}: {outcome.problem or 'right'} (confidence {answer.confidence:.2f})",
        *history,
        f"question  {gold.question}",
        *searched,
        f"answered  {said}",
        *sources,
        f"expected  {wanted}",
        *evidence,
    ]


def write_report(
    summaries: Sequence[Summary], outcomes: Sequence[Outcome], reader: str, folder: Path = REPORT_FOLDER
) -> Path:
    """Write report.json and report.html into `folder`; returns the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "reader": reader,
        "summaries": [dataclasses.asdict(summary) for summary in summaries],
        "questions": [_question(outcome) for outcome in outcomes],
    }
    plain = json.dumps(_without_nan(content), indent=1, ensure_ascii=False)
    (folder / "report.json").write_text(plain + "\n", encoding="utf-8")
    page = folder / "report.html"
    page.write_text(_html(summaries, outcomes, reader), encoding="utf-8")
    return page


_CONFIDENCE: Final = {
    "calibration_error": ("ECE", "calibration error, equal width; 0 is best"),
    "calibration_error_equal_mass": ("ECE mass", "calibration error, equal mass; 0 is best"),
    "auroc_right": ("AUROC right", "confidence tells right from wrong"),
    "auroc_answerable": ("AUROC answerable", "confidence tells answerable from not"),
    "area_under_risk_coverage": ("AURC", "mean risk over coverage; 0 is best"),
}


def _html(summaries: Sequence[Summary], outcomes: Sequence[Outcome], reader: str) -> str:
    heading, *rows = table_rows(summaries)
    numeric = range(1, len(heading) - 1)
    lines = ["<tr>" + "".join(f"<th>{html.escape(cell)}</th>" for cell in heading) + "</tr>"]
    for row in rows:
        cells = [
            f"<td{' class=n' if place in numeric else ''}>{html.escape(cell)}</td>" for place, cell in enumerate(row)
        ]
        lines.append("<tr>" + "".join(cells) + "</tr>")
    drawn = plots.draw(summaries[-1], outcomes).items()
    figures = (
        f'<figure><figcaption>{html.escape(title)}</figcaption><img src="{uri}" alt="{html.escape(title)}"></figure>'
        for title, uri in drawn
    )
    wrong, right = ([o for o in outcomes if o.right is is_right] for is_right in (False, True))
    return _PAGE.format(
        lead=html.escape(f"{len(outcomes)} questions, reader {reader}"),
        table="\n".join(lines),
        plots="\n".join(figures),
        wrong_count=len(wrong),
        wrong=_details(wrong, "wrong"),
        right_count=len(right),
        right=_details(right, "right"),
    )


def _details(outcomes: Iterable[Outcome], style: str) -> str:
    parts = []
    for outcome in outcomes:
        title, *lines = describe(outcome)
        head = html.escape(f"{outcome.gold.question} — {title}")
        parts.append(
            f'<details><summary class="{style}">{head}</summary><pre>{html.escape(chr(10).join(lines))}</pre></details>'
        )
    return "\n".join(parts)


def _question(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.gold.id,
        "set": outcome.gold.gold_set,
        "type": outcome.gold.type,
        "right": outcome.right,
        "problem": outcome.problem,
        "retrieved_relevant": outcome.retrieved_relevant,
        "read_relevant": outcome.read_relevant,
        "cited_relevant": outcome.cited_relevant,
        "faithful": outcome.faithful,
        "short_exact": outcome.short_exact,
        "short_f1": outcome.short_f1,
        "milliseconds": outcome.milliseconds,
        "expected": outcome.gold.answers,
        "answer": outcome.answer.to_dict(),
    }


def _by_name(figures: Sequence[Figure], name: str) -> Figure | None:
    return next((figure for figure in figures if figure.name == name), None)


def _cell(figure: Figure | None) -> str:
    return "–" if figure is None else _number(figure.value)


def _interval(figure: Figure | None) -> str:
    return "" if figure is None else f"{_number(figure.low)} to {_number(figure.high)}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:.1f}"


def _shortened(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _MAX_QUOTE_CHARS else one_line[: _MAX_QUOTE_CHARS - 1] + "…"


def _without_nan(value: Any) -> Any:
    """`value` with NaN, which JSON does not know, made None."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return value
