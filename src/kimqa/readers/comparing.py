"""From a question that compares two things to the two questions that it is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kimqa.text import outlet_names
from kimqa.types import Passage

_FLAGS: Final = re.IGNORECASE
_PLACE: Final = r"(?:in|on|at|during|before|after|under|for|with)"
_ASKING: Final = r"(?:who|whom|what|when|where|which|why|how(?: many| much| long)?)"
# "Who came on the first visit and who in 2025", "What did fuel cost in 2019 and then in 2021"
_TWO_TIMES: Final = re.compile(
    rf"(?P<stem>.+)\s+(?P<one>{_PLACE}\s+\S.*?),?\s+(?:and|versus|vs\.?|as (?:against|opposed to))\s+"
    rf"(?:(?:then|again|later|{_ASKING})\s+){{1,2}}(?P<other>{_PLACE}\s+\S.*)",
    _FLAGS,
)
_TWO_YEARS: Final = re.compile(
    rf"(?P<stem>.+?)\s+(?P<one>{_PLACE}\s+(?:19|20)\d\d),?\s+(?:and|versus|vs\.?)\s+(?:{_PLACE}\s+)?(?P<year>(?:19|20)\d\d)",
    _FLAGS,
)
# "Which building hosted both the talks of 2018 and those of 2025": either must be told
_BOTH: Final = re.compile(
    rf"(?P<stem>.+?)\s+both\s+(?P<one>{_PLACE}\s+\S.*?)\s+and\s+(?P<other>{_PLACE}\s+\S.*)", _FLAGS
)
# "How do the Post and Union Radio describe the opening"
_TWO_TELLERS: Final = re.compile(
    r"how\s+(?P<do>do|does|did)\s+(?P<one>\S.*?)\s+and\s+(?P<other>\S.*?)\s+"
    r"(?P<rest>(?:describe|report|put|see|explain|cover|characteri[sz]e|portray|present|judge)\b.*)",
    _FLAGS,
)
# "Who invited whom: compare the first visit with the second"
_COMPARE: Final = re.compile(
    r"(?:(?P<stem>\S.*?)[:;,.?–—-]\s*)?compare\s+(?P<one>\S.*?)\s+(?:with|to|and|against)\s+(?P<other>\S.*)", _FLAGS
)
# "How had the policy on wool changed between the first visit and 2019"
_CHANGE: Final = re.compile(
    r"(?:how|in what way)\s+(?:had|has|have|did|do|does)\s+(?P<stem>\S.*?)\s+(?:changed?|develop(?:ed)?|evolved?|shift(?:ed)?|differ(?:ed)?)\s+"
    r"(?:between|from)\s+(?P<one>\S.*?)\s+(?:and|to)\s+(?P<other>\S.*)",
    _FLAGS,
)
# "How does the army's figure differ from the Front's"
_DIFFER: Final = re.compile(
    r"how\s+(?:do|does|did)\s+(?P<one>\S.*?)\s+(?:differ|compare)s?\s+(?:from|with|to)\s+(?P<other>\S.*)", _FLAGS
)
# "How many came in 2016, compared with 47 in 2017": the other side is told, not asked
_BESIDE: Final = re.compile(
    r"(?P<one>\S.*?),?\s+(?:(?:(?:as\s+)?compared\s+(?:with|to)|as\s+against|as\s+opposed\s+to)\s+\S|"
    r"(?:versus|vs\.?)\s+(?:(?:an?|the|its|his|her|their|only|just|what|how)\b|\d)).*",
    _FLAGS,
)


def parts_of(question: str) -> tuple[str, ...]:
    """The two questions that a comparison is made of; none where it is no comparison or its parts cannot be told.

    One question where only one side is asked for, and the other is mentioned for comparison.
    """
    asked = question.strip().rstrip("?.! ")
    for pattern in (_COMPARE, _CHANGE, _BOTH, _TWO_YEARS, _TWO_TIMES, _TWO_TELLERS, _DIFFER):
        match = pattern.fullmatch(asked)
        if match:
            return _questions(pattern, match.groupdict())
    beside = _BESIDE.fullmatch(asked)
    return (f"{beside['one']}?",) if beside else ()


def told_by(question: str, passages: Sequence[Passage]) -> Sequence[Passage]:
    """The passages of the outlets that a part of a comparison names; all where it names none of theirs."""
    return of_named_outlets(question, passages) or passages


def of_named_outlets(question: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages of those outlets that a question names, by any of their names; one of a single word needs its capital."""
    return [p for p in passages if any(_is_named(name, question) for name in outlet_names(p.outlet or "") if name)]


def _is_named(name: str, question: str) -> bool:
    flags = re.IGNORECASE if len(name.split()) > 1 else re.NOFLAG  # "Time" is an outlet, "time" is none
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question, flags) is not None


def _questions(pattern: re.Pattern[str], found: dict[str, str | None]) -> tuple[str, ...]:
    stem, one, other = found.get("stem") or "", found["one"] or "", found.get("other") or ""
    if pattern is _TWO_TELLERS:
        verb = "did" if (found["do"] or "").lower() == "did" else "does"
        return tuple(f"How {verb} {teller} {found['rest']}?" for teller in (one, other))
    if pattern is _TWO_YEARS:
        other = f"{one.split()[0]} {found['year']}"
    if pattern is _COMPARE:
        return tuple(f"{stem}: {thing}?" if stem else thing for thing in (one, other))
    if pattern is _DIFFER:
        return one, other
    return tuple(f"{stem} {time}".strip() + ("" if pattern is _CHANGE else "?") for time in (one, other))
