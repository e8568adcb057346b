"""The peak memory of the process that calls it goes out, in MiB."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
# Run before the code to measure: at its end the process writes its peak to the file that is its last argument.
AT_EXIT: Final = (
    "import atexit, sys; place = sys.argv.pop()\n"
    "def tell():\n"
    "    from evals.benchmarks.memory import peak_mib\n"
    "    open(place, 'w').write(str(peak_mib()))\n"
    "atexit.register(tell)\n"
)


def peak_mib() -> float:
    """The most memory that this process had resident so far.

    Linux counts the memory of the parent into a child's `ru_maxrss`, so that the kernel's own high-water mark is read there.
    """
    if _STATUS.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii"), re.MULTILINE)
        if found:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
