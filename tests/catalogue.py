"""The gettext catalogues: `python -m tests.catalogue` takes new sentences in and compiles them.

A sentence is whatever stands as a literal in `say(…)` or `noted(…)`. Translations are written into
`checks/locale/ko/LC_MESSAGES/vethlab.po`, by hand or with any gettext editor.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from checks.words import DOMAIN, LANGUAGES, LOCALE

ROOT = Path(__file__).resolve().parent.parent
MADE = datetime(2026, 11, 24, tzinfo=UTC)
KEYWORDS = {"say": None, "noted": None}


def sentences() -> Catalog:
    """Every sentence of the code, with the files that it stands in."""
    catalogue = Catalog(project="vethlab", charset="utf-8")
    for folder in ("checks", "runner"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for _line, text, _comments, _context in extract_from_file("python", file, keywords=KEYWORDS):
                if text:
                    catalogue.add(text, locations=[(str(file.relative_to(ROOT)), 0)])
    return catalogue


def po_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def translations(language: str) -> Catalog:
    """The catalogue of a language as it is kept; empty where there is none."""
    if not po_file(language).exists():
        return Catalog(locale=language, charset="utf-8", project="vethlab", creation_date=MADE, revision_date=MADE)
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def update(language: str) -> int:
    """Takes in new sentences, drops those that are gone, compiles; how many have no translation."""
    catalogue = translations(language)
    catalogue.update(sentences(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy, catalogue.header_comment = False, f"# vethlab: {language}"
    file = po_file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as written:
        write_po(written, catalogue, width=120, include_lineno=False)
    file.with_suffix(".mo").write_bytes(compiled(catalogue))
    return sum(1 for message in catalogue if message.id and not message.string)


if __name__ == "__main__":
    for each in LANGUAGES[1:]:
        print(f"{each}: {update(each)} sentences have no translation yet")
