"""From a question to the kind of answer that it asks for, told by its form."""

from __future__ import annotations

import enum
import re
from typing import Final

from kimqa.readers.listing import NO_MEASURE, NUMBER_WORD, names_many
from kimqa.text import MONTHS, stems, without_context

_AUXILIARY: Final = r"(?:did|do|does|was|were|is|are|am|has|have|had|will|would|can|could|should|may|might|must)"
# "May 12 attack" and "Will Smith slap" open with no auxiliary; "In 2019, was it closed" has one behind its opening.
_YES_NO: Final = re.compile(
    rf"^(?:(?!who|what|when|where|which|why|how)[^,?]{{1,80}}, )?(?:and |but |so )?(?:wo(?=n['’]t)|{_AUXILIARY}(?! \d)(?! (?-i:[A-Z]\w+ \w+) \w+$))(?:n['’]?t)?\b",
    re.IGNORECASE,
)
_CHOICE: Final = re.compile(r"\bor\b(?! (?:not|more|less|fewer|so|later|earlier)\b)", re.IGNORECASE)
_EXPLAIN: Final = re.compile(
    r"^(?:\W*)(?:why\b|how come\b|for what reason|what (?:made|caused|motive|reason|explains|led|prompted|drove)\b)"
    r"|\b(?:why did|why was|why is|why were|why do|why does|the reason (?:for|why))\b",
    re.IGNORECASE,
)
_LIST: Final = re.compile(
    rf"\b(?:what|which|name|list)\s+(?:the\s+|are\s+the\s+|were\s+the\s+)?{NUMBER_WORD}\b{NO_MEASURE}"
    r"|\b(?:what|which)\s+(?:kinds|types|sorts|ways|places|countries|cities|people|companies|steps|measures|reasons|conditions|subjects|topics|teams|outlets|reports|leaders|members|items|states)\b"
    r"|\b(?:what|which)\s+(?:\w+\s+){0,2}\w+[^\Ws]s\s+(?:are|were|have)\b"
    r"|\beach of the\b|^list\b(?! price)|^(?:name|give|who (?:are|were)|what (?:are|were))\b[^?]*\ball (?:the|of the)\b|\bin (?:what|which) \w+s\b",
    re.IGNORECASE,
)
_REPORTS: Final = r"\b(?:articles?|reports?|outlets?|sources?|accounts|versions|papers|newspapers)\b"
_AGREE: Final = re.compile(rf"{_REPORTS}.*\b(?:agree|disagree|differ)\b", re.IGNORECASE)
_COMPARE: Final = re.compile(
    r"(?:^|[:;,.?]\s*)compare\b|\b(?:differ|differs|differed|difference(?= between)|differences|respectively)\b"
    rf"|{_REPORTS}.*\b(?:dis)?agree\b"
    r"|\b(?:whom?\b.+\band (?:who|what|when|where|how)|(?:in|by|on) .+\band then (?:in|by|on|at))\b"
    r"|^how (?:do|does|did) .+ and .+ (?:describe|report|put|see|explain|come|cover)\b",
    re.IGNORECASE,
)
_WHY: Final = re.compile(r"\W*why\b", re.IGNORECASE)
_WORK: Final = r"(?:article|piece|story|report|column|essay|analysis|editorial|review|text|explainer|feature|dispatch|commentary|interview)s?"
_AUTHOR: Final = re.compile(
    rf"\bwho (?:wrote|authored|is the author of|was the author of|penned)\b.*\b{_WORK}\b|\b(?:author|byline|writer) of (?:the|this|that)\b.*\b{_WORK}\b"
    rf"|\b{_WORK}\b.*\b(?:written by (?:whom|who)|whose byline)\b",
    re.IGNORECASE,
)
_OUTLET_NOUN: Final = r"(?:outlet|report|article|source|(?:news)?paper|publication|agenc(?:y|ie)|broadcaster|magazine|website|news organi[sz]ation)"
_TELLS: Final = r"(?:mention|report|say|said|state|note|describe|cover|claim|write|wrote|tell|told|speak|spoke|name|carrie|carry|quote|cite|confirm|publish|discuss)(?:s|d|ed|ing)?"
_SOURCES: Final = re.compile(
    rf"\b(?:which|what) (?:of the )?(?:(?!(?:do|does|did|research|white|academic|court)\b)\w+ )?{_OUTLET_NOUN}(?P<several>s)? (?:(?:have|has|had|do|does|did|also|first|all|both|\w+ly) )*{_TELLS}\b(?! (?:to|with|out)\b)",
    re.IGNORECASE,
)


class Kind(enum.Enum):
    """What an answer to a question consists of."""

    FACT = "one short fact"
    YES_NO = "yes or no"
    LIST = "several items"
    EXPLANATION = "a clause or sentence that explains"
    COMPARISON = "one fact from each of several sources or times"
    SOURCES = "the outlets that say it"
    AUTHOR = "who wrote the article"


