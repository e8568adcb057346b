import dataclasses
import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa.retrieve import HybridRetriever, fuse
from kimqa.types import Article, Chunk, Filters, Match

DAY = datetime.date
TEXTS = {
    "a": "The port of Arlen reopened on Monday after six weeks of work on the eastern quay.",
    "b": "Ines Calder, the mayor, cut the ribbon at noon and fishing boats left within the hour.",
    "c": "Ticket sales for the night ferry to Velm begin in May, the company said in a statement.",
    "d": "A storm had damaged the old pier in the winter of 2023 and nobody was hurt.",
}


class Shelf:
    """Chunks held in memory, one an article, with the rankings that both indexes are to give."""

    def __init__(self, texts=TEXTS, *, dense=(), keyword=(), published=None):
        self.articles = {
            name: Article(name, text, f"Title {name}", "Post", published=(published or {}).get(name))
            for name, text in texts.items()
        }
        self.ranked = {"dense": dense, "keyword": keyword}
        self.allowed = None
        self.asked = []

    def chunks(self, ids):
        return [Chunk(name, name, 0, len(self.articles[name].text), self.articles[name].text) for name in ids]

    def article(self, article_id):
        return self.articles[article_id]

    def beside(self, chunk_ids, step):
        return {}

    def chunk_ids(self, filters):
        return self.allowed

    def keyword_search(self, query, top_k, filters):
        return self._matches("keyword", top_k)

    def nearest(self, vector, top_k, chunk_ids=None):
        return self._matches("dense", top_k)

    @property
    def fingerprint(self):
        return "none"

    def encode(self, texts):
        self.asked.extend(texts)
        return np.ones((len(texts), 1), dtype=np.float32)

    def _matches(self, kind, top_k):
        names = [name for name in self.ranked[kind] if self.allowed is None or name in self.allowed]
        return [Match(name, 1.0 - rank / 10) for rank, name in enumerate(names[:top_k])]


def retriever(shelf, **options):
    return HybridRetriever(source=shelf, index=shelf, encoder=shelf, **options)


def found(shelf, **options):
    return [passage.chunk_id for passage in retriever(shelf).search("ferry", **options)]


def test_fusion_adds_the_inverse_of_sixty_plus_the_rank():
    joined = dict(fuse([["a", "b"], ["b", "c"]]))
    assert joined == pytest.approx({"a": 1 / 61, "b": 1 / 62 + 1 / 61, "c": 1 / 62})


def test_fusion_puts_the_best_first_and_breaks_ties_by_id():
    assert [name for name, _ in fuse([["z", "m"], ["a", "m"]])] == ["m", "a", "z"]
    assert [name for name, _ in fuse([["z"], ["a"], ["m"]])] == ["a", "m", "z"]
    assert fuse([]) == fuse([[], []]) == []


@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True), max_size=4))
def test_fusion_does_not_depend_on_the_order_of_the_rankings(rankings):
    one, other = fuse(rankings), fuse(rankings[::-1])
    assert [name for name, _ in one] == [name for name, _ in other] or dict(one) == pytest.approx(dict(other))
    assert {name for name, _ in one} == {name for ranking in rankings for name in ranking}
    assert [score for _, score in one] == sorted((score for _, score in one), reverse=True)


def test_passages_of_both_indexes_are_ranked_from_one():
    passages = retriever(Shelf(dense="abc", keyword="bd")).search("ferry")
    assert [(passage.rank, passage.chunk_id) for passage in passages] == [
        (1, "b"),
        (2, "a"),
        (3, "d"),
        (4, "c"),
    ]
    assert [passage.similarity for passage in passages] == [0.9, 1.0, 0.0, 0.8]
    assert passages[0].text == TEXTS["b"]
    assert (passages[0].title, passages[0].outlet) == ("Title b", "Post")


def test_at_most_top_k_passages_are_shown():
    assert found(Shelf(dense="abcd"), top_k=2) == ["a", "b"]
    assert len(retriever(Shelf(dense="abcd"), top_k=3).search("ferry")) == 3


LIST = (
    "The council agreed on four steps:",
    "1. Repair the quay.\n2. Sell the ferry.",
    "3. Plant trees.\n4. Close the bar.",
    "The mayor was pleased.",
)


class LongArticle(Shelf):
    """One article in several chunks, with `gap` characters between them."""

    def __init__(self, *, dense, pieces=LIST, gap=1):
        super().__init__(dense=dense)
        starts = [sum(len(piece) + gap for piece in pieces[:at]) for at in range(len(pieces))]
        self.pieces = [
            Chunk(name, "list", start, start + len(piece), piece)
            for name, start, piece in zip("abcd", starts, pieces, strict=True)
        ]
        self.articles |= {name: Article(name, f"{name} {name * 9}") for name in (*"uvwxyz", "list")}

    def chunks(self, ids):
        others = [name for name in ids if name in "uvwxyz"]
        return [chunk for chunk in self.pieces if chunk.id in ids] + super().chunks(others)

    def beside(self, ids, step):
        at = {chunk.id: number for number, chunk in enumerate(self.pieces)}
        return {name: self.pieces[at[name] + step] for name in ids if 0 <= at[name] + step < len(self.pieces)}


def with_others(names):
    return [name for name in names if name in "abcd"]


