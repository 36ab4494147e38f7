"""XMP packets (ISO 16684-1): RDF in XML, to labels and values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from core.embedded_records import Value

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DEEPEST = 20
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LISTS = {f"{_RDF}{kind}" for kind in ("Alt", "Bag", "Seq")}
_NOT_SAID = {f"{_RDF}about", f"{_RDF}parseType", f"{_RDF}resource"}


class XmpError(ValueError):
    """The packet is not the XML it should be; the message says why."""


def read_xmp(packet: bytes) -> list[Value]:
    """Return the properties of a packet in its order, without their namespaces.

    The label of a field within a structure has those of what is around it before it, with " / "
    between. The values of a list of plain ones are one value, with ", " between.

    Raises:
        XmpError: It is not XML, or made to harm who reads it.
    """
    try:
        root = fromstring(packet.strip(b"\0 \t\r\n"))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise XmpError(str(error)) from None
    described = (found for rdf in root.iter(f"{_RDF}RDF") for found in rdf)
    return [value for each in described for value in _fields("", each, DEEPEST)]


def _fields(label: str, element: Element, depth: int) -> Iterator[Value]:
    """Yield the properties of a description or a structure."""
    for name, value in element.attrib.items():
        if name not in _NOT_SAID and not name.startswith("{http://www.w3.org/XML/"):
            yield _joined(label, name), value
    for field in element:
        yield from _property(_joined(label, field.tag), field, depth - 1)


def _property(label: str, element: Element, depth: int) -> Iterator[Value]:
    if not depth:
        yield label, "…"
        return
    resource = element.get(f"{_RDF}resource")
    if resource is not None:
        yield label, resource
    elif len(element) == 1 and element[0].tag in _LISTS:
        yield from _list(label, element[0], depth)
    elif len(element) == 1 and element[0].tag == f"{_RDF}Description":
        yield from _fields(label, element[0], depth)
    elif len(element):
        yield from _fields(label, element, depth)
    else:
        yield from _fields(label, element, depth)
        if element.text and element.text.strip():
            yield label, element.text.strip()


def _list(label: str, items: Element, depth: int) -> Iterator[Value]:
    plain = [item.text.strip() for item in items if not len(item) and item.text]
    if plain:
        yield label, ", ".join(dict.fromkeys(plain))
    for item in items:
        if len(item) or item.attrib:
            yield from _structures(label, item, depth)


def _structures(label: str, item: Element, depth: int) -> Iterator[Value]:
    yield from (each for each in _property(label, item, depth - 1) if len(item) or each[0] != label)


def _joined(label: str, name: str) -> str:
    local = name.rpartition("}")[2]
    return f"{label} / {local}" if label else local
