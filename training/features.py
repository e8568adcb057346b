"""Pairs of text come in; varied, tokenised and batched training examples go out."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace

import torch
from tokenizers import Tokenizer
from torch import Tensor

from kimqa.readers.span_model import MAX_QUESTION_TOKENS, PassageInput
from kimqa.support import nearest
from kimqa.text import STOPWORDS, sentences
from training.edits import SENTENCE, make_statement
from training.examples import NOT_STATED, VERDICT_OF_LABEL, Pair, Passage, Spans

MAX_TRAINING_TOKENS = 256
YEAR_SHARE = 0.08  # of the questions on stories and news
KEYWORDS_SHARE = 0.08
ASKING = re.compile(
    r"(?:whom?|whose|what|when|where|why|which(?: \w+)?|how(?: (?:many|much|long|old|far|often))?)\b", re.IGNORECASE
)
NEAREST_SHARE = 0.5  # of the statements, held against the sentences nearest to them alone, as in use beside the passage
SPLIT_SHARE = 0.4  # of the questions on stories
SUPPORTED = VERDICT_OF_LABEL["supported"]
FURNITURE = (
    "Advertisement",
    "Read more: the latest from our newsroom",
    "Share this article",
    "Sign up for our morning newsletter.",
    "Photo: file picture / agency",
    "Story continues below",
    "Most read",
    "Additional reporting by our correspondents.",
    "This article was updated to correct a spelling.",
    "Listen to this article",
)
OUTLET_QUESTIONS = (
    "Which outlet reported {title}?",
    "who published the story {title}",
    "Which newspaper wrote about this: {title}?",
    "What is the source of the report {title}?",
)
DATE_QUESTIONS = (
    "When was {title} published?",
    "What is the date of the report {title}?",
    "when did {outlet} report {title}",
    "On what day did {outlet} write about {title}?",
)


@dataclass(frozen=True, slots=True)
class Text:
    """One example as text, after variation; spans are character ranges, those of the header apart.

    Examples with the same `question_id` compete: those that answer should score above those that do not.
    """

    question_id: str
    question: str
    header: str
    passage: str
    spans: Spans
    header_spans: Spans
    answerable: bool
    verdict: int | None


@dataclass(frozen=True, slots=True)
class Example:
    """One example as tokens: ids, where the passage begins, and token positions of gold starts and ends."""

    question: str
    ids: list[int]
    passage_from: int
    starts: list[int]
    ends: list[int]
    answerable: float
    verdict: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one step.

    Rows with the same number in `question` ask the same. A row of targets that is all zero means no span, -1 in
    `verdict` that there is none.
    """

    question: Tensor
    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    starts: Tensor
    ends: Tensor
    answerable: Tensor
    verdict: Tensor


