"""A YAML file as a tree of plain nodes that know their lines.

Scalars keep their source text: `on`, `null`, `1.10` and `172.72.0.0/16` stay what the author typed, and YAML 1.1's
guesses (`on` is true, `1.10` is 1.1) are not made. What a scalar means is decided by the place that reads it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number or flag as typed. `plain` is without quotes and not a block; an empty value is a plain ''."""

    line: int
    text: str
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """A list. `complete` is False where the file broke off inside it."""

    line: int
    items: tuple[Node, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Keys with their values, in order and as they stand: a key may be there twice."""

    line: int
    entries: tuple[tuple[Node, Node], ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands where something was refused already (a tag, an alias): readers pass over it in silence."""

    line: int


Node = Scalar | Listing | Table | Unreadable
