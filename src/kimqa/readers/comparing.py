"""From a question that compares to the questions that it is made of."""

from __future__ import annotations

import functools
import re
from typing import Final

from kimqa.followup import make_standalone
from kimqa.readers.contrasting import contrasted
from kimqa.readers.forms import AND_ASKED, LAST_WORDS, MORE_FORMS
from kimqa.readers.leaning import PLACE, in_full
from kimqa.readers.reports import OPENS_QUESTION, as_question, plain, topic_of
from kimqa.readers.wholes import MAX_CHARS, are_sound, as_written, is_case, kept_together
from kimqa.text import stems
from kimqa.types import Turn

_FLAGS: Final = re.IGNORECASE
_ASKING: Final = r"(?:who|whom|what|when|where|which(?: ones?)?|why|how(?: many| much| long)?)"
_AUX: Final = r"(?:did|do|does|was|were|is|are|has|have|had|will|would)"
_TURN: Final = r"(?:first|second|third|fourth|fifth|last)"
_OWN: Final = r"(?:the|his|her|its|their)"
# When something was: "in 2031", "on her first visit", "the second time"
_UNPLACED: Final = "".join(rf"(?<!\b{place}\s)" for place in PLACE[3:-1].split("|"))
_TIME: Final = rf"(?:{PLACE}\s+\S.*?|{_UNPLACED}{_OWN}\s+{_TURN}(?:\s+\w+)?)"
# "Who came on the first visit and who in 2025", "What did fuel cost in 2019 and then in 2021", "Who won the first time, and who the second time"
_TWO_TIMES: Final = re.compile(
    rf"(?P<stem>.+)\s+(?P<one>{_TIME}),?\s+(?:and|versus|vs\.?|as (?:against|opposed to))\s+"
    rf"(?P<again>(?:(?:then|again|later|{_ASKING})\s+){{1,2}})(?P<other>(?:{PLACE}|{_OWN}\s+{_TURN})\b.*)",
    _FLAGS,
)
_TWO_YEARS: Final = re.compile(
    rf"(?P<stem>.+?)\s+(?P<one>{PLACE}\s+(?:19|20)\d\d),?\s+(?:and|versus|vs\.?)\s+(?:{PLACE}\s+)?(?P<year>(?:19|20)\d\d)",
    _FLAGS,
)
# "Which building hosted both the talks of 2018 and those of 2025": either must be told
_BOTH: Final = re.compile(rf"(?P<stem>.+?)\s+both\s+(?P<one>{PLACE}\s+\S.*?)\s+and\s+(?P<other>{PLACE}\s+\S.*)", _FLAGS)
# "How do the Post and Union Radio describe the opening"
_TWO_TELLERS: Final = re.compile(
    r"how\s+(?P<do>do|does|did)\s+(?P<one>(?:the\s+\S|(?-i:[A-Z])).*?)\s+and\s+(?P<other>(?:the\s+\S|(?-i:[A-Z])).*?)\s+"
    r"(?P<rest>(?:describe|report|put|see|explain|cover|characteri[sz]e|portray|present|judge)\b.*)",
    _FLAGS,
)
# "Who invited whom: compare the first visit with the second", "Compare the old pier with the new one: length and cost"
_COMPARED: Final = (
    r"compare\s+(?:and\s+contrast\s+)?(?P<one>\S.*?)\s+(?:with|against|(?:to|and)(?!.*\s(?:with|against)\s))\s+"
)
_COMPARE_ON: Final = re.compile(rf"{_COMPARED}(?P<other>[^\s:][^:]*?)\s*:\s*(?P<rest>\S.*)", _FLAGS)
_COMPARE_BY: Final = re.compile(rf"(?P<stem>\S.*?)[:;,.?–—-]\s*{_COMPARED}(?P<other>\S.*)", _FLAGS)
_COMPARE: Final = re.compile(rf"{_COMPARED}(?P<other>\S.*)", _FLAGS)
# "How had the policy on wool changed between the first visit and 2019"
_CHANGE: Final = re.compile(
    r"(?:how|in what way)\s+(?:had|has|have|did|do|does)\s+(?P<stem>\S.*?)\s+(?:changed?|develop(?:ed)?|evolved?|shift(?:ed)?)\s+"
    r"(?:between|from)\s+(?P<one>\S.*?)\s+(?:and|to)\s+(?P<other>\S.*)",
    _FLAGS,
)
# "How does the army's figure differ from the Front's", "In what way does her account differ from the Post's"
_DIFFER: Final = re.compile(
    r"(?:how|in (?:what|which) ways?|to what extent|where|in what)\s+(?:do|does|did)\s+(?P<one>\S.*?)\s+"
    r"(?:(?:differ|diverge)s?\s+from|(?:compare|contrast)s?\s+(?:with|to|against)|(?:stack|measure)s?\s+up\s+(?:with|to|against))\s+(?P<other>\S.*)",
    _FLAGS,
)
# "What is the difference between the planned cost and the real one", "the difference in price between A and B"
_DIFFERENCE: Final = re.compile(
    r"(?:what(?:['’]s| is| are| was| were)|how (?:big|large|wide|great) (?:is|was)) (?:the |any )?(?P<kind>(?!main\b|biggest\b|key\b)\w+ )??(?:(?:main|biggest|key) )?(?:diff?e?re?nces?|gap|contrasts?)"
    r"(?: in (?P<rest>\S.*?))? between (?P<one>\S.*?) and (?P<other>\S.*)",
    _FLAGS,
)
# "What did the mayor and the minister each say of it"
_EACH: Final = re.compile(
    r"(?P<wh>what|how|when|where|why|which \w+|how \w+)\s+(?P<do>do|does|did)\s+(?P<one>\S.*?)\s+and\s+(?P<other>\S.*?)\s+"
    r"each\s+(?!(?:other|year|day|week|month|time)\b)(?P<rest>\S.*)",
    _FLAGS,
)
# "The Post and Union Radio don't agree on the toll. What does each say", "What was the toll: what do the Post and Union Radio report"
_NOT_AGREED: Final = re.compile(
    rf"(?!(?:{_ASKING}|{_AUX})\b)(?P<one>\S[^.?!]*?) and (?P<other>\S[^.?!]*?) (?:(?:do not|don['’]?t|did not|didn['’]?t|cannot|can['’]?t) agree|disagree|differ|contradict each other) "
    r"(?:on|about|over|as to) (?P<rest>[^.?!;:]+)(?:[.?!;:].*)?",
    _FLAGS,
)
_WHAT_TOLD: Final = re.compile(
    r"(?P<stem>\S.*?)\s*[-–—:,;.?]\s+(?:what|how) (?:do|does|did|have) (?P<one>\S+(?: \S+){0,5}?) and (?P<other>\S+(?: \S+){0,5}?) (?:each )?"
    r"(?:report|say|write|tell us|claim|give|put it|reported|said|written)(?: (?:about|of|on) (?:it|this|that))?",
    _FLAGS,
)
# "How fast was help in 2016, and how does that compare with 2023", "Where was she then, and was it any different in 2023"
_TRAILING: Final = re.compile(
    rf"(?P<stem>\S.*?)(?P<one>(?:\s+{PLACE}\s+(?:(?!\b{PLACE}\s).)*?)?),?\s+and\s+"
    r"(?:how (?:does|did|do) (?:that|this|it|those|they) compare (?:with|to)|(?P<changed>(?:was|is|were|are|did) (?:it|that|this|he|she|they) (?:\w+ )??(?:any )?(?:different(?:ly)?|the same|otherwise|change)))\s+(?P<other>\S.*)",
    _FLAGS,
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
    rf"(?P<wh>(?:who|where|when|how|what|which)(?: \w+){{0,2}}?)\s+(?P<do>do|does|did)\s+(?P<one>(?:the\s+)?(?:(?-i:[A-Z]\S*(?:\s[A-Z]\S*)*)|(?<=the\s)[^\s,]+))\s+and\s+(?:{_ASKING}\s+)(?:\w+ )?(?:do|does|did)\s+"
    r"(?P<other>(?:the\s+)?(?-i:[A-Z]\S*(?:\s[A-Z]\S*)*))\s+(?P<rest>\S.*)",
    _FLAGS,
)
# "Which ferry sank in the storm and which one did the navy raise", "How many trees were felled and how many were planted"
_TWO_CLAUSES: Final = re.compile(
    rf"(?P<wh>who|where|when|how long|how (?:many|much)(?:(?: (?!{_AUX}\b)\w+){{1,3}}(?= {_AUX}\b)|(?: (?!{_AUX}\b)\w+)?)|(?:which|what) (?P<noun>(?!{_AUX}\b)\w+))\s+(?P<stem>\w+ \S.*?),?\s+and\s+"
    r"(?P<again>who|where|when|how long|how (?:many|much)|(?:which|what)(?: ones?| (?P=noun))?)\s+(?P<rest>\w+ \w+ .*|\w+ed .*|\w+ \w+ \w+ed|\w+ \w+ed)",
    _FLAGS,
)
# "Which official came with her in 2016, and who was at her side in 2023": the second leans on the first
_VERB: Final = r"(?:\w+ed|came|went|got|made|took|said|won|lost|led|met|held|paid|ran|rose|fell|became|began|gave|told|wrote|sent|built|left|stood|spoke|kept|saw|found)"
_TWO_QUESTIONS: Final = re.compile(
    rf"(?P<one>(?:(?:by|since|until|from|to|for|in|at|on|with)\s+)?{_ASKING}\b(?:\s+\S+){{3,}}?),?\s+(?:and|but|while|whereas)\s+(?P<other>(?:(?:by|since|until|from|to|for|in|at|on|with)\s+)?(?:(?:(?:what|which|whose|how)(?:\s+\w+){{0,2}}|where|when|why)\s+(?:{_AUX}|{_VERB})|(?:who|whom|which one)\s+\w+)\b\s.*)",
    _FLAGS,
)
# "The supporters' seat: what was it worth in 2015, and what has changed since"
_HEADED: Final = re.compile(rf"(?P<topic>[^:?]{{3,80}}?)\s*(?::|\s[–—-])\s+(?P<rest>{_ASKING}\b.*)", _FLAGS)
_FEW: Final = 3  # words of a side that may lean on the other
_LEAST_WORDS: Final = 4  # of content in a question that is left to itself
_OPENING: Final = re.compile(rf"(?P<when>{PLACE}\s+[^,]{{3,40}}),\s+(?P<rest>(?:{_AUX}|{_ASKING})\b.*)", _FLAGS)
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
# "Revik's plan for the summer vs what really happened"
_AND_DONE: Final = re.compile(
    r"(?P<one>\S.*?),?\s+(?:versus|vs\.?|and)\s+(?P<other>what (?:(?:really|real+y|actually|then|in fact)\s+)?(?:happened|came of (?:it|them)|became of (?:it|them)).*)",
    _FLAGS,
)
# "How were the cod doing in 2016 compared with 2023": of a bare time, both sides are asked
_COMPARED_TIMES: Final = re.compile(
    rf"(?P<stem>\S.*?)\s+(?P<one>{PLACE}\s+(?:(?!\b{PLACE}\s).)*?),?\s+(?:(?:as )?compared (?:with|to)|(?:as )?against|as opposed to)\s+(?P<other>(?:{PLACE}\s+)?(?:19|20)\d\d)",
    _FLAGS,
)
# "how many soldiers marched, ministry vs Tribune", "duty on fish: draft vs treaty"
_TOPIC_RIVALS: Final = re.compile(
    r"(?P<stem>\S[^,:]*?)[,:]\s+(?P<one>[^\s,:]+(?:\s[^\s,:]+){0,4}?)\s+(?:versus|vs\.?)\s+(?P<other>[^\s,:]+(?:\s[^\s,:]+){0,4})",
    _FLAGS,
)
# "the army's version of the collision vs the inquiry's findings"
_ANY_RIVALS: Final = re.compile(
    r"(?P<one>[^\s,:?]+(?:\s[^\s,:?]+){1,8}?)\s+(?:versus|vs\.?)\s+(?P<other>[^\s,:?]+(?:\s[^\s,:?]+){1,8})", _FLAGS
)
# "average crowd when the fund came vs 2022"
_OR_YEAR: Final = re.compile(
    rf"(?P<stem>\S.*?)\s+(?P<one>(?:when|{PLACE})\s+\S.*?)\s+(?:versus|vs\.?)\s+(?P<other>(?:in\s+)?(?:19|20)\d\d)",
    _FLAGS,
)
_PRONOUN: Final = re.compile(r"\b(?:he|him|his|she|her|it|its|they|them|their|this|that)\b", _FLAGS)
# "How many came in 2016, compared with 47 in 2017": the other side is told, not asked
_BESIDE: Final = re.compile(
    r"(?P<one>\S.*?)(?:,?\s+(?:as\s+)?compared\s+(?:with|to)\s+\S|(?:,\s+(?:as\s+)?(?:against|opposed\s+to)|\s+as\s+(?:against|opposed\s+to))\s+(?:\S*\d|just|only)"
    r"|,?\s+(?:versus|vs\.?)\s+(?:(?:an?|only|just|what|how)\b|(?:the\s+)?\d)).*",
    _FLAGS,
)
_DATED: Final = re.compile(
    rf"\d|\b{_TURN}\b|\b(?:then|now|today|earlier|later|years?|months?|weeks?|spring|summer|autumn|winter|dismissal|return|January|February"
    r"|March|April|June|July|August|September|October|November|December)\b",
    _FLAGS,
)
# "Why was it compared to Jaws": that is not the other side of a comparison.
_LIKENED: Final = re.compile(
    r"^(?:who|what|why|where|when|how)\s+(?:was|is|were|are)\s+[^,]*\bcompared\b|\b(?:be|been|being)\s+(?:\w+\s+)?compared\b"
    r"|^\w+\s+(?:has|have|had)\s+compared\b",
    _FLAGS,
)
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
    (_DIFFERENCE, "{asked}"),
    (_EACH, "{wh} {does} {side} {rest}?"),
    (_NOT_AGREED, "{topic} according to {side}?"),
    (_WHAT_TOLD, "{stem} according to {side}?"),
    *MORE_FORMS,
    (_OR_YEAR, "{stem} {side}?"),
    (_COMPARED_TIMES, "{stem} {side}?"),
)
_RIVAL_FORMS: Final = ((_TOPIC_RIVALS, "{stem} {side}?"), (_RIVALS_SAY, "{side}: {rest}?"))


