"""A statement and passages come in; how likely the passages support it, and the sentences that do, go out.

What can be counted is counted: names, numbers, dates, quoted words, negations, hedges. A small model reads the rest, and
weights that were fitted on statements about other articles join both (`Judge`).
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Sequence
from typing import Final

from kimqa.blanks import blanks, question_of, says_the_same
from kimqa.dates import dates_in, days_meant, words_meant
from kimqa.numbers import number_pairs, numbers_in
from kimqa.text import STOPWORDS, content_words, normalize, sentences, stem, straighten, words, written_date
from kimqa.types import Judge, Passage, Quote, Verdict

_WINDOW: Final = 2  # sentences that one statement is first held against
_MAX_QUOTES: Final = 3
_SENTENCE_COST: Final = 0.15  # of a word: a second sentence must bring more than this
_NEAR: Final = 5  # words between which two words belong together
_LEAST_PROBABILITY: Final = 1e-4
_LEAST_SCORE: Final = 1e-3  # where neither answer scores, neither speaks
_CAPITALISED: Final = re.compile(r"(?:[A-Z]\.){2,}|[A-ZÀ-ÖØ-Þ][\w’'-]*")
_QUOTED: Final = re.compile(r'"([^"]{3,})"')
_FIRST_PERSON: Final = re.compile(r"(?<![\w.])(?:I|I'(?:m|ve|d|ll)|[Mm]y|me|[Ww]e|[Oo]ur|us)(?![\w.])")
_NUMERAL: Final = re.compile(r"\b(?!(?:But|And|That|As|If|When|Then|So|Yes|No)\b)[A-Z][\w-]+ I\b")  # "World War I"
_CLAUSE: Final = re.compile(r"[,;:.!?]\s|\s-+\s|\bbut\b|\bwhile\b|\balthough\b|\bthough\b")
# Closed classes, by meaning; stems where a word has forms.
_NEGATIONS: Final = frozenset(
    "not no never none nobody nothing neither nor without cannot refus fail deni declin reject lack unlik".split()
)
_HEDGES: Final = frozenset(
    """may might could would should expect plan propos possibl like tentat potenti hope seek tri suggest consid reportedli
    alleg some intend aim want due schedul attempt perhap probabl appear seem partial ambit threaten vow promis will
    anticip open offer if""".split()
)
_CAUSES: Final = re.compile(
    r"\b(?:because|due to|owing to|prompted by|caused by|as a result of|in order to|so that|since|after|over|thanks to)\b"
)
MEASURES: Final = (
    "coverage", "exact", "longest_gap", "gaps", "number_missing", "number_elsewhere", "name_missing", "date_wrong",
    "quote_missing", "order", "inverse", "negation", "hedge", "cause", "swap", "verbatim", "length", "supported",
    "contradicted", "supported_near", "contradicted_near", "added", "added_more", "covered", "name_exact", "number_exact",
    "other_answer",
)  # fmt: skip
"""Names of what `measure_of` returns, in its order."""
_VERBATIM: Final = MEASURES.index("verbatim")
_MUST_BE_THERE: Final = tuple(MEASURES.index(name) for name in ("number_missing", "date_wrong", "quote_missing"))


@dataclasses.dataclass(frozen=True, slots=True)
class Support:
    """How likely passages support a statement, whether that is enough, and the sentences that do."""

    probability: float = 0.0
    holds: bool = False
    quotes: tuple[Quote, ...] = ()


def support_of(statement: str, passages: Sequence[Passage], judge: Judge) -> Support:
    """What the passages together say for a statement."""
    windows = [_window(statement, passage) for passage in passages]
    verdicts = judge.judge(statement, [*passages, *windows])
    counted = measure(statement, passages, windows, verdicts)
    is_played = speaks_for_itself(statement) and not counted[_VERBATIM]
    probability = 0.0 if is_played or is_ruled_out(counted) else judge.support((*counted, 0.0))
    if probability >= judge.least_support:  # what other answers there are can only speak against it, and takes longest
        probability = judge.support((*counted, other_answer(statement, passages, judge)))
    return Support(probability, probability >= judge.least_support, _quotes(statement, windows))


def measure_of(statement: str, passages: Sequence[Passage], judge: Judge) -> tuple[float, ...]:
    """All measures of a statement, named by `MEASURES`, with the verdicts and the fillings of a judge."""
    windows = [_window(statement, passage) for passage in passages]
    verdicts = judge.judge(statement, [*passages, *windows])
    return (*measure(statement, passages, windows, verdicts), other_answer(statement, passages, judge))


def is_ruled_out(measures: Sequence[float]) -> bool:
    """Whether a number, a date or quoted words of a statement stand nowhere in what it names, whatever a model says of it."""
    return any(measures[place] for place in _MUST_BE_THERE)


def speaks_for_itself(statement: str) -> bool:
    """Whether a statement says "I" or "we" outside quotation marks: what articles tell has no such speaker, a played part has."""
    return _FIRST_PERSON.search(_NUMERAL.sub(" ", _QUOTED.sub(" ", straighten(statement)))) is not None


def coverage(statement: str, passage: Passage) -> float:
    """Share of the content words of a statement that stand in a passage, 0 to 1."""
    shown = {stem(word) for word in words(passage.text)}
    said = [stem(word) for word in content_words(statement)]
    return sum(_is_in(word, shown) for word in said) / max(1, len(said))


def measure(
    statement: str, passages: Sequence[Passage], windows: Sequence[Passage], verdicts: Sequence[Verdict]
) -> tuple[float, ...]:
    """The measures of a statement, named by `MEASURES`, but for the last, `other_answer`, for which passages are read again.

    Args:
        statement: one sentence.
        passages: what it names, whole.
        windows: of each passage the sentences nearest to it.
        verdicts: of the passages, then of the windows.
    """
    sources = " ".join(f"{p.title} {p.outlet} {p.author or ''} {written_date(p.published)}" for p in passages)
    everything = f"{' '.join(p.text for p in passages)} {sources}"
    near = " ".join(window.text for window in windows)
    meant = {word for p in passages for word in words_meant(p.text, p.published)}
    meant_stems = {stem(word) for word in meant}
    near_stems = {stem(word) for word in words(f"{near} {sources}")} | meant_stems
    said = [stem(word) for word in content_words(statement)]
    aligned = [_is_in(word, near_stems) for word in said]
    exact = sum(word in near_stems for word in said) / max(1, len(said))
    numbers, days = numbers_in(statement), numbers_in(" ".join(meant))
    order, inverse = _order(said, [stem(word) for word in words(near)])
    whole, close = verdicts[: len(passages)], verdicts[len(passages) :]
    best, nearest = max(whole, key=lambda v: v.supported), max(close, key=lambda v: v.supported)
    shown_names = {stem(word) for word in words(everything)} | meant_stems
    covered, gaps = sum(aligned) / max(1, len(said)), (len(aligned) - sum(aligned)) / _NEAR
    number_missing = float(bool(numbers - numbers_in(everything) - days))
    name_missing = float(any(not _is_in(stem(name), shown_names) for name in names_in(statement, everything)))
    return (
        covered,
        exact,
        _longest_gap(aligned) / _NEAR,
        gaps,
        number_missing,
        float(bool(numbers - numbers_in(f"{near} {sources}") - days) or _number_moved(statement, near)),
        name_missing,
        float(_date_wrong(statement, passages, windows)),
        float(any(quoted not in normalize(everything) for quoted in _QUOTED.findall(normalize(statement)))),
        order,
        inverse,
        exact**2 * float(_is_opposite(statement, [window.text for window in windows])),
        exact**2 * float(_hedge_lost(statement, near)),
        exact**2 * float(_CAUSES.search(normalize(statement)) is not None),
        exact**2 * _swapped(statement, near),
        float(any(normalize(statement).rstrip(".") in normalize(p.text) for p in passages)),
        min(len(said), 25) / 10,
        _log_odds(best.supported),
        _log_odds(best.contradicted),
        _log_odds(nearest.supported),
        _log_odds(nearest.contradicted),
        # Words of its own weigh more in a statement that otherwise keeps to the text: they are what was added to it.
        exact * float(gaps > 0),
        exact**2 * gaps,
        math.exp(-10 * (1 - covered)),
        name_missing * exact,
        number_missing * exact,
    )


def other_answer(statement: str, passages: Sequence[Passage], judge: Judge) -> float:
    """How surely the passages answer otherwise when a name, a number or a date of the statement is asked for, 0 to 1.

    The most that any of its parts gives: how likely a passage answers the question without it, times the share of the
    best other answer in what it and the best same answer score. Parts that stand nowhere are left out; `measure` counts them.
    After A. Wang, K. Cho, M. Lewis, Asking and Answering Questions to Evaluate the Factual Consistency of Summaries, 2020.
    """
    text = " ".join(passage.text for passage in passages)
    shown = {
        stem(word) for p in passages for word in words(f"{p.text} {p.title} {p.outlet} {written_date(p.published)}")
    }
    most = 0.0
    for blank in blanks(statement, text):
        if not {stem(word) for word in words(blank.text)} & shown:
            continue
        same = other = likely = 0.0
        for filling in judge.fill(question_of(statement, blank), passages):
            likely = max(likely, filling.probability)
            for answer, score in filling.answers:
                is_same = says_the_same(blank, answer)
                same = max(same, filling.probability * score * (is_same is True))
                other = max(other, filling.probability * score * (is_same is False))
        most = max(most, likely * other / (same + other + _LEAST_SCORE))
    return most


def names_in(statement: str, shown: str) -> list[str]:
    """The words of the names in a statement. The word that opens it is one if it is capitalised within `shown` too."""
    found: list[str] = []
    for match in _CAPITALISED.finditer(statement):
        before = statement[: match.start()].rstrip()
        opens = not before or before[-1] in '.!?:"“'
        followed = re.match(r"\s+[A-Z]", statement[match.end() :]) is not None
        forms = [form for form in words(match.group()) if form not in STOPWORDS]
        if forms and (not opens or followed or re.search(rf"[a-z,] {re.escape(match.group())}\b", shown)):
            found += forms
    return found


def _window(statement: str, passage: Passage) -> Passage:
    """The sentences of a passage that are nearest to a statement, as a passage."""
    start, end = nearest(statement, passage.text)
    return dataclasses.replace(
        passage, text=passage.text[start:end], start=passage.start + start, end=passage.start + end
    )


def nearest(statement: str, text: str) -> tuple[int, int]:
    """Start and end of the one or two sentences of a text that share most words with a statement; all of a text without any."""
    spans = sentences(text)
    if not spans:
        return 0, len(text)
    said = [stem(word) for word in content_words(statement)]
    best, place = -math.inf, (0, 1)
    for first in range(len(spans)):
        for last in range(first + 1, min(first + _WINDOW, len(spans)) + 1):
            shown = {stem(word) for word in words(text[spans[first].start : spans[last - 1].end])}
            value = sum(_is_in(word, shown) for word in said) - _SENTENCE_COST * (last - first)
            if value > best + 1e-9:
                best, place = value, (first, last)
    return spans[place[0]].start, spans[place[1] - 1].end


def _quotes(statement: str, windows: Sequence[Passage]) -> tuple[Quote, ...]:
    """The windows that bring words of the statement which those before them lack, the fullest first."""
    said = {stem(word) for word in content_words(statement)}
    chosen: list[Passage] = []
    seen: set[str] = set()
    for window in sorted(windows, key=lambda window: -coverage(statement, window)):
        brings = {word for word in said if _is_in(word, {stem(form) for form in words(window.text)})} - seen
        if len(chosen) < _MAX_QUOTES and (brings or not chosen):
            chosen.append(window)
            seen |= brings
    return tuple(Quote(window.article_id, window.start, window.end) for window in chosen)


def _is_in(word: str, shown: set[str]) -> bool:
    """Whether a stem stands among others, or one that opens as it does: "chines" and "china", "tens" and "tension"."""
    if word in shown:
        return True
    if len(word) < 5:
        return False
    opening = word[: max(4, int(0.6 * len(word)) + 1)]
    return any(
        other.startswith(opening) or (len(other) >= 4 and word.startswith(other[: max(4, int(0.75 * len(other)))]))
        for other in shown
    )


def _longest_gap(aligned: Sequence[bool]) -> int:
    longest = run = 0
    for is_aligned in aligned:
        run = 0 if is_aligned else run + 1
        longest = max(longest, run)
    return longest


def _order(said: Sequence[str], shown: Sequence[str]) -> tuple[float, float]:
    """Of neighbouring words of a statement that both stand in the text: the share that follow each other, and that do so reversed."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(shown):
        places.setdefault(word, []).append(place)
    follow = reverse = both = 0
    for one, other in itertools.pairwise(said):
        if one in places and other in places:
            both += 1
            distance = min((b - a for a in places[one] for b in places[other]), key=abs)
            follow += 0 < distance <= _NEAR
            reverse += -_NEAR <= distance < 0
    return (follow / both, reverse / both) if both else (0.5, 0.0)


