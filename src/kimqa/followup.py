"""From a follow-up and the turns before it to a question that can be understood, and searched, on its own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Final

from kimqa.text import STOPWORDS, content_words, normalize, words
from kimqa.types import Turn

Rewrite = Callable[[str, Sequence[Turn]], str | None]
"""Asks a language model for a follow-up in words that stand on their own; None when it gives none."""

_MAX_TURNS: Final = 4
_MAX_REFERENT_WORDS: Final = 10
_MAX_PHRASE_WORDS: Final = 7  # a name with a title before it; what is longer is a sentence
_PERSON: Final = {"he": "", "him": "", "she": "", "his": "'s", "hers": "'s", "her": "'s"}
_GROUP: Final = {"they": "", "them": "", "their": "'s"}
_THING: Final = frozenset({"it", "its", "that", "this", "there", "those", "these"})
# Not the "it" of "is it true that" and "had it been since", not the "there" of "were there any".
_PRONOUN: Final = re.compile(
    r"\b(?:he|him|his|she|hers|her|they|them|their|(?:(?<!is )(?<!was )it|it(?!\s+\w+\s+(?:that|whether|if|what|who|why|how)\b))(?!\s+been\s+since\b)|its"
    r"|there(?!\s+(?:an?|any|some|no|more|many|much|other|another|enough)\b))\b",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"(?:[A-Z]\.)+[A-Z]?\w*|[A-ZÀ-ÖØ-Þ]\w*(?:[-'’][A-ZÀ-ÖØ-Þa-z]\w+)*(?:\s+(?:of |the |de |van |al-)?(?:(?:[A-Z]\.)+|[A-ZÀ-ÖØ-Þ]\w*(?:-\w+)*))*")  # fmt: skip
_OPENING: Final = re.compile(r"^(?:and|but|so|ok|okay|well|then|also)\b[\s,]*", re.IGNORECASE)
_ABOUT: Final = re.compile(r"^(?:(?:and|but)\s+)?(?:what|how) about\s+(?P<what>.+?)\??$", re.IGNORECASE)
_DEMONSTRATIVE: Final = re.compile(
    r"\b(?:is|was|are|were|about|after|at|before|by|during|for|from|in|of|on|to|with) (?:that|this|those|these) [a-z]+",
    re.IGNORECASE,
)
_BARE: Final = re.compile(r"^(?:and|but|or)\s+(?P<what>.+?)\W*$", re.IGNORECASE)
_MAX_BARE_WORDS: Final = 5
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
# Content words that a rewriting replaces.
_REPLACED: Final = frozenset("one ones former latter same else happen happened mean".split())
_AUXILIARY: Final = frozenset(
    "did do does was were is are has have had will would can could should may might must".split()
)
_WH: Final = frozenset("who whom whose what when where why how which".split())
_ELLIPSIS: Final = re.compile(
    r"\b(?:ones?|others?|former|latter|same|second|third|fourth|fifth|last|next|else|the two|both|either|neither)\b",
    re.IGNORECASE,
)


def make_standalone(question: str, history: Sequence[Turn], rewrite: Rewrite | None = None) -> str:
    """`question` with what it takes from the last turns filled in; unchanged when it needs nothing.

    Works by rule: a pronoun is replaced by what the last turns speak of, "what about X?" is asked in the words of the
    last question, and what is still too short to search gets the last turn as a bracket. A question that names
    its own subject starts a new topic and is left alone. Where a follow-up needs something, `rewrite` may word it better;
    its words count if they bring in no name that nobody has spoken of, and lose none that the rules filled in.
    """
    resolved: list[Turn] = []
    for turn in list(history)[-_MAX_TURNS:]:
        resolved.append(Turn(_resolve(turn.question.strip(), resolved), turn.answer.strip()))
    by_rule = _resolve(question, resolved)
    if rewrite is None or not resolved or not needs_context(question):
        return by_rule
    turns = list(history)[-_MAX_TURNS:]
    proposed = rewrite(question, turns)
    return proposed if proposed and _is_faithful(proposed, question, by_rule, turns) else by_rule


def _is_faithful(proposed: str, question: str, by_rule: str, turns: Sequence[Turn]) -> bool:
    """Whether a rewritten question asks what was asked: no name of its own, none of the rule's lost, most words kept."""
    spoken = " ".join((question, *(f"{turn.question} {turn.answer}" for turn in turns)))
    if set(words(" ".join(_names(proposed)))) - set(words(spoken)):
        return False
    if {form for form in words(proposed) if form.isdigit()} - set(words(spoken)):
        return False
    kept = set(content_words(question)) - _REPLACED
    if len(kept & set(content_words(proposed))) < len(kept) / 2:
        return False
    filled = [name for name in _names(_without_context(by_rule)) if normalize(name) not in normalize(question)]
    return not filled or any(set(words(name)) & set(words(proposed)) for name in filled)


