"""What a language model wrote comes in; its statements, each with the numbers of the passages that it names, go out."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from kimqa.text import normalize, sentences

_MAX_RANGE: Final = 20
_HIDDEN: Final = re.compile(r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_HIDDEN_END: Final = re.compile(r"\A.*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
_TEMPLATE: Final = re.compile(r"<\|[^|<>]{1,40}\|>(?:(?:assistant|system|user)\b)?|</?s>")
_MAY_BECOME_TAG: Final = re.compile(r"<(?:[a-z|/][^<>]{0,40})?\Z", re.IGNORECASE)
_FENCE: Final = re.compile(r"^\s*```\w*\s*$", re.MULTILINE)
_NEXT_TURN: Final = re.compile(r"\n\s*(?:user|human|question|assistant)\s*:", re.IGNORECASE)
_ECHO: Final = re.compile(r"\A\s*question\s*:.*?\n\s*answer\s*:\s*|\A\s*(?:final )?answer\s*:\s*", re.IGNORECASE | re.DOTALL)  # fmt: skip
_APPENDIX: Final = re.compile(
    r"^\s*(?:#+\s*)?[*_]*(?:sources?|references?|citations?|footnotes?|passages? used)[*_]*\s*:?[*_]*\s*$",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"!?\[([^\]\n]{0,200})\]\((?:https?:|data:|javascript:|/|#|mailto:)[^)\s]{0,500}\)")
_HEADING: Final = re.compile(r"^\s*#{1,6}\s")
_BULLET: Final = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+")
_EMPHASIS: Final = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\3(?![\w*])")

_SOURCE_WORD: Final = r"(?:passages?|sources?|articles?|documents?|excerpts?|citations?|cite|refs?\.?|references?)"
_NUMBERS: Final = rf"\d{{1,3}}(?:\s*(?:[,;&–-]|and)\s*(?:{_SOURCE_WORD}\s*)?\d{{1,3}})*+"
# Forms in which models write marks, seen in outputs of many of them. In round brackets a bare number must be that of a passage.
_MARK: Final = re.compile(
    rf"\[{{1,2}}\s*\^?(?:{_SOURCE_WORD}\s*:?\s*)?(?P<square>{_NUMBERS})\s*\^?(?::[^\]\n]{{0,80}})?\]{{1,2}}(?:\([^)\s]{{0,300}}\))?"
    rf"|【(?:{_SOURCE_WORD}\s*:?\s*)?(?P<lens>{_NUMBERS})(?:†[^】\n]{{0,80}})?】"
    rf"|\((?:see |from |cf\. )?{_SOURCE_WORD}\s*:?\s*(?P<named>{_NUMBERS})\)"
    rf"|\((?P<round>\d{{1,3}}(?:\s*,\s*\d{{1,3}})*+)\)"
    r"|<sup>\s*\[?(?P<sup>\d{1,3})\]?\s*</sup>"
    r"|\^(?P<caret>\d{1,3})"
    r"|(?<![mM])(?P<raised>[¹²³⁴⁵⁶⁷⁸⁹]++)"
    r"|(?P<circled>[①②③④⑤⑥⑦⑧⑨]++)",
    re.IGNORECASE,
)
_RAISED: Final = {
    character: number for row in ("¹²³⁴⁵⁶⁷⁸⁹", "①②③④⑤⑥⑦⑧⑨") for number, character in enumerate(row, start=1)
}
_LEFT_OVER: Final = re.compile(
    r"\[\s*\^?\d{0,3}\^?\s*\]"
)  # what looks like a mark and is none must not be taken for one
_SAYS: Final = (
    r"(?:states?|says?|adds?|reports?|mentions?|notes?|explains?|confirms?|indicates?|shows?|writes?|tells us)"
)
_NAMED: Final = re.compile(
    rf"(?:(?P<before>,)\s*|(?:^|(?<=[.!?] )))(?:according to|as (?:stated|reported|noted) in|in|per)\s+(?:the\s+)?(?:passages?|sources?)\s+(?P<where>{_NUMBERS})\s*(?:,|(?=[.!?]|$))"
    rf"|\b(?:passages?|sources?)\s+(?P<who>{_NUMBERS})\s+(?:also\s+)?{_SAYS}\s+that\b",
    re.IGNORECASE,
)
_PROVIDED: Final = r"(?:the |these |your )?(?:provided |given |above |supplied )*(?:passages?|articles?|context|sources?|information|excerpts?|texts?|documents?)(?: (?:provided|given|above|supplied))*"
_LEAD_IN: Final = re.compile(rf"^(?:based on|according to|from|per|as per)\s+{_PROVIDED}\s*[,:]\s*", re.IGNORECASE)
_CHATTER: Final = re.compile(
    r"^(?:(?:sure|certainly|of course|absolutely|okay|ok|great question|good question|happy to help|thank you|thanks)(?:[,.!:]|$)|here(?: is|'s| are)\b|let me\b|i hope\b|feel free|"
    r"if you(?:'d| would| have| need| want)\b|is there anything|please (?:note|let)|note(?: that)?\s*:|disclaimer|as an ai\b|as a (?:large )?language model|"
    r"however, i can\b|i can (?:only|tell)\b|i(?: am|'m) (?:an ai|happy)|in summary\s*:?$|to answer your question\s*:?$)",
    re.IGNORECASE,
)
_REFUSES: Final = re.compile(
    rf"\b{_PROVIDED}\s+(?:\w+ly\s+)?(?:do(?:es)? not|don't|doesn't|did not|didn't|cannot|can't)\s+(?:\w+ly\s+)?(?:say|mention|state|contain|provide|give|specify|include|answer|cover|indicate|report|tell|address|discuss|reveal|disclose|offer)"
    rf"|\b(?:none|neither|nothing|nowhere) (?:of|in) {_PROVIDED}"
    rf"|\b(?:not|never|isn't|aren't|wasn't|weren't) (?:\w+ly )?(?:mentioned|stated|provided|specified|given|included|covered|addressed|discussed|found|available|answered|said) (?:in|by|from) {_PROVIDED}"
    rf"|\b(?:no|not enough|insufficient) (?:information|mention|answer|details?|evidence)\b.*\b(?:in|from) {_PROVIDED}|\bthere is (?:no|not enough|insufficient) information\b"
    r"|\b(?:i|we)(?: am|'m| are|'re)? (?:cannot|can't|could not|couldn't|unable to|not able to|do not know|don't know|don't have)\b"
    r"|\bi(?: am|'m) sorry\b|^sorry\b",
    re.IGNORECASE,
)
_ANSWER_KEYS: Final = ("answer", "statement", "sentence", "text", "claim", "content", "response", "output")
_HOLDER: Final = 0xE000  # private characters stand for marks while sentences are split; there are 6,400 of them
_MAX_MARKS: Final = 6000
_MAX_CHARS: Final = 20_000  # of an output that are read
_MAX_RUN: Final = 4  # of the same sign of punctuation or line break, one after the other
_HELD: Final = "[\ue000-\uf8ff]"
_LEADS: Final = "\u2060"  # behind marks that belong to what follows: "Passage 3 adds that …"
_BEHIND_STOP: Final = re.compile(rf"([.!?。！？…]++[\"'”’»)\]]*)\s*((?:{_HELD}\s*)++)(?!{_LEADS})")
_ENDED: Final = re.compile(rf"[.!?。！？…:;][\"'”’»)\]]*$|{_HELD}\s*$")


@dataclasses.dataclass(frozen=True, slots=True)
class WrittenStatement:
    """A sentence of a model without its marks; `marks` are the numbers of passages that it names, in order, each once."""

    text: str
    marks: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote: statements, whether it declined to answer, and numbers that belong to no passage."""

    statements: tuple[WrittenStatement, ...] = ()
    is_refusal: bool = False
    unknown_marks: tuple[int, ...] = ()


