"""Pairs and the share of each source come in; the batches of an epoch go out, in an order that the seed alone decides."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tokenizers import Tokenizer

from training.examples import Pair, Passage
from training.features import SUPPORTED, Example, Variation, encode

MADE_SOURCES = ("edits", "header")
POOLED_BATCHES = 64  # batches are sorted by length within pools of this many


def with_twins(pairs: list[Pair]) -> list[Pair]:
    """Returns the pairs with one question id for a supported statement and the false one on the same passage right after it.

    Such twins go into the same batch, but where one ends between them, and there the true one must score above the false one.
    """
    found: list[Pair] = []
    for pair in pairs:
        before = found[-1] if found else None
        if (
            before is not None
            and pair.source == before.source == "statements"
            and pair.passage == before.passage
            and before.verdict == SUPPORTED < (pair.verdict or 0)
        ):
            pair = replace(pair, question_id=before.question_id)
        found.append(pair)
    return found


@dataclass(frozen=True, slots=True)
class Course:
    """What is learned from: pairs, their passages, and how much of each source one epoch draws.

    A share of 1.5 means all questions of the source once and half of them again. The sources `header` (questions on the line
    above the passage) and `edits` (statements made of its sentences) are made on the way, and count in passages.
    """

    pairs: list[Pair]
    passages: dict[str, Passage]
    shares: dict[str, float]

    def draw(self, chance: random.Random) -> list[list[Pair]]:
        """Draws the pairs of one epoch: questions in random order, each with all its passages of the sources drawn.

        A share of a source is a share of its questions, so that their passages go on competing with each other.
        """
        drawn: dict[str, list[Pair]] = {}
        for source in sorted(self.shares):
            asked: dict[str, list[Pair]] = {}
            for pair in with_twins([pair for pair in self.pairs if pair.source == source]):
                asked.setdefault(pair.question_id, []).append(pair)
            whole, part = divmod(self.shares[source], 1.0)
            groups = list(asked.values())
            for group in groups * int(whole) + chance.sample(groups, int(part * len(groups))):
                drawn.setdefault(group[0].question_id, []).extend(group)
        questions = list(drawn.values())
        chance.shuffle(questions)
        return questions

    def epoch(self, tokenizer: Tokenizer, seed: str, batch_size: int) -> Iterator[list[Example]]:
        """Yields the batches of one epoch, of similar lengths, in an order that depends on the seed alone.

        The passages of a question stay together, so that one batch holds the ones that answer and those that do not.
        """
        chance = random.Random(seed)
        variation = Variation(self.passages, f"{seed}:variation")
        questions = self.draw(chance)
        used = {pair.passage for pair in self.pairs}
        named = sorted(name for name in used if self.passages[name].has_header)
        made = [kind for kind in MADE_SOURCES for _ in range(int(self.shares.get(kind, 0.0) * len(named)))]
        among = [chance.randrange(len(questions)) for _ in made]
        kinds: dict[int, list[str]] = {}
        for at, kind in zip(among, made, strict=True):
            kinds.setdefault(at, []).append(kind)
        pool: list[list[Example]] = []
        for at, pairs in enumerate(questions):
            pool.append([encode(text, tokenizer, chance) for text in variation.texts(pairs)])
            texts = [variation.made(kind, self.passages[chance.choice(named)]) for kind in kinds.get(at, ())]
            pool += [[encode(text, tokenizer, chance)] for text in texts if text]
            if sum(map(len, pool)) >= batch_size * POOLED_BATCHES or at == len(questions) - 1:
                pool.sort(key=lambda examples: max(len(example.ids) for example in examples))
                flat = [example for examples in pool for example in examples]
                batches = [flat[first : first + batch_size] for first in range(0, len(flat), batch_size)]
                chance.shuffle(batches)
                yield from batches
                pool = []
