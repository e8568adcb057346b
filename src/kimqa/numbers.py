"""From a text to the numbers in it, whether they are written in digits or in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kimqa.text import normalize, stem

_UNITS: Final = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen".split()
    )
}
_TENS: Final = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_ORDINALS: Final = {
    word: number
    for number, word in enumerate("second third fourth fifth sixth seventh eighth ninth tenth".split(), start=2)
}
_SCALES: Final = {
    "dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "m": 10**6, "bn": 10**9, "tn": 10**12,
}  # fmt: skip
_WORDS: Final = frozenset((*_UNITS, *_TENS, *_ORDINALS))
NUMBER_WORDS: Final = tuple(word for word in (*_UNITS, *_TENS, *_SCALES) if len(word) > 2)
"""Words that a number is written in, without ordinals: "two", "seventy", "million"."""
_TOKEN: Final = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+|%")


def numbers_in(text: str) -> set[float]:
    """The numbers of a text: 200 for "two hundred", 3,200,000 for "3.2 million", 70 for "70th".

    One is left out: as a word it is a pronoun more often than a number.
    """
    return {number for number, _ in _read(text)} - {1.0}


def number_pairs(text: str) -> set[tuple[float, str]]:
    """Every number with the stem of the word behind it, its unit or what is counted: (340, "million"), (2, "visit")."""
    return {(number, stem(word)) for number, word in _read(text) if word}


def _read(text: str) -> Iterator[tuple[float, str]]:
    text = re.sub(r"(\d*)\s*([½¼¾])", lambda m: str(int(m[1] or 0) + {"½": 0.5, "¼": 0.25, "¾": 0.75}[m[2]]), text)
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", normalize(text))
    for clause in re.split(r"[^\w\s%-]+(?=\s|$)", plain):
        yield from _read_clause(_TOKEN.findall(clause))


def _read_clause(tokens: list[str]) -> Iterator[tuple[float, str]]:
    at = 0
    while at < len(tokens):
        value, used = _value(tokens, at)
        if not used:
            at += 1
            continue
        at += used
        yield value, tokens[at] if at < len(tokens) else ""


def _value(tokens: list[str], at: int) -> tuple[float, int]:
    """The number that begins at a token, and how many tokens it takes; none of them when there is no number."""
    fixed = _with_article(tokens, at)
    if fixed:
        return fixed
    begun, total, current = at, 0.0, 0.0
    while at < len(tokens):
        token = tokens[at]
        if token[0].isdecimal():
            if at > begun:
                break
            current = float(token.replace(",", ""))
        elif token in _WORDS and at > begun and tokens[at - 1][0].isdecimal():
            break  # "in 2020 two people"
        elif token in _TENS and current % 100 == 0:
            current += _TENS[token]
        elif token in _WORDS and (current % 100 == 0 or (current % 10 == 0 and current % 100 >= 20)):
            current += _UNITS.get(token, _ORDINALS.get(token, 0))
        elif token in _SCALES and at > begun and (len(token) > 2 or tokens[begun][0].isdecimal()):
            if _SCALES[token] >= 1000:
                total, current = total + max(current, 1.0) * _SCALES[token], 0.0
            else:
                current = max(current, 1.0) * _SCALES[token]
        elif not (at > begun and (current or total) and current % 100 == 0 and _goes_on(tokens, at, bool(current))):
            break
        at += 1
    return total + current, at - begun


def _with_article(tokens: list[str], at: int) -> tuple[float, int] | None:
    """Half a dozen, half a million, a hundred and fifty."""
    ahead = tokens[at + 1 : at + 3]
    if (
        tokens[at] == "half"
        and len(ahead) > 1
        and ahead[0] in ("a", "an")
        and len(ahead[1]) > 2
        and ahead[1] in _SCALES
    ):
        return _SCALES[ahead[1]] / 2, 3
    if tokens[at] in ("a", "an") and ahead and len(ahead[0]) > 2 and ahead[0] in _SCALES:
        return _value(["one", *tokens[at + 1 :]], 0)
    return None


def _goes_on(tokens: list[str], at: int, is_hundreds: bool) -> bool:
    """Whether "and" joins what stands before and after it to one number."""
    after = tokens[at + 1 : at + 4]
    is_number = bool(after) and (after[0] in _UNITS or after[0] in _TENS)
    return tokens[at] == "and" and is_number and not _scaled(after, is_hundreds)


def _scaled(tokens: list[str], is_hundreds: bool) -> bool:
    """Whether what follows "and" is a number of its own: "two hundred and three hundred"."""
    scale = next((token for token in tokens[1:] if token not in _UNITS), "")
    return scale in _SCALES and not (is_hundreds and _SCALES[scale] >= 1000)
