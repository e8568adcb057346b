"""Placeholder while the real module is being written."""
from collections.abc import Callable
from typing import Any
Progress = Callable[[str, int, int], None]
def sync(*a: Any, **k: Any) -> Any: raise NotImplementedError
