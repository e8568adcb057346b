"""From a question that compares to the questions that it is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kimqa.text import outlet_names, paper_pattern, papers_called
from kimqa.types import Passage

_FLAGS: Final = re.IGNORECASE
_PLACE: Final = r"(?:in|on|at|during|before|after|under|for|with)"
_ASKING: Final = r"(?:who|whom|what|when|where|which(?: ones?)?|why|how(?: many| much| long)?)"
_REPORTS: Final = (
    r"(?:articles?|reports?|outlets?|sources?|accounts?|versions?|papers?|newspapers?|stories|media|texts)"
)
_WHICH: Final = r"(?:(?:two|three|four|five|different|several|various|other|same|both|all|these|earlier|later|first|second|\d{4}) ){0,3}"
_AUX: Final = r"(?:did|do|does|was|were|is|are|has|have|had|will|would)"
_TURN: Final = r"(?:first|second|third|fourth|fifth|last)"
_OWN: Final = r"(?:the|his|her|its|their)"
# When something was: "in 2031", "on her first visit", "the second time"
_UNPLACED: Final = "".join(rf"(?<!\b{place}\s)" for place in _PLACE[3:-1].split("|"))
_TIME: Final = rf"(?:{_PLACE}\s+\S.*?|{_UNPLACED}{_OWN}\s+{_TURN}(?:\s+\w+)?)"
# "Who came on the first visit and who in 2025", "What did fuel cost in 2019 and then in 2021", "Who won the first time, and who the second time"
_TWO_TIMES: Final = re.compile(
    rf"(?P<stem>.+)\s+(?P<one>{_TIME}),?\s+(?:and|versus|vs\.?|as (?:against|opposed to))\s+"
    rf"(?:(?:then|again|later|{_ASKING})\s+){{1,2}}(?P<other>(?:{_PLACE}|{_OWN}\s+{_TURN})\b.*)",
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
# "Who invited whom: compare the first visit with the second", "Compare the old pier with the new one: length and cost"
_COMPARED: Final = r"compare\s+(?P<one>\S.*?)\s+(?:with|against|(?:to|and)(?!.*\s(?:with|against)\s))\s+"
_COMPARE_ON: Final = re.compile(rf"{_COMPARED}(?P<other>[^\s:][^:]*?)\s*:\s*(?P<rest>\S.*)", _FLAGS)
_COMPARE_BY: Final = re.compile(rf"(?P<stem>\S.*?)[:;,.?–—-]\s*{_COMPARED}(?P<other>\S.*)", _FLAGS)
_COMPARE: Final = re.compile(rf"{_COMPARED}(?P<other>\S.*)", _FLAGS)
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
# "Which feasts fell into her first and her second visit to Velm"
_ONE_AND_OTHER: Final = re.compile(
    rf"(?P<stem>.+?)\s+(?P<one>{_TURN})\s+and\s+(?:(?:the|his|her|its|their)\s+)?(?P<other>{_TURN})\s+(?P<rest>\w.*)",
    _FLAGS,
)
# "Where was she according to the Post, and where according to Union Radio"
_ACCORDING: Final = re.compile(
    rf"(?P<stem>.+?),?\s+(?P<one>according to\s+\S.*?),?\s+(?:and|but)\s+(?:{_ASKING}\s+)?(?P<other>according to\s+\S.*)",
    _FLAGS,
)
# "How do the Post and Union Radio differ on the toll"
_TELLERS_DIFFER: Final = re.compile(
    r"(?:how|where|in what)\s+(?:do|does|did)\s+(?P<one>\S.*?)\s+and\s+(?P<other>\S.*?)\s+(?:differ|disagree|diverge|contradict each other)\s+"
    r"(?:on|about|over|as to|in|regarding)\s+(?P<rest>\S.*)",
    _FLAGS,
)
# "How many guests did the Post and how many did Union Radio count"
_BOTH_TELL: Final = re.compile(
    rf"(?P<wh>(?:who|where|when|how|what|which)(?: \w+){{0,2}}?)\s+(?P<do>do|does|did)\s+(?P<one>\S.*?)\s+and\s+(?:{_ASKING}\s+)(?:\w+ )?(?:do|does|did)\s+"
    r"(?P<other>(?:the\s+)?(?-i:[A-Z]\S*(?:\s[A-Z]\S*)*))\s+(?P<rest>\S.*)",
    _FLAGS,
)
# "Which ferry sank in the storm and which one did the navy raise", "How many trees were felled and how many were planted"
_TWO_CLAUSES: Final = re.compile(
    rf"(?P<wh>who|where|when|how long|how (?:many|much)(?: (?!{_AUX}\b)\w+)?|(?:which|what) (?P<noun>(?!{_AUX}\b)\w+))\s+(?P<stem>\w+ \S.*?),?\s+and\s+"
    r"(?P<again>who|where|when|how long|how (?:many|much)|(?:which|what)(?: ones?| (?P=noun))?)\s+(?P<rest>\w+ \w+ .*|\w+ed .*|\w+ \w+ \w+ed|\w+ \w+ed)",
    _FLAGS,
)
# "In which years did Calder and Reyes take office"
_EACH_WHEN: Final = re.compile(
    r"(?P<stem>(?i:(?:in |on |at )?(?:what|which) )(?P<unit>year|month|day|date|age)s (?:did|were|was|have|had))\s+(?P<one>\S.*?)\s+and\s+(?P<other>(?:the\s+)?(?:(?:[A-Z]\S*\s+)+|\S+\s+))(?P<rest>\S.*)",
)
# "Calder vs Reyes: when will it open", "gas vs wind price per hour"
_RIVALS_SAY: Final = re.compile(
    r"(?P<one>\S+(?:\s\S+){0,3}?)\s+(?:versus|vs\.?)\s+(?P<other>[^:]+?)\s*:\s*(?P<rest>\S.*)", _FLAGS
)
_RIVALS: Final = re.compile(
    r"(?P<one>\S+(?:\s\S+){0,3}?)\s+(?:versus|vs\.?)\s+(?P<other>(?-i:[A-Z]\S*(?:\s[A-Z]\S*)*)|\S+)\s+(?P<rest>\S.*)",
    _FLAGS,
)
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
    )
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_PRONOUN: Final = re.compile(r"\b(?:he|him|his|she|her|it|its|they|them|their|this|that)\b", _FLAGS)
_OPENS_QUESTION: Final = re.compile(r"(?:how|who|whom|whose|when|where|why|what|which)\b", _FLAGS)
# "How many came in 2016, compared with 47 in 2017": the other side is told, not asked
_BESIDE: Final = re.compile(
    r"(?P<one>\S.*?),?\s+(?:(?:(?:as\s+)?compared\s+(?:with|to)|as\s+against|as\s+opposed\s+to)\s+\S|"
    r"(?:versus|vs\.?)\s+(?:(?:an?|the|its|his|her|their|only|just|what|how)\b|\d)).*",
    _FLAGS,
)


# How a measure is asked for, so that the answer must be one: "the length of the talks" is how long they lasted.
_MEASURES: Final = tuple(
    (re.compile(rf"(?:the\s+)?(?:exact\s+)?{noun}\s+of\s+(?P<of>\S.*)", _FLAGS), asked)
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
_ONE: Final = re.compile(r"(?P<which>(?:the|an?)\s+[\w-]+)\s+ones?", _FLAGS)
_THAT: Final = re.compile(rf"(?:that|those)\s+(?P<rest>(?:{_PLACE}|of|from|by)\s+\S.*)", _FLAGS)
_HEAD: Final = re.compile(rf"(?P<head>\S.*?)\s+(?:{_PLACE}|of|from|by)\s", _FLAGS)
_NAMED: Final = re.compile(r"(?:the|an?)\s+[\w-]+\s+(?P<noun>\w.*)", _FLAGS)
# "Why was it compared to Jaws": that is not the other side of a comparison.
_LIKENED: Final = re.compile(
    r"(?:who|what|why|where|when|how)\s+(?:was|is|were|are|has been|have been)\s+[^,]*\bcompared\b", _FLAGS
)
_CASE: Final = re.compile(r"\b(?:match|game|case|in court|lawsuit|fight|final|score)\b", _FLAGS)
# Every form of comparison, the first that fits counts, with how either side is asked for.
_FORMS: Final = (
    (_COMPARE_ON, "{side}: {rest}?"),
    (_COMPARE_BY, "{stem}: {side}?"),
    (_COMPARE, "{side}"),
    (_CHANGE, "{stem} {side}"),
    (_ACCORDING, "{stem} {side}?"),
    (_TELLERS_DIFFER, "{topic} according to {side}?"),
    (_BOTH_TELL, "{wh} {does} {side} {rest}?"),
    (_ONE_AND_OTHER, "{stem} {side} {rest}?"),
    (_BOTH, "{stem} {side}?"),
    (_EACH_WHEN, "{stem} {side} {rest}?"),
    (_TWO_YEARS, "{stem} {side}?"),
    (_TWO_TIMES, "{stem} {side}?"),
    (_TWO_TELLERS, "How {does} {side} {rest}?"),
    (_DIFFER, "{side}"),
)


def parts_of(question: str) -> tuple[str, ...]:
    """The two questions that a comparison is made of; none where it is no comparison or its parts cannot be told.

    One question where only one side is asked for, and the other is mentioned for comparison.
    """
    return _taken_apart(_plain(question))[0]


def has_two_clauses(question: str) -> bool:
    """True where the parts are questions that stand side by side in one sentence, and may be answered in one as well."""
    return _taken_apart(_plain(question))[1]


def _taken_apart(asked: str) -> tuple[tuple[str, ...], bool]:
    """The parts of a comparison, and whether they are two clauses side by side."""
    if topic_of(asked):
        return (), False
    is_case = _CASE.search(asked) is not None
    for pattern, template in _FORMS if is_case else (*_FORMS, (_RIVALS_SAY, "{side}: {rest}?")):
        match = pattern.fullmatch(asked)
        if match and not _is_one(pattern, match):
            return _sides(match, template), False
    clauses, beside, rivals = _TWO_CLAUSES.fullmatch(asked), _BESIDE.fullmatch(asked), _RIVALS.fullmatch(asked)
    if clauses:
        return _clauses(clauses), True
    if beside and not _LIKENED.match(asked):
        return (f"{beside['one']}?",), False
    is_question = _OPENS_QUESTION.match(asked) or re.match(rf"{_AUX}\b", asked, _FLAGS)
    return _sides(rivals, "{side} {rest}?") if rivals and not is_question and not is_case else (), False


def _plain(question: str) -> str:
    return question.strip().rstrip("?.! ")


def topic_of(question: str) -> str | None:
    """What several reports are compared on, as a question to each of them; None where no such thing is asked.

    "How do the reports differ on the toll?" gives "What was the toll?".
    """
    match = _across(question)
    return _as_question(match["topic"]) if match else None


def _across(question: str) -> re.Match[str] | None:
    return next((match for pattern in _ACROSS if (match := pattern.fullmatch(_plain(question)))), None)


def questions_in(question: str) -> tuple[str, ...]:
    """What has to be searched for: the parts of a comparison, the topic that reports are compared on, or the question."""
    topic = topic_of(question)
    return (topic,) if topic else parts_of(question) or (question,)


def _as_question(topic: str) -> str:
    plain = re.sub(r"^(?:whether|if)\s+", "", topic, flags=_FLAGS)
    for pattern, asked in _MEASURES:
        match = pattern.fullmatch(plain)
        if match:
            return asked.format(match["of"])
    return f"{plain}?" if _OPENS_QUESTION.match(plain) or plain != topic else f"What was {plain}?"


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


def of_named_outlets(question: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages of those outlets that a question names, by any of their names; one word alone needs its capital."""
    named = {
        p.outlet for p in passages if any(_is_named(name, question) for name in outlet_names(p.outlet or "") if name)
    }
    called = papers_called({p.outlet for p in passages if p.outlet})
    named |= {outlet for last, outlet in called.items() if re.search(paper_pattern(last), question)}
    return [p for p in passages if p.outlet in named]


