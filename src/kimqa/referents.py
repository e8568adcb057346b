"""What was said comes in; the names in it, and whom "he" or what "it" means, go out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from kimqa.text import MONTHS, STOPWORDS, WEEKDAYS, words
from kimqa.types import Turn

_MAX_REFERENT_WORDS: Final = 10
_MAX_NAMES: Final = 30  # of the last turns; each is looked at in all that was said
MAX_PHRASE_WORDS: Final = 7  # a name with a title before it; what is longer is a sentence
NAME: Final = re.compile(r"(?:[A-Z]\.)+[A-Z]?\w*|[A-ZÀ-ÖØ-Þ]\w*(?:[-'’][A-ZÀ-ÖØ-Þa-z]\w+)*(?:\s+(?:of |the |de la |de |van der |van |von der |von |bin |ibn |da |dos |du |la |del |di |el-|al-)?(?:(?:[A-Z]\.)+|[A-ZÀ-ÖØ-Þ]\w*(?:-\w+)*))*")  # fmt: skip
AUXILIARY: Final = frozenset(
    "did do does was were is are has have had will would can could should may might must".split()
)
WH: Final = frozenset("who whom whose what when where why how which".split())
_ORGANISATION: Final = frozenset(
    """party lines motors company group bank union league council ministry committee court university institute club times
    post herald tribune gazette news agency radio street palace hall hotel island strait lake river mountain summit accord
    treaty government army police house senate parliament""".split()
)
# What names of places and peoples open or close with: "North Korean", "New York", "Sri Lanka".
_OPENS_PLACE: Final = frozenset(
    "north south east west new united hong sri saudi san los las puerto costa world white supreme european der police".split()
)
_DEMONYM_LIKE: Final = frozenset(
    """american argentine australian austrian belgian brazilian british canadian chinese colombian cuban danish dutch egyptian english ethiopian
    filipino finnish french german greek hungarian indian indonesian iranian iraqi irish israeli italian japanese kenyan korean mexican nigerian
    norwegian pakistani palestinian polish portuguese russian saudi scottish spanish swedish swiss syrian thai turkish ukrainian vietnamese welsh
    republican democrat""".split()
)
_CLAUSE: Final = re.compile(
    rf"\b(?:{'|'.join(AUXILIARY)}|it|he|she|they|[a-z]+ed|paid|won|beat|said|took|made|got|met|lost|bought|sold|led|left|gave|came|went)\b"
)
_QUANTITY: Final = re.compile(
    r"(?:about|around|at least|more than|nearly|in|on|some|over|up to|almost)?\s*[$€£]?\d", re.IGNORECASE
)
# Words that open a sentence and are no names.
_OPENERS: Final = frozenset(
    "yes no thanks thank great ok okay cool interesting really hmm ah oh wow right sure good nice explain describe list name give summarize summarise show compare police officials scientists astronomers rescuers".split()
)
_CALENDAR: Final = frozenset(name.lower() for name in (*WEEKDAYS, *MONTHS))
_MALE: Final = frozenset("he him his mr king prince sir lord father brother husband son".split())
_FEMALE: Final = frozenset("she her hers mrs ms miss queen princess dame lady mother sister wife daughter".split())
# Endings of given names that are mostly women's, in most languages of Europe. They only choose between several people.
_FEMALE_ENDINGS: Final = ("a", "ine", "elle", "ette", "anne", "een", "lyn", "eth", "ie", "ise")


def person_meant(turns: Sequence[Turn], pronoun: str) -> str:
    """Whom "he" or "she" means: the answer of a who-question, else the first person that the last turns speak of.

    Someone of the other sex, and what is no person, is passed over where it can be told.
    """
    everyone: list[str] = []
    for turn in reversed(turns):
        answer_names = [] if is_refusal(turn.answer) else names_in(turn.answer)
        if turn.question.lower().startswith(("who ", "whom ", "who's")):
            if answer_names and len(words(turn.answer)) <= MAX_PHRASE_WORDS:
                ordered = answer_names[::-1]  # "North Korean leader Kim Jong Un": the name comes last
            else:
                new = [name for name in answer_names if name not in turn.question]
                # in a whole sentence, a person has more than one name
                ordered = [name for name in new if " " in name] or new
            everyone += [*ordered, *names_in(turn.question)]
        else:
            everyone += [*names_in(turn.question), *answer_names]
    everyone = list(dict.fromkeys(everyone))[:_MAX_NAMES]
    said = " ".join(f"{turn.question} {turn.answer}" for turn in turns)
    asked_of = re.findall(rf"\b(?:did|does|do|was|is|has|had|will|would) ({NAME.pattern})", turns[-1].question)
    people = [name for name in everyone if not _is_no_person(name, said)]
    return max(
        people,
        key=lambda name: max(
            _fits_sex(name, pronoun, said),
            2 if pronoun not in _FEMALE and name in asked_of and turns[-1].answer.startswith(name) else 0,
        ),
        default="",
    )


def _is_no_person(name: str, said: str) -> bool:
    """True for a body or a place, told by its last word or by the "in" and "of" that always stand before it."""
    if (
        words(name)[0] in _OPENS_PLACE
        or words(name)[-1] in _DEMONYM_LIKE
        or words(name)[-1] in _ORGANISATION | _CALENDAR
        or re.search(rf"\bthe {re.escape(name)}", said)
    ):
        return True
    if " " in name:
        return False
    before = re.findall(rf"\b(\w{{1,20}}) {re.escape(name)}\b", said)
    return bool(before) and all(word.lower() in ("in", "at", "of", "from", "near", "for", "to") for word in before)


def _fits_sex(name: str, pronoun: str, said: str) -> int:
    """2 where a title or the given name speaks for the pronoun, 0 where it speaks against it, else 1."""
    title = re.findall(rf"\b(\w{{1,20}})\.?,? {re.escape(name)}\b(?! [A-Z])", said)
    stated = {word.lower() for word in (*title, *name.split()[:1])}
    if stated & _MALE or stated & _FEMALE:
        return 2 if stated & (_FEMALE if pronoun in _FEMALE else _MALE) else 0
    given = [part for part in name.split() if part.lower().rstrip(".") not in STOPWORDS]
    if len(given) < 2:
        return 1
    if any(part.lower().endswith(_FEMALE_ENDINGS) for part in given[:-1]):
        return 2 if pronoun in _FEMALE else 0
    return 1 if pronoun in _FEMALE else 2


def group_meant(turns: Sequence[Turn]) -> str:
    """Whom "they" means: the first two names that a turn joins with "and"."""
    for turn in reversed(turns):
        for text in (turn.answer, turn.question):
            named = [name for name in names_in(text) if words(name)[-1] not in _CALENDAR]
            for one, other in itertools.pairwise(named):
                if re.search(rf"{re.escape(one)}(?:['’]s)?,? and (?:the )?{re.escape(other)}", text):
                    return f"{one} and {other}"
    return ""


def thing_meant(turn: Turn) -> str:
    """What "it" or "that" means: the thing that the last answer names, or, after where and when, what was asked about."""
    opening = words(turn.question)[:1]
    answer = re.sub(r"\s*\[\d+\]", "", turn.answer).strip().rstrip(".")
    is_phrase = len(words(answer)) <= MAX_PHRASE_WORDS and not _CLAUSE.search(answer) and not _QUANTITY.match(answer)
    if opening and opening[0] in ("where", "when") and (_subject(turn.question) or opening[0] == "when"):
        return _subject(turn.question)
    if not is_phrase:
        return ""
    first = words(answer)[:1]
    if not answer or is_refusal(answer) or not first or first[0] in ("yes", "no"):
        return ""
    answer = re.sub(r"^(?:\w+ly\s+)?(?:at|in|on|by|to|with|from)\s+", "", answer, flags=re.IGNORECASE)
    answer = re.sub(r"^(an?)\s+", "the ", answer, flags=re.IGNORECASE)
    return answer if len(answer.split()) <= _MAX_REFERENT_WORDS and not re.search(r"[.!?;]\s", answer) else ""


def _subject(question: str) -> str:
    """The noun phrase between the auxiliary and the verb of "Where did SUBJECT take place?", if it can be told."""
    tokens = question.rstrip(" ?").split()
    for position, token in enumerate(tokens):
        if token.lower() in AUXILIARY:
            phrase = " ".join(tokens[position + 1 :])
            bare = re.match(rf"(?:the )?(?:{NAME.pattern})(?=\s+[a-z]|$)", phrase)
            if token.lower() in ("did", "does", "do") or (bare and re.search(r"ed$|ld$|t$|rn$", phrase)):
                stripped = re.sub(r"\s+(?:take place|took place|happen|start|begin|end|occur)$", "", phrase)
                if stripped != phrase:
                    return stripped
                return bare.group() if bare and bare.group().startswith("the ") else ""
            return re.sub(
                r"\s+(?:take place|took place|happen(?:ed)?|held|start(?:ed)?|begin|end(?:ed)?|located|occur(?:red)?)$",
                "",
                phrase,
            )
    return ""


def names_in(text: str) -> list[str]:
    """Capitalised names in order, without the capital that only opens a sentence or a question."""
    found = []
    for match in NAME.finditer(text):
        name = re.sub(r"['’]s?$", "", match.group())
        parts = name.split()
        while parts and parts[0].lower() in AUXILIARY | WH | STOPWORDS | _OPENERS:
            parts = parts[1:]
        opens = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".?!"
        if not parts or (
            opens
            and len(parts) == 1
            and not re.search(r"['’]s\b", match.group())
            and parts[0].lower() in STOPWORDS | _OPENERS
        ):
            continue
        name = " ".join(parts)
        if name not in found:
            found.append(name)
    return found


def is_refusal(answer: str) -> bool:
    """True when an earlier answer said that there is none."""
    return not answer or answer.lower().startswith(
        ("the articles do not", "not in these articles", "i don't", "i do not")
    )
