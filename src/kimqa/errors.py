"""The error tree. Every message gives what was found, what was expected and what to do.

KimqaError
├── ArgumentError          something passed to a public function (question, date, outlet, reader, top_k)
├── SettingsError          a setting that is unknown or has no usable value
├── CorpusError            the corpus folder as a whole (single files are reported as problems, not raised)
├── StoreError
│   ├── IndexMissingError     nothing has been built yet
│   ├── IndexMismatchError    built with other settings or another model
│   └── IndexDamagedError     the stored data cannot be read
├── ModelError             an encoder or reader model that is missing, altered or cannot be loaded
└── ReaderError            a reader that failed to answer, or whose quote lies outside its article
    └── ModelFaultError       a language model that gave no usable answer (`kimqa.readers.faults`); `ask` answers without it
"""

from __future__ import annotations


class KimqaError(Exception):
    """Base of every error that kimqa raises on purpose."""


class ArgumentError(KimqaError, ValueError):
    """An argument that cannot be used: says what was found, what was expected and what to do."""


class SettingsError(KimqaError):
    """A setting that is unknown or has no usable value."""


class CorpusError(KimqaError):
    """The corpus as a whole cannot be used. One broken file is a `Problem` in the `SyncReport`, not an error."""


class StoreError(KimqaError):
    """Base of what can be wrong with the built index."""


class IndexMissingError(StoreError):
    """Nothing has been built yet."""


class IndexMismatchError(StoreError):
    """The index was built with other settings or another model."""


class IndexDamagedError(StoreError):
    """The stored data cannot be read."""


class ModelError(KimqaError):
    """An encoder or reader model is missing, altered or cannot be loaded."""


class ReaderError(KimqaError):
    """A reader failed to answer, or its quote lies outside the article."""
