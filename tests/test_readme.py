"""What the README shows is what happens: its Python blocks are run, its command is called, its settings exist."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from kimqa.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"```python\n(.*?)```\n+```\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"^\$ (kimqa .*)\n((?:.+\n)+)", README, re.MULTILINE)


def test_there_is_a_session_for_python_and_one_for_the_command_line():
    assert len(SESSIONS) >= 2
    assert COMMANDS


@pytest.mark.parametrize(("code", "printed"), SESSIONS)
def test_a_python_session_prints_what_the_readme_says(code, printed):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(f"import kimqa\n{code}", "README.md", "exec"), {})
    assert said.getvalue().split() == printed.split()


@pytest.mark.parametrize(("command", "printed"), COMMANDS)
def test_a_command_prints_what_the_readme_says(command, printed, capsys):
    with contextlib.suppress(SystemExit):
        main(shlex.split(command)[1:])
    assert " ".join(printed.split()).removesuffix("```").strip() in " ".join(capsys.readouterr().out.split())


def test_the_readme_is_short_and_what_it_links_to_exists():
    assert len(README.splitlines()) <= 160
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", README)) <= targets
