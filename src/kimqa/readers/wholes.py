"""What looks like two things to compare and is one: names with "and", titles and cases with "vs", parts that make no sense."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_FLAGS: Final = re.IGNORECASE
MAX_CHARS: Final = 300
"""A longer question is read as it is: its beginning is all that the reader sees of it."""
# Countries, regions, firms, titles and set phrases of news that have an "and".
_JOINED: Final = re.compile(
    r"\b(?P<one>Bosnia|Trinidad|Antigua|Saint Kitts|St Kitts|Saint Vincent|São Tomé|Sao Tome|Serbia|England|Turks|Wallis|Jammu|Newfoundland|Tyne"
    r"|Dumfries|Johnson|Procter|Smith|Marks|Ben|Barnes|Black|Ernst|Dolce|Standard|Arthur|Simon|Hall|Rolls|Crime|War|Pride|food|health|supply|law"
    r"|search|profit|trial|terms|research|hit|bed|oil|trade|arms)\s+and\s+(?P<other>Herzegovina|Tobago|Barbuda|Nevis|the Grenadines|Príncipe|Principe"
    r"|Montenegro|Wales|Caicos|Futuna|Kashmir|Labrador|Wear|Galloway|Johnson|Gamble|Wesson|Spencer|Jerry|Noble|Decker|Young|Gabbana|Poor['’]?s?"
    r"|Garfunkel|Oates|Royce|Punishment|Peace|Prejudice|drink|safety|demand|order|rescue|loss|error|conditions|development|run|breakfast|gas"
    r"|industry|ammunition)\b",
    _FLAGS,
)
_CASE: Final = re.compile(
    r"\b(?:match|game|case|in court|lawsuit|fight|final|score[sd]?|ruling|cup|league|kick-?off|tickets?|debate|review|film|movie|series|director"
    r"|box office|live|stream|highlights|odds|prediction|won|trailer|cast|novel)\b",
    _FLAGS,
)
AUX: Final = r"(?:did|do|does|was|were|is|are|has|have|had|will|would|could|can)"
_ASKING: Final = r"(?:who|whom|what|when|where|which|why|how)"
_UNSOUND: Final = re.compile(
    rf"\bthan\b|\bno\s+how\b|\baccording to (?:{_ASKING}|{AUX})\b|\b{AUX}\W*$|^(?:and|or|but|than|it|that|this|each other|one another)\b"
    rf"|^(?:what|which|how|who)\s+(?:was|were|is|are)\s+(?:{AUX}|and)\b|\bhow \w+ (?:{AUX}) (?:{AUX})\b|\bof {AUX}\b|\b(\w{{4,}}) \1\b",
    _FLAGS,
)
_PLACEHOLDER: Final = "\u2060"  # joins words, so that no form sees an "and" between them


def kept_together(question: str) -> str:
    """The question with names such as "Bosnia and Herzegovina" written so that they are not taken for two things."""
    return _JOINED.sub(lambda match: f"{match['one']} {_PLACEHOLDER}and {match['other']}", question)


def as_written(part: str) -> str:
    """A part of a question as its words stood before `kept_together`."""
    return part.replace(_PLACEHOLDER, "")


def is_case(question: str) -> bool:
    """Whether a "vs" in the question is rather one of a match, a court case or a title than of a comparison."""
    return _CASE.search(question) is not None


def are_sound(parts: Sequence[str]) -> bool:
    """False where a part is no question of its own, or both are the same: then the form did not fit."""
    told = [part.rstrip("?. ").lower() for part in parts]
    return len(set(told)) == len(told) and not any(_UNSOUND.search(part) or len(part) < 3 for part in told)
