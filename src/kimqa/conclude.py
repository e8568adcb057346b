"""From a verified draft, its citations and the plan to the `Answer`: its text, or why there is none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from kimqa.cite import Cited
from kimqa.question import Plan
from kimqa.readers.prompts import REFUSAL
from kimqa.text import normalize
from kimqa.types import Answer, Draft, Passage, Statement

NOT_SUPPORTED: Final = "not supported by the articles"
"""What stands behind a statement of a language model that no passage supports, where such are shown."""


def conclude(
    plan: Plan,
    draft: Draft,
    cited: Cited,
    *,
    passages: tuple[Passage, ...],
    reader: str,
    timings: Mapping[str, float],
    notes: tuple[str, ...] = (),
) -> Answer:
    """The answer of a draft; an abstention when none of its statements is supported."""
    statements = cited.statements
    abstained = not any(statement.supported for statement in statements)
    reason = (draft.reason or "No statement of the answer is supported by the passages.") if abstained else None
    return Answer(
        question=plan.question,
        standalone_question=plan.standalone_question,
        text=f"{REFUSAL} {reason}" if abstained else " ".join(mark(statement) for statement in statements),
        short=None if abstained else draft.short,
        abstained=abstained,
        reason=reason,
        confidence=round(draft.confidence, 4),
        statements=() if abstained else statements,
        citations=() if abstained else cited.citations,
        passages=passages,
        filters=plan.filters,
        conflicts=() if abstained else cited.conflicts,
        reader=reader,
        timings=timings,
        notes=notes,
    )


def mark(statement: Statement) -> str:
    """The statement with its citation numbers in front of the full stop: "Kim arrived on Tuesday [1]."."""
    marks = "".join(f"[{number}]" for number in statement.citations) if statement.supported else f"[{NOT_SUPPORTED}]"
    if statement.text.endswith((".", "!", "?")):
        return f"{statement.text[:-1]} {marks}{statement.text[-1]}"
    return f"{statement.text} {marks}"


def supported_part(draft: Draft, statements: Sequence[Statement]) -> Draft:
    """The draft without the statements that do not hold, and without a short answer that only they give."""
    pairs = zip(draft.statements, statements, strict=True)
    kept = tuple(proposed for proposed, statement in pairs if statement.supported)
    said = normalize(" ".join(statement.text for statement in kept))
    short = draft.short if draft.short and normalize(draft.short) in said else None
    return dataclasses.replace(draft, statements=kept, short=short)
