"""From what a language model wrote to what the passages support of it, resting on the very sentences that say so."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Sequence
from typing import Final

from kimqa.support import Support, coverage, is_negated, support_of
from kimqa.text import content_words, normalize, words
from kimqa.types import Draft, DraftSide, DraftStatement, Judge, Passage, Quote

_MAX_STATEMENTS: Final = (
    12  # beyond them a model's statements are left out unchecked: each takes some tenths of a second
)
_MAX_NAMED: Final = 4  # of the passages that one statement names, those nearest to it
_MAX_OTHERS: Final = 3  # passages that it did not name, searched for a statement that those it named do not support
_MAX_SHORT_WORDS: Final = 8
# A passage that was not named may take over only where it is as likely as this, beside the best one, to answer the question: else a
# statement on something else rests on whatever comes near it.
_LEAST_ABOUT: Final = 0.02
_LEAST_CONTENT: Final = 2  # words that a statement must have to be held against a passage
_MARK: Final = re.compile(r"\[[\d ,;–-]*\]|【[^】\n]*】")
_WORD: Final = re.compile(r"[^\W_]+")
_AFTER: Final = re.compile(r"[.!?\"'”’*_]*(?:[ \t]*(?:\[[\d ,;–-]*\]|【[^】\n]*】))*[.!?]?")


@dataclasses.dataclass(frozen=True, slots=True)
class Grounded:
    """A draft that holds, the places in the model's text that do not, and what the user should know of them."""

    draft: Draft
    withdrawn: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def ground(
    draft: Draft, gate: Draft, judge: Judge, *, deadline: float | None = None, keep_unsupported: bool = False
) -> Grounded:
    """Hold every statement of a written draft against the passages that it names.

    A statement that they do not support rests on others if those do, or else is left out; with `keep_unsupported` it
    stays, marked. One that there is no time for before `deadline` (on the clock of `time.monotonic`) is left out. The
    short answer and the conflicts are those of the small reader (`gate`), where they still fit.
    """
    judged: list[tuple[DraftStatement, Support]] = []
    for statement in draft.statements[:_MAX_STATEMENTS]:
        if deadline is not None and time.monotonic() > deadline:
            break
        judged.append(_ground(statement, draft.passages, gate, judge))
    unchecked = draft.statements[len(judged) :]
    held = [(statement, support) for statement, support in judged if statement.supported]
    failed = [statement for statement, _ in judged if not statement.supported]
    kept = tuple(statement for statement, _ in judged if statement.supported or keep_unsupported) if held else ()
    likely = max((passage.score for passage in draft.passages), default=0.0)
    confidence = min(1.0, max(0.0, likely)) * min((support.probability for _, support in held), default=0.0)
    reason = "No statement of the language model is supported by the passages."
    grounded = dataclasses.replace(
        draft,
        statements=kept,
        short=_short(gate, [statement.text for statement, _ in held]),
        confidence=confidence,
        reason=draft.reason or (reason if not held else None),
        conflicts=_conflicts_within(gate, draft.passages) if held else (),
    )
    withdrawn = tuple(place_of(statement.text, draft.written) for statement in (*failed, *unchecked))
    return Grounded(grounded, withdrawn, _notes(len(failed), len(unchecked), marked=keep_unsupported and bool(held)))


def _ground(
    statement: DraftStatement, passages: Sequence[Passage], gate: Draft, judge: Judge
) -> tuple[DraftStatement, Support]:
    """The statement resting on the sentences that support it; not supported when there are none."""
    if len(content_words(statement.text)) < _LEAST_CONTENT and not _says_short(statement.text, gate):
        # "No." and "Kim." say nothing that a passage could be held to, but for the answer that the small reader found too.
        return dataclasses.replace(statement, quotes=(), supported=False), Support()
    named = [passage for passage in passages if _quote(passage) in statement.quotes]
    least = _LEAST_ABOUT * max((passage.score for passage in passages), default=0.0)
    others = [passage for passage in passages if passage not in named and passage.score >= least]
    found = support_of(statement.text, _nearest(statement, named, _MAX_NAMED), judge) if named else Support()
    if not found.holds and others:
        tried = [support_of(statement.text, [passage], judge) for passage in _nearest(statement, others, _MAX_OTHERS)]
        found = max(tried, key=lambda support: (support.holds, support.probability))
    quotes = found.quotes if found.holds else ()
    return dataclasses.replace(statement, quotes=quotes, supported=found.holds), found


def _nearest(statement: DraftStatement, passages: Sequence[Passage], most: int) -> list[Passage]:
    chosen = sorted(passages, key=lambda passage: -coverage(statement.text, passage))[:most]
    return [passage for passage in passages if passage in chosen]


def _says_short(text: str, gate: Draft) -> bool:
    said = normalize(text).strip(" .!?")
    return bool(gate.short and said) and said in (normalize(gate.short or ""), *words(gate.short or ""))


def _quote(passage: Passage) -> Quote:
    return Quote(passage.article_id, passage.start, passage.end)


def _conflicts_within(gate: Draft, passages: Sequence[Passage]) -> tuple[tuple[DraftSide, ...], ...]:
    """The conflicts whose sides all lie in passages that the model was shown."""

    def lies(quote: Quote) -> bool:
        return any(p.article_id == quote.article_id and p.start <= quote.start and quote.end <= p.end for p in passages)

    return tuple(sides for sides in gate.conflicts if all(lies(side.quote) for side in sides))


def _short(gate: Draft, held: Sequence[str]) -> str | None:
    """The small reader's short answer where the model says it too; else a statement that is short itself."""
    if gate.short:
        whole = re.compile(rf"(?<!\w){re.escape(normalize(gate.short))}(?!\w)")
        if any(whole.search(normalize(text)) and not is_negated(text) for text in held):
            return gate.short
    if len(held) == 1 and len(words(held[0])) <= _MAX_SHORT_WORDS:
        return held[0].rstrip(".")
    return None


def _notes(failed: int, unchecked: int, *, marked: bool) -> tuple[str, ...]:
    notes = []
    if failed:
        what = "One statement" if failed == 1 else f"{failed} statements"
        did = (
            ("is" if failed == 1 else "are") + " marked" if marked else ("was" if failed == 1 else "were") + " left out"
        )
        notes.append(f"{what} of the language model {did}: no passage supports {'it' if failed == 1 else 'them'}.")
    if unchecked:
        what = "One further statement was" if unchecked == 1 else f"{unchecked} further statements were"
        notes.append(f"{what} left out unchecked: there was no time, or there were too many.")
    return tuple(notes)


def place_of(statement: str, written: str) -> str:
    """How a statement stands in what the model wrote, its marks included; the statement itself if it is not found."""
    sought = [word.lower() for word in _WORD.findall(statement)]
    # Marks become blanks of their length, so that places stay.
    bare = _MARK.sub(lambda match: " " * len(match.group()), written)
    found = [(match.group().lower(), match.start(), match.end()) for match in _WORD.finditer(bare)]
    forms = [word for word, _, _ in found]
    for first in range(len(forms) - len(sought) + 1):
        if sought and forms[first] == sought[0] and forms[first : first + len(sought)] == sought:
            start, end = found[first][1], found[first + len(sought) - 1][2]
            after = _AFTER.match(written, end)
            return written[start : after.end() if after else end]
    return statement
