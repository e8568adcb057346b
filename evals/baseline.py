"""Summaries and the baseline file come in; whether floors hold, and a baseline with higher floors, go out."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evals.summary import MEASURES, Summary

BASELINE_FILE: Final = Path(__file__).parent / "baseline.json"
# A passage or an answer near a tie may flip between processors and library versions: two questions of a set may.
_MAY_FLIP: Final = 2
_EXACT: Final = ("fidelity",)  # a property of the construction, not a matter of quality: no noise


class BaselineError(ValueError):
    """A floor that cannot be changed as asked; says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Floor:
    """The least that a figure may be, the value that it was set from (None: set by hand), and the noise allowed for."""

    floor: float
    value: float | None
    margin: float


@dataclasses.dataclass(frozen=True, slots=True)
class Lowering:
    """A floor that was lowered, and why."""

    metric: str
    floor_before: float
    floor_after: float
    reason: str
    date: str


@dataclasses.dataclass(frozen=True, slots=True)
class Baseline:
    """Floors by metric (`set/measure`), with digests of the data that they hold for."""

    gold_digest: str
    corpus_digest: str
    floors: dict[str, Floor]
    lowered: tuple[Lowering, ...] = ()


def read_baseline(path: Path = BASELINE_FILE) -> Baseline:
    """The baseline in a file."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    return Baseline(
        gold_digest=fields["gold_digest"],
        corpus_digest=fields["corpus_digest"],
        floors={metric: Floor(**floor) for metric, floor in fields["floors"].items()},
        lowered=tuple(Lowering(**lowering) for lowering in fields["lowered"]),
    )


def write_baseline(baseline: Baseline, path: Path = BASELINE_FILE) -> None:
    """Write `baseline` so that `read_baseline` gives it back."""
    path.write_text(json.dumps(dataclasses.asdict(baseline), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def earned_floors(summaries: Sequence[Summary]) -> dict[str, Floor]:
    """Of every gated figure, by metric, the floor that its value earns: the value less the noise margin."""
    gated = {measure.name for measure in MEASURES if measure.gated}
    return {
        f"{summary.name}/{figure.name}": _earned(figure.name, figure.value, figure.count)
        for summary in summaries
        if summary.name != "all"
        for figure in summary.figures
        if figure.name in gated
    }


def raise_floors(baseline: Baseline, earned: dict[str, Floor], gold_digest: str, corpus_digest: str) -> Baseline:
    """The baseline for the data at hand with every floor at the higher of what it was and what is earned now."""
    floors = dict(baseline.floors)
    for metric, floor in earned.items():
        if metric not in floors or floor.floor > floors[metric].floor:
            floors[metric] = floor
    return Baseline(gold_digest, corpus_digest, dict(sorted(floors.items())), baseline.lowered)


def lower_floor(baseline: Baseline, earned: dict[str, Floor], metric: str, reason: str) -> Baseline:
    """The baseline with the floor of `metric` lowered to what is earned now, and the reason on record.

    Raises:
        BaselineError: no reason, no such floor, or nothing to lower.
    """
    if not reason.strip():
        raise BaselineError(f"Lowering the floor of {metric} needs a reason: give --reason TEXT.")
    if metric not in baseline.floors or metric not in earned:
        raise BaselineError(f"There is no floor for {metric!r}; the floors are {', '.join(sorted(baseline.floors))}.")
    before, after = baseline.floors[metric], earned[metric]
    if after.floor >= before.floor:
        raise BaselineError(f"The floor of {metric} is {before.floor}, and {after.floor} is earned: nothing to lower.")
    record = Lowering(metric, before.floor, after.floor, reason.strip(), datetime.date.today().isoformat())
    return dataclasses.replace(baseline, floors=baseline.floors | {metric: after}, lowered=(*baseline.lowered, record))


def _earned(name: str, value: float, count: int) -> Floor:
    margin = 0.0 if name in _EXACT else _MAY_FLIP / count
    return Floor(floor=max(0.0, round(value - margin, 4)), value=round(value, 4), margin=round(margin, 4))
