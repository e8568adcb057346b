"""The store: what is written comes back, keywords are found as people write them, and damage is named."""

from __future__ import annotations

import datetime
import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kimqa.errors import ArgumentError, IndexDamagedError, IndexMissingError, StoreError
from kimqa.folder import exclusive
from kimqa.store import Counts, Store
from kimqa.types import Article, Chunk, Filters, Span
from tests.fakes import HashingEncoder

DAY = datetime.date(2020, 5, 17)


def article(article_id: str, *sentences: str, **fields: object) -> Article:
    text = "\n\n".join(sentences)
    return Article(id=article_id, text=text, content=(Span(0, len(text)),), **fields)  # type: ignore[arg-type]


def write(store: Store, one: Article, *, digest: str = "d", header: str = "") -> list[Chunk]:
    """One chunk for each paragraph."""
    chunks, start = [], 0
    for part in one.text.split("\n\n"):
        chunks.append(Chunk(f"{one.id}:{start}", one.id, start, start + len(part), part))
        start += len(part) + 2
    vectors = HashingEncoder().encode([chunk.text for chunk in chunks])
    store.write_article(one, header=header, chunks=chunks, vectors=vectors, digest=digest, encoder="hashing-1")
    return chunks


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "kimqa.sqlite", create=True) as opened:
        yield opened


def found(store: Store, query: str, **filters: object) -> list[str]:
    return [match.chunk_id for match in store.keyword_search(query, 10, Filters(**filters))]  # type: ignore[arg-type]


def test_an_article_comes_back_as_it_was_written(store):
    one = Article(
        "2020/a", "First.\r\n\nSecond 🚂 café.", "Title", "The Post", "A. Writer", DAY, "file name", "https://x.org", (Span(0, 6), Span(9, 23))
    )  # fmt: skip
    chunks = [Chunk("c1", "2020/a", 0, 6, "First."), Chunk("c2", "2020/a", 9, 23, one.text[9:23])]
    store.write_article(
        one, header="h", chunks=chunks, vectors=HashingEncoder().encode(["a", "b"]), digest="d", encoder="e"
    )
    assert store.article("2020/a") == one
    assert list(store.articles()) == [one]
    assert store.chunks(["c2", "c1"]) == [chunks[1], chunks[0]]
    assert store.count() == Counts(articles=1, chunks=2)


