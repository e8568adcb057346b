"""From a follow-up and the turns before it to a question that can be understood, and searched, on its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from kimqa.referents import (
    AUXILIARY,
    MAX_PHRASE_WORDS,
    NAME,
    WH,
    group_meant,
    is_refusal,
    names_in,
    person_meant,
    thing_meant,
)
from kimqa.text import (
    STOPWORDS,
    content_words,
    normalize,
    outlet_names,
    papers_called,
    sentences,
    without_context,
    words,
)
from kimqa.types import Turn

Rewrite = Callable[[str, Sequence[Turn]], str | None]
"""Asks a language model for a follow-up in words that stand on their own; None when it gives none."""

_MAX_TURNS: Final = 4
_MAX_ADDED_CHARS: Final = 500
_MAX_FILLED: Final = 3  # pronouns of one question that are replaced
_PERSON: Final = {"he": "", "him": "", "she": "", "his": "'s", "hers": "'s", "her": "'s"}
_GROUP: Final = {"they": "", "them": "", "their": "'s"}
_THING: Final = frozenset({"it", "its", "that", "this", "there", "those", "these"})
# Not the "it" of "is it true that" and "had it been since", not the "there" of "were there any".
_PRONOUN: Final = re.compile(
    r"\b(?:he|him|his|she|hers|her|they|them|their|(?:(?<!is )(?<!was )it|it(?!\s+\w+\s+(?:that|whether|if|what|who|why|how)\b))(?!\s+been\s+since\b)(?!\s+(?:take|takes|took|cost|costs|be|become)\b.*\s(?:to|for)\s)(?!\s+(?:rain|snow|matter)\b)(?!\s+(?:so|too|legal|possible|safe|true|known|hard|easy|likely|illegal)\s)|its"
    r"|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )there\b(?!\s+(?:an?|any|some|no|more|many|much|other|another|enough)\b))\b",
    re.IGNORECASE,
)
# "When did NAME come to power?": what a bare "and NAME?" takes the place of.
_SUBJECT: Final = re.compile(
    r"^(?P<before>(?:[Ww]hen|[Ww]here|[Ww]hy|[Hh]ow(?: \w+)?|[Ww]hat|[Ww]hom?|[Ww]hich \w+) (?:did|does|was|is|has|will|would) )"
    rf"(?:{NAME.pattern})(?P<after> .+)$"
)
# What follows "her" where it is no "her mother"
_AFTER_OBJECT: Final = "|".join(
    (
        *AUXILIARY,
        *WH,
        *"the a an this not up out off into over under without against famous yesterday today tomorrow last in at on and or to for with after before during there then as by from about while because if that again".split(),
    )
)
# "Did Trump congratulate him?": an object is never the subject of its own clause.
_OBJECT: Final = re.compile(
    rf"\b(?i:did|does|do|has|have|had|will|would|was|is) (?:the )?(?:{NAME.pattern})(?: \w+){{1,3}}? (?:him|her|them|it)"
    r"(?=\W*$|\s+(?:in|on|at|for|after|before|during|there|as|with)\b)"
)
_OPENING: Final = re.compile(r"^(?:and|but|so|ok|okay|well|then|also)\b[\s,]*", re.IGNORECASE)
_ABOUT: Final = re.compile(r"^(?:(?:and|but)\s+)?(?:what|how) about\s+(?P<what>.+?)\??$", re.IGNORECASE)
_DEMONSTRATIVE: Final = re.compile(
    r"\b(?:is|was|are|were|about|after|at|before|by|during|for|from|in|of|on|to|with) (?:that|this|those|these) [a-z]+",
    re.IGNORECASE,
)
# "this agreement", but not "this year"; "that agreement" only where the question ends, since "that" joins clauses too.
_POINTING: Final = re.compile(
    r"\b(?:this|these|those) (?!(?:year|month|week|weekend|season|summer|winter|spring|autumn|fall|quarter|decade|planet|country|time|morning|evening|century|is|was|are|were|one|ones)\b)[a-z]+|\b(?<![a-z] )that [a-z]+\W*$|\b(?:did|does|do|is|was|about|of|for|to|in|after|before|at|by|with|from|on|signed|made|wrote|said|caused) that [a-z]+\W*$"
    r"|\b(?:that|this) (?:take|took|happen|occur|mean|cost|start|end|begin|last|work)",
    re.IGNORECASE,
)
# "What does the Post say?" and "Does the Post agree?" ask the last question again, of another source.
_SOURCE: Final = re.compile(
    r"^(?:and |but |so )?(?:(?:what|how) (?:did|does|do|would|about) (?P<said>.{2,60}?) (?:say|write|report|put it|claim|tell|see it|think)"
    r"|(?:does|did|do|would|is|was) (?P<agrees>.{2,60}?) (?:agree|disagree|say so|confirm (?:it|that|this)|say the same))\W*$",
    re.IGNORECASE,
)
_OUTLET_LIKE: Final = re.compile(
    r"\b(?:outlets?|papers?|newspapers?|articles?|reports?|agenc(?:y|ies)|sources?|media|press|site|website|broadcaster|others?)\b",
    re.IGNORECASE,
)
# "What did Calder say of the treaty": asked of another speaker by another name
_SPOKEN: Final = re.compile(
    rf"^(?P<before>What (?:did|does|has|do) (?:the )?)(?:{NAME.pattern})(?P<after> (?:say|said|think|thought|tell|told|claim|promise|demand|want)\b.*)$"
)
# "How many were injured", "Was anyone hurt": of what was just spoken of
_OF_THAT: Final = re.compile(
    r"^(?:and |but |so )?(?:how (?:many|much) (?:was|were|are|is|have|had|did|of|more)\b|(?:was|were|is|are|did|has|have) (?:any(?:one|body)|some(?:one|body))\b)",
    re.IGNORECASE,
)
_CORRECTION: Final = re.compile(
    r"^(?:no|nope|sorry|actually|wait|hm+|i mean)\b[,.!; ]*(?:(?:sorry|no)[, ]+)?(?:i (?:meant|mean|was asking about)\s+|not (?P<old>[^,]+),\s*(?:but )?(?:rather )?)(?P<new>.+?)\W*$",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(
    r"^(?:the one )?(?P<how>in|at|on|from|to|near|by|with|of|for) (?P<name>[^,]+)$", re.IGNORECASE
)
_BARE_WHY: Final = re.compile(
    r"^(?:and |but |so |ok(?:ay)?,? )?(?:why|how come|for what reason|what for|why (?:is|was) (?:that|this|it))\W*$",
    re.IGNORECASE,
)
_WHERE_WAS_THAT: Final = re.compile(
    r"^(?:and |but |so )?(?P<wh>where|when) (?:was|is|did|does) (?:that|this|it)(?: (?:happen|take place|occur))?\W*$",
    re.IGNORECASE,
)
_ACTION: Final = re.compile(
    r"^(?:what|whom?|which \w+)\s+(?P<clause>(?:did|does|do|will|would|has|have)\s+.+?)\W*$", re.IGNORECASE
)
_FRAGMENT: Final = re.compile(
    r"^(?:and |but |so )?(?:by |in |on |at |for |from |with |to |since |until |of |about )?(?:how|what|which|whom?|whose|when|where|why)\b",
    re.IGNORECASE,
)
_MAX_FRAGMENT_WORDS: Final = 5
_BARE: Final = re.compile(r"^(?:and|but|or)\s+(?P<what>.+?)\W*$", re.IGNORECASE)
_MAX_BARE_WORDS: Final = 5
_FROM_SOURCE: Final = re.compile(
    r"\b(?:according to|in the view of) (?P<name>[^,?]+?)(?=\s+(?:in|on|at|for|about|during|before|after)\b|\W*$)",
    re.IGNORECASE,
)
_WHEN: Final = frozenset(
    "now then today yesterday tomorrow tonight later afterwards before after since again recently finally".split()
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
# Content words that a rewriting replaces.
_REPLACED: Final = frozenset("one ones former latter same else happen happened mean".split())
_ELLIPSIS: Final = re.compile(
    r"\b(?:ones?|others?|former|latter|same|second|third|fourth|fifth|last|next|else|the two|both|either|neither)\b",
    re.IGNORECASE,
)


def make_standalone(
    question: str, history: Sequence[Turn], rewrite: Rewrite | None = None, *, outlets: Sequence[str] = ()
) -> str:
    """`question` with what it takes from the last turns filled in; unchanged when it needs nothing.

    Works by rule: a pronoun is replaced by what the last turns speak of, "what about X?" is asked in the words of the
    last question, and what is still too short to search gets the last turn as a bracket. A question that names
    its own subject starts a new topic and is left alone. Where a follow-up needs something, `rewrite` may word it better;
    its words count if they bring in no name that nobody has spoken of, and lose none that the rules filled in.
    `outlets` are those of the corpus, so that "what does X say?" tells another source from another speaker.
    """
    resolved: list[Turn] = []
    for turn in list(history)[-_MAX_TURNS:]:
        resolved.append(Turn(_bounded(turn.question.strip(), resolved, outlets), turn.answer.strip()))
    by_rule = _bounded(question, resolved, outlets)
    if rewrite is None or not resolved or not needs_context(question):
        return by_rule
    turns = list(history)[-_MAX_TURNS:]
    proposed = rewrite(question, turns)
    return proposed if proposed and _is_faithful(proposed, question, by_rule, turns) else by_rule


def _bounded(question: str, turns: Sequence[Turn], outlets: Sequence[str]) -> str:
    """The question resolved; as typed where that would add more than a sentence to it."""
    resolved = _resolve(question, turns, outlets)
    return resolved if len(resolved) <= len(question) + _MAX_ADDED_CHARS else question


def _is_faithful(proposed: str, question: str, by_rule: str, turns: Sequence[Turn]) -> bool:
    """Whether a rewritten question asks what was asked: no name of its own, none of the rule's lost, most words kept."""
    spoken = " ".join((question, *(f"{turn.question} {turn.answer}" for turn in turns)))
    if set(words(" ".join(names_in(proposed)))) - set(words(spoken)):
        return False
    if {form for form in words(proposed) if form.isdigit()} - set(words(spoken)):
        return False
    kept = set(content_words(question)) - _REPLACED
    if len(kept & set(content_words(proposed))) < len(kept) / 2:
        return False
    filled = [name for name in names_in(without_context(by_rule)) if normalize(name) not in normalize(question)]
    return not filled or any(set(words(name)) & set(words(proposed)) for name in filled)


