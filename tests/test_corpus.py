"""Articles are read word for word; a broken file is reported by name and reason, and the rest goes on."""

from __future__ import annotations

import dataclasses
import datetime
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kimqa.corpus import digest, iter_corpus, read_article
from kimqa.errors import CorpusError
from kimqa.types import Article, Problem, Span
from tests.strategies import articles, texts

CORPUS = Path(__file__).parents[1] / "corpus"


def read(folder: Path, content: str | bytes, name: str = "a.md") -> Article:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_article(path, folder)


def problem(folder: Path, content: str | bytes, name: str = "a.md") -> str:
    with pytest.raises(CorpusError) as caught:
        read(folder, content, name)
    return str(caught.value)


def test_the_fields_of_the_front_matter_are_read(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        '---\ntitle: "Rain: again"\noutlet: NO\nauthor: Ana Lima\npublished: 2018-03-27\n'
        "published_basis: from the page\nurl: https://example.org/a\nextra: 1\n---\n\nIt rains.\n",
        "2018/03/a.md",
    )
    assert article == Article(
        id="2018/03/a",
        text="\nIt rains.\n",
        title="Rain: again",
        outlet="NO",
        author="Ana Lima",
        published=datetime.date(2018, 3, 27),
        published_basis="from the page",
        url="https://example.org/a",
    )


def test_common_other_names_of_the_fields_are_read(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        "---\nHeadline: Rain\nsource: Courier\nauthors: [Ana Lima, Bo Rae]\ndate: 2018-03-27\nlink: https://x.org/a\n---\nText",
    )
    assert (article.title, article.outlet, article.author) == ("Rain", "Courier", "Ana Lima, Bo Rae")
    assert (article.published, article.url) == (datetime.date(2018, 3, 27), "https://x.org/a")
    assert article.published_basis == "given in the front matter"


def test_a_source_that_is_an_address_is_no_outlet(tmp_path: Path) -> None:
    article = read(tmp_path, "---\nsource: https://x.org/a\nbyline: By Ana Lima\ntitle: ~\n---\nText")
    assert (article.outlet, article.url, article.author, article.title) == (
        "",
        "https://x.org/a",
        "Ana Lima",
        "",
    )


@pytest.mark.parametrize(
    "body", ["\n\n  Text.  \r\n\r\n", "Text\n---\nmore\n", "\tText\u00a0\n\n\n", "Text\x00\x0c\x1b"]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_text_is_every_character_after_the_front_matter(
    tmp_path: Path, body: str, line_end: str, mark: str
) -> None:
    front = line_end.join(["---", "title: Rain", "---", ""])
    article = read(tmp_path, mark + front + body)
    assert (article.title, article.text) == ("Rain", body)


@settings(max_examples=50)
@given(body=texts.filter(lambda text: any(character.isalnum() for character in text)))
def test_any_text_comes_back_unchanged(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    assert read(tmp_path_factory.getbasetemp(), "---\ntitle: Rain\n---\n" + body).text == body


def test_plain_text_takes_title_and_date_from_first_line_and_file_name(tmp_path: Path) -> None:
    content = "Rain stops play at last\n\nIt rained for nine days.\n"
    article = read(tmp_path, content, "2018-03-27-rain.txt")
    assert (article.id, article.title, article.text) == (
        "2018-03-27-rain",
        "Rain stops play at last",
        content,
    )
    assert article.published == datetime.date(2018, 3, 27)
    assert article.published_basis == "taken from the file name"


@pytest.mark.parametrize(
    "content",
    [
        "It rained for nine days.\nThen it stopped.",
        "Just one line",
        "menu search close\nIt rained.",
        "\n" + "Word " * 30 + "\nText",
    ],
)
def test_a_first_line_that_is_no_headline_is_no_title(tmp_path: Path, content: str) -> None:
    article = read(tmp_path, content, "2018-13-45.txt")
    assert (article.title, article.published, article.published_basis) == ("", None, None)


@pytest.mark.parametrize(
    "written",
    [
        "2018-03-27",
        "'2018-03-27'",
        "2018-3-27",
        "2018/03/27",
        "2018-03-27T23:30:00+09:00",
        "2018-03-27 10:00:00 Z",
        "March 27, 2018",
        "Mar. 27, 2018",
        "27 March 2018",
        "27th of March 2018",
        "Tuesday, March 27, 2018 at 10:00 am",
        "Tue, 27 Mar 2018 10:00:00 GMT",
    ],
)
def test_dates_are_read_in_their_usual_forms(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, f"---\ndate: {written}\n---\nText").published == datetime.date(2018, 3, 27)


@pytest.mark.parametrize(
    "written", ["2018-13-45", "last Tuesday", "03/04/2018", "2018", "Smarch 1, 2018", "31 June 2018"]
)
def test_a_date_that_is_none_is_a_problem(tmp_path: Path, written: str) -> None:
    reason = problem(tmp_path, f"---\npublished: {written}\n---\nText")
    assert written in reason
    assert "2018-03-27" in reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00Text", "not UTF-8"),
        (b"Text \xed\xa0\x80", "not UTF-8"),
        ("", "no text"),
        ("---\ntitle: Rain\n---\n \n…\n", "no text"),
        ("---\ntitle: Rain\nText", "no end"),
        ("---\ntitle: 'Rain\n---\nText", "no YAML"),
        ("---\ntitle: Rain: again\n---\nText", "no YAML"),
        ("---\ntitle: \x07\n---\nText", "no YAML"),
        ("---\na: " + "[" * 20_000 + "\n---\nText", "no YAML"),
        ("---\na: &a [*a]\n---\nText", "no YAML"),
        ("---\n- Rain\n---\nText", "is a list"),
        ("---\nRain\n---\nText", "single value"),
        ("---\ntitle: [Rain]\n---\nText", "'title'"),
        ("---\nauthor: {name: Ana}\n---\nText", "'author'"),
        ('---\ntitle: "\\ud800"\n---\nText', "do not exist in Unicode"),
        ("x" * 5_000_001, "5,000,001 bytes"),
    ],
)
def test_a_broken_file_is_a_problem_that_says_why(tmp_path: Path, content: str | bytes, reason: str) -> None:
    assert reason in problem(tmp_path, content)


