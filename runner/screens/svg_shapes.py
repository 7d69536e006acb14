"""The shapes of an SVG picture: boxes, words, lines. Every text passes through here and is made safe."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from runner.plain import cells, one_line

SANS = "DejaVu Sans, Verdana, Noto Sans CJK KR, Malgun Gothic, Apple SD Gothic Neo, sans-serif"
MONO = "DejaVu Sans Mono, Consolas, Menlo, D2Coding, Noto Sans Mono CJK KR, monospace"
INK, GREY, RED, PAPER = "#1b1f24", "#57606a", "#b42318", "#ffffff"
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
_WIDE = {SANS: 0.62, MONO: 0.602}  # a letter's width by its height, on the safe side
_BOLD = 1.12


def safe(text: object, limit: int = 300) -> str:
    """Text from outside as one line that XML can hold."""
    return _UNFIT.sub("", one_line(text, limit))


def wide(text: str, size: float, *, mono: bool = False, bold: bool = False) -> float:
    """About how wide the words are, in pixels."""
    return cells(text) * size * _WIDE[MONO if mono else SANS] * (_BOLD if bold and not mono else 1)


def group(parent: Xml.Element, css: str, /, **data: object) -> Xml.Element:
    """A group of the class `css`, with `data-…` attributes."""
    given = {f"data-{name.replace('_', '-')}": safe(value) for name, value in data.items()}
    return Xml.SubElement(parent, "g", {"class": css, **given})


def box(
    parent: Xml.Element, x: float, y: float, width: float, height: float, *, fill: str = PAPER, stroke: str = INK,
    dash: str = "", radius: float = 6, thick: float = 1.5,
) -> Xml.Element:  # fmt: skip
    """A rectangle with round corners."""
    numbers = {"x": x, "y": y, "width": width, "height": height, "rx": radius, "stroke-width": thick}
    given = {name: _number(value) for name, value in numbers.items()} | {"fill": fill, "stroke": stroke}
    return Xml.SubElement(parent, "rect", given | ({"stroke-dasharray": dash} if dash else {}))


def words(
    parent: Xml.Element, x: float, y: float, text: str, *, size: float = 13, room: float = 0, mono: bool = False,
    bold: bool = False, fill: str = INK, anchor: str = "start",
) -> float:  # fmt: skip
    """A line of text on the base line `y`, cut to `room` pixels where that is given. Its width."""
    letters = int(room / wide("m", size, mono=mono, bold=bold)) if room else 300
    shown = safe(text, max(letters, 1))
    given = {"x": _number(x), "y": _number(y), "font-size": _number(size), "fill": fill}
    given["font-family"] = MONO if mono else SANS
    if bold:
        given["font-weight"] = "bold"
    if anchor != "start":
        given["text-anchor"] = anchor
    Xml.SubElement(parent, "text", given).text = shown
    return wide(shown, size, mono=mono, bold=bold)


def line(parent: Xml.Element, *points: tuple[float, float], stroke: str, thick: float = 2, dash: str = "") -> None:
    """Straight from point to point."""
    first, *others = (f"{_number(x)} {_number(y)}" for x, y in points)
    _path(parent, f"M {first} " + " ".join(f"L {each}" for each in others), stroke, thick, dash)


def curve(
    parent: Xml.Element, start: tuple[float, float], end: tuple[float, float], *, stroke: str, thick: float = 2,
    dash: str = "",
) -> None:  # fmt: skip
    """From the left to the right, level at both ends."""
    (x, y), (to_x, to_y) = start, end
    reach = (to_x - x) * 0.6
    points = [(x + reach, y), (to_x - reach, to_y), end]
    path = f"M {_number(x)} {_number(y)} C " + ", ".join(f"{_number(a)} {_number(b)}" for a, b in points)
    _path(parent, path, stroke, thick, dash)


def _path(parent: Xml.Element, path: str, stroke: str, thick: float, dash: str) -> None:
    given = {"d": path, "fill": "none", "stroke": stroke, "stroke-width": _number(thick)}
    Xml.SubElement(parent, "path", given | ({"stroke-dasharray": dash} if dash else {}))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
