"""Common transfer files (CTF) of the Department for Education: pupils' details as XML.

A pupil is read as one line with the columns below. Anything that could make an XML reader fetch
or unfold something (a DTD, an entity) is refused before it is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
from defusedxml.common import DefusedXmlException, DTDForbidden

from exchange.services.files.tables import LARGEST_FILE, LONGEST_TEXT, MOST_LINES, FileRefused, Line
from parrcs.core.workbooks import ZIP_STARTS, other_kind

COLUMNS = ("upn", "last_name", "first_name", "born_on", "sex", "primary_need", "looked_after")
_DEEPEST = 20

# Where each part of a pupil stands, below <Pupil>.
_AT = {
    ("UPN",): "upn",
    ("Surname",): "last_name",
    ("Forename",): "first_name",
    ("DOB",): "born_on",
    ("Sex",): "sex",
    ("Gender",): "sex",
    ("LookedAfter", "InCare"): "looked_after",
}


@dataclass
class _Pupil:
    number: int
    found: dict[str, str] = field(default_factory=dict)
    needs: list[tuple[int, str]] = field(default_factory=list)  # rank and code


class _Reader(ContentHandler):
    """Collects the pupils of a file as its elements go by."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []
        self.text: list[str] = []
        self.pupils: list[_Pupil] = []
        self.rank = ""
        self.others: dict[str, None] = {}
        self.where: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802  # SAX's name
        """Remember who knows the line."""
        self.where = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: ARG002, N802  # SAX's name and signature
        """Go one element deeper."""
        name = name.rpartition(":")[2]
        if not self.path and name != "CTfile":
            raise FileRefused(f"is XML, but no common transfer file: it begins with <{name}>.")
        self.path.append(name)
        if len(self.path) > _DEEPEST:
            raise FileRefused("is nested more deeply than any common transfer file.")
        self.text = []
        if self.path == ["CTfile", "CTFpupilData", "Pupil"]:
            number = self.where.getLineNumber() if self.where else None
            self.pupils.append(_Pupil(number or 0))
            if len(self.pupils) > MOST_LINES:
                raise FileRefused(f"has more than {MOST_LINES} pupils.")
        elif name == "SENneed":
            self.rank = ""

    def characters(self, content: str) -> None:
        """Keep the text of the innermost element."""
        if len(self.text) <= LONGEST_TEXT:
            self.text.append(content)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802  # SAX's name and signature
        """Take what the element held, if it is one that we read."""
        if self.path[:3] == ["CTfile", "CTFpupilData", "Pupil"] and len(self.path) > 3:
            self._take(tuple(self.path[3:]), "".join(self.text).strip()[:LONGEST_TEXT])
        self.path.pop()
        self.text = []

    def _take(self, path: tuple[str, ...], text: str) -> None:
        pupil = self.pupils[-1]
        if path in _AT:
            if text:
                pupil.found.setdefault(_AT[path], text)
        elif path[-1] == "SENtypeRank":
            self.rank = text
        elif "SENneeds" in path and path[-1] in ("SENtype", "SENneed"):
            if text:
                pupil.needs.append((int(self.rank) if self.rank.isdecimal() else 99, text))
        elif len(path) == 1 and path[0] not in {at[0] for at in _AT} | {"SENhistory"}:
            self.others[path[0]] = None


def read_ctf(content: bytes) -> tuple[list[str], list[Line]]:
    """Return the parts of pupils that are not read, and each pupil as a line of `COLUMNS`.

    Raises `FileRefused`.
    """
    if not content.strip():
        raise FileRefused("is empty.")
    if len(content) > LARGEST_FILE:
        raise FileRefused("is larger than 10 MB.")
    if content.startswith(ZIP_STARTS):
        raise FileRefused("is packed (ZIP). Unpack it and send the XML file in it.")
    if words := other_kind("", content):
        raise FileRefused(f"{words}, no common transfer file (XML).")
    reader = _Reader()
    try:
        defusedxml.sax.parseString(content, reader, forbid_dtd=True)
    except DTDForbidden as error:
        raise FileRefused(
            "holds a document type declaration (DTD), which no common transfer file does. It was"
            " not read any further."
        ) from error
    except DefusedXmlException as error:
        raise FileRefused("refers to something outside itself. It was not read.") from error
    except SAXParseException as error:
        raise FileRefused(
            f"is not XML that can be read: something is wrong in line {error.getLineNumber()}."
        ) from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise FileRefused("is not XML that can be read: its encoding is unknown.") from error
    if not reader.pupils:
        raise FileRefused("holds no pupil.")
    return list(reader.others), _lines(reader.pupils)


def _lines(pupils: Sequence[_Pupil]) -> list[Line]:
    """Return pupils by the line each begins in, or counted where several begin in the same."""
    shared = len({pupil.number for pupil in pupils}) < len(pupils)
    return [
        Line(place if shared else pupil.number or place, _texts(pupil))
        for place, pupil in enumerate(pupils, start=1)
    ]


def _texts(pupil: _Pupil) -> list[str]:
    found = pupil.found
    if pupil.needs:
        found = {**found, "primary_need": min(pupil.needs, key=lambda need: need[0])[1]}
    return [found.get(code, "") for code in COLUMNS]
