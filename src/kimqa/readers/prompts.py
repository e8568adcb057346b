"""The words that kimqa itself says to a reader or to a language model."""

from __future__ import annotations

from typing import Final

REFUSAL: Final = "The articles do not say."
"""What an abstention opens with."""