def _number_moved(statement: str, near: str) -> bool:
    """True when a number of the statement stands in the text, but by another word: 13,000 miles for 13,000 km."""
    said, shown = number_pairs(statement), number_pairs(near)
    counted, followers = {number for number, _ in shown}, {word for _, word in shown}
    return any(number in counted and (number, word) not in shown and word in followers for number, word in said)


def _date_wrong(statement: str, passages: Sequence[Passage], windows: Sequence[Passage]) -> bool:
    """True when a day that the statement names is none that the passages name or mean."""
    years: set[int | None] = {p.published.year for p in passages if p.published}
    return all(_date_wrong_in(year, statement, passages, windows) for year in years or {None})


def _date_wrong_in(year: int | None, statement: str, passages: Sequence[Passage], windows: Sequence[Passage]) -> bool:
    """The same, where days without a year are of the one given."""
    named = dates_in(statement, year)
    if not named:
        return False
    meant = {day for window in windows for day in days_meant(window.text, window.published)}
    known = meant | {day for p in passages for day in dates_in(p.text, p.published.year if p.published else None)}
    published = {p.published for p in passages if p.published}
    return not named <= (known if meant else known | published)


def _is_opposite(statement: str, quotes: Sequence[str]) -> bool:
    """True when only one of the two is negated: the statement, or the clause of the quotes that shares most words with it."""
    clauses = [clause for quote in quotes for clause in _CLAUSE.split(normalize(quote)) if clause.strip()]
    said = {stem(word) for word in content_words(statement)}
    nearest = max(clauses, key=lambda clause: len(said & {stem(word) for word in words(clause)}), default="")
    if is_negated(statement):
        return not any(is_negated(quote) for quote in quotes)
    return is_negated(nearest)