@pytest.mark.parametrize("front", ["---\n---\n", "---\n# nothing yet\n---\n", ""])
def test_front_matter_may_be_empty_or_missing(tmp_path: Path, front: str) -> None:
    assert read(tmp_path, front + "Text") == Article(id="a", text="Text")


def test_the_folder_is_read_in_order_and_broken_files_do_not_stop_it(tmp_path: Path) -> None:
    for name in ["b.md", "a/z.txt", "a.MD", "a-b.markdown", "c/d/e.md"]:
        read(tmp_path, "Text", name)
    (tmp_path / "aa.md").write_bytes(b"\xff")
    found = list(iter_corpus(tmp_path))
    paths = [item.file if isinstance(item, Problem) else item.id for item in found]
    assert paths == ["a-b", "a", "a/z", "aa.md", "b", "c/d/e"]
    assert isinstance(found[3], Problem)
    assert found[3].reason.startswith("It is not UTF-8")


def test_hidden_files_backups_and_other_kinds_are_passed_over(tmp_path: Path) -> None:
    for name in [".a.md", ".git/a.md", "~$a.md", "#a.md#", "a.md~", "a.md.bak", "a.html", "a", "a.md.swp"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Text")
    assert list(iter_corpus(tmp_path)) == []


def test_of_two_files_with_one_id_the_second_is_a_problem(tmp_path: Path) -> None:
    read(tmp_path, "First", "x/a.md")
    read(tmp_path, "Other", "x/a.new.md")
    read(tmp_path, "Second", "x/a.txt")
    read(tmp_path, "Elsewhere", "a.txt")
    *found, last = iter_corpus(tmp_path)
    assert [item.id for item in found if isinstance(item, Article)] == ["a", "x/a", "x/a.new"]
    assert isinstance(last, Problem)
    assert (last.file, "a.md" in last.reason) == ("x/a.txt", True)


def test_links_make_no_loop(tmp_path: Path) -> None:
    read(tmp_path, "Text", "sub/a.md")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "sub" / "self.md").symlink_to(tmp_path / "sub" / "self.md")
    (tmp_path / "sub" / "copy.md").symlink_to(tmp_path / "sub" / "a.md")
    (tmp_path / "sub" / "gone.md").symlink_to(tmp_path / "missing.md")
    found = list(iter_corpus(tmp_path))
    assert [item.id for item in found if isinstance(item, Article)] == ["sub/a", "sub/copy"]
    assert [item.file for item in found if isinstance(item, Problem)] == [
        "sub/gone.md",
        "sub/loop",
        "sub/self.md",
    ]


def test_a_pipe_is_a_problem_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    (found,) = iter_corpus(tmp_path)
    assert isinstance(found, Problem)
    assert "no regular file" in found.reason


def test_a_file_name_that_is_no_text_is_a_problem_that_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xff.md")).write_text("Text")
    (found,) = iter_corpus(tmp_path)
    assert isinstance(found, Problem)
    assert found.file.encode()
    assert "file name" in found.reason


def test_articles_are_read_one_at_a_time(tmp_path: Path) -> None:
    read(tmp_path, "First", "a.md")
    read(tmp_path, "Second", "b.md")
    found = iter_corpus(tmp_path)
    next(found)
    (tmp_path / "b.md").write_text("Changed")
    second = next(found)
    assert isinstance(second, Article)
    assert second.text == "Changed"


def test_a_folder_that_cannot_be_used_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"does not exist\. Create it"):
        iter_corpus(tmp_path / "missing")
    (tmp_path / "file").write_text("Text")
    with pytest.raises(CorpusError, match=r"is a file"):
        iter_corpus(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_what_may_not_be_read_is_reported(tmp_path: Path) -> None:
    read(tmp_path, "Text", "sub/a.md")
    (tmp_path / "sub").chmod(0)
    (found,) = iter_corpus(tmp_path)
    (tmp_path / "sub").chmod(0o700)
    assert isinstance(found, Problem)
    assert "cannot be listed" in found.reason


@given(
    articles(),
    st.sampled_from(["id", "text", "title", "outlet", "author", "published", "published_basis", "url"]),
)
def test_the_digest_changes_with_text_and_metadata_and_not_with_cleaning(article: Article, field: str) -> None:
    changed = {"published": datetime.date(1, 1, 1)}.get(field, "changed")
    assert digest(dataclasses.replace(article, **{field: changed})) != digest(article)
    assert digest(dataclasses.replace(article, content=(Span(0, 1),))) == digest(article)


def test_the_shipped_corpus_has_no_problem() -> None:
    found = list(iter_corpus(CORPUS))
    assert found
    assert not [item for item in found if isinstance(item, Problem)]
    assert all(isinstance(item, Article) and item.title and item.outlet and item.published for item in found)