def _resolve(question: str, turns: Sequence[Turn], outlets: Sequence[str]) -> str:
    if not turns or not question or not needs_context(question):
        return question
    last = turns[-1]
    asked = without_context(last.question)
    tail = last.question[len(asked) :]
    reworded = _last_question_again(question, Turn(asked, last.answer), outlets)
    if reworded:
        return reworded + tail
    what = _asked_about(question)
    only_year = re.fullmatch(r"(?:in |for |of |during |the year )*((?:19|20)\d\d)", what, re.IGNORECASE)
    if only_year:
        if len(_YEAR.findall(asked)) == 1:
            return _YEAR.sub(only_year[1], asked) + tail
        if not _YEAR.search(asked):
            return f"{asked.rstrip(' ?')} in {only_year[1]}?{tail}"
    if what:
        return _asked_again(asked, what, is_bare=_ABOUT.match(question) is None) + tail
    filled = _fill_pronouns(_OPENING.sub("", question), turns)
    if _is_relative(question) and filled != question:
        return _of_a_relative(asked, filled.rstrip(" ?")) + tail
    if _is_self_contained(filled, question):
        return filled[:1].upper() + filled[1:]
    answer = "" if is_refusal(last.answer) else last.answer
    context = " ".join(part for part in (last.question, _first_words(answer, 25)) if part)
    return f"{filled[:1].upper()}{filled[1:]} ({re.sub(r'[()]', '', context)})"


