import io
import json
import subprocess
import sys

import pytest

from kimqa.cli import main

RIBBON = "Who cut the ribbon in Arlen?"
UNKNOWN = "Who won the chess tournament in Reykjavik?"


@pytest.fixture
def kimqa(built, monkeypatch, capsys):
    """Runs the command line on the built index; gives the exit status, what was printed and what went to stderr."""
    monkeypatch.setenv("KIMQA_HOME", str(built.home))
    monkeypatch.setenv("KIMQA_THREADS", "1")

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        try:
            main(arguments)
            status = 0
        except SystemExit as end:
            status = end.code or 0
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_ask_prints_the_answer_and_its_evidence(kimqa):
    status, out, err = kimqa("ask", RIBBON)
    assert (status, err) == (0, "")
    assert out.startswith("The mayor, Ines Calder, cut the ribbon at noon in front of about 400 people [1].")
    assert "[1] The Tidewater Post, 4 March 2024: Arlen harbour reopens" in out


def test_ask_says_what_it_does_not_know_and_offers_the_nearest(kimqa):
    status, out, _ = kimqa("ask", UNKNOWN)
    assert status == 0
    assert out.startswith("The articles do not say.")
    assert "not support" in out
    assert "[1]" not in out


def test_ask_as_json_is_the_answer_as_a_mapping(kimqa):
    status, out, err = kimqa(
        "ask", RIBBON, "--json", "--top-k", "2", "--outlet", "the tidewater post", "--since", "2024-01-01"
    )
    answer = json.loads(out)
    assert (status, err) == (0, "")
    assert "Ines Calder" in answer["short"]
    assert answer["filters"]["outlets"] == ["The Tidewater Post"]
    assert answer["filters"]["since"] == "2024-01-01"
    assert {passage["article_id"] for passage in answer["passages"]} == {"harbour"}


def test_several_outlets_may_be_given(kimqa):
    _, out, _ = kimqa("search", "train", "--outlet", "HDN", "--outlet", "Union Radio", "--json")
    (passage,) = json.loads(out)
    assert {passage["article_id"], *passage["also_in"]} == {"train-news", "train-radio"}


def test_as_of_hides_what_came_later(kimqa):
    _, out, _ = kimqa("ask", RIBBON, "--as-of", "2024-03-03", "--json")
    assert all(passage["published"] <= "2024-03-03" for passage in json.loads(out)["passages"])


def test_search_lists_passages_by_rank(kimqa):
    status, out, _ = kimqa("search", "freight train Kolm", "--top-k", "2")
    assert status == 0
    assert [line[:2] for line in out.splitlines() if line[:1].isdigit()] == ["1.", "2."]


def test_chat_understands_follow_ups_and_goes_on_after_a_mistake(kimqa):
    status, out, err = kimqa("chat", typed=f"{RIBBON}\n???\nWhat did she thank the divers for?\n")
    assert status == 0
    assert "Ines Calder, cut the ribbon" in out
    assert err.count("\n") == 1
    assert "no letter" in err
    assert "(searched as: What did Ines Calder" in out


def test_chat_ends_with_an_empty_line(kimqa):
    status, out, _ = kimqa("chat", typed=f"\n{RIBBON}\n")
    assert (status, out) == (0, "")


def test_info_says_what_is_set_and_indexed(kimqa, built):
    status, out, _ = kimqa("info", "--json")
    shown = json.loads(out)
    assert status == 0
    assert shown["vectorstore_folder"] == str(built.vectorstore_folder)
    assert shown["index"] == "8 articles of 8 outlets"
    status, out, _ = kimqa("info")
    assert "8 articles of 8 outlets" in out


def test_sync_of_an_unchanged_corpus_changes_nothing(kimqa):
    status, out, _ = kimqa("sync", "--json")
    report = json.loads(out)
    assert status == 0
    assert (report["unchanged"], report["added"], report["changed"], report["removed"]) == (8, [], [], [])


BAD = {
    "empty": ("ask", ""),
    "blank": ("ask", "  \t "),
    "20,000 characters": ("ask", "who " * 5000),
    "punctuation only": ("ask", "?!…"),
    "emoji only": ("ask", "😀👍🏽"),
    "control characters only": ("ask", "\x07\x1b"),
    "lone surrogate": ("ask", "Who \udcff?"),
    "huge top_k": ("ask", RIBBON, "--top-k", "1000000000"),
    "negative top_k": ("ask", RIBBON, "--top-k=-1"),
    "unknown outlet": ("ask", RIBBON, "--outlet", "Hourly Bugle"),
    "outlet of odd characters": ("ask", RIBBON, "--outlet", "\udcff\n\x1b[31m"),
    "since after until": ("ask", RIBBON, "--since", "2025-01-02", "--until", "2025-01-01"),
    "no such day": ("ask", RIBBON, "--since", "2025-02-30"),
    "no date": ("ask", RIBBON, "--as-of", "yesterday"),
    "unknown reader": ("ask", RIBBON, "--reader", "oracle"),
    "search for nothing": ("search", ""),
    "search with a bad date": ("search", "train", "--until", "soon"),
    "corpus that is not there": ("sync", "/no/such/folder"),
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_a_mistake_is_one_line_on_stderr_and_exit_status_2(kimqa, arguments, form):
    status, out, err = kimqa(*arguments, *form)
    assert (status, out) == (2, "")
    assert err.startswith("kimqa: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err
    assert "\x1b" not in err


@pytest.mark.parametrize(
    "arguments",
    [("ask",), ("ask", RIBBON, "--top-k", "many"), ("ask", RIBBON, "--colour", "red"), ("answer", RIBBON)],
)
def test_a_command_that_is_no_command_is_one_line_and_status_2(kimqa, arguments):
    status, out, err = kimqa(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("kimqa: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["KIMQA_TOPK", "KIMQA_TOP_K"])
def test_a_bad_setting_is_one_line_on_stderr(kimqa, monkeypatch, name):
    monkeypatch.setenv(name, "many")
    status, out, err = kimqa("ask", RIBBON)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert name in err or "top_k" in err


HONEST = {
    "HTML": "<img src=x onerror=alert(1)>",
    "another language": "Wer hat gestern im Bundestag gesprochen?",
    "query syntax": 'ribbon" AND * ; DROP TABLE articles --',
}


@pytest.mark.parametrize("question", HONEST.values(), ids=HONEST.keys())
def test_an_odd_question_gets_an_honest_abstention_that_parses(kimqa, question):
    status, out, err = kimqa("ask", "--json", "--", question)
    answer = json.loads(out)
    assert (status, err) == (0, "")
    assert answer["abstained"]
    assert answer["question"] == question


def test_a_mistake_in_a_process_of_its_own_has_no_traceback(built):
    done = subprocess.run(
        [sys.executable, "-m", "kimqa.cli", "ask", "Who \ud800?".encode("utf-8", "surrogatepass")],
        env={"KIMQA_HOME": str(built.home), "PYTHONPATH": ":".join(sys.path), "HOME": str(built.home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("kimqa: The question")
