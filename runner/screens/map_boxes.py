"""The map's boxes in text: one a network namespace, with the containers that live in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from checks.words import say
from runner.engine.sight.cabling import Cable, Room
from runner.engine.sight.topology import Site
from runner.plain import broken, cells, one_line
from runner.screens import map_parts as parts
from runner.screens.map_styles import ADDRESS, CABLE, NAME, TROUBLE, packed

SEAM = 4  # of a box: its two frames with a blank each


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths: of what is inside the host's frame, of a container's box; of its interfaces' names and addresses."""

    host: int
    box: int
    near: int
    address: int
    mac_below: bool


def top(site: Site, room: Room, columns: Columns, joined: bool) -> Text:
    first = room.containers[0]
    note = parts.mode_note(site, first)
    room_for = columns.box - 6 - (cells(note) + 3 if note else 0)
    name = one_line(parts.name_of(first), max(room_for, 8))
    text = Text.assemble("├─ " if joined else "┌─ ", (name, f"{NAME} {TROUBLE}" if room.unseen else NAME), " ")
    text += Text.assemble("─ ", one_line(note, 20), " ") if note else Text()
    return text + Text("─" * (columns.box - cells(text.plain) - 1) + ("┤" if joined else "┐"))


def bottom(room: Room, columns: Columns) -> Text:
    label = f" net:[{room.number}] " if len(room.containers) > 1 else ""
    return Text(f"└{'─' * (columns.box - len(label) - 3)}{label}─┘")


def boxed(text: Text, columns: Columns, edge: str, style: str = "") -> Text:
    inside = columns.box - SEAM
    return Text.assemble((edge, style), " ") + text + Text(" " * (inside - cells(text.plain)) + " │")


def inside(site: Site, room: Room, columns: Columns) -> Iterator[Text]:
    """What stands above the interfaces: those who share the namespace, and remarks."""
    space = columns.box - SEAM
    for each in room.containers[1:]:
        yield from packed([(f"+ {parts.name_of(each)}", NAME), (say("same namespace"), "")], space)
    if room.loopback and not room.cables:
        held = (parts.addresses(room.loopback), ADDRESS)
        yield from packed([(parts.name_of(room.loopback), CABLE), held, (say("no cable"), "")], space)
    for note in parts.remarks(site, room):
        yield from (Text(one_line(line, space), TROUBLE) for line in broken(note, space))


def interface(cable: Cable, columns: Columns) -> Iterator[Text]:
    """The interface's line; a line more for each other address, and for the MAC where it has no room beside it."""
    near = cable.near
    held = [str(each) for each in near.addresses] or [say("no address")]
    name = parts.name_of(near, 15)
    space = " " * (columns.near - cells(name) + 2)
    pad = " " * (columns.address - cells(held[0]) + 2)
    style = ADDRESS if near.addresses else TROUBLE
    yield Text.assemble((name, CABLE), space, (held[0], style), *([] if columns.mac_below else [pad, near.mac]))
    indent = " " * (columns.near + 2)
    yield from (Text.assemble(indent, (each, ADDRESS)) for each in held[1:])
    if columns.mac_below:
        yield Text(indent + near.mac)
