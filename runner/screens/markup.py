"""HTML put together so that nothing gets into it unescaped: what is not `Html` already is text."""

from __future__ import annotations

from html import escape

from runner.plain import clean_text

_EMPTY = frozenset({"meta", "br", "hr"})


class Html(str):
    """Text that is HTML already: it came out of `element`, or stands so in this program."""

    __slots__ = ()


Child = str | None


def text(value: str) -> Html:
    """`value` as text: escaped, without control characters and without what turns or hides the text around it."""
    return Html(escape(clean_text(value)))


def joined(*children: Child) -> Html:
    """The children one after the other; None is left out."""
    return Html("".join(each if isinstance(each, Html) else text(each) for each in children if each is not None))


def element(tag: str, /, *children: Child, **attributes: str | None) -> Html:
    """One element. Attributes: `class_` is class, `aria_label` is aria-label; one that is None is left out."""
    named = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(clean_text(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if tag in _EMPTY:
        return Html(f"<{tag}{named}>")
    return Html(f"<{tag}{named}>{joined(*children)}</{tag}>")


def coded(value: str) -> Html:
    """Text in which `words in backquotes` are shown as code, as in the labs' markdown."""
    parts = value.split("`")
    if len(parts) % 2 == 0:
        return text(value)
    return joined(*(element("code", part) if place % 2 else part for place, part in enumerate(parts)))
