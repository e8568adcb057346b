"""What becomes of a model's statements, with a judge that knows only what it is told."""

import dataclasses
import datetime

import pytest

from kimqa.errors import ModelError
from kimqa.ground import ground, place_of
from kimqa.readers.load import load_extractive, load_judge
from kimqa.support import MEASURES, coverage, measure_of, names_in, other_answer, speaks_for_itself, support_of
from kimqa.text import normalize
from kimqa.types import Draft, DraftStatement, Filling, Passage, Quote, Verdict

HARBOUR = (
    "The port of Arlen reopened on Monday after six weeks of repairs. The mayor, Ines Calder, cut the ribbon at noon. "
    "Tom Reyes, who leads the opposition, stayed away."
)
TRAIN = "A freight train left the rails near Kolm. Nobody was hurt, because the driver had slowed down."


def passage(text, article="a", *, rank=1, start=100):
    return Passage(
        rank, 0.9, article, article, "A title", "The Post", None, datetime.date(2024, 3, 6), None, text, start,
        start + len(text),
    )  # fmt: skip


class WordJudge:
    """Supports what shares most of its words with a passage; joins measures by that alone."""

    least_support = 0.5

    def judge(self, statement, passages):
        shares = [coverage(statement, shown) for shown in passages]
        return [Verdict(0.9, 0.05, 0.05) if share >= 0.7 else Verdict(0.05, 0.05, 0.9) for share in shares]

    def support(self, measures):
        return measures[0] if measures[0] >= 0.7 else 0.1

    def fill(self, question, passages):
        return [Filling(0.0, ()) for _ in passages]


PASSAGES = (passage(HARBOUR), passage(TRAIN, "b", rank=2, start=0))
CUT = "The mayor, Ines Calder, cut the ribbon at noon."


def whole(*shown):
    return tuple(Quote(p.article_id, p.start, p.end) for p in shown)


def written(*statements, raw=""):
    return Draft(tuple(DraftStatement(*statement) for statement in statements), passages=PASSAGES, written=raw or "x")


GATE = Draft((DraftStatement(CUT, ()),), short="Ines Calder", confidence=0.8)


class Credulous(WordJudge):
    """Takes everything for supported."""

    def support(self, measures):
        return 0.99


@pytest.mark.parametrize(
    "statement",
    [
        "The port of Arlen reopened after 16 weeks of repairs.",
        "The port of Arlen reopened on 12 March 2024.",
        'The mayor, Ines Calder, spoke of "a harbour without end".',
    ],
)
def test_a_number_a_date_or_quoted_words_that_no_passage_has_rule_a_statement_out_whatever_the_model_says(statement):
    assert not support_of(statement, PASSAGES[:1], Credulous()).holds
    assert support_of("The port of Arlen reopened after six weeks of repairs.", PASSAGES[:1], Credulous()).holds
    assert support_of("The port of Arlen reopened on 4 March 2024.", PASSAGES[:1], Credulous()).holds


class Filler(Credulous):
    """Answers every question with one name; distrusts a statement that it would fill otherwise."""

    def __init__(self, probability, *answers):
        self.filling = Filling(probability, answers)
        self.asked = []

    def fill(self, question, passages):
        self.asked.append(question)
        return [self.filling, *(Filling(0.1, (("Tom Reyes", 1.0),)) for _ in passages[1:])]

    def support(self, measures):
        return 0.9 - measures[-1]


def test_a_statement_whose_part_the_reader_would_fill_otherwise_is_not_supported():
    said = "Ines Calder cut the ribbon."
    wrong, right = Filler(0.9, ("Clara Nyhart", 0.8), ("Calder", 0.1)), Filler(0.9, ("the mayor, Ines Calder", 0.9))
    assert not support_of(said, PASSAGES, wrong).holds
    assert wrong.asked == ["Who or what cut the ribbon?"]
    assert support_of(said, PASSAGES, right).holds
    # what a passage answers that hardly answers at all counts for nothing
    assert support_of(said, PASSAGES, Filler(0.05, ("Clara Nyhart", 0.9))).holds


class FillsEach(WordJudge):
    """Every passage with a filling of its own."""

    def __init__(self, *fillings):
        self.fillings = fillings

    def fill(self, question, passages):
        return self.fillings


