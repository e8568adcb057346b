"""From a question for several things to their number, and to the question for one of them."""

from __future__ import annotations

import re
from typing import Final

NUMBER_WORD: Final = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
"""A number of things that may be asked for, as a pattern."""

NO_MEASURE: Final = r"(?![-–/.,%’']|\s*(?:per ?cent|percent|years?[ -]olds?|hours?|day)\b)(?!(?-i:\s[A-Z]))"
"""What may not follow such a number: "two-time", "7.1", "10 per cent", "Five Star Movement"."""

_REPORTED: Final = r"(?:articles?|reports?|texts?|stories|coverage|papers?|news|corpus)"
_MENTIONED: Final = re.compile(
    rf",?\s*(?:that|who|which)?\s*(?:(?:are|is|were|was)\s+)?(?:(?:the\s+)?{_REPORTED}\s+)?(?:mention(?:s|ed)?|named?|listed|quoted?|cited?|told of|found|appear(?:s|ing)?|occur(?:s|ring)?)(?:\s+(?:in|by)\s+(?:(?:the|all|these|any)\s+)*{_REPORTED})?\s*$"
    rf"|,?\s*(?:in|from|according to)\s+(?:(?:the|all|these)\s+)*{_REPORTED}\s*$|\s+(?:over the years|so far|altogether|in total|in all|over time)\s*$",
    re.IGNORECASE,
)
_NAMING: Final = re.compile(
    rf"^(?:please )?(?:(?:list|name(?! of\b)|enumerate|give(?: me)?|who (?:are|were)|what are the names of|what (?:are|were)(?= the ))\s+)(?:all\s+)?(?:of\s+)?(?:the\s+)?(?:names of (?:the\s+)?(?:{NUMBER_WORD}\s+)?)?(?!(?:the\s+)?{NUMBER_WORD}\b)(?P<what>\w.*)$",
    re.IGNORECASE,
)
_AUX_AFTER: Final = r"(?:have|are|were|did|does|do|had|will|would|can|could|may|might|\w+ed)"
_NO_PLURAL: Final = r"(?:does|was|is|has|species|headquarters|barracks|odds|results|wages|goods|clothes|remains|funds|savings|thanks|jeans|news|words|means|this|its|series|politics|economics|always|gas|lens|chaos|bias|atlas|canvas|christmas)"
_PLURAL: Final = re.compile(
    rf"^(?P<before>(?:\w+ )?(?:what|which)\s+)(?!{NUMBER_WORD}\b)(?P<more>(?:(?!of\s)\w+\s+){{0,2}}?)(?P<noun>(?!{_NO_PLURAL}\b)(?-i:[a-z])\w+[^\Wsui]s|people|men|women|children)"
    rf"(?P<of>\s+of\s+.+?)?\s+(?P<verb>{_AUX_AFTER})\b(?P<after>.*)$",
    re.IGNORECASE,
)
_ONE_OF: Final = {"have": "has", "are": "is", "were": "was", "do": "does"}
_PERSONS: Final = re.compile(
    r"(?:\w+(?:er|or|ist|ian|ant|ee|man|woman)|president|minister|chief|mayor|people|person|king|queen|judge|deput[yi]|spouse|wife|husband|child|coach|witness|victim|suspect|candidate|expert|envoy|head)s?$",
    re.IGNORECASE,
)
_IRREGULAR: Final = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "wives": "wife",
    "countries": "country",
}


_AFTER_NOUN: Final = re.compile(r"(.+?)(?:(\s+(?:of|in|on|at|for|from|to|that|who|which|by|with)\s+)(.+))?")
_EVERYONE: Final = re.compile(
    r"^(?:list|name|who are)\s+(?:everyone|everybody|(?:all )?(?:the |those )?people|all those|those)\s+(?:who|that)\s+(?P<did>\S.*)$",
    re.IGNORECASE,
)


def names_many(question: str) -> bool:
    """True when several things are to be named: "Which mayors came?", "List the mayors", "Who are the mayors of Velm?"."""
    return one_of_many(question) is not None


def one_of_many(question: str) -> str | None:
    """A list question as one for a single item, which a passage may answer alone; None where it is no such question.

    "List the mayors of Velm mentioned in the reports" gives "Who is the mayor of Velm?".
    """
    asked = " ".join(question.split()).rstrip("?.! ")
    while (shorter := _MENTIONED.sub("", asked)) != asked:
        asked = shorter
    naming, plural = _NAMING.match(asked), _PLURAL.match(asked)
    everyone = _EVERYONE.match(asked)
    if everyone:
        return f"Who {everyone['did']}?"
    if naming:
        noun, joint, rest = _AFTER_NOUN.fullmatch(naming["what"]).groups("")  # type: ignore[union-attr]  # it fits anything
        *before, last = noun.split()
        single = " ".join([*before, _singular(last)])
        wh = "Who" if _PERSONS.match(_singular(last)) else "What"
        return f"{wh} is the {single}{joint}{rest}?" if _singular(last) != last else None
    if plural and _singular(plural["noun"]) != plural["noun"]:
        verb = _ONE_OF.get(plural["verb"].lower(), plural["verb"])
        noun = _singular(plural["noun"])
        if noun == "person" and not plural["more"] and " " not in plural["before"].strip():
            return f"Who {verb}{plural['after']}?"
        return f"{plural['before']}{plural['more']}{noun}{plural['of'] or ''} {verb}{plural['after']}?"
    return None


def _singular(noun: str) -> str:
    """The word for one: "mayors" gives "mayor". By its ending alone."""
    if noun.lower() in _IRREGULAR:
        return _IRREGULAR[noun.lower()]
    for ending, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if noun.endswith(ending) and len(noun) > len(ending) + 1:
            return noun[: -len(ending)] + one
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


_COUNTED: Final = re.compile(
    rf"\b(?:what|which|name|list|give)\s+(?:(?:the|are|were|me|all|her|his|its|their)\s+)*(?P<count>{NUMBER_WORD}){NO_MEASURE}\s+\w+",
    re.IGNORECASE,
)
_COUNTS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def count_asked_for(question: str) -> int | None:
    """How many things are asked for: 4 in "Which four steps did she propose?"; None where no number is said."""
    match = _COUNTED.search(question)
    if not match:
        return None
    return count_said(match["count"])


def count_said(word: str) -> int:
    """The number that a `NUMBER_WORD` names: 4 for "four" and for "4"."""
    return int(word) if word.isdecimal() else _COUNTS.index(word.lower()) + 2