def kind_of(question: str) -> Kind:
    """The kind of answer that a question asks for, by its opening words and its number.

    The bracket at the end, which tells what a follow-up follows, asks nothing.
    """
    question = without_context(question)
    if _AUTHOR.search(question):
        return Kind.AUTHOR
    if _SOURCES.search(question):
        return Kind.SOURCES
    is_yes_no = _YES_NO.match(question) is not None and not _CHOICE.search(question)
    if _COMPARE.search(question) and not _WHY.match(question) and not (is_yes_no and not _AGREE.search(question)):
        return Kind.COMPARISON
    if is_yes_no:
        return Kind.YES_NO
    if _EXPLAIN.search(question):
        return Kind.EXPLANATION
    if (_LIST.search(question) or names_many(question)) and not asks_for_words(question):
        return Kind.LIST
    return Kind.FACT


_NUMBERS: Final = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|"
    r"trillions?|dozens?|half|third|quarter|decades?|no|none|nobody|nothing|never|zero|both|twice|thrice|once|single|an?|several|few|many|most|all|every|any|scores|much|little"
    r"|nearly|free|majority|entire|whole|doubled|threefold)\b"
)
_TIME_WORDS: Final = (
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|\b(?:today|yesterday|tomorrow|tonight|noon|"
    r"midnight|morning|afternoon|evening|night|dawn|dusk|spring|summer|autumn|winter|week(?:end)?s?|months?|years?|decades?|"
    r"century|centuries|days?|hours?|minutes?|after|before|when|until|since|during|once|as soon as|while|recently|ago|christmas|easter|ramadan|thanksgiving|hanukkah|passover|overnight|sunset|sunrise|lunchtime|breakfast"
    r"|immediately|soon|shortly|later|earlier|never|eve|fall|fortnight|quarters?|half|infancy|birth|teens|childhood|middle ages|pandemic|war|term|\d0s)\b"
)
_TIMES: Final = rf"\d|{_TIME_WORDS}"
# The form that an answer must have, told by the words that ask for it.
_ASKS: Final = (
    r"(?:^\W*|[,:;]\s*(?![\s,:;])\W{0,3}|\band )(?:(?:and|but|so|about|by|for|in|at|to|from|of|until|after|since|on) )*"
)
_FORMS: Final = (
    (re.compile(rf"{_ASKS}how (?:many|much(?! (?:damage|trouble|support|does it matter))|old|tall|heavy)\b|\bwhat (?:percentage|share|proportion)\b", re.IGNORECASE), re.compile(_NUMBERS, re.IGNORECASE)),
    (re.compile(rf"{_ASKS}how long\b", re.IGNORECASE), re.compile(rf"{_NUMBERS}|{_TIMES}|\b(?:life|indefinitely|permanently|forever)\b", re.IGNORECASE)),
    (re.compile(r"\b(?:what|which) year\b(?!-| group)", re.IGNORECASE), re.compile(rf"\b\d{{4}}s?\b|\w+ties\b|{_TIME_WORDS}", re.IGNORECASE)),
    (re.compile(rf"^\W*when\b(?!\s+and\s+where\b)(?![^?]*,\s*(?:\w+ )?(?:who|whom|whose|what|where|which|how|why|{_AUXILIARY})\b)|{_ASKS}(?:what|which) (?:day|date|month|time|weekday)\b(?! (?:zone|machine|magazine|trader|nursery|job|palm)\b|-)", re.IGNORECASE), re.compile(f"{_TIMES}|{_NUMBERS}", re.IGNORECASE)),
)  # fmt: skip
_ASKS_WHEN: Final = re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month)\b|\bhow recently\b", re.IGNORECASE)


# "first went there in 2000" does not tell how often, nor "her first trip in six years" how old she is.
_ASKS_HOW_MANY: Final = re.compile(rf"{_ASKS}how (?:many|often|much)\b(?! (?:longer|more years)\b)", re.IGNORECASE)
_YEAR_ALONE: Final = re.compile(r"(?:(?:in|by) )?(?:1[5-9]|20)\d\d", re.IGNORECASE)
_DATES_BEFORE: Final = re.compile(
    rf"\b(?:in|during|early|late|(?:summer|autumn|spring|winter)(?: of)?|(?:{'|'.join(MONTHS)})(?: \d{{1,2}},?)?)\s$",
    re.IGNORECASE,
)
_COUNTS_AFTER: Final = re.compile(
    r"\s(?!(?:and|or|but|when|after|before|while|as|because|at|with|to|for|on|by|in|during|from|under|through|he|she|it"
    r"|they|the|an?|that|which|who)\b)\w"
)
_ASKS_AGE: Final = re.compile(rf"{_ASKS}how old\b", re.IGNORECASE)
_LENGTH_OF_TIME: Final = re.compile(r"\b(?:years?|decades?|months?|weeks?|days?)$", re.IGNORECASE)
_LASTS_BEFORE: Final = re.compile(r"\b(?:in|within|after|last|past|next|first|every)(?: the)?\s$", re.IGNORECASE)
_IS_AGE: Final = re.compile(r"[\s-](?:old|ago)\b|\s(?:of|in) age\b", re.IGNORECASE)


