"""From a question to ranked passages: dense and keyword search, joined by reciprocal rank fusion."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import itertools
from collections.abc import Sequence
from typing import Any, Final, Protocol

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from rapidfuzz import fuzz

from kimqa.errors import ArgumentError
from kimqa.text import LIST_GAP, LIST_ITEM, normalize
from kimqa.types import Article, Chunk, Encoder, Filters, Index, Match, Passage

# The constant of reciprocal rank fusion: G. V. Cormack, C. L. A. Clarke, S. Büttcher, "Reciprocal Rank Fusion
# outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009, where 60 was found best on TREC data.
_RRF_K: Final = 60
# Two chunks with at least this share of equal characters (Indel similarity, 0 to 100) are one story printed twice.
_NEAR_IDENTICAL: Final = 90.0
_MAX_ADDED: Final = 4  # chunks on either side of a passage for one list
_SHARE_ADDED: Final = 3  # of so many passages that were found, one may give way to a part of a list

Period = tuple[datetime.date, datetime.date]


class ChunkSource(Protocol):
    """What retrieval needs of the store."""

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """The chunks, in the order asked for."""
        ...

    def beside(self, chunk_ids: Sequence[str], step: int) -> dict[str, Chunk]:
        """By chunk id the next chunk of the same article (`step` 1) or the one before (-1)."""
        ...

    def article(self, article_id: str) -> Article:
        """One article."""
        ...

    def chunk_ids(self, filters: Filters) -> list[str] | None:
        """The chunks that may answer, None for all."""
        ...

    def keyword_search(self, query: str, top_k: int, filters: Filters) -> list[Match]:
        """The best chunks by BM25."""
        ...


class HybridRetriever(BaseRetriever):
    """Finds passages by meaning and by words. Also a LangChain retriever: `invoke(question)` gives `Document`s."""

    source: Any
    index: Any
    encoder: Any
    candidates: int = 50
    top_k: int = 8

    def search(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        period: Period | None = None,
        top_k: int | None = None,
        vector: Any = None,
    ) -> tuple[Passage, ...]:
        """The passages for a question, best first, at most `top_k`; near-identical ones once.

        A passage that holds a part of a list comes with the chunks beside it that hold the rest.
        `period`, the days that the question speaks of, lifts articles published then; it hides nothing. `vector` is
        the encoded question if it is at hand.
        """
        source: ChunkSource = self.source
        index: Index = self.index
        encoder: Encoder = self.encoder
        chosen = filters or Filters()
        limit = self.top_k if top_k is None else top_k
        allowed = source.chunk_ids(chosen)
        if allowed is not None and not allowed:
            return ()
        count = max(self.candidates, 3 * limit)
        asked = encoder.encode([question])[0] if vector is None else vector
        dense = index.nearest(asked, count, allowed)
        keyword = source.keyword_search(question, count, chosen)
        similarity = {match.chunk_id: match.score for match in dense}
        articles: dict[str, Article] = {}
        chunks = {chunk.id: chunk for chunk in source.chunks(sorted({m.chunk_id for m in (*dense, *keyword)}))}
        for chunk in chunks.values():
            if chunk.article_id not in articles:
                with contextlib.suppress(ArgumentError):  # a sync removed it a moment ago
                    articles[chunk.article_id] = source.article(chunk.article_id)
        chunks = {name: chunk for name, chunk in chunks.items() if chunk.article_id in articles}
        in_period = _published_in(period, chunks, articles, dense, keyword) if period else []
        fused = fuse([[m.chunk_id for m in dense], [m.chunk_id for m in keyword], in_period])
        found: list[Passage] = []
        forms: list[str] = []
        for chunk_id, score in fused:
            if chunk_id not in chunks:
                continue
            passage = _passage(chunks[chunk_id], articles[chunks[chunk_id].article_id], score, similarity.get(chunk_id))
            _add_once(found, forms, passage, limit)
            if len(found) > limit:
                break
        whole = _with_whole_lists(source, found[:limit])
        return tuple(dataclasses.replace(passage, rank=rank) for rank, passage in enumerate(whole, start=1))

    def search_each(
        self,
        questions: Sequence[str],
        *,
        filters: Filters,
        periods: Sequence[Period | None],
        vectors: Any,
        top_k: int | None = None,
    ) -> tuple[Passage, ...]:
        """The passages for several questions, which are the parts of one: the best of each in turn, at most `top_k`."""
        limit = self.top_k if top_k is None else top_k
        lists = [
            self.search(question, filters=filters, period=period, top_k=limit, vector=vector)
            for question, period, vector in zip(questions, periods, vectors, strict=True)
        ]
        in_turn = [passage for row in itertools.zip_longest(*lists) for passage in row if passage is not None]
        once: dict[str, Passage] = {}
        for passage in in_turn:
            once.setdefault(passage.chunk_id, passage)
        chosen = list(once.values())[:limit]
        return tuple(dataclasses.replace(passage, rank=rank) for rank, passage in enumerate(chosen, start=1))

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(
                id=passage.chunk_id,
                page_content=passage.text,
                metadata={
                    "article_id": passage.article_id,
                    "title": passage.title,
                    "outlet": passage.outlet,
                    "published": passage.published.isoformat() if passage.published else None,
                    "url": passage.url,
                    "start": passage.start,
                    "end": passage.end,
                    "score": passage.score,
                },
            )
            for passage in self.search(query)
        ]


def fuse(rankings: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
    """Join rankings: the score of an id is the sum of 1 / (60 + rank) over the rankings that hold it, best first.

    Ties are broken by id. Reciprocal rank fusion, Cormack et al., SIGIR 2009.
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, chunk_id in enumerate(ranking, start=1):
            scores[chunk_id] = scores.get(chunk_id, 0.0) + 1.0 / (_RRF_K + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _published_in(
    period: Period, chunks: dict[str, Chunk], articles: dict[str, Article], *rankings: Sequence[Match]
) -> list[str]:
    """The found chunks whose article was published in the period, in the order of the rankings joined."""
    first, last = period
    ordered = fuse([[match.chunk_id for match in ranking] for ranking in rankings])
    return [
        chunk_id
        for chunk_id, _ in ordered
        if chunk_id in chunks
        and (published := articles[chunks[chunk_id].article_id].published) is not None
        and first <= published <= last
    ]


def _with_whole_lists(source: ChunkSource, found: Sequence[Passage]) -> list[Passage]:
    """As many passages as were found: in place of the last ones, those that go on with a list that a better one cuts."""
    room = len(found) // _SHARE_ADDED
    kept = found[: len(found) - room]
    before, after = _run_on(source, kept, -1), _run_on(source, kept, 1)
    there = {passage.chunk_id for passage in kept}
    by_id = {passage.chunk_id: passage for passage in found}
    added: dict[str, Passage] = {}
    for passage in kept:
        for part in (*after[passage.chunk_id], *before[passage.chunk_id]):
            if part.chunk_id not in there and len(added) < room:
                added.setdefault(part.chunk_id, by_id.get(part.chunk_id, part))
    rest = [passage for passage in found if passage.chunk_id not in added]
    return [*rest[: len(found) - len(added)], *added.values()]


def _run_on(source: ChunkSource, found: Sequence[Passage], step: int) -> dict[str, list[Passage]]:
    """By chunk id the passages beside each, the nearest first, that go on with a list that it cuts."""
    runs: dict[str, list[Passage]] = {passage.chunk_id: [] for passage in found}
    ends = {passage.chunk_id: passage for passage in found}
    for _ in range(_MAX_ADDED):
        open_ends = {
            name: end
            for name, end in ends.items()
            if (_ends_in_list(end.text) if step > 0 else LIST_ITEM.match(end.text))
        }
        beside = source.beside([end.chunk_id for end in open_ends.values()], step) if open_ends else {}
        ends = {}
        for name, end in open_ends.items():
            chunk = beside.get(end.chunk_id)
            if chunk is not None and _is_cut_between(*((end, chunk) if step > 0 else (chunk, end))):
                ends[name] = _going_on(end, chunk)
                runs[name].append(ends[name])
    return runs


def _is_cut_between(one: Passage | Chunk, other: Passage | Chunk) -> bool:
    """Whether a list runs from the end of one piece of an article into the other."""
    return bool(LIST_ITEM.match(other.text)) and other.start - one.end <= LIST_GAP and _ends_in_list(one.text)


def _ends_in_list(text: str) -> bool:
    """Whether the last line is an item of a list, or announces one."""
    last = text.rstrip().rsplit("\n", 1)[-1].strip()
    return bool(LIST_ITEM.match(last)) or last.endswith(":")


def _going_on(passage: Passage, chunk: Chunk) -> Passage:
    """The chunk as a passage of the same article; that nothing was found in it shows in its similarity of 0."""
    return dataclasses.replace(
        passage, chunk_id=chunk.id, text=chunk.text, start=chunk.start, end=chunk.end, similarity=0.0, also_in=()
    )


def _add_once(found: list[Passage], forms: list[str], passage: Passage, limit: int) -> None:
    """Append the passage and its normal form, or name its article on the passage that says the same."""
    form = normalize(passage.text)
    for position, other in enumerate(found):
        if fuzz.ratio(form, forms[position], score_cutoff=_NEAR_IDENTICAL):
            if passage.article_id not in (other.article_id, *other.also_in):
                found[position] = dataclasses.replace(other, also_in=(*other.also_in, passage.article_id))
            return
    if len(found) <= limit:
        found.append(passage)
        forms.append(form)


def _passage(chunk: Chunk, article: Article, score: float, similarity: float | None) -> Passage:
    return Passage(
        rank=0, score=score, chunk_id=chunk.id, article_id=article.id, title=article.title, outlet=article.outlet,
        author=article.author, published=article.published, url=article.url, text=chunk.text, start=chunk.start,
        end=chunk.end, similarity=0.0 if similarity is None else similarity,
    )  # fmt: skip