@settings(max_examples=30, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1), data=st.data())
def test_any_text_and_any_chunk_of_it_come_back_unchanged(tmp_path_factory, text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    chunk = Chunk("c", "a", start, end, text[start:end])
    with Store.open(tmp_path_factory.mktemp("any") / "kimqa.sqlite", create=True) as opened:
        opened.write_article(
            Article("a", text),
            header="",
            chunks=[chunk],
            vectors=HashingEncoder().encode([text]),
            digest="d",
            encoder="e",
        )
        assert opened.article("a").text == text
        assert opened.chunks(["c"]) == [chunk]


def test_writing_an_article_again_replaces_it_in_every_table(store):
    write(store, article("a", "The harbour opened.", "The mayor spoke."), digest="old")
    write(store, article("a", "The market closed."), digest="new")
    assert store.count() == Counts(1, 1)
    assert store.article_digests() == {"a": "new"}
    assert found(store, "harbour") == []
    assert found(store, "market") == ["a:0"]
    assert store.vectors()[0] == ["a:0"]


def test_a_removed_article_is_gone_and_removing_it_again_does_nothing(store):
    write(store, article("a", "The harbour opened."))
    write(store, article("b", "The harbour closed."))
    store.remove_article("a")
    store.remove_article("a")
    assert found(store, "harbour") == ["b:0"]
    assert store.vectors()[0] == ["b:0"]
    assert store.count() == Counts(1, 1)


def test_two_articles_with_one_text_are_both_kept(store):
    write(store, article("a", "The harbour opened."))
    write(store, article("b", "The harbour opened."))
    assert found(store, "harbour") == ["a:0", "b:0"]


def test_an_article_that_fails_half_way_leaves_the_one_before(store):
    write(store, article("a", "The harbour opened."), digest="old")
    twice = [Chunk("same", "a", 0, 3, "The"), Chunk("same", "a", 0, 3, "The")]
    with pytest.raises(IndexDamagedError):
        store.write_article(
            article("a", "The market."), header="", chunks=twice, vectors=HashingEncoder().encode(["", ""]), digest="new", encoder="e"
        )  # fmt: skip
    assert store.article_digests() == {"a": "old"}
    assert found(store, "harbour") == ["a:0"]


def test_an_unknown_article_is_an_argument_error_and_unknown_chunks_are_left_out(store):
    write(store, article("a", "One."))
    with pytest.raises(ArgumentError, match="'b'"):
        store.article("b")
    assert [chunk.id for chunk in store.chunks(["x", "a:0", "y"])] == ["a:0"]
    assert store.chunks([]) == []


def test_vectors_come_back_exactly_all_by_id_or_in_the_order_asked_for(store):
    texts = ["The harbour.", "The market.", "The mayor."]
    write(store, article("b", *texts[:2]))
    write(store, article("a", texts[2]))
    ids, vectors = store.vectors()
    assert ids == ["a:0", "b:0", "b:14"]
    assert np.array_equal(vectors, HashingEncoder().encode([texts[2], *texts[:2]]))
    ids, vectors = store.vectors(["b:14", "missing", "a:0"])
    assert ids == ["b:14", "a:0"]
    assert np.array_equal(vectors, HashingEncoder().encode([texts[1], texts[2]]))


def test_an_empty_store_has_no_vectors_no_outlets_and_no_matches(store):
    ids, vectors = store.vectors()
    assert (ids, len(vectors)) == ([], 0)
    assert store.outlets() == ()
    assert found(store, "harbour") == []


def test_more_ids_than_sqlite_takes_in_one_statement_are_fetched(store):
    write(store, article("a", *[f"Sentence {number}." for number in range(40)]))
    many = [f"missing {number}" for number in range(70_000)]
    assert [chunk.id for chunk in store.chunks([*many, "a:0"])] == ["a:0"]
    assert store.vectors([*many, "a:0"])[0] == ["a:0"]


# Filters


@pytest.fixture
def dated(store):
    for article_id, outlet, day in (
        ("a", "Post", DAY),
        ("b", "Times", DAY + datetime.timedelta(1)),
        ("c", "Post", None),
    ):
        write(store, article(article_id, "Harbour news.", outlet=outlet, published=day))
    return store


def test_filters_choose_by_outlet_and_by_date_with_both_ends_included(dated):
    assert dated.chunk_ids(Filters()) is None
    assert dated.chunk_ids(Filters(outlets=("Post",))) == ["a:0", "c:0"]
    assert dated.chunk_ids(Filters(outlets=("post",))) == []
    assert dated.chunk_ids(Filters(since=DAY, until=DAY)) == ["a:0"]
    assert dated.chunk_ids(Filters(since=DAY)) == ["a:0", "b:0"]
    assert dated.chunk_ids(Filters(until=DAY)) == ["a:0"]
    assert dated.chunk_ids(Filters(outlets=("Times", "Post"), since=DAY + datetime.timedelta(1))) == ["b:0"]
    assert dated.chunk_ids(Filters(article_ids=("b", "c"))) == ["b:0", "c:0"]


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"outlets": ("Post",)},
        {"since": DAY},
        {"until": DAY},
        {"article_ids": ("c",)},
        {"outlets": ("Nobody",)},
    ],
)
def test_keyword_search_obeys_the_same_filters(dated, filters):
    allowed = dated.chunk_ids(Filters(**filters))
    assert found(dated, "harbour", **filters) == (["a:0", "b:0", "c:0"] if allowed is None else allowed)


def test_outlets_are_listed_once_and_sorted(dated):
    assert dated.outlets() == ("Post", "Times")


# Keywords


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("Which elections?", "The election was held."),
        ("cafe", "A Café opened."),
        ("CAFÉ", "A cafe opened."),
        ("US troops", "Troops of the U.S. left."),
        ("U.S.", "The US left."),
        ("the U.S.’s troops", "The U.S. left."),
        ("the US", "The U.S. left."),
        ("U.S. NAVY", "The US left."),
        ("mayor’s", "The mayor left."),
        ("jong-un", "It was Jong Un."),
        ("김정은", "김정은이 도착했다."),
        ("北京", "北京大学 opened."),
        ("1,000.50", "It cost 1,000.50 in all."),
        ("4000 marchers", "About 4,000 came."),
        ("4,000", "About 4000 came."),
        ("don't AND NOT harbour* OR (", "The harbour opened."),
        ('say "harbour" NEAR text: col-umn', "The harbour opened."),
    ],
)
def test_words_are_found_however_they_are_written(store, query, sentence):
    write(store, article("a", sentence))
    write(store, article("b", "Nothing else happened there.", "Nor over here."))
    assert found(store, query) == ["a:0"]


@pytest.mark.parametrize("query", ["", "   ", "?!…", "the of and", "🚂", "\x00", "''", '"'])
def test_a_query_without_words_finds_nothing(store, query):
    write(store, article("a", "The harbour and the market."))
    assert found(store, query) == []


@settings(max_examples=100, deadline=None)
@given(query=st.text())
def test_no_query_is_a_syntax_error(tmp_path_factory, query):
    with Store.open(tmp_path_factory.getbasetemp() / "syntax.sqlite", create=True) as opened:
        if not opened.count().articles:
            write(opened, article("a", "The harbour and the market."))
        opened.keyword_search(query, 5, Filters())