def _is_named(name: str, question: str) -> bool:
    flags = re.IGNORECASE if len(name.split()) > 1 else re.NOFLAG  # "Time" is an outlet, "time" is none
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question, flags) is not None


def _is_one(pattern: re.Pattern[str], match: re.Match[str]) -> bool:
    """Whether what looks like two sides is one thing: Johnson and Johnson, or the time between the first and the second."""
    if pattern in (_TWO_TELLERS, _TELLERS_DIFFER, _BOTH_TELL):
        same = match["one"].strip().lower() == match["other"].strip().lower()
        singular = pattern is _TWO_TELLERS and match["do"].lower() == "does"
        return same or singular or bool(re.search(r"\b(?:each other|one another|its)\b", match["rest"]))
    if pattern is _ONE_AND_OTHER:
        return bool(re.search(r"\b(?:between|differ\w*|from|both|of the)\b", match["stem"], _FLAGS))
    return False


def _sides(match: re.Match[str], template: str) -> tuple[str, str]:
    """The questions for both sides of a comparison, from what its form names."""
    found = {name: text.strip() if text else "" for name, text in match.groupdict().items()}
    one, other = found.pop("one"), found.pop("other", "")
    if "year" in found:
        other = f"{one.split()[0]} {found['year']}"
    if "unit" in found:
        found["stem"] = found["stem"].replace(f"{found['unit']}s", found["unit"])
    found["does"] = "did" if found.get("do", "").lower() == "did" else "does"
    found["topic"] = _as_question(found.get("rest", "")).rstrip("?")
    asked = (template.format(side=side, **found) for side in (one, _with_noun(other, one)))
    return next(asked), next(asked)


