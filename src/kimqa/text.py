"""Pure functions on strings that more than one stage needs: sentences, words and the normal form used for matching."""

from __future__ import annotations

import datetime
import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

import sentencex
import snowballstemmer

from kimqa.types import Span

_WORD: Final = re.compile(r"(?:[^\W\d_]\.){2,}(?:['’]s\b)?|[^\W_]+(?:['’.,][^\W_]+)*")
_PARAGRAPH: Final = re.compile(r"\S[^\n]*")
_STRAIGHT: Final = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‐": "-", "‑": "-",
     "–": "-", "—": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)  # fmt: skip
_MARKER: Final = re.compile(r"\(?(?:\d{1,2}|[A-Za-z]|[ivx]{1,4})[.)]|[•*–—-]")
LIST_ITEM: Final = re.compile(r"(?:\(?\d{1,2}[.)]|[•*–-])\s+")
"""How an item of a list opens, numbered or with a bullet."""
LIST_GAP: Final = 4
"""Most characters (white space) between two pieces of an article that a list runs across."""
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# Abbreviations at which the splitter ends a sentence, though a name or a figure follows.
_ABBREVIATED: Final = re.compile(
    r"(?:^|[\s(\"“])(?:Ms|Mx|Messrs|Ft|Const|Pte|Lieut|Pt|Natl|Intl|Tues|Thurs|Wed|Vice-Pres|Mmes|Hon|Reps?|Sens?|Gens?|Cols?|Lts?|Sgts?|Atty|Amb|Cllr|Gov|Ret|Vol|Op|approx|ca|cf|pp?|figs?|vols?|incl|est)\.$"
)
_CLITIC: Final = re.compile(r"'s?$")

# Function words of English: they carry no evidence that a passage is about the question. A closed class, by form.
STOPWORDS: Final = frozenset(
    """a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can can't cannot could couldn't d did didn't do does doesn't doing don't down during each few for
    from further had hadn't has hasn't have haven't having he her here hers herself him himself his how i if in into is
    isn't it its itself just ll m me might more most must my myself no nor not now of off on once only or other our ours
    out over own re s same shall she should shouldn't so some such t than that the their theirs them themselves then there
    these they this those through to too under until up upon ve very was wasn't we were weren't what when where which
    while who whom whose why will with won't would wouldn't you your yours tell please whats what's who's""".split()
)


def straighten(text: str) -> str:
    """`text` with typographic quotation marks, apostrophes, dashes and spaces made plain. Keeps every offset."""
    return text.translate(_STRAIGHT)


def normalize(text: str) -> str:
    """The normal form for comparing: case folded, accents and typography removed, white space collapsed.

    Offsets are not kept: never show the result, never cut by it.
    """
    decomposed = straighten(unicodedata.normalize("NFKD", text))  # in this order: NFKD makes apostrophes and dashes
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.casefold().split())


def words(text: str) -> list[str]:
    """The words of `text` in normal form, in order, a possessive 's removed ("Xi’s" gives "xi", "U.S." gives "us")."""
    return [form for form in (_word_form(match.group()) for match in _WORD.finditer(text)) if form]


def word_spans(text: str) -> list[Span]:
    """Where the words of `text` stand."""
    return [Span(*match.span()) for match in _WORD.finditer(text)]


def content_words(text: str) -> list[str]:
    """The words of `text` in normal form that are no function words, in order, with repetitions."""
    return [word for word in words(text) if word not in STOPWORDS]


