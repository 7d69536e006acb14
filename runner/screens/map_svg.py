"""The map of now as an SVG picture for slides: self-contained, on a light ground that prints.

Each cable is a group of the class `cable` whose `data-…` attributes hold the facts, so that it can be read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from checks.words import say
from runner.engine.sight.topology import Site, Topology, Wire
from runner.screens import map_parts as parts
from runner.screens.map_svg_site import Drawn, drawn
from runner.screens.svg_shapes import GREY, PAPER, RED, box, group, line, wide, words

_MARGIN, _BETWEEN = 24.0, 48.0
_WIRE = "#6d28d9"


def picture(topology: Topology) -> str:
    """The whole file."""
    svg = Xml.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
    Xml.SubElement(svg, "title").text = say("Docker networks as they are now")
    name = parts.outside(topology)[0]
    top = _MARGIN + ((132 if topology.lan else 84) if name else 0)
    left, sites = _MARGIN, []
    for site in topology.sites:
        sites.append(drawn(svg, topology, site, (left, top)))
        left += sites[-1].width + _BETWEEN
    width = left - _BETWEEN + _MARGIN
    if name:
        _outside(svg, topology, sites)
    height = top + max(each.height for each in sites) + _MARGIN
    svg.insert(1, box(Xml.Element("g"), 0, 0, width, height, fill=PAPER, stroke="none", radius=0))
    svg.attrib |= {"viewBox": f"0 0 {width:.0f} {height:.0f}", "width": f"{width:.0f}", "height": f"{height:.0f}"}
    Xml.indent(svg)
    return Xml.tostring(svg, encoding="unicode") + "\n"


def _outside(svg: Xml.Element, topology: Topology, sites: Sequence[Drawn]) -> None:
    """The router or gateway at the top, and what the servers are plugged into."""
    name, address, mac = parts.outside(topology)
    middle, top = (sites[0].left + sites[-1].right) / 2, _MARGIN
    kind = group(svg, "router" if topology.lan else "gateway", address=address, mac=mac)
    half = max(wide(f"{address}  {mac}", 12, mono=True), wide(name, 14, bold=True)) / 2 + 18
    box(kind, middle - half, top, 2 * half, 50, fill="#f3effd", stroke=_WIRE, thick=2)
    words(kind, middle, top + 20, name, size=14, bold=True, anchor="middle")
    words(kind, middle, top + 39, f"{address}  {mac}".strip(), size=12, mono=True, anchor="middle")
    if topology.lan:
        line(svg, (middle, top + 50), (middle, top + 70), stroke=_WIRE, thick=3)
        _switch(svg, topology.lan, topology.sites, sites, middle)
    for each in sites if topology.lan is None else ():
        if each.plug:
            bend = top + 66
            way = [(middle, top + 50), (middle, bend), (each.socket, bend), (each.socket, each.top)]
            line(svg, *way, stroke=_WIRE, thick=3)


def _switch(svg: Xml.Element, lan: Wire, sites: Sequence[Site], places: Sequence[Drawn], middle: float) -> None:
    """A bar above the servers with a port for each; a port with nothing seen at its other end has no cable."""
    top, start, end = _MARGIN + 70, places[0].left, places[-1].right
    ports = {each.name: each for each in lan.ports}
    kind = group(svg, "switch")
    box(kind, start, top, end - start, 30, fill="#ece6fb", stroke=_WIRE, thick=2)
    words(kind, middle, top + 20, say("switch"), size=14, bold=True, anchor="middle")
    for site, place in zip(sites, places, strict=True):
        port, plug = ports.get(site.name), place.plug
        if port is None or plug is None:
            continue
        ends = {"interface": plug.name, "ifindex": plug.index, "port": port.name, "port_ifindex": port.index}
        uplink = group(svg, "uplink", server=site.name, **ends)
        line(uplink, (place.socket, top + 30), (place.socket, place.top), stroke=_WIRE, thick=3)
        words(uplink, place.socket + 4, top + 19, say("port {name}", name=port.name), size=11, fill=GREY)
    if lan.unseen:
        words(kind, start + 10, top + 44, lan.unseen, size=11, fill=RED)
