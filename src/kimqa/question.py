"""From a question as typed, with the conversation before it, to a search plan: what to search for, and where."""

from __future__ import annotations

import dataclasses
import datetime
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rapidfuzz import process

from kimqa.errors import ArgumentError
from kimqa.followup import Rewrite, make_standalone
from kimqa.text import normalize, outlet_names, paper_pattern, papers_called, without_context, words
from kimqa.types import Filters, Turn

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
_COUNTED: Final = re.compile(r"\s+[a-z]+s\b")  # "2000 troops" is no year
_OPEN: Final = re.compile(r"\b(?:since|before|after|until|from)\s+(?:the\s+)?$", re.IGNORECASE)
# A time that is not the fortnight before the question
_OTHER_TIME: Final = re.compile(
    r"\b(?:last|next|past|previous)\s+(?:year|month|decade|century|spring|summer|autumn|fall|winter)\b|\bago\b"
    rf"|\b(?:in|since|until|before|after|by|last|next)\s+(?:{'|'.join(name for name in _MONTHS if len(name) > 3 or name == 'may')})\b",
    re.IGNORECASE,
)
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_MONTH: Final = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DATE: Final = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d{{2}}-\d{{2}}\b)|\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?{_MONTH}"
    rf"(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d))?,?\s+(?:of\s+)?{_YEAR}\b|\b{_YEAR.replace('year', 'bare')}\b",
    re.IGNORECASE,
)
# A date limits the articles only where the question speaks of publishing: "articles published in 2019", "reports since
# March 2020". Any other date is a date of the event, which articles of other years may tell.
_HOW: Final = r"in|on|since|after|before|until|up to|by"
_PUBLISHED: Final = re.compile(
    rf"\b(?:articles|stories|coverage|news|(?<!the )reports|pieces|(?:an?|which|what|any) (?:article|story|report|piece))\s+(?:that (?:were|was)\s+)?"
    rf"(?:(?:published|written|printed|dated)\s+(?P<how>{_HOW}|from)|(?P<how4>from|since|before|after|until|in))\s+(?P<rest>.+)"
    rf"|\b(?:articles?|reports?|stor(?:y|ies)|pieces?)\s+(?:(?:on|about)\s+(?!the\b|an?\b)\w+\s+)?(?:published|printed|dated|written)\s+(?P<how2>{_HOW})\s+(?P<rest2>.+)"
    rf"|^what (?:was|were|has been|have been) (?:published|written|printed|reported)\s+(?P<how3>{_HOW})\s+(?P<rest3>.+)",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(
    r"\s*(?:[?.,;]|$|(?:on|about|say|says|said|mentions?|tell|tells|report|describe|show|quote|give|cover|name|explain|claim)\b)",
    re.IGNORECASE,
)
_EXCLUDED: Final = re.compile(
    r"\b(?:other than|instead of|rather than|aside from|excluding|without|not according to|besides|except(?: for)?|apart from|unlike|not)\s+(?:in |by |from )?(?:the\s+)?$",
    re.IGNORECASE,
)
_ACCORDING: Final = re.compile(r"\b(?:according to|as reported (?:by|in))\s+(?:the\s+)?$", re.IGNORECASE)
# Of what an outlet reported, others tell whether it was denied.
_ANSWERED: Final = re.compile(
    r"\b(?:den(?:y|ied|ies)|confirm(?:s|ed)?|respond(?:s|ed)?|react(?:s|ed)?|disput(?:e|es|ed)|retract(?:s|ed)?|anyone|else|other (?:outlets?|papers?|media))\b",
    re.IGNORECASE,
)
# Words that make an outlet's name the source of what is asked, not its subject.
_SAYS: Final = r"(?:say|says|said|report(?! (?:an? |its |in |profit|loss|revenue))|reports|reported|write|writes|wrote|describe|describes|described|think|thinks|mention|mentions|claim|claims|put it|puts it|explain|explains|argue|argues|cover|covers|covered|quote|quotes|cite|cites|suggest|suggests|note|notes)"
_PIECE: Final = r"(?:article|piece|story|stories|report|reports|coverage|account|version|analysis)"

# What the categories of Unicode that show nothing become: a format character (soft hyphen, joiner) stands inside a word.
_INVISIBLE: Final = {"Cf": "", "Cc": " ", "Cn": " ", "Co": " ", "Cs": " "}
# A follow-up takes a name or a few words from a turn; what stands later in a long one is never used.
_MAX_TURN_CHARS: Final = 2000


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What is searched: the question as asked and self-contained, the filters, and the day to answer as of, if given."""

    question: str
    standalone_question: str
    filters: Filters
    today: datetime.date | None = None


def plan_question(
    question: str,
    *,
    history: Sequence[Any] = (),
    known_outlets: Sequence[str] = (),
    outlets: Iterable[str] | str | None = None,
    since: datetime.date | str | None = None,
    until: datetime.date | str | None = None,
    as_of: datetime.date | str | None = None,
    max_chars: int = 2000,
    rewrite: Rewrite | None = None,
) -> Plan:
    """Read a question.

    Filters that are passed in win over those read from the words. `as_of` hides what was published later. `rewrite` asks
    a language model to make a follow-up self-contained, which counts only where it says what the rules do.

    Raises:
        ArgumentError: no question, too long, no words in it; an unknown outlet; a date that is none; since after until.
    """
    cleaned = clean_question(question, max_chars=max_chars)
    standalone = make_standalone(cleaned, read_history(history), rewrite, outlets=known_outlets)
    asked = without_context(standalone)
    named = _given_outlets(outlets, known_outlets) if outlets is not None else _outlets_in(asked, known_outlets)
    first, last = _date(since, "since"), _date(until, "until")
    today = _date(as_of, "as_of")
    if since is None and until is None:
        first, last = _published_range(asked)
    if first and last and first > last:
        raise ArgumentError(
            f"since ({first}) is after until ({last}), so no article can fit. Swap or change the dates."
        )
    if today is not None:
        last = min(last, today) if last else today
        if since is not None and first and first > last:
            raise ArgumentError(f"since ({first}) is after as_of ({today}), so no article can fit. Change one of them.")
    filters = Filters(outlets=tuple(named), since=first, until=last)
    return Plan(question, standalone, filters, today)


def clean_question(question: Any, *, max_chars: int) -> str:
    """The question with control characters and needless white space removed.

    Raises:
        ArgumentError: it is no string, blank, has no letter or digit, is too long or is not valid Unicode.
    """
    if not isinstance(question, str):
        raise ArgumentError(f"The question is of type {type(question).__name__}; pass a string.")
    if len(question) > max_chars:
        raise ArgumentError(
            f"The question has {len(question):,} characters; at most {max_chars:,} can be searched. Shorten it."
        )
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise ArgumentError(
            "The question holds a lone surrogate, which is no character. Remove it, or decode the text again."
        )
    cleaned = " ".join(_visible(question).split())
    if not cleaned:
        raise ArgumentError("The question is empty. Ask something in words.")
    if not any(character.isalnum() for character in cleaned):
        raise ArgumentError("The question has no letter or digit in it. Ask something in words.")
    return cleaned


def read_history(history: Any) -> tuple[Turn, ...]:
    """Earlier turns, each a (question, answer) pair or a mapping with those keys.

    Raises:
        ArgumentError: a turn that is neither.
    """
    if isinstance(history, (str, bytes, Mapping)) or not isinstance(history, Iterable):
        raise ArgumentError(
            "history is not a sequence of turns; pass (question, answer) pairs or mappings with those keys."
        )
    turns = []
    for number, turn in enumerate(history, start=1):
        if isinstance(turn, Turn):
            pair: Sequence[Any] = (turn.question, turn.answer)
        elif isinstance(turn, Mapping):
            pair = (turn.get("question"), turn.get("answer", ""))
        elif isinstance(turn, Sequence) and not isinstance(turn, str) and len(turn) == 2:
            pair = turn
        else:
            pair = (None, None)
        if not isinstance(pair[0], str) or not isinstance(pair[1], (str, type(None))):
            raise ArgumentError(f"Turn {number} of the history is {turn!r:.80}; pass a (question, answer) pair of strings or a mapping with those keys.")  # fmt: skip
        turns.append(Turn(*(_visible((text or "")[:_MAX_TURN_CHARS]) for text in pair)))
    return tuple(turns)


def _visible(text: str) -> str:
    return "".join(_INVISIBLE.get(unicodedata.category(character), character) for character in text)


def _given_outlets(outlets: Iterable[str] | str, known: Sequence[str]) -> list[str]:
    names = {normalize(name): outlet for outlet in known for name in outlet_names(outlet)}
    found = []
    if not isinstance(outlets, Iterable):
        raise ArgumentError(f"outlets is {outlets!r:.60}; pass a name or several.")
    for asked in [outlets] if isinstance(outlets, str) else outlets:
        if not isinstance(asked, str):
            raise ArgumentError(f"An outlet is given as {asked!r:.60}; pass names as strings.")
        outlet = names.get(normalize(asked))
        if outlet is None:
            near = process.extractOne(normalize(asked), list(names), score_cutoff=70)
            hint = f" Did you mean {names[near[0]]!r}?" if near else ""
            listed = ", ".join(repr(name) for name in sorted(known)[:20]) or "none yet"
            raise ArgumentError(f"The corpus has no outlet {asked!r:.60}.{hint} Its outlets: {listed}.")
        if outlet not in found:
            found.append(outlet)
    return found


def _outlets_in(question: str, known: Sequence[str]) -> list[str]:
    """Outlets that the question names as its source. One that is only its subject does not limit the articles."""
    mentions: dict[str, list[str]] = {}
    # An outlet may be called Time or The Sun: one such word needs its capital, unless all is in lower case.
    typed_lower = question == question.lower()
    for outlet in known:
        for name in outlet_names(outlet):
            several = len(re.sub(r"^the\s+", "", name, flags=re.IGNORECASE).split()) > 1
            flag = re.IGNORECASE if typed_lower or several else re.NOFLAG
            for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", question, flag):
                before = question[: match.start()]
                is_word = (
                    typed_lower and not several and not name.isupper()
                )  # "what did people say" is not asked of People
                if _EXCLUDED.search(before) or (is_word and not _ACCORDING.search(before)):
                    continue
                mentions.setdefault(match.group(), []).append(outlet)
    for last, outlet in papers_called(known).items():
        for match in re.finditer(paper_pattern(last), question, re.IGNORECASE):
            is_named = typed_lower or match["name"][:1].isupper()
            if is_named and not _EXCLUDED.search(question[: match.start()]):
                mentions.setdefault(match["name"], []).append(outlet)
    if not mentions or (_ANSWERED.search(question) and "according to" not in question.lower()):
        return []
    group = "(?:" + "|".join(re.escape(name) for name in sorted(mentions, key=len, reverse=True)) + ")"
    listed = rf"{group}(?:(?:,|,? and| or|/)\s*{group})*"
    cues = [
        rf"\b(?:according to|per|going by|as told by|as reported (?:by|in))\s+(?:the\s+)?{listed}",
        rf"(?<!\w){listed}(?:['’]s?)?\s+(?-i:[a-z]+\s+)?{_PIECE}\b",
        rf"\b(?:do|does|did|how|what|why|where)\s+(?:the\s+)?{listed}\s+(?:\w+ly\s+)?{_SAYS}\b",
        rf"(?<!\w){listed}\s+{_SAYS}\b",
    ]
    if not typed_lower:
        cues.append(
            rf"\b(?:said|say|cited|written|reported?|described|told|quoted|mentioned|cover(?:ed|age)|published|articles?|stor(?:y|ies)|reports?|accounts?)\b(?:\s+\w+)*?\s+(?:in|by|from)\s+(?:the\s+)?{listed}['’]?s?\s*(?:\?|$|,)"
        )
    named = " ".join(match.group() for cue in cues for match in re.finditer(cue, question, re.IGNORECASE))
    found: list[str] = []
    shown = set(re.findall(rf"(?<!\w){group}(?!\w)", question if named else ""))
    for mention, outlets in mentions.items():
        if mention in shown:
            found.extend(outlet for outlet in outlets if outlet not in found)
    return sorted(found, key=list(known).index)


def _date(value: datetime.date | str | None, name: str) -> datetime.date | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise ArgumentError(
        f"{name} is {value!r:.60}, which is no date. Pass a datetime.date or a string such as '2025-09-04'."
    )


def _published_range(question: str) -> tuple[datetime.date | None, datetime.date | None]:
    match = _PUBLISHED.search(question)
    if not match:
        return None, None
    rest = match["rest"] or match["rest2"] or match["rest3"]
    date = _DATE.match(rest.lstrip())
    span = _days(date) if date and _ENDS.match(rest.lstrip(), date.end()) else None
    if span is None:
        return None, None
    how = (match["how"] or match["how4"] or match["how2"] or match["how3"]).lower()
    if how == "since":
        return span[0], None
    if how == "after":
        return _shifted(span[1], 1), None
    if how == "before":
        return None, _shifted(span[0], -1)
    if how in ("until", "up to", "by"):
        return None, span[1]
    return span


def _days(date: re.Match[str]) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day that a date expression covers; None when there is no such day."""
    try:
        if date["iso"]:
            day = datetime.date.fromisoformat(date["iso"])
            return day, day
        if date["bare"]:
            return datetime.date(int(date["bare"]), 1, 1), datetime.date(int(date["bare"]), 12, 31)
        year, month = int(date["year"]), _MONTHS[date["month"].lower()]
        number = date["day"] or date["day2"]
        if number:
            day = datetime.date(year, month, int(number))
            return day, day
        following = datetime.date(year + month // 12, month % 12 + 1, 1)
        return datetime.date(year, month, 1), following - datetime.timedelta(days=1)
    except ValueError:
        return None


def period_of(question: str, today: datetime.date | None) -> tuple[datetime.date, datetime.date] | None:
    """The days that the question speaks of: a date in it, or the last fortnight when it is asked as of a day."""
    found = [
        match for match in _DATE.finditer(question) if not (match["bare"] and _COUNTED.match(question, match.end()))
    ]
    ranges = {span for match in found if (span := _days(match))}
    if len(ranges) == 1:
        return None if any(_OPEN.search(question[: match.start()]) for match in found) else ranges.pop()
    if not ranges and today and _OTHER_TIME.search(question):
        return None
    if not ranges and today is not None and not {"ever", "always", "history"} & set(words(question)):
        return _shifted(today, -14), today
    return None


def _shifted(day: datetime.date, days: int) -> datetime.date:
    """The day so many days later, or the end of the calendar."""
    ordinal = day.toordinal() + days
    return datetime.date.fromordinal(min(max(ordinal, datetime.date.min.toordinal()), datetime.date.max.toordinal()))
