"""From what a text says of time, and the day it was published, to the days and the words that it means."""

from __future__ import annotations

import datetime
import re
from typing import Final

from kimqa.numbers import number_pairs
from kimqa.text import MONTHS, WEEKDAYS, normalize, stem, straighten

_DAY: Final = datetime.timedelta(days=1)
_WEEK: Final = 7
_FIRST_YEAR, _LAST_YEAR = 1000, 9000  # beyond them a day more or less may leave the calendar
_MONTH: Final = "|".join(name.lower() for name in MONTHS)
_ABBREVIATED: Final = "|".join(f"{name[:3]}t?" if name == "September" else name[:3] for name in MONTHS if len(name) > 4)
# "may" and "march" are verbs without their capitals.
_NAMED: Final = (
    rf"(?:(?-i:May|March|Mar)|{'|'.join(n for n in MONTHS if n not in ('May', 'March'))}|(?:{_ABBREVIATED})\b\.?)"
)
_NUMBERED: Final = r"\d{1,2}(?:st|nd|rd|th)?(?:\s*(?:-|to|and)\s*\d{1,2}(?:st|nd|rd|th)?)?"
_FULL: Final = re.compile(
    rf"\b(?P<iso>\d{{4}}-\d\d-\d\d)\b|\b(?:(?P<day>{_NUMBERED})(?: of)? (?P<month>{_NAMED})|(?P<month2>{_NAMED}) (?P<day2>{_NUMBERED})(?![,.]?\d|\w))"
    r"(?:,? (?P<year>(?:19|20)\d\d)\b)?",
    re.IGNORECASE,
)


def dates_in(text: str, year: int | None = None) -> set[datetime.date]:
    """The days that a text names by day and month; `year` is taken where it gives none."""
    found = set()
    for match in _FULL.finditer(" ".join(straighten(text).split())):
        try:
            if match["iso"]:
                found.add(datetime.date.fromisoformat(match["iso"]))
                continue
            number = int(match["year"]) if match["year"] else year
            name = (match["month"] or match["month2"])[:3].lower()
            month = [full[:3].lower() for full in MONTHS].index(name) + 1
            ends = [int(day) for day in re.findall(r"\d+", match["day"] or match["day2"])]
            found |= {datetime.date(number or 0, month, day) for day in range(ends[0], ends[-1] + 1)}
        except ValueError:  # the 31st of June, or no year at all
            continue
    return found


def days_meant(text: str, published: datetime.date | None) -> set[datetime.date]:
    """The days that "yesterday" or "Thursday" in an article mean, counted from its day of publication.

    A weekday may lie before or after that day, or be that day.
    """
    if published is None or not _FIRST_YEAR < published.year < _LAST_YEAR:
        return set()
    plain = normalize(text)
    days = set()
    for words, offset in (("yesterday|last night", -1), ("today|tonight|this (?:morning|afternoon|evening)", 0), ("tomorrow", 1)):  # fmt: skip
        if re.search(rf"\b(?:{words})\b", plain):
            days.add(published + offset * _DAY)
    for number, name in enumerate(WEEKDAYS):
        if re.search(rf"\b{name.lower()}\b", plain):
            back = (published.weekday() - number) % _WEEK
            days |= {published - back * _DAY, published - (back or _WEEK) * _DAY, published + (-back % _WEEK) * _DAY}
    return days


def words_meant(text: str, published: datetime.date | None) -> set[str]:
    """Words of dates, in normal form, that an article says without writing them: day, month and year of what it means."""
    if published is None or not _FIRST_YEAR < published.year < _LAST_YEAR:
        return set()
    plain = normalize(text)
    found = {word for day in days_meant(text, published) for word in _words_of(day)}
    first = published.replace(day=1)
    for words, day in (
        ("last month", first - _DAY),
        ("(?:earlier |later )?this month", first),
        ("next month", (first + 31 * _DAY).replace(day=1)),
    ):
        if re.search(rf"\b{words}\b", plain):
            found |= {MONTHS[day.month - 1].lower(), str(day.year)}
    for words, offset in (("last year", -1), ("this year", 0), ("next year", 1)):
        if re.search(rf"\b{words}\b", plain):
            found.add(str(published.year + offset))
    if re.search(rf"\b(?:{_MONTH})\b", plain):
        found |= {str(published.year), str(published.year - 1), str(published.year + 1)}
    return found


