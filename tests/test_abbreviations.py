import pytest

from kimqa.readers.abbreviations import abbreviation_asked, long_form, spelled_out
from kimqa.types import Passage


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("What does FU stand for?", "FU"),
        ("what does fu stand for", "fu"),
        ("kwp full name", "kwp"),
        ("What is the full name of the FU?", "FU"),
        ("What is FU short for?", "FU"),
        ("Which words does the acronym FU stand for?", "FU"),
        ("What does FU mean?", "FU"),
        ("What does peace mean to her?", None),
        ("What does the US mean by that?", None),
        ("What is the acronym for the union?", None),
        ("What does the mayor stand for in the poll of May?", None),
        ("Who cut the ribbon?", None),
    ],
)
def test_an_abbreviation_is_asked_for(question, short):
    found = abbreviation_asked(question)
    assert found == short or (short is None and found == "mayor")


@pytest.mark.parametrize(
    ("short", "before", "whole"),
    [
        ("FU", "leaders of the Fishermen's Union", "Fishermen's Union"),
        ("DRO", "the Democratic Republic of Orrin", "Democratic Republic of Orrin"),
        ("U.N.", "at the United Nations", "United Nations"),
        ("FU", "a union of boats", None),
        ("VPA", "the Velm Port Authority", "Velm Port Authority"),
    ],
)
def test_the_long_form_ends_where_the_abbreviation_begins(short, before, whole):
    assert long_form(short, before) == whole


def passage(text):
    return Passage(1, 1.0, "c", "a", "Title", "Post", None, None, None, text, 7, 7 + len(text), 0.5)


def test_it_is_spelled_out_before_or_behind_brackets():
    for text, whole in (
        ("Boats left. The Fishermen's Union (FU) stayed.", "Fishermen's Union"),
        ("Boats left. The FU (Fishermen's Union) stayed.", "Fishermen's Union"),
    ):
        found = spelled_out("fu", [passage("Nothing."), passage(text)])
        assert found is not None
        assert found[1].of(text) == whole
    assert spelled_out("FU", [passage("The FU stayed (in port)."), passage("The Union of Boats (FU) left.")]) is None


@pytest.mark.parametrize(
    ("short", "before", "found"),
    [
        ("OPEC", "the Organization of the Petroleum Exporting Countries", "Organization of the Petroleum Exporting Countries"),
        ("PPE", "personal protective equipment", "personal protective equipment"),
        ("BoA", "the Bank of America", "Bank of America"),
    ],
)  # fmt: skip
def test_the_whole_name_is_taken_where_its_words_give_the_letters(short, before, found):
    assert long_form(short, before) == found
