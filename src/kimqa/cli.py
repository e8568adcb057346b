"""The command line: each verb is one public call, printed as text or, with --json, as the value's `to_dict()`."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from kimqa.api import default_pipeline
from kimqa.errors import CorpusError, KimqaError
from kimqa.pipeline import Pipeline
from kimqa.progress import show_progress
from kimqa.settings import Settings, load_settings
from kimqa.types import Answer, Passage, SyncReport

app = typer.Typer(
    help="Ask a corpus of news articles; every answer can be checked.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip

_USER_ERROR: Final = 2
# Wrong options and arguments. Typer brings a click of its own in some versions, so the class is found through typer.
_USAGE_ERROR: Final[Any] = typer.BadParameter.__mro__[1]
_INTERRUPTED: Final = 130  # as a shell says it: 128 and the number of the signal

Json = Annotated[bool, typer.Option("--json", help="Print the whole value as JSON.")]
Outlets = Annotated[list[str] | None, typer.Option("--outlet", help="Only this outlet may answer; repeatable.")]
Since = Annotated[str | None, typer.Option("--since", help="First day of publication, as 2025-09-04.")]
Until = Annotated[str | None, typer.Option("--until", help="Last day of publication.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Answer as of this day; nothing later is used.")]
TopK = Annotated[int | None, typer.Option("--top-k", help="How many passages to read.")]
ReaderName = Annotated[
    str | None, typer.Option("--reader", help="Who answers: `extractive`, or a language model as `provider:model`.")
]


@app.command()
def ask(
    question: str, outlet: Outlets = None, since: Since = None, until: Until = None, as_of: AsOf = None,
    reader: ReaderName = None, top_k: TopK = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Answer one question."""
    answer = default_pipeline().ask(
        question, outlets=outlet or None, since=since, until=until, as_of=as_of, reader=reader, top_k=top_k
    )
    _show(answer.to_dict()) if as_json else _print_answer(answer)


