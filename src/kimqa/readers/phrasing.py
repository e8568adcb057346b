"""From a question in the form of a quiz to the question that the reader is asked."""

from __future__ import annotations

import re
from typing import Final

from kimqa.text import STOPWORDS

_OPENS: Final = re.compile(r"\W*(?:who|whom|whose|what|when|where|which|why|how|name|list|compare)\b", re.IGNORECASE)
_TRUE_OR_FALSE: Final = re.compile(
    r"(?:(?:is (?:it|this) )?true or false\s*[:?,–—-]\s*(?P<before>\S.*?)|(?P<after>\S.*?)\s*[,.:;–—-]?\s*true or false)[.?!]*",
    re.IGNORECASE,
)
_BLANK: Final = re.compile(r"_{2,}")
_OPEN_END: Final = re.compile(r"\s*:\s*$")
_SINCE: Final = re.compile(r"\b(?:since|until)$", re.IGNORECASE)


def as_asked(question: str) -> str:
    """A statement with a gap as a question: "It will cost:" as "It will cost what?", "True or false: X." as "Is it true that X?"."""
    claimed = _TRUE_OR_FALSE.fullmatch(question.strip())
    if claimed:
        claim = claimed["before"] or claimed["after"]
        opens = claim.split()[0].lower()
        return f"Is it true that {claim[0].lower() if opens in STOPWORDS and opens != 'i' else claim[0]}{claim[1:].rstrip('.')}?"
    if _OPENS.match(question):
        return question
    stem, ends = _OPEN_END.subn("", question)
    if ends and stem:
        return f"{stem} {'when' if _SINCE.search(stem) else 'what'}?"
    filled, blanks = _BLANK.subn("what", question, count=1)
    return f"{filled.rstrip(' .?!')}?" if blanks else question