def test_a_rarer_word_and_more_of_the_words_rank_higher(store):
    write(
        store,
        article("a", *["The harbour was busy today."] * 5, "The harbour has a lighthouse.", "Rain fell on hills."),
    )
    assert found(store, "harbour lighthouse")[0] == "a:145"
    scores = [match.score for match in store.keyword_search("harbour lighthouse", 10, Filters())]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0


def test_a_word_of_most_chunks_is_left_out_beside_rarer_ones_and_kept_alone(store):
    write(store, article("a", *[f"Harbour number {number}." for number in range(9)], "Harbour with lighthouse."))
    assert len(found(store, "harbour lighthouse")) == 1
    assert len(found(store, "harbour unicorn")) == 10
    assert len(found(store, "harbour")) == 10


def test_the_header_is_searched_as_well(store):
    write(store, article("a", "It opened on Monday."), header="Harbour news | The Post")
    assert found(store, "harbour") == ["a:0"]


def test_ties_are_broken_by_id_whatever_was_written_first(store):
    for article_id in ("c", "a", "b"):
        write(store, article(article_id, "The harbour opened."))
    assert found(store, "harbour") == ["a:0", "b:0", "c:0"]
    assert [match.chunk_id for match in store.keyword_search("harbour", 2, Filters())] == ["a:0", "b:0"]


# Opening


def finish(path: Path) -> None:
    with Store.open(path, create=True) as opened:
        write(opened, article("a", "The harbour opened."))
        opened.write_manifest({"corpus": "x"})


def test_a_missing_an_empty_and_an_unfinished_index_name_the_command(tmp_path):
    path = tmp_path / "kimqa.sqlite"
    with pytest.raises(IndexMissingError, match="kimqa sync"):
        Store.open(path)
    assert not path.exists()
    path.touch()
    with pytest.raises(IndexMissingError, match="kimqa sync"):
        Store.open(path)
    Store.open(path, create=True).close()
    with pytest.raises(IndexMissingError, match="kimqa sync"):
        Store.open(path)


def test_a_file_that_is_no_database_or_of_another_version_is_damaged(tmp_path):
    path = tmp_path / "kimqa.sqlite"
    path.write_bytes(b"no database " * 500)
    with pytest.raises(IndexDamagedError, match="kimqa sync"):
        Store.open(path)
    path.unlink()
    finish(path)
    with Store.open(path, create=True) as opened:
        opened.write_manifest({"schema": "0"})
    with pytest.raises(IndexDamagedError, match="schema 0"):
        Store.open(path)


def test_a_cut_short_database_is_damaged_when_it_is_read(tmp_path):
    path = tmp_path / "kimqa.sqlite"
    finish(path)
    path.write_bytes(path.read_bytes()[: 2 * 4096])
    with pytest.raises(IndexDamagedError, match="kimqa sync"), Store.open(path) as opened:
        list(opened.articles())


def test_a_reader_cannot_write(tmp_path):
    finish(tmp_path / "kimqa.sqlite")
    with Store.open(tmp_path / "kimqa.sqlite") as reader, pytest.raises(StoreError, match="readonly"):
        reader.remove_article("a")


def test_readers_in_several_threads_see_what_a_writer_commits(tmp_path):
    path = tmp_path / "kimqa.sqlite"
    finish(path)
    counts: list[int] = []
    with Store.open(path) as reader, Store.open(path, create=True) as writer:
        assert reader.count().articles == 1
        write(writer, article("b", "The market closed."))
        threads = [
            threading.Thread(target=lambda: counts.append(len(found(reader, "harbour market")))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert counts == [2, 2, 2, 2]


def test_the_keyword_table_equals_the_chunks_after_any_changes(tmp_path):
    path = tmp_path / "kimqa.sqlite"
    with Store.open(path, create=True) as opened:
        for text in ("The harbour.", "The market.", "The harbour again."):
            for article_id in "abc":
                write(opened, article(article_id, text, f"{text} {article_id}"))
        opened.remove_article("b")
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO keywords(keywords, rank) VALUES ('integrity-check', 1)")  # raises when they differ
    connection.close()


def test_only_one_can_be_inside_an_exclusive_section(tmp_path):
    with exclusive(tmp_path):
        with pytest.raises(StoreError, match="Another sync"), exclusive(tmp_path):
            pass
        with exclusive(tmp_path / "elsewhere"):
            pass
    with exclusive(tmp_path):
        pass


def test_the_chunk_beside_one_is_that_of_the_same_article(store):
    written = article("a", "The harbour opened.", "Boats left.", "Rain fell.")
    write(store, written)
    write(store, article("b", "Nothing else happened there."))
    first, second, third = (f"a:{written.text.index(part)}" for part in ("The harbour", "Boats", "Rain"))
    ids = [first, second, third, "b:0"]
    assert {name: chunk.id for name, chunk in store.beside(ids, 1).items()} == {first: second, second: third}
    assert {name: chunk.id for name, chunk in store.beside(ids, -1).items()} == {second: first, third: second}
    assert store.beside([], 1) == {}
