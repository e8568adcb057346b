"""`python -m evals` is `pytest evals/`: the arguments are passed on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.exit(pytest.main([str(Path(__file__).parent), *sys.argv[1:]]))