def _without_context(question: str) -> str:
    return re.sub(r"\s\([^()]*\)$", "", question)


def _resolve(question: str, turns: Sequence[Turn]) -> str:
    if not turns or not question or not needs_context(question):
        return question
    last = turns[-1]
    what = _asked_about(question)
    if _YEAR.fullmatch(what.split()[-1] if what else "") and len(_YEAR.findall(last.question)) == 1:
        return _YEAR.sub(what.split()[-1], last.question)
    if what:
        return f"{last.question.rstrip(' ?')} – {what}?"
    filled = _fill_pronouns(_OPENING.sub("", question), turns)
    if _is_self_contained(filled, question):
        return filled[:1].upper() + filled[1:]
    answer = "" if _is_refusal(last.answer) else last.answer
    context = " ".join(part for part in (last.question, _first_words(answer, 25)) if part)
    return f"{filled[:1].upper()}{filled[1:]} ({context})"


def needs_context(question: str) -> bool:
    """True when the question leans on an earlier turn: an unbound pronoun, an ellipsis, or hardly any content."""
    forms = words(question)
    names = _names(question)
    pronoun = _PRONOUN.search(question)
    if pronoun and not any(question.find(name) < pronoun.start() for name in names):
        return True
    if _asked_about(question):
        return True
    if re.search(
        r"\b(?:was|is|did|does|were|about|after|before|do|of|like|mean) (?:that|this|those|these)\b\W*$|^(?:that|this)\b",
        question,
        re.IGNORECASE,
    ):
        return True
    content = [form for form in forms if form not in STOPWORDS]
    if names or any(form.isdigit() for form in forms):
        return False
    return len(content) <= 1 or bool(
        _DEMONSTRATIVE.search(question) or (_ELLIPSIS.search(question) and len(content) <= 3)
    )


def _asked_about(question: str) -> str:
    """X of "what about X?" and of a bare "and X?", where X speaks of nothing said before."""
    about, bare = _ABOUT.match(question), _BARE.match(question)
    what = about["what"] if about else bare["what"] if bare else ""
    forms = set(words(what))
    if forms & (_THING | _PERSON.keys() | _GROUP.keys()):
        return ""
    is_clause = bool(forms & (_AUXILIARY | _WH)) or len(words(what)) > _MAX_BARE_WORDS
    return "" if is_clause and not about else what


def _fill_pronouns(question: str, turns: Sequence[Turn]) -> str:
    last = turns[-1]
    person = _person(turns)
    group = _group(turns)
    thing = _thing(last)

    def fill(match: re.Match[str]) -> str:
        pronoun = match.group().lower()
        if pronoun in _PERSON and person:
            possessive = pronoun in ("his", "hers") or (
                pronoun == "her" and re.match(r"\s+\w", question[match.end() :])
            )
            return person + ("'s" if possessive else "")
        if pronoun in _GROUP and group:
            return group + _GROUP[pronoun]
        if pronoun in ("it", "its") and thing:
            return thing + ("'s" if pronoun == "its" else "")
        return match.group()

    filled = _PRONOUN.sub(fill, question)
    if thing:
        filled = re.sub(
            r"\b(was|is|did|were|after|before|about|of) (?:that|this)(?=\W*$)",
            rf"\1 {_escape(thing)}",
            filled,
        )
    # "Kim's wife, what's Kim's name": a second pronoun in one question mostly means the person just named before it.
    double = re.match(r"^(?P<topic>[^,?]+), (?P<ask>(?:what|who|where|when|how)\b.*)$", filled, re.IGNORECASE)
    if double and person and f"{person}'s" in double["topic"] and f"{person}'s" in double["ask"]:
        return double["ask"].replace(f"{person}'s", f"{double['topic']}'s", 1)
    return filled