def parse_written(raw: str, passages: int, *, refusal: str) -> Written:
    """Read what a model wrote, however it put its marks.

    Thoughts, headings, greetings, lists of sources and turns that the model made up are no statements. A last sentence
    that breaks off, and one that only repeats, are left out.

    Args:
        raw: the model's whole output.
        passages: how many passages it was shown; a mark of another number is unknown.
        refusal: the phrase that it was told to refuse with.
    """
    text = _without_noise(re.sub(r"([^\w\s])\1{4,}|(\n)\n{4,}", lambda m: (m[1] or m[2]) * _MAX_RUN, raw[:_MAX_CHARS]))
    structured = _structured(text)
    known: list[int] = []
    unknown: list[int] = []

    def sort(numbers: Iterable[int]) -> list[int]:
        fitting = [number for number in numbers if 1 <= number <= passages]
        unknown.extend(number for number in numbers if not 1 <= number <= passages and number not in unknown)
        return fitting

    found = []
    for part, given in structured or [(text, [])]:
        for sentence in _written_sentences(part, passages, known):
            numbers = [number for held in re.findall(_HELD, sentence) for number in _marks_of(held, known)] or given
            bare = _LEFT_OVER.sub("", re.sub(rf"\s*{_HELD}|{_LEADS}", "", sentence))
            found.append(WrittenStatement(_capitalised(_tidy(bare)), tuple(dict.fromkeys(sort(numbers)))))
    refused = any(_is_refusal(statement, refusal) for statement in found)
    kept: dict[str, WrittenStatement] = {}
    for statement in found:
        if statement.text and not _is_refusal(statement, refusal) and not _is_chatter(statement):
            kept.setdefault(normalize(statement.text), statement)
    return Written(tuple(kept.values()), is_refusal=refused and not kept, unknown_marks=tuple(unknown))