def fits(question: str, answer: str, before: str = "", after: str = "") -> bool:
    """False when the answer is no such thing as the question asks for: no number, no time, no age.

    Also when it only repeats the question. `before` and `after` are what stands around the answer in its text.
    """
    is_date = _YEAR_ALONE.fullmatch(answer) and _DATES_BEFORE.search(f"{before}{answer[:-4]}")
    if is_date and not _COUNTS_AFTER.match(after) and _ASKS_HOW_MANY.search(question) and not asks_when(question):
        return False
    lasts = _LENGTH_OF_TIME.search(answer) and _LASTS_BEFORE.search(before)
    if lasts and not _IS_AGE.match(after) and _ASKS_AGE.search(question):
        return False
    if _repeats(question, answer) and kind_of(question) is not Kind.YES_NO and not _CHOICE.search(question):
        return False
    return all(form.search(answer) is not None for asked, form in _FORMS if asked.search(question))


# A name or two of the question may be the answer ("the army or the rebels?"); so many words of it in a row tell nothing.
_LEAST_REPEATED: Final = 3


def _repeats(question: str, answer: str) -> bool:
    said = set(stems(answer))
    return len(said) >= _LEAST_REPEATED and said <= set(stems(question))


def topic_of_work(question: str) -> str:
    """What the article whose author is asked for is about: "the takeover" in "Who wrote the report on the takeover?"."""
    match = re.search(rf"\b{_WORK}\s+(?:on|about|of|over|from|regarding)\s+(?P<topic>.+)", question, re.IGNORECASE)
    return match["topic"] if match else ""


def asks_for_one_source(question: str) -> bool:
    """True when one outlet is asked for: it may be one that a text names, not the one that published it."""
    match = _SOURCES.search(without_context(question))
    return match is not None and not match["several"]


_BEFORE_TOLD: Final = re.compile(
    r"^(?:(?:that|whether|if|how|of|about|on|something about|anything about)\s+)+", re.IGNORECASE
)


def told_in(question: str) -> str | None:
    """What the outlets that are asked for tell: "the pier burned" in "Which papers say that the pier burned?"; else None."""
    question = without_context(question)
    match = _SOURCES.search(question)
    told = _BEFORE_TOLD.sub("", question[match.end() :].strip(" ,?.!")) if match else ""
    return told if len(stems(told)) >= 1 and " " in told else None


_WORDS: Final = re.compile(
    r"\b(?:what|how) (?:did|does|do|had|has|have) .+ (?:say|said|tell|told|reply|answer|write|put it|comment|call|describe|respond|react|add|joke|warn|remark)\b"
    r"|\b(?:in (?:what|which|whose) words|exact words|word for word|quotes?|quoted|remark|reply|verbatim)\b|^(?:what|which) (?:words|phrase|sentence)\b",
    re.IGNORECASE,
)


def asks_for_words(question: str) -> bool:
    """True when the answer is what someone said, word for word."""
    return _WORDS.search(without_context(question)) is not None


# "Which year", and "year" at the end of words typed into a search box; not "this year" and "once a year".
_ASKS_YEAR: Final = re.compile(
    r"\b(?:what|which) years?\b(?!-| group)|(?<!this )(?<!last )(?<!next )(?<!that )(?<!\ba )(?<!per )(?<!each )(?<!every )(?<!the )(?<!past )(?<!same )(?<!new )(?<!fiscal )(?<!school )(?<!tax )(?<!one )(?<!full )(?<!leap )\byear$",
    re.IGNORECASE,
)


def asks_for_year(question: str) -> bool:
    """True when the answer is a year."""
    return _ASKS_YEAR.search(without_context(question).rstrip("?!. ")) is not None


def asks_when(question: str) -> bool:
    """True when the answer is a time, which the date of publication may give."""
    return _ASKS_WHEN.search(question) is not None