def parts_of(question: str) -> tuple[str, ...]:
    """The two questions that a comparison is made of; none where it is no comparison or its parts cannot be told.

    One question where only one side is asked for, and the other is mentioned for comparison.
    """
    return _taken_apart(plain(question))


@functools.lru_cache(maxsize=256)
def _taken_apart(question: str) -> tuple[str, ...]:
    if len(question) > MAX_CHARS or topic_of(question):
        return ()
    asked = kept_together(question)
    for find in (_weighed_parts, _two_clauses, _mentioned, _rivals):
        parts = tuple(as_written(part) for part in find(asked))
        if parts and are_sound(parts):
            return parts
    return ()


def _two_clauses(asked: str) -> tuple[str, ...]:
    clauses = _TWO_CLAUSES.fullmatch(asked)
    return (_clauses(clauses) if clauses else ()) or _two_questions(asked)


def _mentioned(asked: str) -> tuple[str, ...]:
    """The side that is asked for, of a question that only tells the other."""
    beside = _BESIDE.fullmatch(asked)
    return (f"{beside['one']}?",) if beside and not _LIKENED.search(asked) else ()


def _weighed_parts(asked: str) -> tuple[str, ...]:
    """The parts of a question of which the form says what is compared with what."""
    forms = _FORMS if is_case(asked) else (*_FORMS, *_RIVAL_FORMS)
    for pattern, template in forms:
        match = pattern.fullmatch(asked)
        if match and not _is_one(pattern, match):
            parts = _sides(match, template)
            if are_sound(parts):
                return parts
    trailing, done = _TRAILING.fullmatch(asked), _AND_DONE.fullmatch(asked) or AND_ASKED.fullmatch(asked)
    if trailing:
        return _trailing(trailing)
    if done:
        return f"{done['one']}?", f"{done['other']}? ({done['one']})"
    opening = _OPENING.fullmatch(asked)
    contrast = contrasted(opening["rest"] if opening else asked)
    if contrast and opening:
        when = f"{opening['when'][0].lower()}{opening['when'][1:]}"
        return tuple(part if _DATED.search(part) else f"{part[:-1]} {when}?" for part in contrast)
    return contrast or ()


