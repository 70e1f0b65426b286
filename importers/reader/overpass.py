"""An answer of Overpass (JSON) → OpenStreetMap XML, which GDAL reads.

Ways may come with the ids of their nodes or with positions (`out geom`); for positions without a
node one is made. Source: Overpass API, output formats.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from importers.reader.refusal import Refused

_MADE_FROM = 10**14  # ids of nodes that have none; far above those of OpenStreetMap
Element = Mapping[str, Any]


class _Nodes:
    """The nodes of an answer, and those that are made for positions without one."""

    def __init__(self, elements: list[Element]) -> None:
        self.known = {one["id"]: one for one in elements if one.get("type") == "node"}
        self._made: dict[tuple[float, float], int] = {}

    def at(self, place: Element) -> int:
        """Return the id of a node at a place, made where there is none yet."""
        key = (float(place["lat"]), float(place["lon"]))
        if key not in self._made:
            self._made[key] = _MADE_FROM + len(self._made)
            self.known[self._made[key]] = {"lat": key[0], "lon": key[1]}
        return self._made[key]


def to_xml(answer: Path, xml: Path) -> None:
    """Write an answer as XML; Refused for one whose ways have no places,
    or that the service broke off: it says so in a remark and gives what it had."""
    try:
        said = json.loads(answer.read_bytes())
        if "error" in str(said.get("remark", "")):
            raise Refused("overpass_broken_off", reason=" ".join(str(said["remark"]).split())[:200])
        elements = said["elements"]
        nodes = _Nodes(elements)
        ways = {one["id"]: one for one in elements if one["type"] == "way"}
        relations = [one for one in elements if one["type"] == "relation"]
        _add_ways(relations, ways)
        lines = [_way(one, nodes) for _, one in sorted(ways.items())]
        with xml.open("w", encoding="utf-8") as out:
            out.write('<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n')
            out.writelines(_node(number, one) for number, one in sorted(nodes.known.items()))
            out.writelines(lines)
            out.writelines(_relation(one) for one in sorted(relations, key=lambda one: one["id"]))
            out.write("</osm>\n")
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused("damaged", reason=f"Overpass: {error}") from error


def _add_ways(relations: list[Element], ways: dict[int, Element]) -> None:
    """Add the ways that come inside relations with their positions (`out geom`)."""
    for relation in relations:
        for member in relation.get("members", ()):
            if member["type"] == "way" and "geometry" in member and member["ref"] not in ways:
                ways[member["ref"]] = {"id": member["ref"], "geometry": member["geometry"]}


def _tags(element: Element) -> Iterator[str]:
    for key, value in (element.get("tags") or {}).items():
        yield f"<tag k={quoteattr(str(key))} v={quoteattr(str(value))}/>"


def _node(number: int, node: Element) -> str:
    tags = "".join(_tags(node))
    place = f'lat="{float(node["lat"])!r}" lon="{float(node["lon"])!r}"'
    return f'<node id="{int(number)}" {place}>{tags}</node>\n'


def _way(way: Element, nodes: _Nodes) -> str:
    places = [one for one in way.get("geometry", ()) if one]
    refs = way.get("nodes") or [nodes.at(one) for one in places]
    if places and not all(ref in nodes.known for ref in refs):
        refs = [nodes.at(one) for one in places]
    if not any(ref in nodes.known for ref in refs):
        raise Refused("overpass_without_places")
    parts = "".join(f'<nd ref="{int(ref)}"/>' for ref in refs if ref in nodes.known)
    return f'<way id="{int(way["id"])}">{parts}{"".join(_tags(way))}</way>\n'


def _relation(relation: Element) -> str:
    members = "".join(
        f'<member type={quoteattr(str(one["type"]))} ref="{int(one["ref"])}"'
        f" role={quoteattr(str(one.get('role', '')))}/>"
        for one in relation.get("members", ())
    )
    return f'<relation id="{int(relation["id"])}">{members}{"".join(_tags(relation))}</relation>\n'
