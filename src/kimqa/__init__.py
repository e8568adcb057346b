"""Ask a corpus of news articles; every answer can be checked."""

from kimqa.api import ask, search, stream
from kimqa.errors import (
    ArgumentError,
    CorpusError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    KimqaError,
    ModelError,
    ReaderError,
    SettingsError,
    StoreError,
)
from kimqa.pipeline import Pipeline
from kimqa.settings import Settings, load_settings
from kimqa.types import (
    Answer,
    Article,
    Citation,
    Conflict,
    ConflictSide,
    Event,
    Filters,
    Passage,
    Statement,
    SyncReport,
)

__all__ = [
    "Answer",
    "ArgumentError",
    "Article",
    "Citation",
    "Conflict",
    "ConflictSide",
    "CorpusError",
    "Event",
    "Filters",
    "IndexDamagedError",
    "IndexMismatchError",
    "IndexMissingError",
    "KimqaError",
    "ModelError",
    "Passage",
    "Pipeline",
    "ReaderError",
    "Settings",
    "SettingsError",
    "Statement",
    "StoreError",
    "SyncReport",
    "ask",
    "load_settings",
    "search",
    "stream",
]