@app.command()
def chat(
    outlet: Outlets = None, since: Since = None, until: Until = None, as_of: AsOf = None, reader: ReaderName = None,
    top_k: TopK = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Ask again and again; follow-ups are understood. An empty line ends it."""
    pipeline = default_pipeline()
    history: list[tuple[str, str]] = []
    for line in _lines("> "):
        try:
            answer = pipeline.ask(
                line, history=history, outlets=outlet or None, since=since, until=until, as_of=as_of, reader=reader,
                top_k=top_k,
            )  # fmt: skip
        except KimqaError as error:
            typer.echo(f"kimqa: {error}", err=True)
            continue
        _show(answer.to_dict()) if as_json else _print_answer(answer)
        history.append((line, answer.text))


@app.command()
def search(
    query: str, outlet: Outlets = None, since: Since = None, until: Until = None, as_of: AsOf = None,
    top_k: TopK = None, as_json: Json = False,
) -> None:  # fmt: skip
    """List the passages nearest to a query."""
    passages = default_pipeline().search(
        query, outlets=outlet or None, since=since, until=until, as_of=as_of, top_k=top_k
    )
    if as_json:
        _show([passage.to_dict() for passage in passages])
        return
    for passage in passages:
        typer.echo(f"{passage.rank}. {_source(passage)}\n   {' '.join(passage.text.split())}\n")


@app.command()
def sync(
    path: Annotated[Path | None, typer.Argument(help="Folder of articles; default: the corpus folder.")] = None,
    as_json: Json = False,
) -> None:
    """Make the index equal to the corpus folder."""
    report = Pipeline.build(load_settings(), corpus=path, progress=show_progress)
    _show(report.to_dict()) if as_json else _print_report(report)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Open the page."""
    # The page's framework takes seconds to import; only this verb needs it.
    from kimqa.server import serve as run
    from kimqa.ui import read_examples

    given: dict[str, Any] = {"host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    run(
        default_pipeline(settings),
        settings.host,
        settings.port,
        ready=_announce,
        examples=read_examples(settings.examples_file),
    )


@app.command()
def info(as_json: Json = False) -> None:
    """Say what is installed, set and indexed."""
    settings = load_settings()
    values = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    shown: dict[str, Any] = {"settings": {name: str(value) for name, value in values.items() if value is not None}}
    shown["corpus_folder"], shown["vectorstore_folder"] = (
        str(settings.corpus_folder),
        str(settings.vectorstore_folder),
    )
    shown["index"] = _index_in_words(settings)
    if as_json:
        _show(shown)
        return
    for name, value in (*shown["settings"].items(), *((k, v) for k, v in shown.items() if k != "settings")):
        typer.echo(f"{name:20} {value}")


@app.command("eval", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def evaluate(context: typer.Context) -> None:
    """Check the answers against the gold questions; options are passed to `pytest evals/`."""
    folder = load_settings().home / "evals"
    if not folder.is_dir():
        raise CorpusError(
            f"There is no folder {folder}: the gold questions are part of a checkout. Clone the project and run it there."
        )
    raise typer.Exit(subprocess.call([sys.executable, "-m", "pytest", str(folder), *context.args], cwd=folder.parent))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a user's error is one line on stderr and exit status 2."""
    try:
        status = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except (KimqaError, _USAGE_ERROR) as error:
        said = str(error) if isinstance(error, KimqaError) else error.format_message()
        if said:
            typer.echo(f"kimqa: {' '.join(said.split())}", err=True)
        sys.exit(_USER_ERROR)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _index_in_words(settings: Settings) -> str:
    try:
        pipeline = Pipeline.open(settings)
    except KimqaError as error:
        return str(error)
    if not pipeline.is_built:
        return "none yet: `kimqa sync` builds it"
    articles = pipeline.articles()
    return f"{len(articles)} articles of {len({article.outlet for article in articles})} outlets"


def _announce(address: str) -> None:
    typer.echo(f"kimqa: the page is at {address} (stop it with Ctrl-C)")


def _lines(prompt: str) -> Any:
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    while True:
        try:
            line = input(prompt if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if not line:
            return
        yield line


def _show(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _source(item: Any) -> str:
    published = f", {item.published.day} {item.published:%B %Y}" if item.published else ""
    return f"{item.outlet or item.article_id}{published}: {item.title}"


def _print_answer(answer: Answer) -> None:
    if answer.standalone_question != answer.question:
        typer.echo(f"(searched as: {answer.standalone_question})")
    typer.echo(answer.text)
    for note in answer.notes:
        typer.echo(f"({note})")
    if answer.short:
        typer.echo(f"\nIn short: {answer.short}   (confidence {answer.confidence:.0%})")
    for citation in answer.citations:
        typer.echo(f"\n[{citation.number}] {_source(citation)}\n    “{' '.join(citation.quote.split())}”")
    for conflict in answer.conflicts:
        sides = "; ".join(
            f"{side.citation.outlet} says {side.short} [{side.citation.number}]" for side in conflict.sides
        )
        typer.echo(f"\nThe sources differ: {sides}")
    if answer.abstained and answer.passages:
        typer.echo("\nNearest articles, not support:")
        for passage in _first_of_each_article(answer.passages):
            typer.echo(f"  - {_source(passage)}")


def _first_of_each_article(passages: Sequence[Passage]) -> list[Passage]:
    first = {passage.article_id: passage for passage in reversed(passages)}
    return sorted(first.values(), key=lambda passage: passage.rank)[:3]


def _print_report(report: SyncReport) -> None:
    typer.echo(
        f"{report.articles} articles, {report.chunks} chunks: {len(report.added)} added, {len(report.changed)} changed, "
        f"{len(report.removed)} removed, {report.unchanged} unchanged, in {report.seconds:.1f} s"
    )
    for problem in report.problems:
        typer.echo(f"  left out {problem.file}: {problem.reason}", err=True)


if __name__ == "__main__":
    main()