@pytest.mark.parametrize("hit", ["a", "b", "c"])
def test_a_passage_with_a_part_of_a_list_comes_with_the_rest(hit):
    shelf = LongArticle(dense=[hit, *"uvwxyz"])
    assert found(shelf)[0] == hit
    assert sorted(with_others(found(shelf))) == ["a", "b", "c"]
    assert len(found(shelf)) == 7


def test_the_rest_of_a_list_takes_the_place_of_the_last_passages_never_of_the_hit():
    assert found(LongArticle(dense=[*"auvwxyz"]), top_k=1) == ["a"]
    assert found(LongArticle(dense=[*"auvwxyz"]), top_k=3) == ["a", "u", "b"]
    assert found(LongArticle(dense=[*"acduvw"])) == ["a", "c", "d", "u", "v", "b"]
    passages = retriever(LongArticle(dense=[*"auvwxyz"]), top_k=3).search("ferry")
    assert [(passage.rank, passage.similarity) for passage in passages] == [(1, 1.0), (2, 0.9), (3, 0.0)]
    assert passages[2].text == LIST[1]


def test_what_is_no_list_or_lies_apart_brings_nothing():
    assert with_others(found(LongArticle(dense=[*"duvwxyz"]))) == ["d"]
    assert with_others(found(LongArticle(dense=[*"buvwxyz"], gap=40))) == ["b"]
    plain = ("It said:", "Nothing more.", "3. Plant trees.", "Good.")
    assert with_others(found(LongArticle(dense=[*"acuvwxyz"], pieces=plain))) == ["a", "c"]


def test_nothing_is_searched_when_the_filters_leave_nothing():
    shelf = Shelf(dense="abcd", keyword="ab")
    shelf.allowed = []
    assert found(shelf, filters=Filters(outlets=("None",))) == []
    assert shelf.asked == []


def test_only_what_the_filters_leave_is_searched():
    shelf = Shelf(dense="abcd", keyword="ab")
    shelf.allowed = ["b", "d"]
    assert found(shelf, filters=Filters(outlets=("Post",))) == ["b", "d"]


def test_a_vector_at_hand_is_not_encoded_again():
    shelf = Shelf(dense="ab")
    assert found(shelf, vector=np.ones(1, dtype=np.float32)) == ["a", "b"]
    assert shelf.asked == []


def test_the_period_lifts_what_was_published_in_it_and_hides_nothing():
    published = {"a": DAY(2020, 1, 1), "b": DAY(2021, 1, 1), "c": DAY(2021, 12, 31)}
    shelf = Shelf(dense="abcd", keyword="a", published=published)
    assert found(shelf)[0] == "a"
    lifted = found(shelf, period=(DAY(2021, 1, 1), DAY(2021, 12, 31)))
    assert lifted.index("b") < lifted.index("d")
    assert lifted.index("c") < lifted.index("d")
    assert set(lifted) == set(found(shelf))


@given(st.permutations("abcd"), st.permutations("abcd"), st.sets(st.sampled_from("abcd")))
def test_a_period_never_lowers_what_falls_in_it_nor_drops_anything(dense, keyword, inside):
    day = DAY(2021, 1, 1)
    shelf = Shelf(dense=dense, keyword=keyword, published=dict.fromkeys(inside, day))
    plain = {passage.chunk_id: passage.score for passage in retriever(shelf).search("ferry")}
    voted = {passage.chunk_id: passage.score for passage in retriever(shelf).search("ferry", period=(day, day))}
    assert plain.keys() == voted.keys()
    assert all(voted[name] > plain[name] if name in inside else voted[name] == plain[name] for name in plain)


def test_one_story_in_several_articles_is_shown_once_and_names_them_all():
    wire = TEXTS["a"]
    texts = {"a": wire, "b": wire.replace("six", "SIX").replace(".", "!"), "c": TEXTS["c"], "d": f"{wire} "}
    passages = retriever(Shelf(texts, dense="abcd", keyword="ba")).search("ferry")
    assert [(passage.chunk_id, passage.also_in) for passage in passages] == [("a", ("b", "d")), ("c", ())]


def test_a_story_printed_twice_in_one_article_is_shown_once_and_names_no_other():
    shelf = Shelf({"a": TEXTS["a"], "b": TEXTS["a"]}, dense="ab")
    same = dataclasses.replace(shelf.articles["a"])
    shelf.articles = {"a": same, "b": same}
    assert [(passage.chunk_id, passage.also_in) for passage in retriever(shelf).search("ferry")] == [("a", ())]


def test_two_stories_that_share_a_few_words_are_both_shown():
    texts = {
        "a": TEXTS["a"],
        "b": "The port of Arlen reopened on Friday, which nobody had thought possible in the spring.",
    }
    assert found(Shelf(texts, dense="ab")) == ["a", "b"]


def test_it_is_a_langchain_retriever():
    documents = retriever(Shelf(dense="ab", published={"a": DAY(2024, 3, 4)})).invoke("ferry")
    assert [document.id for document in documents] == ["a", "b"]
    assert documents[0].page_content == TEXTS["a"]
    assert documents[0].metadata == {
        "article_id": "a", "title": "Title a", "outlet": "Post", "published": "2024-03-04", "url": None, "start": 0,
        "end": len(TEXTS["a"]), "score": pytest.approx(1 / 61),
    }  # fmt: skip
