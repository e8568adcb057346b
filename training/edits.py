"""A passage comes in; a statement made of one of its sentences, with the verdict on it, goes out.

Edits of this kind train fact checkers without labels (Kryściński et al. 2020, FactCC). They are cruder than the statements
people wrote, and far more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from training.examples import NOT_STATED

SENTENCE = re.compile(r"[^.!?]+[.!?]+[\"'\u201d\u2019)]*\s*|[^.!?]+$")
NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w\u2019'-]+(?: [A-Z][\w\u2019'-]+)*")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBER_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
OPPOSITES = (
    ("more", "less"), ("more", "fewer"), ("rose", "fell"), ("higher", "lower"), ("before", "after"), ("first", "last"),
    ("first", "second"), ("won", "lost"), ("accepted", "rejected"), ("approved", "rejected"), ("increased", "decreased"),
    ("opened", "closed"), ("largest", "smallest"), ("north", "south"), ("east", "west"), ("morning", "evening"),
    ("early", "late"), ("earlier", "later"), ("above", "below"), ("began", "ended"), ("arrived", "left"), ("up", "down"),
    ("with", "without"), ("for", "against"), ("most", "few"), ("all", "none"), ("son", "daughter"), ("wife", "sister"),
    ("husband", "brother"), ("father", "mother"), ("agreed", "refused"), ("denied", "confirmed"), ("north", "west"),
    ("old", "new"), ("former", "current"), ("doubled", "halved"), ("raised", "cut"), ("gained", "lost"), ("over", "under"),
)  # fmt: skip
# Verbs whose past is not made by "ed"; others are.
PASTS = {
    "be": "was", "become": "became", "begin": "began", "break": "broke", "bring": "brought", "build": "built", "buy": "bought",
    "choose": "chose", "come": "came", "cut": "cut", "do": "did", "draw": "drew", "drive": "drove", "fall": "fell", "fight": "fought",
    "find": "found", "get": "got", "give": "gave", "go": "went", "grow": "grew", "have": "had", "hold": "held", "keep": "kept",
    "know": "knew", "lay": "laid", "lead": "led", "leave": "left", "let": "let", "lose": "lost", "make": "made", "mean": "meant",
    "meet": "met", "pay": "paid", "put": "put", "quit": "quit", "read": "read", "rise": "rose", "run": "ran", "say": "said",
    "see": "saw", "sell": "sold", "send": "sent", "set": "set", "shut": "shut", "sit": "sat", "speak": "spoke", "spend": "spent",
    "stand": "stood", "stop": "stopped", "take": "took", "tell": "told", "think": "thought", "win": "won", "withdraw": "withdrew",
    "write": "wrote",
}  # fmt: skip
NO_VERBS = (
    "not",
    "also",
    "never",
    "have",
    "the",
    "a",
    "an",
    "his",
    "her",
    "its",
    "their",
    "only",
    "no",
    "soon",
    "then",
    "still",
)
PLANNED = re.compile(
    r"\b(?:(?:is|are|was|were) (?:\w+ly )?(?:expected|due|scheduled|set|planned|supposed|likely|willing|ready) to"
    r"|may|might|could|would|will|can|should|plan(?:s|ned)? to|hope[sd]? to|want(?:s|ed)? to|intend(?:s|ed)? to"
    r"|seeks? to|sought to|(?:is|are|was|were) (?:trying|seeking|hoping|planning|preparing) to|tr(?:ies|ied) to|promised to"
    r"|vowed to|threatened to|agreed to|offered to|aims? to|considered) (?P<verb>[a-z]{2,})\b"
)
GUARDED = re.compile(
    r"\b(?:reportedly|allegedly|possibly|probably|perhaps|tentatively|apparently|likely|partly|partially|almost|nearly|alleged"
    r"|suspected|at least|up to|potential|provisional|proposed|planned|mostly|largely) (?=\w)"
)
MUTUAL = re.compile(r"^(?:'s)?[,\s]*(?:and|or|with|met|meets)\b|^\W*$|\b(?:between|meeting|talks|together)\b")
TOLD_LAST = re.compile(r"^(?P<said>[^\"“”—]{20,}), (?P<who>[^,\"“”]{3,60}?) (?P<how>said|says|told reporters|added)\.$")
OPENING = re.compile(
    r"^(?P<when>(?:On|In|At|After|Before|During|Since|By|Under|Despite) [^,\"]{3,60}), (?P<rest>(?:[A-Zth][\w’']*) [^,\"]+)\.$"
)
# What a sentence may open with that is no name, and that is written small further on.
SMALL = re.compile(
    r"(?:The|An?|It|He|She|They|We|There|This|That|These|Those|His|Her|Its|Their|In|On|At|After|Before|During|Since|By|Under|Despite|Some"
    r"|Many|Most|All|Both|No|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|About|More|Nearly|Almost|People|Police|Only)\b"
)
DEMONYM = re.compile(r"^\w+(?:an|ish|ese|ch|i)$")
PLACED = re.compile(r"\b(?:in|at|of|from|to|near|into|on|towards?|over)(?: the)? $")
VERBS = ("was", "were", "is", "are", "has", "have", "had", "will", "would", "could", "did", "does")
MIN_WORDS, MAX_WORDS = 6, 40


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement on a passage; `span` is the sentence that settles it, None where nothing does."""

    text: str
    span: tuple[int, int] | None
    verdict: int


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Returns the sentences of a text that can be statements: no questions, no fragments."""
    found = []
    for match in SENTENCE.finditer(text):
        sentence = match.group().strip()
        if MIN_WORDS <= len(sentence.split()) <= MAX_WORDS and not sentence.endswith("?"):
            start = text.index(sentence, match.start())
            found.append((start, start + len(sentence)))
    return found


def make_statement(text: str, other: str, chance: random.Random) -> Statement | None:
    """Returns a statement on `text`: one of its sentences, one altered, or one of the unrelated text `other`."""
    kind = chance.choices(("supported", "contradicted", "not_stated"), (0.4, 0.4, 0.2))[0]
    sentences = sentence_spans(other if kind == "not_stated" else text)
    if not sentences:
        return None
    start, end = chance.choice(sentences)
    if kind == "not_stated":
        # With the names of the passage, it looks as if it belonged there.
        return Statement(_rename(other[start:end], text, chance), None, NOT_STATED)
    shortened = _shorten(text[start:end], chance)
    if chance.random() < 0.4:
        shortened = _turned(shortened)
    if kind == "supported":
        return Statement(shortened, (start, end), 0)
    edits: list[Callable[[str, str, random.Random], str]] = [
        _number,
        _date,
        _name,
        _opposite,
        _negate,
        _exchange,
        _as_done,
    ]
    chance.shuffle(edits)
    for edit in edits:
        edited = edit(shortened, text, chance)
        if edited != shortened:
            return Statement(edited, (start, end), 1)
    return None


def _shorten(sentence: str, chance: random.Random) -> str:
    """Drops what stands between two commas, half of the time."""
    parts = sentence.split(", ")
    if len(parts) >= 3 and chance.random() < 0.5:
        return ", ".join((parts[0], *parts[2:])) if chance.random() < 0.5 else f"{parts[0]} {', '.join(parts[2:])}"
    return sentence


def _turned(sentence: str) -> str:
    """Puts the speaker first, or what opens the sentence last; the same words in another order are as true."""
    told = TOLD_LAST.match(sentence)
    if told:
        said = _inside(told["said"])
        return f"{told['who'][0].upper()}{told['who'][1:]} {told['how']} that {said}." if said else sentence
    opening = OPENING.match(sentence)
    if opening:
        return f"{opening['rest'][0].upper()}{opening['rest'][1:]} {_inside(opening['when'])}."
    return sentence


def _inside(text: str) -> str | None:
    """Returns what opened a sentence as it is written within one; None where its first word may be a name or not."""
    if SMALL.match(text):
        return text[0].lower() + text[1:]
    return text if re.match(r"[A-Z][\w’'-]+ [A-Z]", text) else None


def _replace(sentence: str, match: re.Match[str], new: str) -> str:
    return sentence[: match.start()] + new + sentence[match.end() :]


def _number(sentence: str, text: str, chance: random.Random) -> str:
    matches = list(NUMBER.finditer(sentence))
    words = list(re.finditer(rf"\b(?:{'|'.join(NUMBER_WORDS)})\b", sentence))
    if not matches and not words:
        return sentence
    match = chance.choice(matches + words)
    old = match.group()
    if old in NUMBER_WORDS:
        return _replace(sentence, match, chance.choice([word for word in NUMBER_WORDS if word != old]))
    others = [number for number in NUMBER.findall(text) if number != old and len(number) == len(old)]
    if others and chance.random() < 0.5:
        return _replace(sentence, match, chance.choice(others))
    digits = [at for at, character in enumerate(old) if character.isdigit()]
    at = chance.choice(digits[-2:] if len(old) == 4 else digits)
    digit = chance.choice([digit for digit in "123456789" if digit != old[at]])
    return _replace(sentence, match, old[:at] + digit + old[at + 1 :])


def _date(sentence: str, text: str, chance: random.Random) -> str:
    for names in (DAYS, MONTHS):
        match = re.search(rf"\b(?:{'|'.join(names)})\b", sentence)
        if match:
            return _replace(sentence, match, chance.choice([name for name in names if name != match.group()]))
    return sentence


def _name(sentence: str, text: str, chance: random.Random) -> str:
    matches = [match for match in NAME.finditer(sentence) if match.group() not in (*DAYS, *MONTHS)]
    others = [name for name in NAME.findall(text) if name not in sentence and name not in (*DAYS, *MONTHS)]
    if not matches or not others:
        return sentence
    return _replace(sentence, chance.choice(matches), chance.choice(others))


def _exchange(sentence: str, text: str, chance: random.Random) -> str:
    """Puts two names in each other's place, unless nothing would be said that way that was not said before.

    Both stand after a preposition of place or neither does, so that mostly two people or two places change.
    """
    known = {name for name in NAME.findall(text) if name not in (*DAYS, *MONTHS) and not DEMONYM.match(name)}
    found = sorted((sentence.index(name), name) for name in known if sentence.count(name) == 1)
    whole = [(at, name) for at, name in found if not re.search(r"[A-Z][\w’'.-]* $", sentence[:at])]
    pairs = [
        (one, other)
        for place, one in enumerate(whole)
        for other in whole[place + 1 :]
        if one[0] + len(one[1]) < other[0]
        and not MUTUAL.search(sentence[one[0] + len(one[1]) : other[0]])
        and bool(PLACED.search(sentence[: one[0]])) == bool(PLACED.search(sentence[: other[0]]))
    ]
    if not pairs:
        return sentence
    (first, one), (second, other) = chance.choice(pairs)
    return str(sentence[:first] + other + sentence[first + len(one) : second] + one + sentence[second + len(other) :])


def _as_done(sentence: str, text: str, chance: random.Random) -> str:
    """Tells a plan as done, or what is said with a reserve without one."""
    found = [match for match in PLANNED.finditer(sentence) if match["verb"] not in NO_VERBS]
    guarded = list(GUARDED.finditer(sentence))
    if not found and not guarded:
        return sentence
    match = chance.choice(found or guarded)
    if not found:
        return _replace(sentence, match, "")
    verb: str = match["verb"]
    regular = verb + "d" if verb.endswith("e") else str(re.sub(r"(?<=[^aeiou])y$", "i", verb)) + "ed"
    past = PASTS.get(verb, regular)
    return _replace(sentence, match, past)


def _opposite(sentence: str, text: str, chance: random.Random) -> str:
    pairs = [pair for couple in OPPOSITES for pair in (couple, couple[::-1])]
    found = [(match, new) for old, new in pairs for match in re.finditer(rf"\b{old}\b", sentence)]
    if not found:
        return sentence
    match, new = chance.choice(found)
    return _replace(sentence, match, new)


def _negate(sentence: str, text: str, chance: random.Random) -> str:
    negated = re.search(rf"\b({'|'.join(VERBS)}) not\b", sentence)
    if negated:
        return _replace(sentence, negated, negated.group(1))
    match = re.search(rf"\b(?:{'|'.join(VERBS)})\b", sentence)
    return _replace(sentence, match, f"{match.group()} not") if match else sentence


def _rename(sentence: str, text: str, chance: random.Random) -> str:
    names = [name for name in NAME.findall(text) if name not in (*DAYS, *MONTHS)]
    for match in reversed(list(NAME.finditer(sentence))):
        if names and match.group() not in (*DAYS, *MONTHS):
            sentence = _replace(sentence, match, chance.choice(names))
    return sentence