def test_what_one_of_several_passages_says_is_not_held_against_a_statement():
    nyhart, calder = Filling(0.9, (("Clara Nyhart", 0.9),)), Filling(0.89, (("Calder", 0.9),))
    alone, both = FillsEach(nyhart, Filling(0.0, ())), FillsEach(nyhart, calder)
    assert other_answer("Ines Calder cut it.", PASSAGES, alone) > 0.85
    assert other_answer("Ines Calder cut it.", PASSAGES, both) < 0.5


@pytest.mark.parametrize(
    ("statement", "answer", "against"),
    [
        ("The repair took six weeks.", "4 days", True),
        ("The repair took six weeks.", "6", False),
        ("It reopened on Monday.", "Tuesday", True),
        ("It reopened on Monday.", "yesterday", False),
    ],
)
def test_numbers_and_dates_are_compared_as_such(statement, answer, against):
    judge = FillsEach(Filling(0.9, ((answer, 0.9),)), Filling(0.0, ()))
    assert (other_answer(statement, PASSAGES, judge) > 0.5) is against


def test_a_part_that_stands_nowhere_is_not_asked_for_and_a_statement_that_is_lost_is_not_read_again():
    judge = Filler(0.9, ("Clara Nyhart", 0.8))
    assert other_answer("Jo Marsh cut it.", PASSAGES, judge) == 0.0
    judge.least_support = 0.95
    support_of("Ines Calder cut the ribbon.", PASSAGES, judge)
    assert judge.asked == []


def test_a_statement_rests_on_the_sentence_that_says_so_and_not_on_the_whole_passage():
    grounded = ground(written((CUT, whole(PASSAGES[0]))), GATE, WordJudge())
    (statement,) = grounded.draft.statements
    (quote,) = statement.quotes
    assert HARBOUR[quote.start - 100 : quote.end - 100] == CUT
    assert statement.supported
    assert grounded.draft.short == "Ines Calder"
    assert (grounded.withdrawn, grounded.notes) == ((), ())


def test_a_statement_that_names_the_wrong_passage_rests_on_the_right_one():
    grounded = ground(written((CUT, whole(PASSAGES[1]))), GATE, WordJudge())
    assert [quote.article_id for quote in grounded.draft.statements[0].quotes] == ["a"]


def test_a_statement_without_a_mark_is_searched_for():
    grounded = ground(written((CUT, ())), GATE, WordJudge())
    assert grounded.draft.statements[0].quotes


def test_what_no_passage_says_is_left_out_and_its_place_is_withdrawn():
    raw = f"{CUT[:-1]} [1]. Pigs flew over Venice [1]."
    grounded = ground(
        written((CUT, whole(PASSAGES[0])), ("Pigs flew over Venice.", whole(PASSAGES[0])), raw=raw), GATE, WordJudge()
    )
    assert [statement.text for statement in grounded.draft.statements] == [CUT]
    assert grounded.withdrawn == ("Pigs flew over Venice [1].",)
    assert len(grounded.notes) == 1


def test_it_may_be_kept_marked_but_not_alone():
    bad = ("Pigs flew over Venice.", whole(PASSAGES[0]))
    kept = ground(written((CUT, whole(PASSAGES[0])), bad), GATE, WordJudge(), keep_unsupported=True)
    assert [statement.supported for statement in kept.draft.statements] == [True, False]
    assert kept.draft.statements[1].quotes == ()
    alone = ground(written(bad), GATE, WordJudge(), keep_unsupported=True)
    assert alone.draft.statements == ()
    assert alone.draft.reason


def test_a_short_answer_that_the_model_does_not_give_is_not_claimed():
    grounded = ground(written(("Nobody was hurt.", whole(PASSAGES[1]))), GATE, WordJudge())
    assert grounded.draft.short == "Nobody was hurt"


def test_a_flood_of_statements_is_cut():
    many = [(f"The mayor, Ines Calder, cut the ribbon at noon {'x' * n}.", whole(PASSAGES[0])) for n in range(30)]
    assert len(ground(written(*many), GATE, WordJudge()).draft.statements) <= 12


