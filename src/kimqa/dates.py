"""From what a text says of time, and the day it was published, to the days and the words that it means."""

from __future__ import annotations

import datetime
import re
from typing import Final

from kimqa.numbers import numbers_in
from kimqa.text import MONTHS, WEEKDAYS, normalize

_DAY: Final = datetime.timedelta(days=1)
_WEEK: Final = 7
_FIRST_YEAR, _LAST_YEAR = 1000, 9000  # beyond them a day more or less may leave the calendar
_MONTH: Final = "|".join(name.lower() for name in MONTHS)
_FULL: Final = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})|(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b)"
    r"(?:,? (?P<year>(?:19|20)\d\d))?",
)


def dates_in(text: str, year: int | None = None) -> set[datetime.date]:
    """The days that a text names by day and month; `year` is taken where it gives none."""
    found = set()
    for match in _FULL.finditer(normalize(text)):
        number = int(match["year"]) if match["year"] else year
        month = [name.lower() for name in MONTHS].index(match["month"] or match["month2"]) + 1
        try:
            found.add(datetime.date(number or 0, month, int(match["day"] or match["day2"])))
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


_YEAR: Final = re.compile(r"\b((?:1[5-9]|20)\d\d)\b")
_AGO: Final = re.compile(r"(?P<number>\b[\w,.-]+) years? ago\b")
_NEAR: Final = re.compile(
    rf"\b(?:{'|'.join(name.lower() for name in WEEKDAYS)}|today|tonight|tomorrow|this (?:week|weekend|month|morning|afternoon|evening|year)|"
    r"(?:next|last|past) (?:week|weekend|night)|earlier this \w+|later this \w+)\b"
)
_SEASONS: Final = {"winter": 1, "spring": 3, "summer": 6, "autumn": 9, "fall": 9}  # a month that each begins with
# What a month or a season follows; "may resign" and "the fall of the wall" are none.
_BEFORE_MONTH: Final = r"\b(?:in|since|until|by|of|last|next|early|late|mid|this|during|for|on|before|after|from|\d{1,2}(?:st|nd|rd|th)?)[ -]"
_TO_COME: Final = re.compile(r"\b(?:will|is to|are to|due|expected|scheduled|plans? to|next)\b")


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
    if re.search(r"\byesterday\b", plain):
        return (published - _DAY).year
    if re.search(r"\b(?:last|next) month\b", plain):
        first = published.replace(day=1)
        return (first - _DAY if "last" in plain else first + 31 * _DAY).year
    month = published.month if _NEAR.search(plain) else _month_of(plain)
    if month is None:
        return None
    if _TO_COME.search(normalize(f"{time} {sentence}")):
        return published.year + (month < published.month)
    return published.year - (month > published.month)


def _years_away(plain: str) -> int | None:
    """How many years "two years ago" or "next year" lies from the year of publication."""
    ago = _AGO.search(plain)
    if ago:
        numbers = {1.0} if ago["number"] in ("a", "one") else numbers_in(ago["number"])
        return -int(min(numbers)) if numbers else None
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