def _clauses(match: re.Match[str]) -> tuple[str, ...]:
    """Two questions in one, the same asked of two things; none if the second refers to the first, or asks something else."""
    asks, again = match["wh"], match["again"]
    opening = {asks.lower().split()[0], again.lower().split()[0]}
    if _PRONOUN.search(match["rest"]) or not (len(opening) == 1 or opening == {"which", "what"}):
        return ()
    says_more = match["noun"] or re.search(rf"[A-Z]|\d|\b{_TURN}\b", match["rest"])
    counts = re.match(r"how (?:many|much)\b", again, _FLAGS) and re.match(rf"{_AUX}\b", match["rest"], _FLAGS)
    if not says_more and not counts:
        return ()  # "Who shot the mayor and who was arrested": the second is about the first
    return f"{asks} {match['stem']}?", f"{asks if match['noun'] or counts else again} {match['rest']}?"


def _with_noun(other: str, one: str) -> str:
    """The second side in full where it leans on the first: beside "the planned cost of the dam", "the real one" is its cost."""
    stands_for, named = _ONE.fullmatch(other), _NAMED.fullmatch(one)
    that, head = _THAT.fullmatch(other), _HEAD.match(one)
    if that and head:
        return f"{head['head']} {that['rest']}"
    return f"{stands_for['which']} {named['noun']}" if stands_for and named else other