@pytest.mark.parametrize(
    ("statement", "raw", "place"),
    [
        ("Kim came on Tuesday.", "Yes. Kim came [1] on Tuesday [2]. More.", "Kim came [1] on Tuesday [2]."),
        ("Kim came.", "**Kim** came.【1】 Then", "Kim** came.【1】"),
        ("Kim came.", "_Kim_ came [1].", "Kim_ came [1]."),
        ("5 " * 20 + "cafe", "5 " * 4000 + "zzz", "5 " * 20 + "cafe"),
        ("Kim came.", "Nothing of the kind.", "Kim came."),
        ("…", "…", "…"),
    ],
)
def test_a_statement_is_found_where_the_model_wrote_it(statement, raw, place):
    assert place_of(statement, raw) == place


def test_support_takes_sentences_of_several_passages():
    said = "Ines Calder cut the ribbon at noon, and a freight train left the rails near Kolm."
    found = support_of(said, PASSAGES, WordJudge())
    assert {quote.article_id for quote in found.quotes} == {"a", "b"}


def measures(statement, *shown):
    return dict(zip(MEASURES, measure_of(statement, shown or PASSAGES[:1], WordJudge()), strict=True))


@pytest.mark.parametrize(
    ("statement", "measure"),
    [
        ("The port reopened after eight weeks.", "number_missing"),
        ("The mayor, Clara Nyhart, cut the ribbon.", "name_missing"),
        ("The port of Arlen reopened on 7 March 2024.", "date_wrong"),
        ('The mayor said "we did it".', "quote_missing"),
        ("The mayor did not cut the ribbon at noon.", "negation"),
    ],
)
def test_what_can_be_counted_is_counted(statement, measure):
    assert measures(statement)[measure] > 0


@pytest.mark.parametrize(
    "statement",
    [
        "The port of Arlen reopened on 4 March 2024 after 6 weeks of repairs.",
        "Ines Calder, the mayor, cut the ribbon at noon on Monday.",
        "According to The Post, the port reopened on Monday.",
        "Repairs took six weeks.",
    ],
)
def test_what_is_said_in_another_way_is_not_counted_against_it(statement):
    found = measures(statement)
    names = ("number_missing", "name_missing", "date_wrong", "quote_missing", "negation")
    assert [name for name in names if found[name]] == []


def test_names_are_told_from_the_capital_that_opens_a_sentence():
    assert names_in("Repairs by Ines Calder for the U.N. took weeks.", HARBOUR) == ["ines", "calder", "un"]
    assert names_in("Calder came.", "so Calder came") == ["calder"]


def test_every_measure_is_a_number_for_any_statement():
    for statement in ("", "…", "x", "A" * 3000, normalize(HARBOUR)):
        assert all(isinstance(value, float) for value in measures(statement or " ").values())


def test_the_shipped_judge_fills_the_blank_of_a_statement():
    reader = load_extractive(threads=1)
    judge = load_judge(reader, threads=1)
    (filling,) = judge.fill("Who or what cut the ribbon at noon?", PASSAGES[:1])
    assert "Ines Calder" in filling.answers[0][0]
    assert filling.probability > 0.5
    assert [score for _, score in filling.answers] == sorted((score for _, score in filling.answers), reverse=True)
    assert other_answer("Ines Calder cut the ribbon at noon.", PASSAGES, judge) < 0.2


def test_a_verifier_that_was_made_for_other_measures_is_not_loaded(monkeypatch):
    monkeypatch.setattr("kimqa.readers.load.MEASURES", MEASURES[:-1])
    with pytest.raises(ModelError, match="measures"):
        load_judge(threads=1)


def test_a_passage_that_does_not_answer_the_question_does_not_take_over_a_statement():
    about = [dataclasses.replace(passage, score=0.9) for passage in PASSAGES]
    apart = [dataclasses.replace(PASSAGES[0], score=0.001), *about[1:]]
    named = written((CUT, whole(PASSAGES[1])))
    for passages, held in ((about, 1), (apart, 0)):
        draft = dataclasses.replace(named, passages=tuple(passages))
        assert len(ground(draft, GATE, WordJudge()).draft.statements) == held


@pytest.mark.parametrize(
    ("statement", "speaks"),
    [
        ("I found him a tiresome host.", True),
        ("We needed his trade.", True),
        ("He said “I am tired” and left.", False),
        ("The US and Iran met in World War I.", False),
        ("The U.S. told us nothing.", True),
    ],
)
def test_a_statement_that_says_i_or_we_is_no_statement_of_an_article(statement, speaks):
    assert speaks_for_itself(statement) is speaks
