"""From candidates, best first, to a draft: what a question of each kind is answered with."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from typing import Final

from kimqa.dates import year_meant
from kimqa.readers.kinds import (
    Kind,
    asks_for_one_source,
    asks_for_words,
    asks_for_year,
    asks_when,
    kind_of,
)
from kimqa.readers.listing import count_asked_for
from kimqa.readers.quoting import (
    Candidate,
    around,
    item_of,
    lead_in,
    list_items,
    quote_of,
    same_answer,
    statement_of,
    unnumbered,
    with_its_parts,
    with_rest_of_speech,
    with_source,
    without_stop,
)
from kimqa.readers.series import with_announced
from kimqa.readers.sides import own_conflicts
from kimqa.readers.span_model import Reading
from kimqa.text import LIST_GAP, LIST_ITEM, sentences, without_context, word_spans
from kimqa.types import Draft, DraftSide, DraftStatement, Passage, Quote

_MAX_STATEMENTS: Final = 3
_MAX_ITEMS: Final = 6
_MIN_ITEMS: Final = 2
# The least probability at which the model's yes or no is said.
_YES_NO_MARGIN: Final = 0.75
# A further span joins a list when its score is at least this share of the best one's. Chosen on the calibration half of
# the held-out stories (16 lists, November 2026): list F1 0.70 at 0.02, 0.60 at 0.05, 0.5 at 0.2 and above.
_ITEM_SHARE: Final = 0.02
COUNTED_SHARE: Final = 0.5
"""A passage of an article with a numbered list of just as many items as are asked for may be that much less likely to answer."""
# Another passage adds to a list when it is at least this likely beside the best one.
_OTHER_LIST_SHARE: Final = 0.5
# Another passage joins the answer when it is at least this likely beside the best one.
_JOIN_SHARE: Final = 0.25
_CONFLICT_PROBABILITY: Final = 0.6
_CONFLICT_SPAN: Final = 0.5
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NTH: Final = re.compile(
    rf"\b(?P<nth>{'|'.join(_ORDINALS)}|last|final)\s+"
    r"(?:one|step|point|item|reason|argument|demand|condition|measure|proposal|objection|rule|principle|goal|aim|stage|recommendation|promise|request|part)\b",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"\(?(\d{1,2})[.)]")
_YEAR: Final = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def compose(question: str, candidates: Sequence[Candidate], threshold: float, *, told: bool = False) -> Draft:
    """The draft that answers the question from those candidates that are as likely as `threshold`.

    `told` says that they were judged by whether they tell what the question asks the outlet of.
    """
    kind = kind_of(question)
    likely = [_whole(c) for c in candidates if c.best is not None and c.probability >= threshold]
    if kind is Kind.YES_NO:
        return _yes_or_no(likely)
    if kind is Kind.AUTHOR and likely[0].passage.author:
        return byline(likely[0])
    if told or (kind is Kind.SOURCES and not (asks_for_one_source(question) and _stands_in_text(likely[0]))):
        return _sources(likely)
    if kind is Kind.COMPARISON:
        return _one_from_each(likely)
    one_item = _nth_item(question, likely, candidates)
    if one_item:
        return one_item
    if kind is Kind.LIST:
        return (
            counted_list(question, candidates, threshold * COUNTED_SHARE)
            or _enumeration(likely, candidates)
            or with_announced(question, likely[0], _items(likely))
        )
    draft = with_announced(question, likely[0], _fact(likely))
    if asks_for_words(question):
        *before, last = draft.statements
        draft = dataclasses.replace(draft, statements=(*before, with_rest_of_speech(likely[0], last)))
    if asks_for_year(question):
        draft = _with_year(draft, likely[0])
    return _dated(draft, likely[0]) if asks_when(question) else draft


def joined(drafts: Sequence[Draft], passages: Sequence[Passage]) -> Draft:
    """One draft of several, each with its source, since they tell of different times or come from different outlets."""
    shown = {passage.article_id: passage for passage in passages}
    statements: dict[str, DraftStatement] = {}
    for draft in drafts:
        *before, last = draft.statements
        for statement in (*before, _sourced(last, shown[last.quotes[0].article_id])):
            statements.setdefault(statement.text, statement)
    shorts: list[str] = []
    for draft in drafts:
        if draft.short and not any(same_answer(draft.short, other) for other in shorts):
            shorts.append(draft.short)
    return Draft(
        tuple(statements.values()),
        short="; ".join(shorts) or None,
        confidence=min(draft.confidence for draft in drafts),
        conflicts=own_conflicts(drafts),
    )


def _sourced(statement: DraftStatement, passage: Passage) -> DraftStatement:
    named = with_source(statement, passage)
    ending = named.text.removeprefix(without_stop(statement.text))
    return statement if statement.text.endswith(ending.strip()) else named


def _whole(candidate: Candidate) -> Candidate:
    """The candidate with all parts of its best answer, where that is one of several that stand together."""
    spans = with_its_parts(candidate.passage.text, candidate.reading.spans)
    return dataclasses.replace(candidate, reading=dataclasses.replace(candidate.reading, spans=spans))


def _with_year(draft: Draft, best: Candidate) -> Draft:
    """The draft with the year that "last May" means as its short answer, from the day of publication."""
    assert best.best is not None
    sentence = around(best.passage.text, best.best).of(best.passage.text)
    year = year_meant(best.best.text, best.passage.published, sentence)
    if len(_YEAR.findall(best.best.text)) > 1:  # "from 1990 to 2005"
        return draft
    return draft if year is None else dataclasses.replace(draft, short=str(year))


def _dated(draft: Draft, best: Candidate) -> Draft:
    """The draft with the day of publication, from which "Thursday" and "last month" count, where no year is named.

    When the model finds the time in that day rather than in the text, it is the short answer.
    """
    assert best.best is not None
    header = best.reading.header_spans
    short = header[0].text if header and header[0].score > best.best.score else draft.short
    *before, last = draft.statements
    if best.passage.published and not _YEAR.search(last.text):
        last = with_source(last, best.passage)
    return dataclasses.replace(draft, short=short, statements=(*before, last))


def byline(best: Candidate) -> Draft:
    """Who wrote the article of the best passage, as its metadata has it; the quote shows which article is meant."""
    passage = best.passage
    opening = sentences(passage.text)[0]
    quote = Quote(passage.article_id, passage.start + opening.start, passage.start + opening.end)
    statement = DraftStatement(f"“{passage.title}” is by {passage.author}.", (quote,))
    return Draft((with_source(statement, passage),), short=passage.author, confidence=best.confidence)


def _stands_in_text(best: Candidate) -> bool:
    """Whether the model finds the answer rather in the text than in the line above it, which names the outlet."""
    header = best.reading.header_spans
    return best.best is not None and (not header or best.best.score > header[0].score)


def _sources(likely: Sequence[Candidate]) -> Draft:
    """Every outlet with a passage that is likely to say it, and what it says."""
    chosen = _best_of_each_article(likely, len(likely))
    statements = tuple(with_source(statement_of(c, c.best, ()), c.passage) for c in chosen if c.best is not None)
    outlets = dict.fromkeys(c.passage.outlet or c.passage.title for c in chosen)
    return Draft(statements, short=", ".join(outlets), confidence=chosen[0].confidence)


def _fact(likely: Sequence[Candidate]) -> Draft:
    best = likely[0]
    assert best.best is not None
    agreeing, others = _agreeing(best, likely[1:])
    statement = statement_of(best, best.best, agreeing)
    return Draft(
        statements=(*lead_in(best, best.best), statement),
        short=best.best.text,
        confidence=_joint([best, *agreeing]),
        conflicts=_conflicts(best, agreeing, others),
    )


def _yes_or_no(likely: Sequence[Candidate]) -> Draft:
    best = likely[0]
    assert best.best is not None
    word = _settled(best.reading)
    agreeing = [
        c
        for c in likely[1:]
        if c.passage.article_id != best.passage.article_id and word and _settled(c.reading) == word
    ]
    statement = statement_of(best, best.best, agreeing[:1])
    if word:
        statement = dataclasses.replace(statement, text=f"{word}: {statement.text}")
    opposed = [
        c
        for c in likely[1:]
        if word and _settled(c.reading) not in (None, word) and c.probability >= _CONFLICT_PROBABILITY
    ]
    conflicts = _sides([(best, word or "")], [(c, _settled(c.reading) or "") for c in opposed[:1]])
    return Draft((statement,), short=word, confidence=_joint([best, *agreeing[:1]]), conflicts=conflicts)


def _best_of_each_article(likely: Sequence[Candidate], most: int) -> list[Candidate]:
    """The best passage of each article, while they are likely enough beside the best one."""
    chosen: dict[str, Candidate] = {}
    for candidate in likely:
        if candidate.probability >= _JOIN_SHARE * likely[0].probability:
            chosen.setdefault(candidate.passage.article_id, candidate)
    return list(chosen.values())[:most]


def _one_from_each(likely: Sequence[Candidate]) -> Draft:
    chosen = _best_of_each_article(likely, _MAX_STATEMENTS)
    statements = tuple(statement_of(c, c.best, ()) for c in chosen if c.best is not None)
    shorts = list(dict.fromkeys(c.best.text for c in chosen if c.best is not None))
    return Draft(statements, short="; ".join(shorts), confidence=chosen[0].confidence)


def _enumeration(likely: Sequence[Candidate], shown: Sequence[Candidate]) -> Draft | None:
    """The numbered or bulleted items of the best article, when its answer lies in such a list or announces one.

    A long list goes on in the next passage, which need not look like an answer by itself.
    """
    best = likely[0]
    assert best.best is not None
    answering = around(best.passage.text, best.best).of(best.passage.text)
    if not (LIST_ITEM.match(answering) or answering.endswith(":")):
        return None
    found = {}
    for passage in _run_of_passages(best.passage, [c.passage for c in (*likely, *shown)]):
        for item in list_items(passage.text):
            found[passage.start + item.start] = item_of(passage, item)
    if len(found) < _MIN_ITEMS:
        return None
    statements = tuple(found[start] for start in sorted(found))
    return Draft(statements, short="; ".join(map(unnumbered, statements)), confidence=best.confidence)


def counted_list(question: str, shown: Sequence[Candidate], least: float) -> Draft | None:
    """The numbered list of one article with as many items as "the four steps" asks for.

    None unless just one article has such a list, and a passage that is as likely as `least` to answer.
    """
    count = count_asked_for(question)
    if count is None:
        return None
    lists: dict[str, dict[str, DraftStatement]] = {}
    for passage in sorted((c.passage for c in shown), key=lambda p: p.start):
        for item in list_items(passage.text):
            number = _NUMBERED.match(item.of(passage.text))
            if number:
                lists.setdefault(passage.article_id, {}).setdefault(number[1], item_of(passage, item))
    wanted = [str(number) for number in range(1, count + 1)]
    fitting = [article for article, items in lists.items() if sorted(items, key=int) == wanted]
    likely = [c for c in shown if c.passage.article_id in fitting and c.probability >= least]
    if len(fitting) != 1 or not likely:
        return None
    statements = tuple(lists[fitting[0]][number] for number in wanted)
    confidence = max(candidate.confidence for candidate in likely)
    return Draft(statements, short="; ".join(map(unnumbered, statements)), confidence=confidence)


def _nth_item(question: str, likely: Sequence[Candidate], shown: Sequence[Candidate]) -> Draft | None:
    """The item that "the third step" or "the third one" means, when the best answer is in a list of steps or announces it."""
    asked = None if count_asked_for(question) else _NTH.search(without_context(question))
    whole = _enumeration(likely, shown) if asked else None
    if not asked or not whole:
        return None
    place = (
        len(whole.statements)
        if asked["nth"].lower() in ("last", "final")
        else _ORDINALS.index(asked["nth"].lower()) + 1
    )
    numbered = {match[1]: s for s in whole.statements if (match := _NUMBERED.match(s.text))}
    by_place = dict(enumerate(whole.statements, start=1))
    item = numbered.get(str(place)) if numbered else by_place.get(place)
    if item is None:
        return None
    return Draft((item,), short=unnumbered(item), confidence=whole.confidence)


def _run_of_passages(best: Passage, shown: Sequence[Passage]) -> list[Passage]:
    """A passage with those shown that follow it or each other without a gap, and those that lead to it likewise."""
    same = sorted({p.start: p for p in shown if p.article_id == best.article_id}.values(), key=lambda p: p.start)
    at = next(number for number, passage in enumerate(same) if passage.start == best.start)
    first = last = at
    while first > 0 and same[first].start - same[first - 1].end <= LIST_GAP and list_items(same[first - 1].text):
        first -= 1
    while (
        last + 1 < len(same) and same[last + 1].start - same[last].end <= LIST_GAP and list_items(same[last + 1].text)
    ):
        last += 1
    return same[first : last + 1]


def _items(likely: Sequence[Candidate]) -> Draft:
    """The items of the best passage, and the best item of others that are as likely."""
    best = likely[0]
    statements: list[DraftStatement] = []
    items: list[str] = []
    for candidate in likely:
        if candidate is not best and candidate.probability < _OTHER_LIST_SHARE * best.probability:
            continue
        spans = candidate.reading.spans if candidate is best else candidate.reading.spans[:1]
        as_likely = [span for span in spans if span.score >= _ITEM_SHARE * spans[0].score]
        for span in sorted(as_likely, key=lambda span: span.start):
            if len(items) >= _MAX_ITEMS or any(same_answer(span.text, item) for item in items):
                continue
            items.append(span.text)
            statement = statement_of(candidate, span, ())
            if statement.text not in {s.text for s in statements} and len(statements) < _MAX_ITEMS:
                statements.append(statement)
    return Draft(tuple(statements), short=", ".join(items), confidence=best.confidence)


def _agreeing(best: Candidate, others: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Those of the others, from other articles, that give the same short answer, and those that give another."""
    assert best.best is not None
    same, different = [], []
    seen = {best.passage.article_id, *best.passage.also_in}
    for other in others:
        if other.best is None or other.passage.article_id in seen:
            continue
        if same_answer(best.best.text, other.best.text):
            same.append(other)
            seen.update((other.passage.article_id, *other.passage.also_in))
        else:
            different.append(other)
    return same, different


