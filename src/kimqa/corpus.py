"""A folder of Markdown and plain text files comes in; articles go out, and a problem for each file that is none."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from frontmatter.default_handlers import YAMLHandler

from kimqa.errors import CorpusError
from kimqa.types import Article, Problem

_SUFFIXES: Final = frozenset({".md", ".markdown", ".txt"})
# Hidden files and what editors leave beside the file being written (~$x.md, #x.md#); x.md~ has another suffix anyway.
_SKIPPED: Final = (".", "~", "#")
# A long newspaper feature has about 0.1 MB; a larger file is a dump of many articles, which nobody could cite.
_MAX_BYTES: Final = 5_000_000

# The library's own pattern swallows the blank lines after the block and its parse() strips the text. With this one,
# split() returns the characters after the block exactly as supplied.
_FRONT_MATTER: Final = YAMLHandler(fm_boundary=re.compile(r"^-{3,}[ \t]*(?:\r?\n|\Z)", re.MULTILINE))
# Every value stays the string that was written: an outlet called NO is no boolean, and dates are ours to check. The
# loader in Python, not the one in C: that one crashes the interpreter on a block nested thousands deep (PyYAML 6.0.3).
_LOADER: Final = yaml.BaseLoader

# Keys that are read, by field; the first that has a value counts.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title", "headline"),
    "outlet": ("outlet", "source", "publication", "publisher"),
    "author": ("author", "authors", "byline"),
    "published": ("published", "date", "published_at", "publication_date", "date_published"),
    "published_basis": ("published_basis",),
    "url": ("url", "link", "source"),
}
_ABSENT: Final = frozenset({"", "~", "null"})
_ADDRESS: Final = re.compile(r"https?://\S+")

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_TIME: Final = r"(?:[T,]?\s*(?:at\s+)?\d{1,2}:\d{2}\b.*)?"
_DATE_FORMS: Final = tuple(
    re.compile(form + _TIME, re.IGNORECASE | re.DOTALL | re.ASCII)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-/])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        rf"(?:[a-z]+,?\s+)?{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})",
        rf"(?:[a-z]+,?\s+)?{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})",
    )
)
_DATE_IN_NAME: Final = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)


def iter_corpus(folder: Path) -> Iterator[Article | Problem]:
    """The articles of `folder` and its subfolders, sorted by path, one at a time, and a problem for each unusable file.

    Hidden files, editors' backups and files of other kinds are passed over. Links to files are read; links to folders
    are reported and not followed, so that no loop can arise. Of two files with one id the first is read.

    Raises:
        CorpusError: the folder is missing, is no folder or cannot be listed.
    """
    if not folder.exists():
        raise CorpusError(f"The corpus folder {folder} does not exist. Create it, put articles (.md, .txt) into it and run `kimqa sync`, or name another folder.")  # fmt: skip
    if not folder.is_dir():
        raise CorpusError(f"The corpus {folder} is a file, but a folder was expected. Name the folder that holds the articles.")  # fmt: skip
    try:
        entries = _entries(folder)
    except OSError as error:
        raise CorpusError(f"The corpus folder {folder} cannot be listed: {error.strerror}. Give this user the right to read it.") from error  # fmt: skip
    return _walk(entries, folder)


def read_article(path: Path, folder: Path) -> Article:
    """The article in the file `path` of the corpus `folder`.

    `text` is exactly the characters after the front matter block (all of them where there is none), line ends included;
    only a byte order mark at the start of the file is left out. Without a title in the front matter, the first line is
    the title if it looks like one; without a date, an ISO date in the file name counts. A date keeps the day that is
    written, whatever its time zone. `id` is the path inside the folder, with `/`, without the suffix.

    Raises:
        CorpusError: the file cannot be used; the message is the reason, without the name of the file.
    """
    identifier = path.relative_to(folder).with_suffix("").as_posix()
    _check_characters("file name", identifier)
    metadata, text = _split(_read(path))
    if not any(character.isalnum() for character in text):
        raise CorpusError("It has no text. Add the text of the article, or remove the file.")
    fields = {field: _first(metadata, keys, field) for field, keys in _KEYS.items()}
    published, basis = _published(fields["published"], fields["published_basis"], path.name)
    outlet, url = fields["outlet"], fields["url"]
    return Article(
        id=identifier,
        text=text,
        title=fields["title"] or _title_line(text),
        outlet="" if outlet is None or _ADDRESS.fullmatch(outlet) else outlet,
        author=re.sub(r"^by\s+", "", fields["author"] or "", flags=re.IGNORECASE) or None,
        published=published,
        published_basis=basis,
        url=url if url is not None and _ADDRESS.fullmatch(url) else None,
    )


def digest(article: Article) -> str:
    """The SHA-256 of the text and the metadata, in hexadecimal. What cleaning adds does not change it."""
    fields = {
        field.name: getattr(article, field.name) for field in dataclasses.fields(article) if field.name != "content"
    }
    return hashlib.sha256(json.dumps(fields, sort_keys=True, default=str).encode()).hexdigest()


def _walk(entries: list[os.DirEntry[str]], folder: Path) -> Iterator[Article | Problem]:
    taken: dict[str, str] = {}
    for entry in entries:
        path = Path(entry.path)
        name = path.relative_to(folder).as_posix().encode(errors="backslashreplace").decode()
        if _is_folder(entry):
            yield from _walk_subfolder(entry, folder, name)
            continue
        stem = path.with_suffix("").name
        if stem in taken:
            yield Problem(
                name, f"It has the same id as {taken[stem]}, which was read. Rename or remove one of the two."
            )
            continue
        taken[stem] = entry.name
        try:
            yield read_article(path, folder)
        except CorpusError as error:
            yield Problem(name, str(error))


def _walk_subfolder(entry: os.DirEntry[str], folder: Path, name: str) -> Iterator[Article | Problem]:
    if entry.is_symlink():
        yield Problem(name, "It is a link to a folder, which is not followed. Move or copy the folder itself here.")
        return
    try:
        entries = _entries(Path(entry.path))
    except OSError as error:
        yield Problem(name, f"The folder cannot be listed: {error.strerror}. Give this user the right to read it.")
        return
    yield from _walk(entries, folder)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Subfolders and article files of `folder`, in the order in which their paths sort."""
    with os.scandir(folder) as found:
        wanted = [entry for entry in found if not entry.name.startswith(_SKIPPED) and _is_wanted(entry)]
    return sorted(wanted, key=lambda entry: entry.name + "/" if _is_folder(entry) else entry.name)


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    return _is_folder(entry) or Path(entry.name).suffix.lower() in _SUFFIXES


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: it will be reported as a file that cannot be read
        return False


