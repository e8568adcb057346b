"""From a question to the kind of answer that it asks for, told by its form."""

from __future__ import annotations

import enum
import re
from typing import Final

_AUXILIARY: Final = r"(?:did|do|does|was|were|is|are|am|has|have|had|will|would|can|could|should|may|might|must)"
_YES_NO: Final = re.compile(rf"^(?:and |but |so )?{_AUXILIARY}(?:n['’]?t)?\b", re.IGNORECASE)
_CHOICE: Final = re.compile(r"\bor\b", re.IGNORECASE)
_EXPLAIN: Final = re.compile(
    r"^(?:\W*)(?:why\b|how come\b|for what reason|what (?:made|caused|motive|reason|explains|led|prompted|drove)\b)"
    r"|\b(?:why did|why was|why is|why were|why do|why does|the reason (?:for|why))\b",
    re.IGNORECASE,
)
_NUMBER_WORD: Final = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
_LIST: Final = re.compile(
    rf"\b(?:what|which|name|list)\s+(?:the\s+|are\s+the\s+|were\s+the\s+)?{_NUMBER_WORD}\b"
    r"|\b(?:what|which)\s+(?:kinds|types|sorts|ways|places|countries|cities|people|companies|steps|measures|reasons|conditions|subjects|topics|teams|outlets|reports|leaders|members|items|states)\b"
    r"|^(?:list|name)\b|\ball (?:the|of the)\b|\bin (?:what|which) \w+s\b",
    re.IGNORECASE,
)
_COMPARE: Final = re.compile(
    r"\b(?:compare|compared|differ|differs|differently|difference|versus|vs\.?|disagree|agree on|respectively|both\b.+\band|whom?\b.+\band (?:who|what|when|where|how)|(?:in|by|on) .+\band then\b|between .+\band)\b"
    r"|^how (?:do|does|did) .+ and .+ (?:describe|report|put|see|explain|come|cover)\b",
    re.IGNORECASE,
)


class Kind(enum.Enum):
    """What an answer to a question consists of."""

    FACT = "one short fact"
    YES_NO = "yes or no"
    LIST = "several items"
    EXPLANATION = "a clause or sentence that explains"
    COMPARISON = "one fact from each of several sources or times"


def kind_of(question: str) -> Kind:
    """The kind of answer that a question asks for, by its opening words and its number."""
    if _COMPARE.search(question):
        return Kind.COMPARISON
    if _YES_NO.match(question) and not _CHOICE.search(question):
        return Kind.YES_NO
    if _EXPLAIN.search(question):
        return Kind.EXPLANATION
    if _LIST.search(question):
        return Kind.LIST
    return Kind.FACT
