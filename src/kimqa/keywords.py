"""A question goes in; its words come out as terms in the language of SQLite's full-text search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from kimqa.text import STOPWORDS, word_spans, words

_ABBREVIATION: Final = re.compile(r"(?:[A-Z]\.){2,5}|[A-Z]{2,5}")
_POSSESSIVE: Final = re.compile(r"['’]s?$", re.IGNORECASE)


def terms(query: str) -> Iterator[str]:
    """The words of `query` that carry meaning, as quoted FTS5 terms."""
    spans = word_spans(query)
    shouted = query.isupper() and len(spans) > 1  # then capitals do not tell "US" from "us"
    for span in spans:
        word = _POSSESSIVE.sub("", unicodedata.normalize("NFC", span.of(query)))
        letters = word.replace(".", "")
        if _ABBREVIATION.fullmatch(word) and ("." in word or not shouted):
            # "U.S." is stored as two words and "US" as one; and it is no pronoun, so it is kept.
            yield f'("{" ".join(letters)}" OR "{letters}")'
        elif letters == "us" and not query.islower():
            continue  # "Tell us": in small letters among capitals it is the pronoun
        elif any(form not in STOPWORDS for form in words(word)):
            # Korean puts particles behind the word and Chinese no spaces: there the beginning has to be enough.
            yield f'"{word}"*' if _is_unspaced(word) else _number(word) or f'"{word}"'


def _number(word: str) -> str | None:
    """A large number however its thousands are parted: "4000" is stored as one word, "4,000" as two."""
    digits = word.replace(",", "")
    if re.fullmatch(r"1[5-9]\d\d|20\d\d", word) or not re.fullmatch(r"\d{4,}|\d{1,3}(?:,\d{3})+", word):
        return None
    return f'("{digits}" OR "{int(digits):,}")'


def _is_unspaced(word: str) -> bool:
    return any(
        unicodedata.name(character, "").startswith(("HANGUL", "CJK", "HIRAGANA", "KATAKANA")) for character in word
    )