def _read(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CorpusError("It is no regular file. Put a text file in its place, or remove it.")
        if status.st_size > _MAX_BYTES:
            raise CorpusError(f"It has {status.st_size:,} bytes, but an article may have {_MAX_BYTES:,}. Split it into its articles.")  # fmt: skip
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(f"It is not UTF-8: {error.reason} at byte {error.start}. Save it as UTF-8.") from error
    except OSError as error:
        raise CorpusError(f"It cannot be read: {error.strerror}. Check the file and the right to read it.") from error


def _split(content: str) -> tuple[dict[str, Any], str]:
    """The front matter with keys in one form, and the characters after it."""
    if not _FRONT_MATTER.detect(content):
        return {}, content
    try:
        block, text = _FRONT_MATTER.split(content)
    except ValueError as error:
        raise CorpusError("Its front matter has no end: a second line of three dashes was expected. Add it after the last field.") from error  # fmt: skip
    try:
        metadata = _FRONT_MATTER.load(block, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise CorpusError(f"Its front matter is no YAML: {reason}. Put values with a colon or a quotation mark in quotes.") from error  # fmt: skip
    if metadata in (None, ""):
        return {}, text
    if not isinstance(metadata, dict):
        raise CorpusError(f"Its front matter is a {'list' if isinstance(metadata, list) else 'single value'}, but lines such as 'title: ...' were expected.")  # fmt: skip
    return {str(key).strip().lower().replace("-", "_"): value for key, value in metadata.items()}, text


def _first(metadata: Mapping[str, Any], keys: tuple[str, ...], field: str) -> str | None:
    """The first value among `keys`, as one line; the members of a list of authors are joined."""
    for key in keys:
        value = metadata.get(key)
        members = value if isinstance(value, list) and field == "author" else [value]
        if not all(member is None or isinstance(member, str) for member in members):
            raise CorpusError(f"In its front matter, {key!r} is no plain text. Write it as one line of text.")
        lines = [" ".join(member.split()) for member in members if member is not None]
        line = ", ".join(line for line in lines if line not in _ABSENT)
        if line:
            _check_characters(f"{key!r} in its front matter", line)
            return line
    return None


def _check_characters(what: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise CorpusError(f"The {what} has characters that do not exist in Unicode. Remove them.") from error


def _published(written: str | None, basis: str | None, file_name: str) -> tuple[datetime.date | None, str | None]:
    """The date of publication and how it was found."""
    if written is not None:
        published = _date(written)
        if published is None:
            raise CorpusError(f"Its date of publication is {written!r}, which is no date. Write it as 2018-03-27.")
        return published, basis or "given in the front matter"
    found = _DATE_IN_NAME.search(file_name)
    published = _date(found.group()) if found else None
    return published, None if published is None else "taken from the file name"


def _date(written: str) -> datetime.date | None:
    for form in _DATE_FORMS:
        if match := form.fullmatch(written):
            month = match["month"].rstrip(".").lower()
            number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
            try:
                return datetime.date(int(match["year"]), number, int(match["day"]))
            except ValueError:
                return None
    return None


def _title_line(text: str) -> str:
    """The first line, if it looks like a headline: short, no sentence, begins like a name or a number, text after it."""
    first, _, rest = text.strip().partition("\n")
    line = " ".join(first.strip().lstrip("#").split())
    short = 2 <= len(line.split()) <= 25
    begins = line.lstrip("'\"‘“«").strip()[:1]
    if not rest.strip() or not short or line[-1] in ".,;:" or not (begins.isupper() or begins.isdigit()):
        return ""
    return line
