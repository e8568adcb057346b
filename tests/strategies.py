"""Hypothesis strategies that make articles: paragraphs, quotes, lists and furniture, odd Unicode, odd white space."""

from __future__ import annotations

import datetime

from hypothesis import strategies as st

from kimqa.types import Article, Span

_VOCABULARY = (
    "the a of in on to and but minister said was had will talks border agreed Kim Xi Ōnishi Nǃxau São 金正恩 U.S. Jong-un "
    "3.5 1,200 2019 $60 co-operation isn't they’re ferry rain kettle naïve İstanbul 한국 Dr. e.g. re‑opened"
)
_WORDS = st.sampled_from(_VOCABULARY.split())
_ENDS = st.sampled_from([".", ".", ".", "?", "!", "…", ".”", '."', ""])
_FURNITURE = st.sampled_from(
    [
        "Advertisement",
        "Filed under:",
        "Home | News | Sport",
        "Photo: Ana Lima/AFP",
        "Sign up for our newsletter",
        "© 2024 Example Media. All rights reserved.",
        "RELATED: What else happened",
        "14:52",
        "• • •",
    ]
)
_BREAKS = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\n \t\n", "\n\n\n"])

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
"""Any text that a UTF-8 file can hold."""


@st.composite
def sentences(draw: st.DrawFn, max_words: int = 40) -> str:
    words = draw(st.lists(_WORDS, min_size=1, max_size=max_words))
    opening = draw(st.sampled_from(["", "", "", "“", '"', "— "]))
    return opening + " ".join(words).capitalize() + draw(_ENDS)


@st.composite
def prose(draw: st.DrawFn) -> str:
    marker = draw(st.sampled_from(["", "", "", "", "1. ", "• ", "  a) "]))
    return marker + " ".join(draw(st.lists(sentences(), min_size=1, max_size=5)))


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """The text of an article, at least one paragraph of prose in it."""
    parts = draw(st.lists(prose() | prose() | _FURNITURE | texts, max_size=10))
    parts.insert(draw(st.integers(0, len(parts))), draw(prose()))
    return draw(st.sampled_from(["", "\n", " "])) + "".join(part + draw(_BREAKS) for part in parts)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """An article as it comes from the corpus, not yet cleaned."""
    return Article(
        id=draw(st.from_regex(r"[a-z0-9-]{1,12}(/[a-z0-9-]{1,12})?", fullmatch=True)),
        text=draw(bodies()),
        title=draw(st.just("") | sentences(max_words=8)),
        outlet=draw(st.sampled_from(["", "Vale Courier", "Ünited Wire"])),
        author=draw(st.sampled_from([None, "Ana Lima", "AFP"])),
        published=draw(st.none() | st.dates(datetime.date(1800, 1, 1), datetime.date(2100, 1, 1))),
        url=draw(st.sampled_from([None, "https://example.org/a"])),
    )


@st.composite
def marked_articles(draw: st.DrawFn) -> Article:
    """An article with some of its lines marked as prose, by chance."""
    article = draw(articles())
    content = []
    start = 0
    for line in article.text.split("\n"):
        bare = line.strip()
        if bare and draw(st.integers(0, 3)):
            at = start + line.index(bare)
            content.append(Span(at, at + len(bare)))
        start += len(line) + 1
    return Article(
        id=article.id,
        text=article.text,
        title=article.title,
        outlet=article.outlet,
        author=article.author,
        published=article.published,
        content=tuple(content),
    )
