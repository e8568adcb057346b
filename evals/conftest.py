"""Options of `pytest evals/`, the one run that all tests share, and the table at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals import baseline, followups, report, statements
from evals.gold import gold_files
from evals.run import Evaluation, evaluate

_EVALUATION = pytest.StashKey[Evaluation]()
_PAGE = pytest.StashKey[Path]()
_EVERY = 20  # questions between two signs of progress


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the evaluation."""
    group = parser.getgroup("kimqa evaluation")
    group.addoption("--reader", metavar="NAME", help="reader to evaluate; floors hold for the default one only")
    group.addoption("--gold", type=Path, metavar="PATH", help="other gold file or folder; it has no floors")
    group.addoption("--raise-floors", action="store_true", help="raise every floor to what is reached now")
    group.addoption("--lower-floor", metavar="METRIC", help="lower this floor to what is reached now; needs --reason")
    group.addoption("--reason", default="", metavar="TEXT", help="why a floor is lowered; kept in baseline.json")


@pytest.fixture(scope="session")
def evaluation(pytestconfig: pytest.Config) -> Evaluation:
    """Every gold question, asked once and graded; the report is written."""
    terminal = pytestconfig.get_terminal_writer()

    def show(done: int, total: int) -> None:
        if done % _EVERY == 0 or done == total:
            terminal.write(f" {done}/{total}", flush=True)

    found = evaluate(gold_files(pytestconfig.option.gold), pytestconfig.option.reader, show)
    pytestconfig.stash[_EVALUATION] = found
    pytestconfig.stash[_PAGE] = report.write_report(found.summaries, found.outcomes, found.reader)
    return found


@pytest.fixture(scope="session")
def floors(pytestconfig: pytest.Config, evaluation: Evaluation) -> baseline.Baseline:
    """The baseline, changed first if an option asks for it; skips where no floors apply."""
    options = pytestconfig.option
    if options.reader or options.gold:
        pytest.skip("floors hold for the default reader on evals/gold only")
    current = baseline.read_baseline()
    earned = baseline.earned_floors(evaluation.summaries)
    changed = current
    if options.raise_floors:
        changed = baseline.raise_floors(current, earned, evaluation.gold_digest, evaluation.corpus_digest)
    if options.lower_floor:
        changed = baseline.lower_floor(changed, earned, options.lower_floor, options.reason)
    if changed != current:
        baseline.write_baseline(changed)
    return changed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show every wrong answer with its source and what was expected, then the table."""
    found = config.stash.get(_EVALUATION, None)
    if found is not None:
        _show(terminalreporter, found, config.stash[_PAGE])
    for title, key in (("follow-ups", followups.TABLE), ("statements and the verifier", statements.TABLE)):
        if key in config.stash:
            terminalreporter.section(title)
            for line in config.stash[key]:
                terminalreporter.write_line(line)


def _show(terminalreporter: pytest.TerminalReporter, found: Evaluation, page: Path) -> None:
    wrong = [outcome for outcome in found.outcomes if not outcome.right]
    terminalreporter.section(f"{len(wrong)} wrong answers")
    for outcome in wrong:
        title, *lines = report.describe(outcome)
        terminalreporter.write_line(title, bold=True)
        for line in lines:
            terminalreporter.write_line(f"  {line}")
    terminalreporter.section(f"kimqa evaluation, reader {found.reader}")
    for line in report.text_table(found.summaries):
        terminalreporter.write_line(line)
    terminalreporter.write_line(f"report: {page}")