def visible_part(raw: str) -> str:
    """What of an unfinished output may be shown: no thoughts, no template tokens, nothing that may still become one.

    An end of thoughts without a beginning hides all before it, so that what was visible once may not be so later.
    """
    if "<" not in raw:
        return raw
    return _MAY_BECOME_TAG.sub("", _HIDDEN_END.sub("", _HIDDEN.sub("", _TEMPLATE.sub("", raw))))


def _without_noise(raw: str) -> str:
    text = _TEMPLATE.sub("", raw)
    text = _HIDDEN_END.sub("", _HIDDEN.sub("", text))
    text = _ECHO.sub("", _FENCE.sub("", text).strip())
    turn = _NEXT_TURN.search(text)
    return text[: turn.start()] if turn else text


def _structured(text: str) -> list[tuple[str, list[int]]]:
    """The statements of an answer given as JSON, with their numbers; none when it is no JSON or has no text in it."""
    if not text.startswith(("{", "[")):
        return []
    try:
        value = json.loads(text)
    except ValueError:
        return []
    found: list[tuple[str, list[int]]] = []

    def collect(item: Any) -> None:
        if isinstance(item, str):
            found.append((item, []))
        elif isinstance(item, list):
            for part in item:
                collect(part)
        elif isinstance(item, dict):
            said = next((item[key] for key in _ANSWER_KEYS if isinstance(item.get(key), str)), None)
            if said is not None:
                found.append((said, [number for part in item.values() for number in _whole_numbers(part)]))
            else:
                for part in item.values():
                    if isinstance(part, (list, dict)):
                        collect(part)

    collect(value)
    return found


def _whole_numbers(value: Any) -> list[int]:
    items = value if isinstance(value, list) else [value]
    return [
        int(item)
        for item in items
        if (isinstance(item, int) and not isinstance(item, bool))
        or (isinstance(item, str) and item.strip().isdecimal())
    ]


