"""The second side of a comparison comes in; in full where it leans on the first, it goes out."""

from __future__ import annotations

import re
from typing import Final

_FLAGS: Final = re.IGNORECASE
PLACE: Final = r"(?:in|on|at|during|before|after|under|for|with)"
"""What opens a time or a place in a question, as a pattern."""
_ONE: Final = re.compile(r"(?P<which>(?:the|an?)\s+[\w-]+)\s+ones?", _FLAGS)
_THE_ONE: Final = re.compile(r"the\s+ones?\s+(?P<rest>\w.*)", _FLAGS)
_RELATIVE: Final = re.compile(  # "the price the club named"
    r"(?P<head>the\s+\S.*?)\s+(?=(?:the|that|which|his|her|its|their|he|she|it|they)\b|(?-i:[A-Z]))", _FLAGS
)
_OWNER: Final = re.compile(r"(?P<owner>\S.*?(?:['’]s|s['’]))(?:\s+(?P<owned>\S.*))?", _FLAGS)
_BARE: Final = 3  # words of "the police count", which is that of what the other side speaks of
_OF: Final = re.compile(r"\S.*?(?P<of>\s(?:for|of|on|about|from|at)\s.*)", _FLAGS)
_THAT: Final = re.compile(rf"(?:that|those)\s+(?P<rest>(?:{PLACE}|of|from|by)\s+\S.*)", _FLAGS)
# "unemployment in Spain": beside it "Greece in 2013" is that of Greece
_PLACED_NAME: Final = re.compile(rf"(?P<head>(?-i:[a-z]).*\s{PLACE})\s+(?:(?-i:[A-Z])\S*|\d{{4}})", _FLAGS)
_HEAD: Final = re.compile(rf"(?P<head>\S.*?)\s+(?:{PLACE}|of|from|by)\s", _FLAGS)
_NAMED: Final = re.compile(r"(?:the|an?)\s+[\w-]+\s+(?P<noun>\w.*)", _FLAGS)


def in_full(other: str, one: str) -> str:
    """The second side in full where it leans on the first: beside "the planned cost of the dam", "the real one" is its cost."""
    stands_for, named = _ONE.fullmatch(other), _NAMED.fullmatch(one)
    that, head = _THAT.fullmatch(other), _HEAD.match(one)
    the_one = _THE_ONE.fullmatch(other)
    owns, owned = _OWNER.fullmatch(other), _OWNER.fullmatch(one)
    if that and head:
        return f"{head['head']} {that['rest']}"
    if the_one:
        relative = _RELATIVE.match(one)
        named_so = relative or head
        return f"{named_so['head'] if named_so else ' '.join(one.split()[:2])} {the_one['rest']}"
    if owns and not owns["owned"] and owned and owned["owned"]:
        return f"{other} {owned['owned'].removeprefix('own ')}"
    if stands_for and named:
        return f"{stands_for['which']} {named['noun']}"
    placed = _PLACED_NAME.fullmatch(one)
    if placed and re.match(r"(?-i:[A-Z])|\d{4}\b", other):
        return f"{placed['head']} {other}"
    of = _OF.fullmatch(one)
    is_bare = len(other.split()) <= _BARE and not re.search(r"\d|\b[A-Z]|['’]s", other) and not _OF.fullmatch(other)
    return f"{other}{of['of']}" if of and is_bare else other