def _last_question_again(question: str, last: Turn, outlets: Sequence[str]) -> str:
    """The last question, corrected, asked of another source, or asked for why, where or when; empty if it is not that."""
    correction, source = _CORRECTION.match(question), _SOURCE.match(question)
    if correction:
        return _asked_again(last.question, correction["new"], instead_of=correction["old"] or "")
    if source:
        named = source["said"] or source["agrees"]
        is_named = not set(words(named)[:1]) & (_PERSON.keys() | _GROUP.keys() | _THING)
        if is_named and (not outlets or _is_outlet(named, outlets)):
            return f"{last.question.rstrip(' ?')} according to {named}?"
        spoken = _SPOKEN.match(last.question)
        if is_named and spoken and source["said"] and named[:1].isupper():
            return f"{spoken['before']}{named}{spoken['after']}"
    if _BARE_WHY.match(question):
        return _why(last)
    event, done = _WHERE_WAS_THAT.match(question), _ACTION.match(last.question)
    if event and done:
        said = "" if is_refusal(last.answer) else re.sub(r"\s*\[\d+\]", "", last.answer).rstrip(" .")
        known = f" ({said})" if said and len(words(said)) <= MAX_PHRASE_WORDS else ""
        return f"{event['wh'].capitalize()} {done['clause']}{known}?"
    return ""


