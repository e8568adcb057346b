"""An article comes in; the same article goes out with the spans of its text that are prose marked as its content.

Every line of the page gets points from a few rules on its form: for prose (a sentence's end, function words, a finite
verb) or for page furniture (calls to the reader, offers, credits, labels, separators, copies). A look at
the lines around it then decides the unclear ones. Nothing here knows any outlet.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Final

from kimqa.text import STOPWORDS, normalize, paragraphs, sentences, straighten, words
from kimqa.types import Article, Span


def _vocabulary(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Closed classes of English page furniture: what a page asks of its reader, and what it offers. In any outlet.
_CALLS: Final = _vocabulary(
    """accept add allow become browse buy check choose click close contact copy discover donate download email enable
    enjoy enter explore find follow get gift give help hide join jump keep learn leave like listen load log manage meet
    open order pin please print purchase read refresh register report request reuse safeguard save scroll see select
    send share shop show sign skip start stay submit subscribe support switch tap tell thank thanks try tweet understand
    unlock update view visit watch"""
)
_OFFERS: Final = _vocabulary(
    """account accept ad ads advert advertisement advertising affiliate alerts app apps benefits click comment
    commenters comments commission community consent consented content cookie cookies correction corrections coupons
    daily deals disclosure discounts donate donation donations download edition editorial editor's email explainer
    exclusive facebook faq feedback gift guidelines headline homepage inbox instagram journalism journalistic licensing
    link links linking login member members membership merch newsletter newsletters newsroom notifications partners
    partnerships personalised personalized podcast policy premium privacy readers refresh registered reprints reproduced
    rights rules sign snapshot sponsored standards stories story subscribe subscriber subscribers subscription support
    syndication terms tips topics trial trust trusted twitter unsubscribe update updates website whatsapp youtube"""
)
# What a call promises. Common words, so they count only where there is a call.
_LURES: Final = _vocabulary(
    "below best breaking day every free here latest miss most never new news now our today top us week you your"
)
_TO_READER: Final = _vocabulary("you your yours our ours us we")
# What stands in the head of a list of links, and of a list that sums up the article.
_LINK_LISTS: Final = _vocabulary(
    "also contents explore latest more most next popular recommended related suggested topics trending"
)
_SUMMARIES: Final = re.compile(
    r"(?i)(?:summary|highlights|key (?:points|facts|takeaways)|in brief|at a glance|what we know)\b:?"
)
_ABOUT_PAGE: Final = re.compile(
    r"(?i)\b(?:this|the following|a version of this|our) (?:article|story|post|page|site|website|piece|column|interview|"
    r"conversation|summary|material|text|transcript|video|newsletter)\b|\bexternal (?:sites|links)\b|\bmore to follow\b|"
    r"\b(?:views|opinions) expressed\b|\bin new tab\b|\btry again later\b|\bemail has been sent\b|\byou requested\b"
)
_MEDIA_ROLES: Final = _vocabulary(
    "reporter correspondent columnist editor writer author journalist contributor producer critic photographer blogger"
)
_BIO_VERB: Final = re.compile(
    r"\b(?:is|was) (?:an?|the|our|\W)|\b(?:covers|teaches|lives|edits|joined|has (?:written|covered))\b|"
    r"\b(?:writes|reports|works) (?:about|as|at|for|on)\b"
)
# Verb forms that cannot be anything but finite, with the commonest irregular pasts; regular ones end in -ed.
_FINITE: Final = _vocabulary(
    """is are was were has had have will would says said told can could may might should must did does do isn't wasn't
    aren't weren't don't didn't doesn't can't won't couldn't wouldn't it's he's she's that's there's they're we're i'm
    i've we've came went took made gave got left found saw knew thought met ran sent won lost led grew fell rose"""
)

_SENTENCE_END: Final = re.compile(r"[.!?…][\"'»)\]*†]*(?:\[?\d{0,2}\]?)$")
_OPEN_END: Final = re.compile(r"[,;—-][\"']?$")
_QUOTED: Final = re.compile(r"\"[^\"]*(?:\"|$)")
_BULLET: Final = re.compile(r"(?:[•·▪■●○‣∙*–—-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\(?\d{1,2}[.)]\s+\S")
_SPEAKER: Final = re.compile(r"[A-Z][A-Z.'-]*(?:,? [A-Z][A-Z.'-]*)+:")
_SEPARATOR: Final = re.compile(r"\s[|•·▪▾▸›»>/]\s|[▾▸›»]|\S {2,}\S")
_STARTS: Final = re.compile(r"(?:^|[.!?:]\s+|\b[Pp]lease )([^\W\d_]+)")
_CAPTION: Final = re.compile(r"\((?:[a-z]+ )?(?:left|right|cent(?:re|er)|[LRC])\)|\bpictured\b|\b(?:19|20)\d\d\.?$")
_LABEL: Final = re.compile(r"[A-Z][^.:!?\"]{0,40}:(?:\s|$)")
_CREDIT: Final = re.compile(
    r"(?:\b(?:Photo|Photograph|Image|Picture|Illustration|Graphic|Video|Footage|Credit|Courtesy)s?|"
    r"\((?:photo|image|picture|file)\w*)(?: (?i:by|credit|courtesy|illustration|of))?\s*(?:[:/©]|\.\.\.|…|(?<=by)\s+[A-Z]).{0,70}$"
    r"|[a-z]Credit: |\b[A-Z][\w.'-]{1,40}/[A-Z][\w.'-]{1,40}(?:\s(?:Images|Photos?|News|[A-Z]+))?\s*[.)]?$|^[A-Z]{2,}/[A-Z]"
    r"|\b(?i:getty images|file photo|handout)\b.{0,12}$|\((?i:courtesy|photos?) (?i:of|by)\b",
)
_CREDIT_LINE: Final = re.compile(r"(?:photo|image|illustration|picture)", re.IGNORECASE)
_COPYRIGHT: Final = re.compile(r"(?i)©|^copyright\b|\bcopyright (?:19|20)\d\d|\ball rights reserved\b|\(c\) ?\d{4}")
_CONTACT: Final = re.compile(
    r"\S@\S|https?://|\b\d{3,4}[- ]\d{3}[- ]\d{3,4}\b|\bwww\.|\b[\w-]{1,60}\.(?:com|org|net|co)\b"
)
_BYLINE: Final = re.compile(
    r"(?:[A-Z][a-z]+ )?[Bb]y [A-Z]|BY [A-Z]|(?:Additional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting) by |"
    r"\W*With (?:assistance|files|reporting) from "
)
_ISSUED: Final = re.compile(
    r"(?i)(?:first |originally |last )?(?:published|updated|posted|produced|filed|edited|reported|written)\b"
)
_STAMP: Final = re.compile(
    r"(?i)\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|"
    r"nov|dec)[a-z]*|published|updated|posted|modified|first|last|ago|hours?|mins?|minutes?|days?|min|read|listen|at|on|am|pm|"
    r"[ap]\.m|[a-z]{0,3}mt|[a-z][sd]t|uk|comments?|shares?|views?)\b|\d+(?:st|nd|rd|th|am|pm)?|\W"
)

# The points below were set by hand in November 2026 on the five articles first shipped and tests/data/pages/seen;
# the pages in tests/data/pages/unseen were written afterwards and show how well they carry over.
# Context: the weight of the neighbours at each distance, how near two copies of a caption stand, and the score from
# which a line ends a list of links whatever stands around it.
_WEIGHTS: Final = ((1, 0.375), (2, 0.225), (3, 0.15))
_NEAR: Final = 3
_FIRM: Final = 1.5
_LEAST_TOLD: Final = 15  # words of a caption that is worth keeping


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """A line with what the rules look at. `own` is the text outside quotation marks; `block` counts blank lines."""

    span: Span
    text: str
    own: str
    words: Sequence[str]
    own_words: frozenset[str]
    block: int
    is_headline: bool
    is_repeated: bool
    names_author: bool
    is_author: bool
    names_outlet: bool

    @property
    def ends(self) -> bool:
        return _SENTENCE_END.search(self.text) is not None

    @property
    def is_item(self) -> bool:
        return _BULLET.match(self.text) is not None

    @property
    def calls(self) -> int:
        """How many of its sentences begin with a call to the reader."""
        return sum(match.group(1).lower() in _CALLS for match in _STARTS.finditer(self.own))

    @property
    def grammar(self) -> float:
        """Share of function words, 0 to 1."""
        return sum(word in STOPWORDS for word in self.words) / max(1, len(self.words))

    @property
    def is_broken(self) -> bool:
        """It may be a line of text that is broken at a fixed width."""
        return not self.ends and len(self.text) >= 50 and self.grammar >= 0.3

    @property
    def introduces(self) -> bool:
        """A clause that introduces a list, and no label such as 'Read more:'."""
        return self.text.endswith(":") and len(self.words) >= 4 and not self.calls and not _TO_READER & self.own_words


def mark_prose(article: Article) -> Article:
    """The article with `content` set: the spans of `text` that are prose, in order, without surrounding white space.

    The text is not changed. Where nothing looks like prose everything is kept, so that no article is lost.
    """
    lines = _lines(article)
    scores = [sum(rule(line) for rule in _RULES) for line in lines]
    kept = [line.span for line, verdict in zip(lines, _verdicts(lines, scores), strict=True) if verdict > 0]
    dropped = [line for line in lines if line.span not in kept]
    kept = sorted([*kept, *_captions(article.text, dropped)]) if kept else [line.span for line in lines]
    return dataclasses.replace(article, content=tuple(kept))


def _captions(text: str, dropped: Sequence[_Line]) -> list[Span]:
    """Of captions that are printed twice the first copy, up to its credit, if that is a sentence that tells something."""
    found: dict[str, Span] = {}
    for line in dropped:
        others = sum(rule(line) for rule in _RULES if rule not in (_copies, _imprint))
        if not line.is_repeated or line.is_headline or others <= 0:
            continue
        told = sentences(line.span.of(text))
        credited = next((n for n, sentence in enumerate(told) if _CREDIT.search(sentence.of(line.text))), len(told))
        span = Span(line.span.start, line.span.start + (told[credited - 1].end if credited else 0))
        said = words(span.of(text))
        if len(said) >= _LEAST_TOLD and _has_verb(said) and _SENTENCE_END.search(straighten(span.of(text))):
            found.setdefault(normalize(line.text), span)
    return list(found.values())


def _lines(article: Article) -> list[_Line]:
    spans = paragraphs(article.text)
    forms = [normalize(span.of(article.text)) for span in spans]
    repeated = _repeated(forms)
    title, author = normalize(article.title), words(article.author or "")
    outlet = " ".join(words(article.outlet)[-1:])
    lines = []
    block = 0
    for index, span in enumerate(spans):
        block += bool(index and article.text.count("\n", spans[index - 1].end, span.start) > 1)
        text = straighten(span.of(article.text))
        own = _QUOTED.sub(" ", text)
        found = words(text)
        lines.append(
            _Line(
                span=span,
                text=text,
                own=own,
                words=found,
                own_words=frozenset(words(own)),
                block=block,
                is_headline=_is_headline(forms[index], title),
                is_repeated=index in repeated,
                names_author=bool(author) and set(author) <= set(found[: len(author) + 3]),
                is_author=len(author) > 1 and found[: len(author)] == author,
                names_outlet=bool(outlet) and outlet in found,
            )
        )
    return lines


def _is_headline(form: str, title: str) -> bool:
    """The title, or the title with a few words round it ('3 comments on ...')."""
    return bool(title) and (form == title or (title.count(" ") >= 3 and title in form and len(form) < len(title) + 30))


def _repeated(forms: Sequence[str]) -> set[int]:
    """The lines that stand twice within a few lines, as captions do. On a page that prints everything twice, none."""
    found = {
        index
        for index, form in enumerate(forms)
        if " " in form and form in (*forms[max(0, index - _NEAR) : index], *forms[index + 1 : index + 1 + _NEAR])
    }
    return found if len(found) * 3 <= len(forms) else set()


def _sentence(line: _Line) -> float:
    """Furniture seldom is a sentence, and hardly ever a long one."""
    if line.ends:
        return 1.0 + 0.5 * sum(len(line.words) >= length for length in (8, 15, 25))
    if _OPEN_END.search(line.text):
        return 0.5
    return -2.0 if len(line.words) <= 4 else -1.0


def _clause(line: _Line) -> float:
    """Function words and a finite verb make a clause, full stop or not; more so where a bullet stands before them."""
    has_grammar = len(line.words) >= 5 and line.grammar >= 0.25
    has_verb = len(line.words) >= (4 if line.ends else 6) and _has_verb(line.words)
    is_point = len(line.words) >= 4 and line.is_item and not _NUMBER.match(line.text)
    has_nothing = not (line.ends or line.is_item or _has_verb(line.words) or line.grammar >= 0.25)
    return 0.5 * has_grammar + 0.75 * has_verb + 2.0 * is_point - 1.0 * has_nothing


def _capitals(line: _Line) -> float:
    """Headlines of other articles and section names: Title Case or SHOUTING, and no sentence."""
    if line.ends or line.is_item or len(line.words) < 2 or _SPEAKER.fullmatch(line.text):
        return 0.0
    others: list[bool] = [word[0].isupper() for word in re.findall(r"[^\W\d_]\S*", line.text)[1:]]
    letters = [character.isupper() for character in line.text if character.isalpha()]
    is_title = sum(others) >= 0.6 * max(1, len(others))
    is_shouting = sum(letters) > 0.6 * len(letters)
    return (-1.0 if is_title else 0.0) + (-1.0 if is_shouting else 0.0)


def _offers(line: _Line) -> float:
    """What the page asks and offers, outside quotation marks: 'Sign up for our newsletter'."""
    hits = len(_OFFERS & line.own_words)
    lures = len(_LURES & line.own_words)
    if line.calls and (hits or lures or not line.ends):
        return -1.0 * min(line.calls, 2) - 1.0 * min(hits, 3) - 0.75 * min(lures, 3)
    weight = 1.0 if _TO_READER & line.own_words else 0.4
    return -weight * min(hits, 4) - 1.0 * (line.names_outlet and hits > 0)


def _about_page(line: _Line) -> float:
    """The page speaks of itself: 'This article was updated'."""
    return -3.5 if _ABOUT_PAGE.search(line.own) else 0.0


def _layout(line: _Line) -> float:
    """Separators of menus, and labels: 'Filed under:', 'Type of Story: News'."""
    separators = min(2, len(_SEPARATOR.findall(line.text)))
    label = _LABEL.match(line.text)
    is_label = label is not None and not line.ends and not _has_verb(words(label.group())[1:])
    return separators * (-0.75 if line.ends else -1.5) - (1.0 if is_label else 0.0)


def _imprint(line: _Line) -> float:
    """Credits, copyright, addresses, bylines, dates."""
    is_credit = _CREDIT.search(line.text) or (_CREDIT_LINE.match(line.text) and not line.ends)
    is_byline = _BYLINE.match(line.text) and not line.ends
    is_stamp = len(_STAMP.sub("", line.text)) <= 2
    points = -4.0 * (bool(is_credit) + bool(_COPYRIGHT.search(line.text))) - 3.0 * (bool(is_byline) + is_stamp)
    if _ISSUED.match(line.text):
        points -= 1.5 if line.ends else 3.0
    return points - (2.0 if _CONTACT.search(line.text) else 0.0)


def _biography(line: _Line) -> float:
    """The author in person, or a role in the media with a verb of the kind 'is a', 'writes about'."""
    is_described = _BIO_VERB.search(line.text) is not None
    has_role = is_described and line.text[0].isupper() and _MEDIA_ROLES & line.own_words
    # A full name is a person's and hardly ever begins a line of the person's own article; a single one is an agency's.
    author = 4.0 if line.is_author or (line.names_author and is_described) else 0.0
    return -author - (1.0 if has_role else 0.0)


def _copies(line: _Line) -> float:
    """The headline in the body, and captions printed twice; numbered heads stand in the table of contents as well."""
    return -6.0 if line.is_headline or (line.is_repeated and not _NUMBER.match(line.text)) else 0.0


_RULES: Final[tuple[Callable[[_Line], float], ...]] = (
    _sentence, _clause, _capitals, _offers, _about_page, _layout, _imprint, _biography, _copies,
)  # fmt: skip


def _verdicts(lines: Sequence[_Line], scores: Sequence[float]) -> list[float]:
    """The scores after a look around: above zero is prose."""
    lists = _lists(lines, scores)
    verdicts = []
    for index, (line, score) in enumerate(zip(lines, scores, strict=True)):
        before = lines[index - 1] if index else None
        after = lines[index + 1] if index + 1 < len(lines) else None
        verdict = score + _surroundings(scores, index) + _joins(before, line) + _leads(line, after)
        if lists[index] == "introduced" and not line.ends:
            verdict += 2.0
        elif _is_loose(line) and any(other is not None and _is_loose(other) for other in (before, after)):
            verdict -= 1.0
        if lists[index] == "links" and score < _FIRM and not line.text.endswith(".") and not _heads(line, after):
            verdict -= 2.0
        verdicts.append(verdict)
    return verdicts


def _is_loose(line: _Line) -> bool:
    """Neither a sentence nor part of one: two such lines together are links or captions."""
    return not (line.ends or line.is_item or line.introduces or line.is_broken or _OPEN_END.search(line.text))


def _surroundings(scores: Sequence[float], index: int) -> float:
    """From -1.5 to 1.5: prose stands among prose and furniture among furniture, and outside the page is no prose."""
    total = 0.0
    for distance, weight in _WEIGHTS:
        for other in (index - distance, index + distance):
            total += weight * (max(-1.0, min(1.0, scores[other])) if 0 <= other < len(scores) else -0.5)
    return total


def _lists(lines: Sequence[_Line], scores: Sequence[float]) -> list[str]:
    """For each line the kind of list that it may belong to: "introduced" by a clause, "links", or "" for none."""
    kinds = []
    kind = ""
    for index, (line, score) in enumerate(zip(lines, scores, strict=True)):
        kinds.append(kind)
        opens = line.text.endswith(":") and _heads(line, lines[index + 1] if index + 1 < len(lines) else None)
        if opens or line.introduces or _SUMMARIES.fullmatch(line.text):
            kind = "introduced"
        elif not line.ends and len(line.words) <= 6 and _LINK_LISTS & line.own_words:
            kind = "links"
        elif line.is_headline or (score >= _FIRM if kind == "links" else line.ends and not line.is_item):
            kind = ""
    return kinds


def _joins(before: _Line | None, line: _Line) -> float:
    """A standfirst under its headline, or a line that goes on with the one before."""
    if before is None or line.grammar < 0.25:
        return 0.0
    if before.is_headline and _has_verb(line.words) and len(line.words) >= 6:
        return 1.5
    return 1.0 if not before.ends and line.text[0].islower() else 0.0


def _leads(line: _Line, after: _Line | None) -> float:
    """A clause before its list, a numbered head, a line broken at a fixed width, a caption before its credit."""
    if line.introduces:
        return 2.5
    if after is None:
        return 0.0
    if _heads(line, after):
        return 6.0
    if after.block != line.block:
        return 0.0
    if line.is_broken:
        return 1.5
    return -4.0 if not after.ends and _CREDIT.search(after.text) and _CAPTION.search(line.text) else 0.0


def _heads(line: _Line, after: _Line | None) -> bool:
    """A number or a speaker before a paragraph, or a few words before bullets; no entry of a table of contents."""
    if after is None or line.calls or _LINK_LISTS & line.own_words or _TO_READER & line.own_words:
        return False
    if after.is_item:
        return line.text.endswith(":")
    return after.ends and bool(_NUMBER.match(line.text) or _SPEAKER.fullmatch(line.text))


def _has_verb(found: Sequence[str]) -> bool:
    return any(word in _FINITE or (word.endswith("ed") and len(word) > 4) for word in found)