_EVENT: Final = (
    r"(?:time|visit|trip|tour|journey|voyage|flight|stop|meeting|encounter|summit|talks|round|conference|hearing|trial|verdict|"
    r"vote|ballot|election|debate|game|match|race|strike|protest|attack|raid|launch|attempt|test|flood|fire|storm|quake|report)s?"
)
_AMONG: Final = r"(?:(?!(?:to|in|at|on|of|the|for|by|with|and|or|time)\b)[\w-]+ ){0,2}?"
_EVER: Final = re.compile(
    r"\bfor (?:the|her|his|their|its|a|only the)(?: very)? (?:first|second|third|fourth|fifth) time\b"
    r"|\bfirst[ -]time (?!(?:did|was|were|had|he|she|they|it|the|round|around)\b)\w+|\bFirst (?:Lady|Minister|Family|Secretary|Vice)\b"
)
_FIRST: Final = re.compile(rf"\bfirst {_AMONG}{_EVENT}\b", re.IGNORECASE)
_LATER: Final = re.compile(rf"\b(?:second|third|fourth|fifth) {_AMONG}{_EVENT}\b", re.IGNORECASE)
_LATEST: Final = re.compile(rf"\bmost recent(?:ly)?\b|\b(?:latest|newest) {_AMONG}{_EVENT}\b", re.IGNORECASE)


class Turn(enum.Enum):
    """Which of several like events a question is about."""

    FIRST = "the first"
    LATER = "one that is not the first"
    LATEST = "the latest"


def turn_of(question: str) -> Turn | None:
    """Which of several like events the question names ("their first meeting", "the second trial"); None if it names none."""
    events = _EVER.sub(" ", question)
    for turn, pattern in ((Turn.FIRST, _FIRST), (Turn.LATER, _LATER), (Turn.LATEST, _LATEST)):
        if pattern.search(events):
            return turn
    return None


# The present tense of the main verb: first in a yes-or-no question, right after what is asked for in others.
_NOW_YES_NO: Final = re.compile(
    r"\W*(?:(?:and|but|so)\W+)?(?:is|are|has|have|does|do|can|will)(?:n['’]t)?\s"
    r"(?!it (?:true|known|certain|clear|said|believed|thought|the case|correct|right)\b|there (?:any )?(?:evidence|proof)\b)",
    re.IGNORECASE,
)
_NOW: Final = re.compile(
    r"\W*(?:(?:[Aa]nd|[Bb]ut|[Ss]o)\W+)?(?:(?:[Ii]n|[Oo]n|[Aa]t|[Ff]or|[Ff]rom|[Tt]o|[Bb]y|[Ww]ith|[Uu]ntil)\s)?"
    r"(?:(?:[Ww]ho|[Ww]hom|[Ww]here|[Ww]hen|[Ww]hy)|(?:[Ww]hat|[Ww]hich|[Hh]ow)(?:\s(?!\w+ed\b)[a-z-]+){0,2}?)\s(?:is|are|has|have|does|do|can|will)\s"
)
_OF_A_TIME: Final = re.compile(
    r"\b(?:originally|initially|earlier|before|first|then|previous(?:ly)?|former(?:ly)?|ago|history|last|yesterday|wars?|century"
    r"|\d{3}0s|(?:1[5-9]|20)\d\d"
    rf"|(?:{'|'.join(MONTHS)})\s\d{{1,2}}|\d{{1,2}}\s(?:{'|'.join(MONTHS)}))\b",
    re.IGNORECASE,
)
# "The name of the ship that sank", "said to have hit it", "does the report say": what happened once, or what never changes.
_ONCE: Final = re.compile(
    r"\s(?:who|that|which|where|when|whom)\s(?:\S+\s){0,4}?(?:\w+ed|was|were|had|did|sank|shot|won|lost|came|went|took|made|said|gave|got|met|held|led"
    r"|fell|rose|ran|began|became|left|built|wrote|told|sent|stood|spoke|kept|saw|found|hit|broke|fled|struck|sold|bought|paid)\b"
    r"|\bto have\b|\b(?:was|were|had|did)\b"
    r"|\b(?:say|says|report|reports|claim|claims|mention|mentions|describe|describes|explain|explains|argue|argues|tell|tells)\b"
    r"|\b(?:names?|authors?|titles?|born|birth\w*|origins?|buried|stand for|mean|meaning|maiden|credited|believed|thought)\b",
    re.IGNORECASE,
)


def asks_of_now(question: str) -> bool:
    """True when a question asks how things stand: for a fact, a reason or a yes, in the present tense and of no other time.

    Not when it asks for what does not change (a name, who wrote something), or for what once happened, whatever its tense.
    """
    asked = without_context(question)
    kind = kind_of(asked)
    if kind not in (Kind.FACT, Kind.EXPLANATION, Kind.YES_NO) or _OF_A_TIME.search(asked):
        return False
    if kind is Kind.YES_NO:  # "Have they met every year, as they had promised": its first word tells
        told = re.search(r"\b(?:say|report|claim|mention)s?\b", asked, re.IGNORECASE)
        return _NOW_YES_NO.match(asked) is not None and not told
    return _NOW.match(asked) is not None and _ONCE.search(asked) is None