def _escape(text: str) -> str:
    return text.replace("\\", r"\\")


def _is_self_contained(filled: str, question: str) -> bool:
    changed = normalize(filled) != normalize(_OPENING.sub("", question))
    leftover = _PRONOUN.search(filled) is not None and not _names(filled)
    return changed and not leftover and len(set(content_words(filled))) >= 3


def _person(turns: Sequence[Turn]) -> str:
    """Whom "he" or "she" means: the answer of a who-question, else the first name that the last questions speak of."""
    for turn in reversed(turns):
        answer_names = [] if _is_refusal(turn.answer) else _names(turn.answer)
        if turn.question.lower().startswith(("who ", "whom ", "who's")):
            if answer_names and len(words(turn.answer)) <= _MAX_PHRASE_WORDS:
                return answer_names[-1]  # "North Korean leader Kim Jong Un": the name comes last
            new = [name for name in answer_names if name not in turn.question]
            if new:  # in a whole sentence, a person has more than one name
                return next((name for name in new if " " in name), new[0])
        question_names = _names(turn.question)
        if question_names:
            return question_names[0]
        if answer_names:
            return answer_names[0]
    return ""


def _group(turns: Sequence[Turn]) -> str:
    """Whom "they" means: the first two names that a turn joins with "and"."""
    for turn in reversed(turns):
        for text in (turn.answer, turn.question):
            for one, other in itertools.pairwise(_names(text)):
                if re.search(rf"{re.escape(one)}(?:['’]s)?,? and (?:the )?{re.escape(other)}", text):
                    return f"{one} and {other}"
    return ""


def _thing(turn: Turn) -> str:
    """What "it" or "that" means: the thing that the last answer names, or, after where and when, what was asked about."""
    opening = words(turn.question)[:1]
    if opening and opening[0] in ("where", "when"):
        return _subject(turn.question)
    answer = turn.answer.strip().rstrip(".")
    first = words(answer)[:1]
    if not answer or _is_refusal(answer) or not first or first[0] in ("yes", "no"):
        return ""
    answer = re.sub(r"^(?:\w+ly\s+)?(?:at|in|on|by|to|with|from)\s+", "", answer, flags=re.IGNORECASE)
    answer = re.sub(r"^(an?)\s+", "the ", answer, flags=re.IGNORECASE)
    return answer if len(answer.split()) <= _MAX_REFERENT_WORDS and not re.search(r"[.!?;]\s", answer) else ""


def _subject(question: str) -> str:
    """The noun phrase between the auxiliary and the verb of "Where did SUBJECT take place?", if it can be told."""
    tokens = question.rstrip(" ?").split()
    for position, token in enumerate(tokens):
        if token.lower() in _AUXILIARY:
            phrase = " ".join(tokens[position + 1 :])
            return re.sub(
                r"\s+(?:take place|took place|happen(?:ed)?|held|start(?:ed)?|begin|end(?:ed)?|located|occur(?:red)?)$",
                "",
                phrase,
            )
    return ""


def _names(text: str) -> list[str]:
    """Capitalised names in order, without the capital that only opens a sentence or a question."""
    found = []
    for match in _NAME.finditer(text):
        name = re.sub(r"['’]s?$", "", match.group())
        parts = name.split()
        while parts and parts[0].lower() in _AUXILIARY | _WH | STOPWORDS | {"yes", "no"}:
            parts = parts[1:]
        opens = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".?!"
        if not parts or (
            opens and len(parts) == 1 and not re.search(r"['’]s\b", match.group()) and parts[0].lower() in STOPWORDS
        ):
            continue
        name = " ".join(parts)
        if name not in found:
            found.append(name)
    return found


def _is_refusal(answer: str) -> bool:
    return not answer or answer.lower().startswith(
        ("the articles do not", "not in these articles", "i don't", "i do not")
    )


def _first_words(text: str, limit: int) -> str:
    plain = re.sub(r"\s*\[\d+\]", "", text)
    return " ".join(plain.split()[:limit])
