"""From a passage and the answer found in it to statements in its own words, and to the quotes that they rest on."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from typing import Final

from kimqa.numbers import numbers_in
from kimqa.readers.span_model import Reading
from kimqa.readers.span_model import Span as AnswerSpan
from kimqa.text import LIST_ITEM, sentences, stems, words, written_date
from kimqa.types import DraftStatement, Passage, Quote, Span

_SPEECH: Final = re.compile(r"[\"“”]")
# A quotation that is given to someone by name; "she said" goes on with the one before.
_SAYS: Final = r"(?:said|says|added|asked|wrote|told|replied|answered|insisted|commented|tweeted|according to)"
_OTHER_SPEAKER: Final = re.compile(
    rf"[,.!?][\"”]\s*{_SAYS}\s+(?!he\b|she\b|they\b)\w|[,.!?][\"”]\s*(?!(?:he|she|they)\b)(?:[\w.’'-]+\s+){{1,5}}{_SAYS}\b"
)
_OPPOSING: Final = frozenset("not no up down before after over under more less fewer without against".split())
_MAX_SPEECH: Final = 3  # sentences that a quotation is widened to, beside the one that answers
_REFERRING: Final = re.compile(
    r"^(?:He|She|They|It|This(?! (?:week|month|year|time)\b)|That|These|Those|His|Her|Their|Its)\b"
)
# A capitalised word within a sentence (a small letter or a comma stands before it) right before a name.
_NAME_BEFORE: Final = re.compile(r"(?<=[a-z,] )([A-Z][\w-]*)\s$")
# Capitalised words that stand before a name and are none of it: ranks and offices, days and months.
_NO_NAMES: Final = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december president vice deputy prime minister chancellor premier king queen prince princess duke
    secretary general senator representative governor mayor judge justice chief inspector superintendent sergeant captain
    colonel major lieutenant admiral commander corporal professor doctor dr mr mrs ms miss sir dame lady lord father sister
    bishop archbishop cardinal pope imam rabbi ambassador envoy director chairman chairwoman chair commissioner councillor
    officer coach manager speaker attorney""".split()
)
# What stands between two parts of one answer: "Vigo and Sines", "a house, a bus at seven".
_BETWEEN_PARTS: Final = re.compile(
    r"(?:\s*[,;]\s*|\s*,?\s+(?:and|or|as well as|plus|along with)\s+)"
    r"(?:(?:an?|the|his|her|its|their|by|to|for|of|in|on|at|with|from)\s+)*",
    re.IGNORECASE,
)
# A part joins the best one when its score is at least this share of it. Chosen on held-out stories (57 lists, November
# 2026): list F1 0.61 at 0.02, 0.59 at 0.05, 0.55 at 0.1, 0.53 without; answers that are no lists stay at 0.80.
_PART_SHARE: Final = 0.02


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what the model said of it; `score` joins the model's log-odds with the rank of retrieval.

    `confidence` is how likely its best answer is right, 0 to 1.
    """

    passage: Passage
    reading: Reading
    score: float
    confidence: float

    @property
    def probability(self) -> float:
        """How likely the passage answers, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-self.score))

    @property
    def best(self) -> AnswerSpan | None:
        """The likeliest answer in it."""
        return self.reading.spans[0] if self.reading.spans else None

    def answers(self, least: float) -> bool:
        """Whether it has an answer and is as likely as `least`."""
        return self.best is not None and self.probability >= least


def whole_name(text: str, span: AnswerSpan) -> AnswerSpan:
    """The span with the rest of the proper name whose end it is: "Ju Ae" in "his daughter Kim Ju Ae" gives "Kim Ju Ae"."""
    start = span.start
    if text[start : start + 1].isupper():
        while (before := _NAME_BEFORE.search(text, 0, start)) and before[1].lower() not in _NO_NAMES:
            start = before.start(1)
    return dataclasses.replace(span, start=start, text=text[start : span.end])


def with_its_parts(text: str, spans: Sequence[AnswerSpan]) -> tuple[AnswerSpan, ...]:
    """The spans with the first widened over those that it forms one series with: "Sines" gives "Vigo and Sines"."""
    best = spans[0]
    parts = sorted((s for s in spans if s.score >= _PART_SHARE * best.score), key=lambda s: s.start)
    first = last = parts.index(best)
    while first > 0 and _BETWEEN_PARTS.fullmatch(text, parts[first - 1].end, parts[first].start):
        first -= 1
    while last + 1 < len(parts) and _BETWEEN_PARTS.fullmatch(text, parts[last].end, parts[last + 1].start):
        last += 1
    if any(character.isdigit() for character in best.text):  # "12, and 40 were hurt": numbers are of different things
        first = last = parts.index(best)
    start, end = parts[first].start, parts[last].end
    whole = dataclasses.replace(best, start=start, end=end, text=text[start:end])
    return (whole, *(span for span in spans if span.end <= start or end <= span.start))