def _conflicts(
    best: Candidate, agreeing: Sequence[Candidate], others: Sequence[Candidate]
) -> tuple[tuple[DraftSide, ...], ...]:
    """The best answer against another that is likely too and of the same form: a number, or a name."""
    assert best.best is not None
    rivals = [
        other
        for other in others
        if other.best is not None
        and min(other.probability, best.probability) >= _CONFLICT_PROBABILITY
        and min(other.best.score, best.best.score) >= _CONFLICT_SPAN
        and _form(other.best.text) == _form(best.best.text) != "clause"
    ]
    return _sides(
        [(c, c.best.text) for c in (best, *agreeing) if c.best],
        [(c, c.best.text) for c in rivals[:2] if c.best],
    )


def _sides(
    one: Sequence[tuple[Candidate, str]], other: Sequence[tuple[Candidate, str]]
) -> tuple[tuple[DraftSide, ...], ...]:
    if not other:
        return ()
    sides = sorted(
        [one[0], *other], key=lambda side: (side[0].passage.published is None, str(side[0].passage.published))
    )
    return (tuple(DraftSide(short, quote_of(c, c.best)) for c, short in sides if c.best is not None),)


def _form(answer: str) -> str:
    if any(character.isdigit() for character in answer):
        return "number"
    tokens = [answer[span.start : span.end] for span in word_spans(answer)]
    return "name" if tokens and len(tokens) <= 5 and all(t[:1].isupper() for t in tokens) else "clause"


def _joint(candidates: Sequence[Candidate]) -> float:
    """How likely at least one of independent sources is right."""
    return min(0.99, 1.0 - math.prod(1.0 - candidate.confidence for candidate in candidates))


def _settled(reading: Reading) -> str | None:
    if reading.yes >= _YES_NO_MARGIN and reading.yes > reading.no:
        return "Yes"
    if reading.no >= _YES_NO_MARGIN and reading.no > reading.yes:
        return "No"
    return None