def _trailing(match: re.Match[str]) -> tuple[str, ...]:
    """Either side of "Q, and how does that compare with X": of a time, Q then; of a thing, what is asked of X."""
    first, other = f"{match['stem']}{match['one']}?", match["other"]
    is_placed = re.match(rf"{PLACE}\b|(?:19|20)\d\d\b", other, _FLAGS) is not None
    if match["one"] and is_placed:
        return first, f"{match['stem']} {other}?"
    if match["changed"]:
        return (first, f"{first[:-1]} {other}?") if is_placed else ()
    return first, make_standalone(f"what about {other}?", [Turn(first, "")])


def _rivals(asked: str) -> tuple[str, ...]:
    """The sides of "Calder vs Reyes salary"; none where it is the name of a match or of a case, or within a sentence."""
    is_question = OPENS_QUESTION.match(asked) or re.match(rf"{_AUX}\b", asked, _FLAGS)
    if is_question or is_case(asked):
        return ()
    last = LAST_WORDS.fullmatch(asked)
    if last:
        return _sides(last, "{stem} {side}?")
    rivals, either = _RIVALS.fullmatch(asked), _ANY_RIVALS.fullmatch(asked)
    if rivals and not (either and len(either["one"].split()) > _FEW):
        return _sides(rivals, "{side} {rest}?")
    return _sides(either, "{side}") if either and not either["other"].istitle() else ()


