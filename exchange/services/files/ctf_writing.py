"""Common transfer files (CTF) as they are written: what `ctf` reads, and no more.

Written by a library that escapes, so that no name can end an element or begin another.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

VERSION = "25.0"
# Letters that XML cannot hold at all.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Establishment:
    """A school by its LA and its number there."""

    la: str
    number: str
    name: str = ""


@dataclass(frozen=True)
class Transferred:
    """A pupil as the file has them; `provision` is E, K or N, since a day that may be unknown."""

    upn: str
    last_name: str
    first_name: str
    born_on: dt.date
    sex: str
    looked_after: bool
    need: str
    provision: str = "N"
    since: dt.date | None = None


def write_ctf(
    pupils: Iterable[Transferred],
    *,
    source: Establishment,
    destination: Establishment,
    school_year: int,
    made_at: dt.datetime,
) -> bytes:
    """Return a common transfer file of these pupils. `school_year` is the year it ends in."""
    file = Element("CTfile")
    header = SubElement(file, "Header")
    _say(header, "DocumentName", "Common Transfer File")
    _say(header, "CTFversion", VERSION)
    _say(header, "DateTime", f"{made_at:%Y-%m-%dT%H:%M:%S}")
    from_school = SubElement(header, "SourceSchool")
    _say(from_school, "LEA", source.la)
    _say(from_school, "Estab", source.number)
    _say(from_school, "SchoolName", source.name)
    _say(from_school, "AcademicYear", str(school_year))
    to_school = SubElement(header, "DestSchool")
    _say(to_school, "LEA", destination.la)
    _say(to_school, "Estab", destination.number)
    data = SubElement(file, "CTFpupilData")
    for each in pupils:
        _pupil(data, each)
    indent(file)
    written: bytes = tostring(file, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _pupil(data: Element, each: Transferred) -> None:
    pupil = SubElement(data, "Pupil")
    _say(pupil, "UPN", each.upn)
    _say(pupil, "Surname", each.last_name)
    _say(pupil, "Forename", each.first_name)
    _say(pupil, "DOB", each.born_on.isoformat())
    _say(pupil, "Sex", each.sex)
    _say(SubElement(pupil, "LookedAfter"), "InCare", "true" if each.looked_after else "false")
    history = SubElement(pupil, "SENhistory")
    held = SubElement(history, "SEN")
    if each.since:
        _say(held, "StartDate", each.since.isoformat())
    _say(held, "SENprovision", each.provision)
    need = SubElement(SubElement(history, "SENneeds"), "SENneed")
    _say(need, "SENtypeRank", "1")
    _say(need, "SENtype", each.need)


def _say(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _NOT_IN_XML.sub("", text)