class Variation:
    """Makes a different text of a pair each time, the way questions and articles differ in use."""

    def __init__(self, passages: dict[str, Passage], seed: str) -> None:
        self._passages = passages
        self._pool = [passage for passage in passages.values() if passage.source in ("news", "stories")]
        self._random = random.Random(seed)

    def texts(self, pairs: list[Pair]) -> list[Text]:
        """Returns one variation of a question with its passages; those of a story are at times cut in two.

        An index holds pieces of long articles, many of them on the same people and events. So the half that answers
        competes with all the other halves; one that has the words of an answer without being marked is left out.
        """
        if pairs[0].source in ("stories", "news") and self._random.random() < YEAR_SHARE:
            pairs = self._with_year(pairs)
        if pairs[0].source != "stories" or self._random.random() >= SPLIT_SHARE:
            return [self.text(pair) for pair in pairs]
        answers = {self._passages[pair.passage].text[s:e].lower() for pair in pairs for s, e in pair.spans}
        halves = [half for pair in pairs for half in self._halves(self.text(pair))]
        return [half for half in halves if half.answerable or not any(a in half.passage.lower() for a in answers)]

    def _with_year(self, pairs: list[Pair]) -> list[Pair]:
        """Returns the pairs with the year of the passage that answers in their question, as far as it names none.

        News is of the year that it is published in; the text says "in January", and those who ask later "in January 2016".
        """
        answering = next((pair for pair in pairs if pair.answerable), pairs[0])
        day = self._passages[answering.passage].date
        question = answering.question.rstrip("?. ")
        if day is None or re.search(r"\d{4}", question):
            return pairs
        return [replace(pair, question=f"{question}{self._random.choice((' in', ''))} {day.year}?") for pair in pairs]

    def _halves(self, text: Text) -> list[Text]:
        """Returns the text in two pieces of whole sentences; whole if an answer lies across the cut."""
        begins = [sentence.start for sentence in sentences(text.passage)]
        if len(begins) < 4:
            return [text]
        cut = begins[self._random.randint(2, len(begins) - 2)]
        if any(start < cut < end for start, end in text.spans):
            return [text]
        pieces = []
        for begin, end in ((0, cut), (cut, len(text.passage))):
            spans = tuple((s - begin, e - begin) for s, e in text.spans if begin <= s and e <= end)
            verdict = text.verdict if text.verdict is None or spans else NOT_STATED
            piece = text.passage[begin:end]
            pieces.append(replace(text, passage=piece, spans=spans, answerable=bool(spans), verdict=verdict))
        return pieces

    def text(self, pair: Pair) -> Text:
        """Returns one variation of the pair."""
        passage = self._passages[pair.passage]
        text, spans = passage.text.rstrip("\n"), pair.spans
        if pair.source != "statements" and self._random.random() < 0.12:
            text, spans = self._crop(text, spans)
        near = pair.source == "statements" and self._random.random() < NEAREST_SHARE
        if near:
            text, spans = self._nearest(pair.question, text, spans)
        if not near and self._random.random() < 0.2:
            text, spans = self._surround(text, spans, passage)
        question = self._question(pair)
        return Text(
            pair.question_id,
            question,
            self._header(passage).header,
            text,
            spans,
            (),
            pair.answerable,
            pair.verdict,
        )

    def header_question(self, passage: Passage) -> Text:
        """Returns a question that the line above the passage answers, or does not because the part is missing."""
        ask_outlet = self._random.random() < 0.5
        template = self._random.choice(OUTLET_QUESTIONS if ask_outlet else DATE_QUESTIONS)
        question = template.format(title=passage.title, outlet=passage.outlet)
        shown = PassageInput("", passage.title, passage.outlet, passage.date)
        answer = shown.outlet if ask_outlet else PassageInput("", published=shown.published).header.rstrip("\n")
        if self._random.random() < 0.2:
            shown = PassageInput(
                "", shown.title, None if ask_outlet else shown.outlet, shown.published if ask_outlet else None
            )
            answer = None
        start = shown.header.find(answer) if answer else -1
        spans = ((start, start + len(answer)),) if answer and start >= 0 else ()
        return Text(question, question, shown.header, passage.text, (), spans, bool(spans), None)

    def edited_statement(self, passage: Passage) -> Text | None:
        """Returns a statement made of a sentence of the passage, or of another passage; None if it has none to use."""
        other = self._random.choice(self._pool)
        if other.group == passage.group:
            return None
        made = make_statement(passage.text, other.text, self._random)
        if made is None:
            return None
        header = self._header(passage).header
        text = passage.text
        spans: Spans = (made.span,) if made.span else ()
        if self._random.random() < NEAREST_SHARE:
            text, spans = self._nearest(made.text, text, spans)
        return Text(made.text, made.text, header, text, spans, (), bool(spans), made.verdict)

    def made(self, kind: str, passage: Passage) -> Text | None:
        """Returns an example of a source that is made here: 'header' or 'edits'."""
        return self.header_question(passage) if kind == "header" else self.edited_statement(passage)

    def _question(self, pair: Pair) -> str:
        question = pair.question
        chance = 0.06 if pair.source == "statements" else 0.25
        if pair.source != "statements" and self._random.random() < KEYWORDS_SHARE:
            question = self._keywords(question)
        elif self._random.random() < chance:
            question = question.lower().rstrip("?. ")
        if self._random.random() < 0.08:
            question = self._typo(question)
        return question

    def _keywords(self, question: str) -> str:
        """Returns the question as it is typed into a search box: in small letters, without little words, what is asked last."""
        asked = ASKING.match(question)
        wh = asked.group().lower() if asked else ""
        rest = (re.sub(r"['’]s$", "", word) for word in re.findall(r"[\w'’$%.,-]*\w", question[len(wh) :].lower()))
        kept = [word for word in rest if word not in STOPWORDS]
        if len(kept) < 2:
            return question
        place = self._random.random()
        if place < 0.2:
            wh = ""
        return " ".join([*kept, wh] if place < 0.6 else [wh, *kept]).strip()

    def _typo(self, question: str) -> str:
        words = list(re.finditer(r"[A-Za-z]{5,}", question))
        if not words:
            return question
        word = self._random.choice(words)
        at = self._random.randrange(word.start() + 1, word.end() - 1)
        kind = self._random.randrange(3)
        if kind == 0:
            return question[:at] + question[at + 1 :]
        if kind == 1:
            return question[:at] + question[at] + question[at:]
        return question[:at] + question[at + 1] + question[at] + question[at + 2 :]

    def _header(self, passage: Passage) -> PassageInput:
        if self._random.random() < 0.08:
            return PassageInput("")
        keep = [self._random.random() >= 0.06 for _ in range(3)]
        return PassageInput(
            "",
            passage.title if keep[0] else None,
            passage.outlet if keep[1] else None,
            passage.date if keep[2] else None,
        )

    def _crop(self, text: str, spans: Spans) -> tuple[str, Spans]:
        """Returns some sentences from the middle of a text, with all that hold an answer."""
        whole = [(sentence.start, sentence.end) for sentence in sentences(text)]
        if len(whole) < 4:
            return text, spans
        first = self._random.randrange(0, len(whole) // 2)
        last = self._random.randrange(len(whole) // 2, len(whole))
        needed = [at for at, (begin, end) in enumerate(whole) if any(s < end and begin < e for s, e in spans)]
        start, end = whole[min([first, *needed])][0], whole[max([last, *needed])][1]
        return text[start:end], tuple((s - start, e - start) for s, e in spans)

    @staticmethod
    def _nearest(statement: str, text: str, spans: Spans) -> tuple[str, Spans]:
        """Returns the sentences nearest to a statement, or the whole text if what settles it stands elsewhere."""
        start, end = nearest(statement, text)
        if not all(start <= s and e <= end for s, e in spans):
            return text, spans
        return text[start:end], tuple((s - start, e - start) for s, e in spans)

    def _surround(self, text: str, spans: Spans, passage: Passage) -> tuple[str, Spans]:
        before, after = self._neighbour(passage), self._neighbour(passage)
        side = self._random.randrange(3)
        if side == 0:
            before = ""
        if side == 1:
            after = ""
        shift = len(before) + 1 if before else 0
        text = f"{before}\n{text}" if before else text
        text = f"{text}\n{after}" if after else text
        return text, tuple((s + shift, e + shift) for s, e in spans)

    def _neighbour(self, passage: Passage) -> str:
        if self._random.random() < 0.3:
            return self._random.choice(FURNITURE)
        other = self._random.choice(self._pool)
        if other.group == passage.group:
            return self._random.choice(FURNITURE)
        whole = [match.group().strip() for match in SENTENCE.finditer(other.text)]
        at = self._random.randrange(len(whole))
        return " ".join(whole[at : at + self._random.randint(1, 2)])


def encode(text: Text, tokenizer: Tokenizer, chance: random.Random) -> Example:
    """Returns the tokens of one example; too long a passage is cut to a window that shows the first answer."""
    cls, sep = tokenizer.encode("").ids  # the empty text has the special tokens alone
    question = tokenizer.encode(text.question, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS]
    header = tokenizer.encode(text.header, add_special_tokens=False)
    passage = tokenizer.encode(text.passage, add_special_tokens=False)
    room = MAX_TRAINING_TOKENS - 3 - len(question) - len(header.ids)
    spans = [_tokens(passage.offsets, start, end) for start, end in text.spans]
    first = 0
    if len(passage.ids) > room:
        latest = len(passage.ids) - room
        wanted = spans[0] if spans else (0, len(passage.ids) - 1)
        low, high = max(0, wanted[1] - room + 1), min(latest, wanted[0])
        first = chance.randint(low, high) if low <= high else min(wanted[0], latest)
    kept = passage.ids[first : first + room]
    begin = len(question) + 2
    shift = begin + len(header.ids) - first
    limit = begin + len(header.ids) + len(kept)
    found = [(s + shift, e + shift) for s, e in spans]
    found = [(s, e) for s, e in found if begin + len(header.ids) <= s and e < limit]
    found += [
        (s + begin, e + begin) for s, e in (_tokens(header.offsets, start, end) for start, end in text.header_spans)
    ]
    return Example(
        text.question_id,
        [cls, *question, sep, *header.ids, *kept, sep],
        begin,
        [s for s, _ in found],
        [e for _, e in found],
        float(text.answerable),
        -1 if text.verdict is None else text.verdict,
    )


def _tokens(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    inside = [i for i, (a, b) in enumerate(offsets) if b > start and a < end]
    return inside[0], inside[-1]


def collate(examples: list[Example]) -> Batch:
    """Pads examples to one length, a multiple of eight."""
    length = -(-max(len(example.ids) for example in examples) // 8) * 8
    size = len(examples)
    ids = torch.zeros(size, length, dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    starts, ends = torch.zeros(size, length), torch.zeros(size, length)
    for row, example in enumerate(examples):
        count = len(example.ids)
        ids[row, :count] = torch.tensor(example.ids)
        mask[row, :count] = 1
        types[row, example.passage_from : count] = 1
        for positions, target in ((example.starts, starts), (example.ends, ends)):
            for position in positions:
                target[row, position] += 1.0 / len(positions)
    numbers = {example.question: at for at, example in enumerate(examples)}
    return Batch(
        torch.tensor([numbers[example.question] for example in examples]),
        ids,
        mask,
        types,
        starts,
        ends,
        torch.tensor([example.answerable for example in examples]),
        torch.tensor([example.verdict for example in examples]),
    )
