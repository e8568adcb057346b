"""From what a text says of time, and the day it was published, to the days and the words that it means."""

from __future__ import annotations

import datetime
import re
from typing import Final

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


def _words_of(day: datetime.date) -> set[str]:
    return {str(day.day), MONTHS[day.month - 1].lower(), str(day.year), WEEKDAYS[day.weekday()].lower()}