def is_negated(text: str) -> bool:
    """Whether a text has a word, or the stem of a verb, that turns what is said into its opposite."""
    return any(word.endswith("n't") or stem(word) in _NEGATIONS for word in words(text))


def _hedge_lost(statement: str, near: str) -> bool:
    """True when the nearest clause hedges and the statement does not: "may" told as done."""
    said = {stem(word) for word in words(statement)}
    clauses = [clause for clause in _CLAUSE.split(normalize(near)) if clause.strip()]
    nearest = max(clauses, key=lambda clause: len(said & {stem(word) for word in words(clause)}), default="")
    hedges = {stem(word) for word in words(nearest)} & _HEDGES
    return bool(hedges) and not said & _HEDGES


def _swapped(statement: str, near: str) -> float:
    """Share of pairs of names that follow each other in one order in the statement and in the other one in the text."""
    tokens = [stem(word) for word in words(near)]
    first = {word: tokens.index(word) for word in reversed(tokens)}
    said = [stem(name) for name in dict.fromkeys(names_in(statement, near)) if stem(name) in first]
    pairs = [(one, other) for at, one in enumerate(said) for other in said[at + 1 :]]
    return sum(first[one] > first[other] for one, other in pairs) / max(1, len(pairs))


def _log_odds(probability: float) -> float:
    kept = min(max(probability, _LEAST_PROBABILITY), 1.0 - _LEAST_PROBABILITY)
    return math.log(kept / (1.0 - kept))