def _two_questions(asked: str) -> tuple[str, ...]:
    """Two questions in one, whatever they ask; the second with what it takes from the first filled in."""
    headed = _HEADED.fullmatch(asked)
    match = _TWO_QUESTIONS.fullmatch(headed["rest"] if headed else asked)
    if not match or re.search(r"[\"“”]", asked) or _is_relative(match["one"], match["other"]):
        return ()
    first, second = f"{match['one'].rstrip(' ,')}?", f"{match['other']}?"
    if headed:
        return f"{first} ({headed['topic']})", f"{second} ({headed['topic']})"
    whole = make_standalone(second, [Turn(first, "")])
    if whole == second and len(set(stems(second))) < _LEAST_WORDS:
        whole = f"{second} ({first})"
    return first, whole


def _is_relative(one: str, other: str) -> bool:
    """Whether a clause goes on from a relative one: "Who is the actor who won in 2031 and who died"."""
    opens = re.match(r"(who|which)\b", other, _FLAGS)
    return bool(opens and re.search(rf"\w\s+{opens[1]}\b", one, _FLAGS))


def questions_in(question: str) -> tuple[str, ...]:
    """What has to be searched for: the parts of a comparison, the topic that reports are compared on, or the question."""
    topic = topic_of(question)
    return (topic,) if topic else parts_of(question) or (question,)