_YEAR: Final = re.compile(r"\b((?:1[5-9]|20)\d\d)\b(?! (?:gmt|utc|hours)\b)")
_AGO: Final = re.compile(r"(?P<number>(?:\b[\w,.-]+ ){1,5}years?) ago\b")
_MOST_YEARS: Final = 500  # what is longer ago has no year in the news
_AHEAD: Final = 40  # characters before a time that say whether it is still to come
_NEAR: Final = re.compile(
    rf"\b(?:{'|'.join(name.lower() for name in WEEKDAYS)}|today|tonight|tomorrow|this (?:week|weekend|month|morning|afternoon|evening|year)|"
    r"(?:next|last|past) (?:week|weekend|night)|earlier this \w+|later this \w+)\b"
)
_SEASONS: Final = {"winter": 1, "spring": 3, "summer": 6, "autumn": 9, "fall": 9}  # a month that each begins with
# What a month or a season follows; "may resign" and "the fall of the wall" are none.
_BEFORE_MONTH: Final = r"\b(?:in|since|until|by|of|last|next|early|late|mid|this|during|for|on|before|after|from|\d{1,2}(?:st|nd|rd|th)?)[ -]"
_TO_COME: Final = re.compile(
    rf"\b(?:will|is to|are to|due(?! to)|expected|scheduled|plans? to|next (?:week|month|year|{'|'.join(MONTHS)}))\b"
)


def year_meant(time: str, published: datetime.date | None, sentence: str = "") -> int | None:
    """The year that a time in an article means: "in May" in an article of June 2019 is 2019; None where it cannot be told.

    A month without a year is the last one of its name, or the next where the `sentence` speaks of what is to come.
    """
    plain = normalize(time)
    written = _YEAR.search(plain)
    if written:
        return int(written[1])
    if published is None or not _FIRST_YEAR < published.year < _LAST_YEAR:
        return None
    offset = _years_away(plain)
    if offset is not None:
        return published.year + offset
    near = _year_near(plain, published)
    to_come = _is_to_come(time, sentence)
    weekdays = [number for number, name in enumerate(WEEKDAYS) if re.search(rf"\b{name.lower()}\b", plain)]
    if near is None and weekdays and not to_come:
        near = (published - (published.weekday() - weekdays[0]) % _WEEK * _DAY).year
    if near is not None:
        return near
    month = published.month if _NEAR.search(plain) else _month_of(plain)
    return None if month is None else published.year + _years_to(month, plain, published.month, to_come=to_come)


def _year_near(plain: str, published: datetime.date) -> int | None:
    """The year of last night, last week, last or next month."""
    if re.search(r"\b(?:yesterday|last (?:night|week|weekend))\b", plain):
        return (published - (_WEEK if "week" in plain else 1) * _DAY).year
    if re.search(r"\b(?:last|next) month\b", plain):
        first = published.replace(day=1)
        return (first - _DAY if "last" in plain else first + 31 * _DAY).year
    return None


def _years_to(month: int, plain: str, present: int, *, to_come: bool) -> int:
    """How many years from the present one a month lies that is named without its year."""
    if re.match(r"(?:in )?last\b", plain):
        return -(month >= present)
    if re.match(r"(?:in )?next\b", plain):
        return int(month <= present)
    return int(month < present) if to_come else -(month > present)


def _is_to_come(time: str, sentence: str) -> bool:
    """Whether the words right before a time, or its own, tell of what is to come."""
    if re.match(r"\s*since\b", time, re.IGNORECASE):
        return False
    at = sentence.find(time)
    before = sentence[max(0, at - _AHEAD) : at] if at >= 0 else sentence
    if re.search(r"\bsince\s*$", before):
        return False
    return _TO_COME.search(f"{before}{time}") is not None or re.match(r"\s*(?:by|until)\b", time) is not None


def _years_away(plain: str) -> int | None:
    """How many years "two years ago" or "next year" lies from the year of publication."""
    ago = _AGO.search(plain)
    if ago:
        counted = {number for number, word in number_pairs(ago["number"]) if word == stem("years")}
        years = int(min(counted)) if counted else int(re.search(r"\b(?:a|one) year", ago["number"]) is not None)
        return -years if 0 < years < _MOST_YEARS else None
    for words, offset in (("last year", -1), ("next year", 1)):
        if re.search(rf"\b{words}\b", plain):
            return offset
    return None


def _month_of(plain: str) -> int | None:
    """The month named, or the first of a season."""
    named = rf"(?:the )?({_MONTH}|{'|'.join(_SEASONS)})\b"
    found = re.search(rf"{_BEFORE_MONTH}{named}(?! of the | on )", plain) or re.match(rf"{named}[\W\d]*$", plain)
    if not found:
        return None
    return _SEASONS.get(found[1]) or [name.lower() for name in MONTHS].index(found[1]) + 1


def _words_of(day: datetime.date) -> set[str]:
    return {str(day.day), MONTHS[day.month - 1].lower(), str(day.year), WEEKDAYS[day.weekday()].lower()}
