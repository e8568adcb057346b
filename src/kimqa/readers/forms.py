"""Forms of comparison that name both sides in few words, each with how either side is asked for."""

from __future__ import annotations

import re
from typing import Final

_FLAGS: Final = re.IGNORECASE
# "dam cost 2017 vs 2024"
_YEARS_BARE: Final = re.compile(
    r"(?P<stem>\S.*?)\s+(?P<one>(?:19|20)\d\d),?\s+(?:versus|vs\.?)\s+(?P<other>(?:19|20)\d\d)", _FLAGS
)
# "What numbers of protesters do the police and the union give"
_FIGURES_OF: Final = re.compile(
    r"(?:what|which) (?:numbers?|figures?|counts?|estimates?) (?:of|for) (?:the )?(?P<rest>\S.*?) (?:do|does|did) (?P<one>\S+(?: \S+){0,4}?) and (?P<other>\S+(?: \S+){0,4}?) "
    r"(?:each )?(?:give|report|cite|name|quote|put forward|mention|state|have)",
    _FLAGS,
)
# "Do the Post and Union Radio give the same length for the talks"
_SAME_TOLD: Final = re.compile(
    r"(?:do|does|did) (?P<one>\S+(?: \S+){0,5}?) and (?P<other>\S+(?: \S+){0,5}?) (?:give|report|name|cite|state|put|quote|mention) the same (?P<what>\w+) (?:for|of|as to|on) (?P<of>\S.*)",
    _FLAGS,
)
# "In which hall was the first paper signed, and in which the second"
_WHICH_GAPPED: Final = re.compile(
    r"(?P<stem>(?P<in>in|on|at|from|by|with|under|to|for) (?:which|what) \S.*?)\s+(?P<one>(?P<to>to|in|on|at|for|during|under|with|from) \S.*?),?\s+and (?P=in) (?:which|what)(?: ones?)? (?P<other>(?P=to) \S.*)",
    _FLAGS,
)
# "the pay the union asked for vs what was agreed"
AND_ASKED: Final = re.compile(
    r"(?P<one>\S.*?),?\s+(?:versus|vs\.?)\s+(?P<other>(?:what|who|where|when|how (?:many|much|long)(?: \w+)?)\s+(?:was|were|is|are|did|does|had|has)\b.*)",
    _FLAGS,
)
# "job cuts announced vs actual", "price of gas vs wind": the last word of what is asked for
LAST_WORDS: Final = re.compile(
    r"(?P<stem>[^\s,:]+(?:\s[^\s,:]+)+?)\s+(?P<one>(?-i:[a-z])[\w-]+)\s+(?:versus|vs\.?)\s+(?P<other>(?-i:[a-z])[\w-]+)",
    _FLAGS,
)
# "Opening bid and hammer price of the manuscript", "seats and cost of the new hall"
_TWO_OF: Final = re.compile(
    r"(?:the\s+)?(?P<one>(?!(?:who|what|when|where|which|why|how|is|are|was|were|did|do|does|list|name|compare)\b)[\w-]+(?:\s[\w-]+){0,2}?)\s+and\s+(?:the\s+)?"
    r"(?P<other>[\w-]+(?:\s[\w-]+){0,2}?)\s+(?P<of>of|for)\s+(?P<rest>(?:the|this|that|his|her|its|their)\s(?:(?!\b(?:is|are|was|were|did|has|have|had)\b).)+)",
    _FLAGS,
)
# "harlow bridge toll then and now"
_THEN_AND_NOW: Final = re.compile(
    r"(?P<stem>\S.*?),?\s+(?P<one>then|before)\s+(?:and|vs\.?)\s+(?P<other>now|after|today)", _FLAGS
)

MORE_FORMS: Final = (
    (_YEARS_BARE, "{stem} {side}?"),
    (_FIGURES_OF, "How many {rest} according to {side}?"),
    (_SAME_TOLD, "{measured} according to {side}?"),
    (_WHICH_GAPPED, "{stem} {side}?"),
    (_TWO_OF, "{side} {of} {rest}?"),
    (_THEN_AND_NOW, "{stem} {side}?"),
)
"""The first that fits counts; `side` stands for either side."""
