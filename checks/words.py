"""Every sentence that a person reads passes through `say`, which speaks the person's language.

English stands in the code, as the template; the other languages stand in gettext catalogues in `checks/locale`,
looked up by that template. Machine words (verdicts, ids, names, commands) are the same in every language.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping
from pathlib import Path

LANGUAGES = ("en", "ko")
DOMAIN = "vethlab"
LOCALE = Path(__file__).parent / "locale"


class Said(str):
    """A sentence in the person's language that still knows its English, for what is compared and not read.

    What is added to it, on either side, is added to both; an f-string knows the person's language alone.
    """

    __slots__ = ("english",)

    english: str

    def __add__(self, other: str) -> Said:
        return _said(str(self) + str(other), f"{self.english}{english(other)}")

    def __radd__(self, other: str) -> Said:
        return _said(str(other) + str(self), f"{english(other)}{self.english}")


class _Spoken:
    """The language of this process."""

    language = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def speak(language: str) -> None:
    """From now on `say` speaks this language: one of LANGUAGES."""
    _Spoken.language = language
    if language == "en":
        _Spoken.catalogue = gettext.NullTranslations()
    else:
        _Spoken.catalogue = gettext.translation(DOMAIN, LOCALE, [language], fallback=True)


def language() -> str:
    """The language that `say` speaks."""
    return _Spoken.language


def language_of(environ: Mapping[str, str]) -> str:
    """The language of a person's locale: by LC_ALL, LC_MESSAGES, LANG, the first that is set (POSIX, 8.2)."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    word = locale.replace(".", "_").partition("_")[0].lower()
    return word if word in LANGUAGES else "en"


def say(text: str, **values: object) -> str:
    """`text` with its `{names}` filled in, in the person's language.

    The template, not the filled sentence, is what a translation is looked up by: write
    `say("{name} is not running", name=name)`, never an f-string.
    """
    if _Spoken.language == "en" or not text:
        return text.format(**values)
    in_english = text.format(**{name: english(value) for name, value in values.items()})
    return _said(_Spoken.catalogue.gettext(text).format(**values), in_english)


def noted(text: str) -> str:
    """Marks a sentence that stands in a table, for the catalogue; `say` it when it is shown."""
    return text


def english(value: object) -> object:
    """The English of what `say` said; anything else as it is."""
    return getattr(value, "english", value)


def listed(items: Iterable[object], between: str = ", ") -> str:
    """Items as `a, b, c`; a dash where there are none. It knows its English where one of them does."""
    items = tuple(items)
    text = between.join(map(str, items)) or "\N{EN DASH}"
    if not any(isinstance(item, Said) for item in items):
        return text
    return _said(text, between.join(str(english(item)) for item in items))


def _said(text: str, in_english: str) -> Said:
    said = Said(text)
    said.english = in_english
    return said