def _is_outlet(named: str, outlets: Sequence[str]) -> bool:
    """Whether what "says" is an outlet of the corpus, or called by what outlets are called."""
    plain = re.sub(r"^the\s+", "", named, flags=re.IGNORECASE)
    known = {normalize(name) for outlet in outlets for name in outlet_names(outlet)}
    lasts = {normalize(last) for last in papers_called(outlets)}
    return normalize(plain) in known | lasts or _OUTLET_LIKE.search(named) is not None


def needs_context(question: str) -> bool:
    """True when the question leans on an earlier turn: an unbound pronoun, an ellipsis, or hardly any content."""
    forms = words(question)
    names = names_in(question)
    pronoun = _PRONOUN.search(question)
    if pronoun and not any(question.find(name) < pronoun.start() for name in names):
        return True
    if pronoun and _OBJECT.search(question):
        return True
    if _OF_THAT.match(question) and not names and not re.search(r"\d", question) and len(forms) <= _MAX_FRAGMENT_WORDS:
        return True
    if _asked_about(question) or _CORRECTION.match(question) or _SOURCE.match(question) or _POINTING.search(question):
        return True
    if _FRAGMENT.match(question) and len(forms) <= _MAX_FRAGMENT_WORDS and not names and not _is_clause(question):
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
    is_clause = bool(forms & (AUXILIARY | WH)) or len(words(what)) > _MAX_BARE_WORDS
    return "" if is_clause and not about else what


def _is_clause(question: str) -> bool:
    """True when a question has a verb that can be told: an auxiliary, or a word that a wh-word asks for the subject of."""
    forms = words(question)
    return bool(set(forms) & AUXILIARY) or bool(
        re.match(r"^(?:who|what|which \w+) \w+(?:ed|s)\b", question, re.IGNORECASE)
    )


def _asked_again(last: str, what: str, *, instead_of: str = "", is_bare: bool = False) -> str:
    """The last question about something else: in the place of what it names, or behind a dash."""
    old = re.sub(r"^(?:the|an?)\s+", "", instead_of.strip(), flags=re.IGNORECASE)
    if old and re.search(rf"\b{re.escape(old)}\b", last, re.IGNORECASE):
        new = re.sub(r"^(?:the|an?)\s+", "", what, flags=re.IGNORECASE)
        return re.sub(rf"\b{re.escape(old)}\b", lambda _: new, last, flags=re.IGNORECASE)
    place = _PLACE.match(what)
    if place:
        there = rf"\b{place['how']} (?:{NAME.pattern})"
        if len(re.findall(there, last)) == 1:
            return re.sub(there, lambda _: f"{place['how']} {place['name']}", last)
    plain = re.sub(r"^the\s+", "", what, flags=re.IGNORECASE)
    source = _FROM_SOURCE.search(last)
    if source and NAME.fullmatch(plain):
        return f"{last[: source.start('name')]}{what}{last[source.end('name') :]}"
    subject = _SUBJECT.match(last)
    if subject and (NAME.fullmatch(what) or (is_bare and _is_name_in_small_letters(what))):
        return f"{subject['before']}{what}{subject['after']}"
    named = names_in(last)
    if len(named) == 1 and last.count(named[0]) == 1 and NAME.fullmatch(what):
        about = re.search(rf"\b(?:about|with|by|to|against|of|for) {re.escape(named[0])}", last)
        if about:
            return f"{last[: about.end() - len(named[0])]}{what}{last[about.end() :]}"
    return f"{last.rstrip(' ?')} – {what}?"