@functools.lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Snowball stem of an English word in normal form ("elections" and "elected" give "elect").

    M. F. Porter, Snowball: A language for stemming algorithms, 2001.
    """
    return str(_stemmer().stemWord(word))


def stems(text: str) -> list[str]:
    """The stems of the content words of `text`, in order, with repetitions."""
    return [stem(word) for word in content_words(text)]


def paragraphs(text: str) -> list[Span]:
    """The lines of `text` that are not blank, in order, without surrounding white space."""
    return [_trim(text, Span(*match.span())) for match in _PARAGRAPH.finditer(text)]


def sentences(text: str) -> list[Span]:
    """The sentences of `text`, in order and disjoint, without surrounding white space.

    A line break ends a sentence; the number or letter in front of a list item belongs to the item.
    """
    spans: list[Span] = []
    for span in _split(text):
        if spans and _goes_on(spans[-1].of(text)) and "\n" not in text[spans[-1].end : span.start]:
            span = Span(spans.pop().start, span.end)
        spans.append(span)
    return spans


def _goes_on(sentence: str) -> bool:
    """True for what the splitter cuts off though it is no sentence: the marker of a list item, an abbreviation."""
    return _MARKER.fullmatch(sentence) is not None or _ABBREVIATED.search(sentence) is not None


def written_date(date: datetime.date | None) -> str:
    """The date written out, "Thursday 4 September 2025"; empty for None. English, whatever the locale."""
    if date is None:
        return ""
    return f"{WEEKDAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]} {date.year}"


def _split(text: str) -> list[Span]:
    spans = []
    for paragraph in paragraphs(text):
        position = paragraph.start
        for sentence in sentencex.segment("en", paragraph.of(text)):
            start = text.find(sentence, position, paragraph.end) if sentence else -1
            if start < 0:  # the splitter changed the characters: keep the rest of the paragraph whole
                spans.append(_trim(text, Span(position, paragraph.end)))
                position = paragraph.end
                break
            position = start + len(sentence)
            if sentence.strip():
                spans.append(_trim(text, Span(start, position)))
        if text[position : paragraph.end].strip():
            spans.append(_trim(text, Span(position, paragraph.end)))
    return spans


def _trim(text: str, span: Span) -> Span:
    part = span.of(text)
    return Span(span.start + len(part) - len(part.lstrip()), span.end - (len(part) - len(part.rstrip())))


def _word_form(word: str) -> str:
    form = _CLITIC.sub("", normalize(word))
    return form.replace(".", "") if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?", form) else form.rstrip(".")


@functools.cache
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


def outlet_names(outlet: str) -> tuple[str, ...]:
    """The names that an outlet goes by: in full, without a bracket, the short form in the bracket; each without "The".

    `"Hong Kong Free Press (HKFP)"` also goes by `"Hong Kong Free Press"` and `"HKFP"`.
    """
    match = re.fullmatch(r"\s*(.+?)\s*\(([^)]+)\)\s*", outlet)
    names = (outlet, match[1], match[2]) if match else (outlet,)
    return tuple(dict.fromkeys((*names, *(re.sub(r"^The\s+", "", name) for name in names))))


_SHORTEST_PAPER: Final = 3
_NO_PAPERS: Final = frozenset(
    "agency alert insider interest international news online press radio report reports service state television today union week world".split()
)
# What follows a paper that is called by its last word: "the Post says", not "the Post Office".
_PAPER_ENDS: Final = (
    r"(?!\w)(?=['’]s?(?!\w)|\s*(?:[,;:.?!)]|$)|\s+(?:and|or|but|in|on|about|also|ever|do|does|did|is|was|has|had|put|see|give|"
    r"(?:say|report|write|describe|think|mention|claim|explain|cover|tell|quote|cite|count|call|note|argue)s?(?:ed)?|said|wrote|told|articles?|story|piece)\b)"
)


def papers_called(outlets: Iterable[str]) -> dict[str, str]:
    """Outlets by the last word of their names, as in "the Tribune"; without words that several end in or that are no names."""
    found: dict[str, set[str]] = {}
    for outlet in outlets:
        whole = re.sub(r"\s*\([^)]*\)\s*$", "", outlet)
        last = whole.rsplit(maxsplit=1)[-1] if " " in whole.strip() else ""
        if len(last) > _SHORTEST_PAPER and last.isalpha() and last.lower() not in _NO_PAPERS:
            found.setdefault(last, set()).add(outlet)
    return {last: of.pop() for last, of in found.items() if len(of) == 1}


def paper_pattern(last: str) -> str:
    """A pattern for an outlet that is called by the last word of its name: "the Tribune", before what a name may stand before."""
    return rf"\b[Tt]he (?P<name>{re.escape(last)}){_PAPER_ENDS}"


def without_context(question: str) -> str:
    """The question less the bracket at its end that tells what a follow-up follows."""
    return re.sub(r"\s\([^()]*\)$", "", question)