def _is_one(pattern: re.Pattern[str], match: re.Match[str]) -> bool:
    """Whether what looks like two sides is one thing: Johnson and Johnson, or the time between the first and the second."""
    if pattern in (_TWO_TELLERS, _TELLERS_DIFFER, _BOTH_TELL, _EACH):
        singular = pattern is _TWO_TELLERS and match["do"].lower() == "does"
        return singular or bool(re.search(r"\b(?:each other|one another|its)\b", match["rest"]))
    if pattern is _ONE_AND_OTHER:
        return bool(re.search(r"\b(?:between|differ\w*|from|both|of the)\b", match["stem"], _FLAGS))
    if pattern is _TWO_TIMES:  # "Who resigned in May and why in such a hurry": not the same asked again
        again = re.search(_ASKING, match["again"], _FLAGS)
        return bool(again and not re.match(rf"(?:\w+\s+)?{re.escape(again.group()[:3])}", match["stem"], _FLAGS))
    if pattern is _CHANGE:  # "from bats to humans" is no time
        return not _DATED.search(f"{match['one']} {match['other']}")
    if pattern is _COMPARE:
        return re.match(_ASKING, match["one"], _FLAGS) is not None and len(match["one"].split()) < _FEW
    if pattern is _DIFFERENCE:
        named = match["rest"] or match["kind"]
        return not named and min(len(match["one"].split()), len(match["other"].split())) == 1
    return pattern is _RIVALS_SAY and match["rest"].lower().startswith("who ")