def _is_name_in_small_letters(what: str) -> bool:
    """Whether "kim" may be a name, typed without its capital: a word or two with nothing else in them."""
    forms = words(what)
    return 1 <= len(forms) <= 2 and what.islower() and not set(forms) & (STOPWORDS | _WHEN)


def _why(last: Turn) -> str:
    """The reason of what the last turn was about: of what was asked, or else of what was answered."""
    asked = re.match(r"^(?:(?:when|where|how)\s+)?(?P<clause>(?P<verb>\w+)\s+.+?)\W*$", last.question, re.IGNORECASE)
    if asked and asked["verb"].lower() in AUXILIARY:
        return f"Why {asked['clause'][:1].lower()}{asked['clause'][1:]}?"
    sentence = "" if is_refusal(last.answer) else next((span.of(last.answer) for span in sentences(last.answer)), "")
    plain = re.sub(r"\s*\[\d+\]", "", sentence).rstrip(" .!?")
    if len(words(plain)) <= MAX_PHRASE_WORDS:
        return f"Why: {last.question.rstrip(' ?')}{f' ({plain})' if plain else ''}?"
    lower = words(plain)[0] in STOPWORDS
    return f"Why {plain[:1].lower() + plain[1:] if lower else plain}?"


def _is_relative(question: str) -> bool:
    """True for "and his wife?" and "her brother's?": a possessive and a word or two, and no question of its own."""
    forms = words(_OPENING.sub("", question))
    return 2 <= len(forms) <= 4 and forms[0] in ("his", "her", "their", "its") and not set(forms) & (AUXILIARY | WH)


def _of_a_relative(last: str, relative: str) -> str:
    """The last question, about "Anton Riesk's wife" where it asked about Anton Riesk."""
    owner = re.sub(r"['’]s\b.*$", "", relative)
    if owner and owner in last:
        return re.sub(
            rf"{re.escape(owner)}(?P<s>['’]s)?",
            lambda match: relative.removesuffix("'s") + (match["s"] or ""),
            last,
            count=1,
        )
    return f"{last.rstrip(' ?')} – {relative}?"


def _fill_pronouns(question: str, turns: Sequence[Turn]) -> str:
    last = turns[-1]
    if not _PRONOUN.search(question) and not re.search(r"\b(?:that|this)\W*$", question):
        return question
    people = {sex: person_meant(turns, sex) for sex in ("he", "she")}
    person = ""
    group = group_meant(turns)
    thing = thing_meant(last)

    def fill(match: re.Match[str]) -> str:
        pronoun = match.group().lower()
        person = people["she" if pronoun in ("she", "her", "hers") else "he"]
        if pronoun in _PERSON and person:
            possessive = pronoun in ("his", "hers") or (
                pronoun == "her" and re.match(rf"\s+(?!(?:{_AFTER_OBJECT})\b)\w", question[match.end() :])
            )
            return person + ("'s" if possessive else "")
        if pronoun in _GROUP and group:
            return group + _GROUP[pronoun]
        if pronoun in ("it", "its") and thing:
            return thing + ("'s" if pronoun == "its" else "")
        return match.group()

    filled = _PRONOUN.sub(fill, question, count=_MAX_FILLED)
    if thing:
        filled = re.sub(
            r"\b(was|is|did|were|after|before|about|of) (?:that|this)(?=\W*$)",
            rf"\1 {_escape(thing)}",
            filled,
        )
    # "Kim's wife, what's Kim's name": a second pronoun in one question mostly means the person just named before it.
    double = re.match(r"^(?P<topic>[^,?]+), (?P<ask>(?:what|who|where|when|how)\b.*)$", filled, re.IGNORECASE)
    for person in people.values():
        if double and person and f"{person}'s" in double["topic"] and f"{person}'s" in double["ask"]:
            return double["ask"].replace(f"{person}'s", f"{double['topic']}'s", 1)
    return filled


def _escape(text: str) -> str:
    return text.replace("\\", r"\\")


def _is_self_contained(filled: str, question: str) -> bool:
    changed = normalize(filled) != normalize(_OPENING.sub("", question))
    leftover = _PRONOUN.search(filled) is not None and not names_in(filled)
    return changed and not leftover and len(set(content_words(filled))) >= 3


def _first_words(text: str, limit: int) -> str:
    plain = re.sub(r"\s*\[\d+\]", "", text)
    return " ".join(plain.split()[:limit])
