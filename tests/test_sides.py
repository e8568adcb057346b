"""The answers of two sides, chosen together."""

import dataclasses
import datetime
import math

from kimqa.readers.quoting import Candidate
from kimqa.readers.sides import chosen_together, of_its_year, own_conflicts
from kimqa.readers.span_model import Reading, Span
from kimqa.types import Draft, DraftSide, Passage, Quote

LEAST = 0.2
TALKS = "In May the talks took three hours. In June they took forty minutes."


def candidate(text, *answers, probability=0.9, article="a", chunk=None, year=2031):
    """Answers are (text, score), best first."""
    spans = tuple(Span(text.index(a), text.index(a) + len(a), a, score) for a, score in answers)
    day = datetime.date(year, 5, 1)
    shown = Passage(1, 1.0, chunk or f"{article}-1", article, "Title", "Post", None, day, None, text, 0, len(text), 0.5)
    log_odds = math.log(probability / (1 - probability))
    return Candidate(shown, Reading(probability, log_odds, spans, (), 0.0, 0.0, 1.0), log_odds, probability)


def choose(answered, least=LEAST, **options):
    return chosen_together(answered, lambda c: c.answers(least), lambda log_odds, score: score, **options)


def shorts(answered):
    return [candidates[0].best.text for candidates in choose(answered).values()]


def test_sides_told_by_one_passage_are_answered_by_different_parts_of_it():
    may = candidate(TALKS, ("three hours", 0.6), ("forty minutes", 0.1))
    june = candidate(TALKS, ("three hours", 0.4), ("forty minutes", 0.3))
    assert shorts({"in May": [may], "in June": [june]}) == ["three hours", "forty minutes"]
    assert shorts({"in June": [june], "in May": [may]}) == ["forty minutes", "three hours"]


def test_one_answer_stands_for_both_where_any_other_is_much_less_likely():
    one = candidate("They met in Velm.", ("Velm", 0.9), probability=0.95)
    other = candidate("It rained in Kolm.", ("Kolm", 0.9), probability=0.25, article="b")
    assert shorts({"first": [one, other], "second": [one, other]}) == ["Velm", "Velm"]


def test_a_second_article_is_taken_where_it_is_not_much_less_likely():
    one = candidate("They met in Velm.", ("Velm", 0.9), probability=0.8)
    other = candidate("Then they met in Kolm.", ("Kolm", 0.9), probability=0.5, article="b")
    sides = {"first": [one, other], "second": [one, other]}
    assert shorts(sides) == ["Velm", "Kolm"]
    agreed = choose(sides, may_agree=True).values()
    assert [candidates[0].best.text for candidates in agreed] == ["Velm", "Velm"]


def test_what_does_not_answer_is_never_chosen_and_nothing_is_lost():
    one = candidate("They met in Velm.", ("Velm", 0.9), probability=0.8)
    unlikely = candidate("Kolm is cold.", ("Kolm", 0.9), probability=0.1, article="b")
    chosen = choose({"first": [one, unlikely], "second": [one, unlikely]})
    assert [[c.passage.article_id for c in candidates] for candidates in chosen.values()] == [["a", "b"], ["a", "b"]]


def test_a_passage_of_the_year_that_a_side_names_comes_first_if_it_answers():
    old = candidate("They met in Velm.", ("Velm", 0.9), probability=0.9, year=2031)
    new = candidate("They met in Kolm.", ("Kolm", 0.9), probability=0.5, article="b", year=2033)
    assert of_its_year("Where did they meet in 2033?", [old, new], LEAST) == [new, old]
    assert of_its_year("Where did they meet in 2033?", [old, new], 0.6) == [old, new]
    assert of_its_year("Where did they meet?", [old, new], LEAST) == [old, new]


def test_the_year_that_a_side_names_counts_more_than_how_likely_others_are():
    old = candidate("They met in Velm.", ("Velm", 0.9), probability=0.9, year=2031)
    other = candidate("They met in Lorn.", ("Lorn", 0.9), probability=0.9, article="b", year=2031)
    new = candidate("They met in Kolm.", ("Kolm", 0.9), probability=0.5, article="c", year=2033)
    assert shorts({"Where in 2031?": [old, other, new], "Where in 2033?": [old, other, new]}) == ["Velm", "Kolm"]


def test_an_answer_beside_the_best_one_stands_alone_and_is_no_surer_than_it_is():
    mayors = candidate("The mayors were Reyes and Calder.", ("Reyes", 0.6), ("Calder", 0.3))
    one, other = (candidates[0] for candidates in choose({"first": [mayors], "second": [mayors]}).values())
    assert [span.text for span in one.reading.spans] == ["Reyes"]
    assert [span.text for span in other.reading.spans] == ["Calder"]
    assert (one.confidence, other.confidence) == (0.9, 0.3)


def test_an_answer_without_a_score_breaks_nothing():
    shown = candidate("They met in Velm.", ("Velm", 0.0), ("met", 0.0))
    assert shorts({"first": [shown], "second": [shown]}) == ["Velm", "Velm"]
    assert choose({"first": [shown], "second": [shown]}, least=0.99) == {"first": [shown], "second": [shown]}


def test_the_same_words_at_another_place_are_another_answer():
    text = "The fair drew 40 in May. A ticket was 30 crowns. It drew 40 in June."
    second = text.rindex("40")
    spans = (
        Span(text.index("40"), text.index("40") + 2, "40", 0.6),
        Span(second, second + 2, "40", 0.3),
        Span(text.index("30"), text.index("30") + 2, "30", 0.2),
    )
    shown = candidate(text, ("40", 0.6))
    may = dataclasses.replace(shown, reading=dataclasses.replace(shown.reading, spans=spans))
    assert shorts({"in May": [may], "in June": [may]}) == ["40", "40"]


def test_the_answer_of_the_other_side_is_no_conflict():
    def side(short):
        return DraftSide(short, Quote("a", 0, 9))

    reyes = Draft(short="2011", conflicts=((side("2011"), side("2012")),))
    calder = Draft(short="2012", conflicts=((side("2012"), side("2011")), (side("2010"), side("2012"))))
    assert own_conflicts([reyes, calder]) == ((side("2010"), side("2012")),)
    assert own_conflicts([reyes, Draft(short="2013")]) == reyes.conflicts
    assert own_conflicts([Draft()]) == ()
