"""A folder goes in; it is made, and held by one process at a time."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from kimqa.errors import StoreError


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Only one process, or thread, at a time is inside with the same folder; a killed one is out.

    Raises:
        StoreError: another one is inside.
    """
    # SQLite's lock on a file of its own: it is portable, and the system takes it back from a process that dies.
    make_folder(folder)
    try:
        lock = sqlite3.connect(folder / "sync.lock", timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreError(
            f"{folder} cannot be written ({error}). Name another folder, or give this user the right."
        ) from error
    with contextlib.closing(lock) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise StoreError(
                f"Another sync is at work on {folder} ({error}). Wait for it to end and try again."
            ) from error
        yield


def make_folder(folder: Path) -> None:
    """Make the folder, and those above it.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {folder} for the index cannot be made: {error.strerror}. Name another one."
        ) from error