def statement_of(candidate: Candidate, span: AnswerSpan, agreeing: Sequence[Candidate]) -> DraftStatement:
    """The whole sentences that the span lies in, word for word, also resting on those that agree."""
    quote = quote_of(candidate, span)
    passage = candidate.passage
    text = " ".join(passage.text[quote.start - passage.start : quote.end - passage.start].split())
    return DraftStatement(text, (quote, *(quote_of(other, other.best) for other in agreeing if other.best is not None)))


def quote_of(candidate: Candidate, span: AnswerSpan) -> Quote:
    """The sentences that the span lies in, as a place in the article."""
    answering = around(candidate.passage.text, span)
    return Quote(
        candidate.passage.article_id,
        candidate.passage.start + answering.start,
        candidate.passage.start + answering.end,
    )


def around(text: str, span: AnswerSpan) -> Span:
    """The sentences of `text` that the answer touches."""
    touched = [s for s in sentences(text) if s.start < span.end and span.start < s.end]
    return Span(touched[0].start, touched[-1].end) if touched else Span(span.start, span.end)


def in_one_sentence(text: str, span: AnswerSpan) -> bool:
    """Whether the span keeps within one sentence of `text`."""
    return any(sentence.start <= span.start and span.end <= sentence.end for sentence in sentences(text))


def with_rest_of_speech(candidate: Candidate, statement: DraftStatement) -> DraftStatement:
    """The statement with the sentences right beside it that go on with its quotation: "Yes," he said. "We all did." has two."""
    quote, *others = statement.quotes
    text, shift = candidate.passage.text, candidate.passage.start
    whole = sentences(text)
    inside = [n for n, s in enumerate(whole) if s.start < quote.end - shift and quote.start - shift < s.end]
    if not inside:
        return statement
    first, last = inside[0], inside[-1]
    while first > 0 and _go_on(text, whole[first - 1], whole[first]) and last - first < _MAX_SPEECH:
        first -= 1
    while last + 1 < len(whole) and _go_on(text, whole[last], whole[last + 1]) and last - first < _MAX_SPEECH:
        last += 1
    start, end = whole[first].start, whole[last].end
    longer = Quote(quote.article_id, shift + start, shift + end)
    return DraftStatement(" ".join(text[start:end].split()), (longer, *others))


def _go_on(text: str, one: Span, other: Span) -> bool:
    """Whether the second sentence goes on with a quotation that the first, in the same paragraph, holds or ends."""
    said, more = one.of(text), other.of(text)
    if "\n" in text[one.end : other.start] or not _SPEECH.search(said):
        return False
    if _OTHER_SPEAKER.search(more):
        return False
    opened = len(re.findall("“", said)) > len(re.findall("”", said)) or said.count('"') % 2 == 1
    return opened or more.lstrip()[:1] in '"“'


def lead_in(candidate: Candidate, span: AnswerSpan) -> tuple[DraftStatement, ...]:
    """The sentence before, when the answering sentence opens with a pronoun that only it explains."""
    text = candidate.passage.text
    answering = around(text, span)
    before = [s for s in sentences(text) if s.end <= answering.start]
    if not before or not _REFERRING.match(answering.of(text)) or "\n" in text[before[-1].end : answering.start]:
        return ()
    quote = Quote(candidate.passage.article_id, candidate.passage.start + before[-1].start, candidate.passage.start + before[-1].end)  # fmt: skip
    return (DraftStatement(" ".join(before[-1].of(text).split()), (quote,)),)


def list_items(text: str) -> list[Span]:
    """The first sentence of every line that opens with a number or a bullet."""
    return [span for span in sentences(text) if LIST_ITEM.match(span.of(text))]


def item_of(passage: Passage, item: Span) -> DraftStatement:
    """An item of a list, or a sentence, as a statement that rests on itself."""
    quote = Quote(passage.article_id, passage.start + item.start, passage.start + item.end)
    return DraftStatement(" ".join(item.of(passage.text).split()), (quote,))


def unnumbered(item: DraftStatement) -> str:
    """What an item says, without its number or bullet and its full stop."""
    return without_stop(LIST_ITEM.sub("", item.text, count=1))


def with_source(statement: DraftStatement, passage: Passage) -> DraftStatement:
    """The statement with the outlet and the day of publication in brackets at its end."""
    source = ", ".join(part for part in (passage.outlet, written_date(passage.published)) if part)
    return dataclasses.replace(statement, text=f"{without_stop(statement.text)} ({source}).")


def without_stop(text: str) -> str:
    """A sentence without its full stop, unless that is one of an abbreviation: "in the U.S." keeps it."""
    return re.sub(r"(?<!\.)(?<!\b[A-Za-z])(?<!\b(?:Jr|Sr|Co))(?<!\b(?:etc|Inc|Ltd))\.$", "", text)


def same_answer(one: str, other: str) -> bool:
    """Whether one short answer says what the other says, or a part of it, with the same numbers and the same sense."""
    left, right = (set(stems(text)) | (set(words(text)) & _OPPOSING) or set(words(text)) for text in (one, other))
    if numbers_in(one) != numbers_in(other) or (left ^ right) & _OPPOSING:
        return False
    return bool(left and right) and (left <= right or right <= left)
