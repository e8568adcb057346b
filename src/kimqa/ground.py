"""From what a language model wrote to what the passages support of it, resting on the very sentences that say so."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

from kimqa.support import Support, coverage, support_of
from kimqa.text import normalize, words
from kimqa.types import Draft, DraftStatement, Judge, Passage, Quote

_MAX_STATEMENTS: Final = 12  # what a model writes beyond them is left out: each takes some tenths of a second to check
_MAX_OTHERS: Final = 3  # passages that it did not name, searched for a statement that those it named do not support
_MAX_SHORT_WORDS: Final = 8
_MAX_SOUGHT_CHARS: Final = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Grounded:
    """A draft that holds, the places in the model's text that do not, and what the user should know of them."""

    draft: Draft
    withdrawn: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def ground(draft: Draft, gate: Draft, judge: Judge, *, keep_unsupported: bool = False) -> Grounded:
    """Hold every statement of a written draft against the passages that it names.

    A statement that they do not support rests on others if those do, or else is left out; with `keep_unsupported` it
    stays, marked. The short answer and the conflicts are those of the small reader (`gate`), where they still fit.
    """
    judged = [_ground(statement, draft.passages, judge) for statement in draft.statements[:_MAX_STATEMENTS]]
    held = [(statement, support) for statement, support in judged if statement.supported]
    failed = [statement for statement, _ in judged if not statement.supported]
    failed += draft.statements[_MAX_STATEMENTS:]
    kept = tuple(statement for statement, _ in judged if statement.supported or keep_unsupported) if held else ()
    said = normalize(" ".join(statement.text for statement, _ in held))
    likely = draft.passages[0].score if draft.passages else 0.0
    confidence = min(1.0, max(0.0, likely)) * min((support.probability for _, support in held), default=0.0)
    grounded = dataclasses.replace(
        draft,
        statements=kept,
        short=_short(gate, said, held),
        confidence=confidence if held else gate.confidence,
        reason=draft.reason
        or ("No statement of the language model is supported by the passages." if not held else None),
        conflicts=gate.conflicts if held else (),
    )
    withdrawn = tuple(place_of(statement.text, draft.written) for statement in failed)
    return Grounded(grounded, withdrawn, _notes(len(failed), marked=keep_unsupported and bool(held)))


def _ground(statement: DraftStatement, passages: Sequence[Passage], judge: Judge) -> tuple[DraftStatement, Support]:
    """The statement resting on the sentences that support it; not supported when there are none."""
    named = [passage for passage in passages if _quote(passage) in statement.quotes]
    others = [passage for passage in passages if passage not in named]
    found = support_of(statement.text, named, judge) if named else Support()
    if not found.holds and others:
        nearest = sorted(others, key=lambda passage: -coverage(statement.text, passage))[:_MAX_OTHERS]
        found = max((support_of(statement.text, [passage], judge) for passage in nearest), key=lambda s: (s.holds, s.probability))  # fmt: skip
    quotes = found.quotes if found.holds else ()
    return dataclasses.replace(statement, quotes=quotes, supported=found.holds), found


def _quote(passage: Passage) -> Quote:
    return Quote(passage.article_id, passage.start, passage.end)


def _short(gate: Draft, said: str, held: Sequence[tuple[DraftStatement, Support]]) -> str | None:
    """The small reader's short answer where the model says it too; else a statement that is short itself."""
    if gate.short and normalize(gate.short) in said:
        return gate.short
    if len(held) == 1 and len(words(held[0][0].text)) <= _MAX_SHORT_WORDS:
        return held[0][0].text.rstrip(".")
    return None


def _notes(failed: int, *, marked: bool) -> tuple[str, ...]:
    if not failed:
        return ()
    what = "One statement" if failed == 1 else f"{failed} statements"
    verb = ("is" if failed == 1 else "are") if marked else ("was" if failed == 1 else "were")
    did = f"{verb} marked" if marked else f"{verb} left out"
    return (f"{what} of the language model {did}: no passage supports {'it' if failed == 1 else 'them'}.",)


def place_of(statement: str, written: str) -> str:
    """How a statement stands in what the model wrote, its marks included; the statement itself if it is not found."""
    tokens = [re.escape(token) for token in re.findall(r"\w+", statement)]
    if not tokens or len(statement) > _MAX_SOUGHT_CHARS:
        return statement
    between = r"[^\w\n]*(?:\d{1,3}[^\w\n]+)?"  # a mark may stand between two words
    marks = r"[.!?\"'”’*]*(?:[ \t]*(?:\[[\d ,;–-]*\]|【[^】\n]*】))*[.!?]?"
    found = re.search(between.join(tokens) + marks, written, re.IGNORECASE)
    return found.group() if found else statement