def _written_sentences(text: str, passages: int, known: list[int]) -> list[str]:
    """The sentences of the lines that state something, with a private character for every mark.

    `known` takes the number of every mark, in the order of the characters.
    """
    found: list[str] = []
    lines = []
    for line in text.splitlines():
        if _APPENDIX.match(line):
            break
        if line.strip() and not _HEADING.match(line):
            lines.append(line)
    for position, line in enumerate(lines):
        item = _BULLET.match(line)
        body = _EMPHASIS.sub(lambda match: match[2] or match[4], line[item.end() :] if item else line)
        # A link is its words, unless they are a mark; a picture is nothing.
        body = _LINK.sub(
            lambda match: "" if match[0][0] == "!" else match[0] if match[1].strip("^ ").isdecimal() else match[1], body
        )
        body = _LEAD_IN.sub("", _hold_marks(body.strip(), passages, known))
        body = _BEHIND_STOP.sub(lambda match: re.sub(r"\s", "", match[2]) + match[1] + " ", body)
        parts = _joined_quotes([span.of(body) for span in sentences(body)])
        if parts and body.rstrip(f"* {chr(_HOLDER)}").endswith(":") and not re.search(_HELD, body):
            continue
        is_last = position == len(lines) - 1
        if parts and is_last and not item and found + parts[:-1] and not _ENDED.search(parts[-1].strip()):
            parts.pop()
        found += parts
    return found


def _joined_quotes(parts: Sequence[str]) -> list[str]:
    """The sentences with those joined that share one pair of quotation marks."""
    joined: list[str] = []
    for part in parts:
        if joined and _is_open(joined[-1]):
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def _is_open(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("“") > text.count("”")


def _hold_marks(text: str, passages: int, known: list[int]) -> str:
    """`text` with one private character for every mark, whatever its form."""

    def hold(numbers: Sequence[int]) -> str:
        held = ""
        for number in numbers:
            if len(known) < _MAX_MARKS:
                held += chr(_HOLDER + len(known))
                known.append(number)
        return held

    def named(match: re.Match[str]) -> str:
        held = hold(
            _spelled(
                re.sub(
                    r"[^\d,;&–-]+", lambda m: " and " if "and" in m[0].lower() else " ", match["where"] or match["who"]
                )
            )
        )
        before = match.string[: match.start()].rstrip()
        return f"{held}{_LEADS}" if not before or before[-1] in '.!?"”' else held

    def marked(match: re.Match[str]) -> str:
        if match["raised"] or match["circled"]:
            return hold([_RAISED[character] for character in match["raised"] or match["circled"]])
        numbers = _spelled(next(part for part in match.groups() if part))
        if match["round"] and not all(1 <= number <= passages for number in numbers):
            return match.group()
        return hold(numbers)

    plain = re.sub(f"{_HELD}|{_LEADS}", "", text)
    return _MARK.sub(marked, _NAMED.sub(named, plain))


def _marks_of(held: str, known: Sequence[int]) -> list[int]:
    position = ord(held) - _HOLDER
    return [known[position]] if position < len(known) else []


def _spelled(numbers: str) -> list[int]:
    """The numbers of "1, 3" and "2 and 4", and all of those from 1 to 3 in "1-3"."""
    found: list[int] = []
    for part in re.split(r"\s*(?:[,;&]|and)\s*", numbers):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        if len(ends) == 2 and ends[0] <= ends[1] <= ends[0] + _MAX_RANGE:
            found += range(ends[0], ends[1] + 1)
        else:
            found += ends
    return found


def _tidy(text: str) -> str:
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split())).strip()


def _capitalised(text: str) -> str:
    bare = re.sub(r"^[,:;]\s*", "", text)
    return bare[:1].upper() + bare[1:] if bare[:2].islower() or bare[1:2] == " " else bare


def _is_refusal(statement: WrittenStatement, refusal: str) -> bool:
    """True for the phrase itself, and for a sentence that declines in other words and names no passage for it."""
    plain = normalize(statement.text).strip("\"' ")
    if plain.rstrip(".") == normalize(refusal).rstrip("."):
        return True
    return not statement.marks and _REFUSES.search(re.sub(r'"[^"]*"', "", plain)) is not None


def _is_chatter(statement: WrittenStatement) -> bool:
    return not statement.marks and _CHATTER.match(normalize(statement.text)) is not None
