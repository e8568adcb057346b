"""From an answer beside "there are three reasons" to the reasons: the rest of the sentence, or the sentences, that it announces."""

from __future__ import annotations

import dataclasses
import itertools
import re
from typing import Final

from kimqa.readers.kinds import Kind, asks_for_words, kind_of
from kimqa.readers.listing import NO_MEASURE, NUMBER_WORD, count_asked_for, count_said
from kimqa.readers.quoting import Candidate, around, item_of, lead_in, unnumbered
from kimqa.text import LIST_ITEM, sentences, stems, without_context
from kimqa.types import Draft, Span

# Things that a writer counts before telling them. What only happens to be counted ("three trawlers") is no such thing.
_THINGS: Final = (
    r"(?:advantages|aims|answers|arguments|aspects|benefits|causes|changes|claims|commitments|concessions|conclusions|concerns"
    r"|conditions|consequences|decisions|demands|differences|difficulties|effects|elements|errors|examples|explanations|factors"
    r"|failings|faults|features|findings|goals|grounds|ideas|improvements|issues|kinds|lessons|measures|methods|mistakes|motives"
    r"|objections|obstacles|options|pledges|points|principles|priorities|problems|promises|proposals|purposes|questions|reasons"
    r"|recommendations|requests|requirements|risks|rules|scenarios|signs|sorts|steps|suggestions|tasks|theories|things|threats"
    r"|types|ways|weaknesses|wishes)"
)
_COUNTED: Final = (
    rf"(?P<count>{NUMBER_WORD}){NO_MEASURE}\s+(?:(?!of\b|or\b|and\b)[\w-]+\s+){{0,2}}?(?P<things>{_THINGS})\b"
)
# "There are three kinds", "She made two promises", "Banks names two things".
_ANNOUNCES: Final = re.compile(
    r"\b(?:there (?:are|were)|(?:(?:gives?|gave|given|makes?|made|names?|named|lists?|listed|sets? out|cites?|cited|sees?|saw|offers?"
    r"|offered|puts? forward|proposes?|proposed|mentions?|mentioned|distinguish(?:es|ed)?|identif(?:ies|ied)|raises?|raised|has|had|with"
    rf"|for|after|found|brought|presented|drew|suggests?|suggested)\b))\s+(?:(?:just|only|at least|the|these|some|him|her|it|them)\s+){{0,2}}{_COUNTED}",
    re.IGNORECASE,
)
_COLON: Final = re.compile(r":\s+(?=\S)")
# What may stand between the things and the end of a sentence that only announces them.
_ONLY_ANNOUNCES: Final = re.compile(
    r"(?:\s+(?!and\b|or\b|but\b|were\b|are\b|was\b|is\b)[\w’'-]+){0,6}\s*[.:]?"
    r"|,\s(?:and|but|though|although|which|none|all|he|she|they)\s[^,;:–—]{1,50}\."
)
_NEGATED: Final = re.compile(r"\b(?:not|never|no|none|neither|nor|without)\b|n['’]t\b", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[,;]\s+(?:and\s|or\s)?|\s(?:and|or)\s", re.IGNORECASE)
_FIRST: Final = re.compile(r"(?:First(?:ly)?|One(?=\s(?:is|was|of)\b|,)|The (?:first|one))\b", re.IGNORECASE)
_FURTHER: Final = re.compile(
    r"(?:(?:And )?(?:[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth)(?:ly)?|The (?:other|second|third|fourth|fifth|last|next)|Another(?=\s(?:is|was)\b|,)|Finally|Lastly)\b"
)
# Who, when, where and how many are not asked of the things, nor is one of them.
_OTHER_ANSWER: Final = re.compile(
    r"\W*(?:who|whom|whose|when|where|how)\b|\bhow\s+(?:many|much|long|often|old|far)\b", re.IGNORECASE
)
_ONE_OF_THEM: Final = re.compile(
    r"\b(?:first|second|third|fourth|fifth|last|final|next|other|main|biggest|most|best|worst)\s+(\w+(?:\s+\w+)?)",
    re.IGNORECASE,
)
_WHAT: Final = re.compile(r"\b(?:what|which|list|name)\b", re.IGNORECASE)
_DID: Final = re.compile(r"(?:did|does|do|has|have|had)\b", re.IGNORECASE)
_DETERMINERS: Final = frozenset("the a an his her its their this that any".split())
_WHY: Final = re.compile(r"\W*why\b", re.IGNORECASE)
_REASONS: Final = frozenset(stems("reasons causes motives grounds factors explanations"))
_GENERIC: Final = frozenset(stems("things"))
_MAX_ITEMS: Final = 6


def with_announced(question: str, best: Candidate, draft: Draft) -> Draft:
    """The draft with what the best passage announces, where its answer is the announcement or one of what it counts.

    Only where the question asks for such things: by their name ("What conditions"), by their number, by the verb ("What did
    she promise"), for reasons by "why", or the writer just calls them things. Items stand behind a colon in the sentence
    itself, or are the sentences after it: those that open as items do ("First", "The other"), or as many as are asked for.
    Anything else leaves the draft as it is.
    """
    asked = without_context(question)
    if best.best is None or asks_for_words(asked) or _OTHER_ANSWER.search(asked):
        return draft
    text = best.passage.text
    whole = sentences(text)
    answering = around(text, best.best)
    at = next((n for n, sentence in enumerate(whole) if sentence.start == answering.start), None)
    if at is None:
        return draft
    for first in range(at, max(at - _MAX_ITEMS, 0) - 1, -1):
        found = _announcement(asked, text, whole[first])
        if found is None:
            continue
        told, count = found
        if told:
            items = [told] if first == at else []
            spans = [whole[first]]
        else:
            items = _items_after(text, whole[first:], count, is_count_asked=count == count_asked_for(asked))
            spans = [whole[first], *items]
        if items and first <= at < first + len(spans):
            return _told(best, draft, spans, items)
    return draft


def _announcement(asked: str, text: str, sentence: Span) -> tuple[Span | None, int] | None:
    """What stands behind the colon of an announcing sentence, if it has one, and how many things it counts."""
    match = _ANNOUNCES.search(text, sentence.start, sentence.end)
    if not match or _NEGATED.search(text, sentence.start, match.end()):
        return None
    count = count_said(match["count"])
    is_asked = count == count_asked_for(asked) or _asks_for(asked, match["things"])
    one = {stem for words in _ONE_OF_THEM.findall(asked) for stem in stems(words)} & set(stems(match["things"]))
    if one or not is_asked or not 2 <= count <= _MAX_ITEMS:
        return None
    colon = _COLON.search(text, match.end(), sentence.end)
    if colon:
        told = text[colon.end() : sentence.end]
        opens_only = _FIRST.match(told) and not re.search(_FURTHER.pattern, told, re.IGNORECASE)
        is_whole = len(_BETWEEN.findall(told)) >= count - 1 and not opens_only
        return (Span(colon.end(), sentence.end), count) if is_whole else None
    return (None, count) if _ONLY_ANNOUNCES.fullmatch(text, match.end(), sentence.end) else None


def _asks_for(asked: str, things: str) -> bool:
    """Whether a question asks for things of that name."""
    stem_of = stems(things)[0]
    if _WHY.match(asked):
        return stem_of in _REASONS and not {stem_of} & set(stems(asked))
    what = _WHAT.search(asked)
    if not what:
        return False
    after = asked[what.end() :].strip()
    if stem_of in _GENERIC and (_DID.match(after) or kind_of(asked) is Kind.LIST):
        return True
    plural = rf"(?:(?:are|were|did|do)\s+)?(?:\S+\s+){{0,3}}?{re.escape(things)}\b"
    if re.match(plural, after, re.IGNORECASE):
        return True
    # "What did she promise", not "What did the promise cost"
    said = re.findall(r"\w+", after)
    pairs = itertools.pairwise(said if _DID.match(after) else ())
    return any(stem_of in stems(word) and before.lower() not in _DETERMINERS for before, word in pairs)


def _items_after(text: str, announced: list[Span], count: int, *, is_count_asked: bool) -> list[Span]:
    """The sentences after the first that tell what it counts: of its paragraph, or the opening ones of those after it.

    Sentences that open as items do are taken with all between them; others only if just so many are asked for.
    """
    after = announced[1:]
    breaks = ["\n" in text[one.end : other.start] for one, other in itertools.pairwise(announced)]
    if breaks and breaks[0]:  # each in a paragraph of its own, bullets of one depth
        depth = after[0].start - text.rfind("\n", 0, after[0].start)
        items = [
            sentence
            for sentence, is_new in zip(after, breaks, strict=True)
            if is_new and sentence.start - text.rfind("\n", 0, sentence.start) == depth
        ][:count]
        return items if len(items) == count and _is_series([item.of(text) for item in items]) else []
    paragraph = list(itertools.takewhile(lambda pair: not pair[1], zip(after, breaks, strict=True)))
    following = [sentence for sentence, _ in paragraph]
    further = [n for n, sentence in enumerate(following) if n and _FURTHER.match(sentence.of(text))]
    if following and _FIRST.match(following[0].of(text)):
        return following[: further[count - 2] + 1] if len(further) >= count - 1 else []
    return following[:count] if is_count_asked else []


def _is_series(told: list[str]) -> bool:
    """Whether the first opens as the first item of a series does and the others as further ones; or all have a bullet."""
    opening, *others = told
    has_marks = _FIRST.match(opening) is not None and all(_FURTHER.match(other) for other in others)
    return has_marks or all(LIST_ITEM.match(sentence) for sentence in told)


def _told(best: Candidate, draft: Draft, spans: list[Span], items: list[Span]) -> Draft:
    statements = tuple(item_of(best.passage, span) for span in spans)
    opening = dataclasses.replace(best.reading.spans[0], start=spans[0].start, end=spans[0].end)
    short = "; ".join(unnumbered(item_of(best.passage, item)) for item in items)
    return dataclasses.replace(draft, statements=(*lead_in(best, opening), *statements), short=short)
