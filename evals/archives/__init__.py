"""Six small archives of invented news with 115 gold questions each, to see how answers hold up beyond the five articles.

Each folder holds `corpus/` (six articles of six invented outlets over several years, with the furniture of web pages) and
`gold.jsonl` in the format of `evals/gold`. They were written in November 2026 by language-model assistants to one brief:
questions as people type them, all of the twelve types, tempting ones that the articles do not answer. The authors saw neither kimqa's
answers nor its code, the five articles or their gold questions, nor each other's archive.

The failures on `club`, `dam`, `crop` and `isle` were read while rules were written, so they are development sets; `moon` and `port`
were written afterwards and are for reporting only: whoever reads their failures should add new ones.

`more.jsonl` in the first four holds 60 questions more each, 22 of them comparisons in as many wordings, the rest lists, explanations, yes-or-no
and times, written in the same way later. Their failures were read too, on `dam` since the end of November 2026.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
DEVELOPMENT: Final = ("club", "crop", "dam", "isle")
BLIND: Final = ("moon", "port")