def _sides(match: re.Match[str], template: str) -> tuple[str, str]:
    """The questions for both sides of a comparison, from what its form names."""
    found = {name: text.strip() if text else "" for name, text in match.groupdict().items()}
    one, other = found.pop("one"), found.pop("other", "")
    if "year" in found:
        other = f"{one.split()[0]} {found['year']}"
    if "unit" in found:
        found["stem"] = found["stem"].replace(f"{found['unit']}s", found["unit"])
    found["does"] = "did" if found.get("do", "").lower() == "did" else "does"
    found["topic"] = as_question(found.get("rest", "")).rstrip("?")
    if "what" in found:
        found["measured"] = as_question(f"the {found['what']} of {found['of']}").rstrip("?")
    measure = found.get("kind") or found.get("rest")
    first, second = (
        template.format(side=side, asked=as_question(f"the {measure} of {side}" if measure else side), **found)
        for side in (one, in_full(other, one))
    )
    return first.strip(), second.strip()


def _clauses(match: re.Match[str]) -> tuple[str, ...]:
    """Two questions in one, the same asked of two things; none if the second refers to the first, or asks something else."""
    asks, again = match["wh"], match["again"]
    opening = {asks.lower().split()[0], again.lower().split()[0]}
    if (
        _PRONOUN.search(match["rest"])
        or _is_relative(match["stem"], again)
        or not (len(opening) == 1 or opening == {"which", "what"})
    ):
        return ()
    says_more = match["noun"] or re.search(rf"[A-Z]|\d|\b{_TURN}\b", match["rest"])
    counts = re.match(r"how (?:many|much)\b", again, _FLAGS) and re.match(rf"{_AUX}\b", match["rest"], _FLAGS)
    if not says_more and not counts:
        return ()  # "Who shot the mayor and who was arrested": the second is about the first
    noun = match["noun"]
    stands_in = re.search(rf"\bones?$|^which$|\b{re.escape(noun or '.')}$", again, _FLAGS)
    return f"{asks} {match['stem']}?", f"{asks if (noun and stands_in) or counts else again} {match['rest']}?"
