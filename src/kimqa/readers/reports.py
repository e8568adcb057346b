"""From a question about what several reports say to its topic, and to the passages of those reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kimqa.readers.contrasting import weighed
from kimqa.readers.wholes import MAX_CHARS
from kimqa.text import outlet_names, paper_pattern, papers_called
from kimqa.types import Passage

_FLAGS: Final = re.IGNORECASE
_REPORTS: Final = (
    r"(?:articles?|reports?|outlets?|sources?|accounts?|versions?|papers?|newspapers?|stories|media|texts)"
)
_WHICH: Final = r"(?:(?:two|three|four|five|different|several|various|other|same|both|all|these|earlier|later|first|second|\d{4}) ){0,3}"
# What several reports say of it, or how they differ on it: "How do the reports differ on the toll", "Compare the two accounts of the fire"
_ACROSS: Final = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        rf"(?:how|where|in what) (?:do|does|did) (?:the )?(?P<which>{_WHICH}){_REPORTS} (?:differ|disagree|diverge|contradict each other) (?:on|about|over|as to|in|regarding) (?P<topic>\S.*)",
        rf"(?:do|does|did) (?:the )?(?P<which>{_WHICH}){_REPORTS} (?:dis)?agree (?:on|about|over|as to) (?P<topic>\S.*)",
        rf"on what do (?:the )?(?P<which>{_WHICH}){_REPORTS} (?:dis)?agree (?:about|over|as to|concerning) (?P<topic>\S.*)",
        rf"compare (?:the )?(?P<which>{_WHICH}){_REPORTS} (?:of|on|about) (?P<topic>\S.*)",
        rf"compare (?:what|how) (?:the )?(?P<which>{_WHICH}){_REPORTS} (?:say|tell|report|write|put|describe)s? (?:(?:about|of|on) )?(?P<topic>\S.*)",
        rf"what do (?:the )?(?P<which>{_WHICH}){_REPORTS} (?:each )?(?:say|tell|report|write) (?:about|of|on) (?P<topic>\S.*)",
        r"compare (?:the )?(?P<which>)(?P<topic>(?:(?!\b(?:with|against|to|and|vs|versus)\b|[:?]).)+)",
    )
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
OPENS_QUESTION: Final = re.compile(r"(?:how|who|whom|whose|when|where|why|what|which)\b", _FLAGS)
# How a measure is asked for, so that the answer must be one: "the length of the talks" is how long they lasted.
_MEASURES: Final = tuple(
    (re.compile(rf"(?:the\s+)?(?:exact\s+)?{noun}\s+of\s+(?P<of>(?!living\b)(?:(?!\sand the\s).)+)", _FLAGS), asked)
    for noun, asked in (
        (r"(?:length|duration)", "How long did {} last?"),
        (r"(?:size|scale)", "How large was {}?"),
        (r"numbers?(?= of (?!the\b|an?\b|those\b))", "How many {}?"),
        (r"amount", "How much {}?"),
        (r"(?:costs?|price)", "How much did {} cost?"),
        (r"(?:date|time|timing|day)", "When was {}?"),
        (r"(?:place|venue|location|site)(?= of the\b)", "Where was {}?"),
        (r"(?:reasons?|causes?)", "What was the reason of {}?"),
    )
)


def topic_of(question: str) -> str | None:
    """What several reports are compared on, as a question to each of them; None where no such thing is asked.

    "How do the reports differ on the toll?" gives "What was the toll?", "Which of her two talks was longer?" how long they were.
    """
    if len(question) > MAX_CHARS:
        return None
    match = _across(question)
    return as_question(match["topic"]) if match else weighed(plain(question))


def _across(question: str) -> re.Match[str] | None:
    return next((match for pattern in _ACROSS if (match := pattern.fullmatch(plain(question)))), None)


def plain(question: str) -> str:
    """A question without its mark at the end."""
    return question.strip().rstrip("?.! ")


def as_question(topic: str) -> str:
    """How a topic is asked for: "the length of the talks" by "How long did the talks last?", others by "What was ...?"."""
    bare = re.sub(r"^(?:whether|if)\s+", "", topic, flags=_FLAGS)
    for pattern, asked in _MEASURES:
        match = pattern.fullmatch(bare)
        if match:
            return asked.format(match["of"])
    return f"{bare}?" if OPENS_QUESTION.match(bare) or bare != topic else f"What was {bare}?"


def compared(question: str, passages: Sequence[Passage]) -> Sequence[Passage]:
    """The passages of the reports that are compared: of the outlets that the question names, or of the year of "the 2031 reports"."""
    named = of_named_outlets(question, passages)
    match = _across(question)
    year = _YEAR.search(match["which"]) if match else None
    dated = [p for p in passages if year and p.published and str(p.published.year) == year.group()]
    return named or dated or passages


def told_by(question: str, passages: Sequence[Passage]) -> Sequence[Passage]:
    """The passages of the outlets that a part of a comparison names; all where it names none of theirs."""
    return of_named_outlets(question, passages) or passages


def is_of_year(question: str, passage: Passage) -> bool:
    """Whether a passage is of the one year that a question names, by its date or its words."""
    years = set(_YEAR.findall(question))
    dated = {str(passage.published.year)} if passage.published else set()
    return len(years) == 1 and bool(years & (dated | set(_YEAR.findall(passage.text))))


def of_named_outlets(question: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages of those outlets that a question names, by any of their names; one word alone needs its capital."""
    named = {
        p.outlet for p in passages if any(_is_named(name, question) for name in outlet_names(p.outlet or "") if name)
    }
    called = papers_called({p.outlet for p in passages if p.outlet})
    named |= {outlet for last, outlet in called.items() if re.search(paper_pattern(last), question)}
    return [p for p in passages if p.outlet in named]


def _is_named(name: str, question: str) -> bool:
    if len(name.split()) > 1:
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question, re.IGNORECASE) is not None
    # "Time" is an outlet, "time" is none, and "Mother Nature" is not Nature
    found = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", question)
    return any(not re.search(r"\w\s(?:[A-Z]\w*\s)+$", question[: match.start()]) for match in found)
