"""What a long task has done comes in; a line on stderr goes out."""

from __future__ import annotations

import sys


def show_progress(step: str, done: int, total: int) -> None:
    """Write one line of progress to stderr, in place on a terminal."""
    terminal = sys.stderr.isatty()
    line = f"kimqa: {step} {done}/{total}" if total else f"kimqa: {step}"
    finished = done >= total
    if terminal:
        print(f"\r\x1b[K{line}", end="\n" if finished else "", file=sys.stderr, flush=True)
    elif finished:
        print(line, file=sys.stderr, flush=True)
