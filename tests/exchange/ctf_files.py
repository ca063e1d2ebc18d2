"""Common transfer files, written from the grammar."""

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from tests.exchange.conftest import upn


def pupil(number: int, **other: str) -> str:
    """Return one pupil of a file; a part that is given as nothing is left out."""
    said: Mapping[str, str] = {
        "UPN": upn(number),
        "Surname": f"Surname{number}",
        "Forename": f"Forename{number}",
        "DOB": f"{2008 + number % 12}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "Sex": "MF"[number % 2],
    } | {name: value for name, value in other.items() if name not in ("need", "care")}
    parts = [f"<{name}>{escape(value)}</{name}>" for name, value in said.items() if value]
    need, care = other.get("need", "ASD"), other.get("care", "false")
    return (
        "<Pupil>\n"
        + "\n".join(parts)
        + "\n<BasicDetails><PreferredSurname>Other</PreferredSurname></BasicDetails>"
        + f"\n<LookedAfter><InCare>{care}</InCare><CareAuthority>801</CareAuthority></LookedAfter>"
        + "\n<SENhistory><SEN><StartDate>2020-09-01</StartDate><SENprovision>E</SENprovision></SEN>"
        + f"<SENneeds><SENneed>{need}</SENneed></SENneeds></SENhistory>"
        + "\n<StageAssessments><KeyStage><Stage>KS1</Stage><StageAssessment><Locale>ENG</Locale>"
        + "<Year>2022</Year><Subject>ENG</Subject><Method>TA</Method><Component>REA</Component>"
        + "<ResultStatus>R</ResultStatus><ResultQualifier>NC</ResultQualifier><Result>PK4</Result>"
        + "</StageAssessment></KeyStage></StageAssessments>\n</Pupil>\n"
    )


def ctf(pupils: Iterable[str], encoding: str = "utf-8") -> bytes:
    """Return a whole file."""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<CTfile>\n<Header>'
        "<DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>"
        "<DateTime>2026-09-03T09:00:00</DateTime><SourceSchool><LEA>801</LEA><Estab>2000</Estab>"
        "<SchoolName>Elsewhere Primary</SchoolName><AcademicYear>2026</AcademicYear></SourceSchool>"
        "<DestSchool><LEA>801</LEA><Estab>7001</Estab></DestSchool></Header>\n<CTFpupilData>\n"
        + "".join(pupils)
        + "</CTFpupilData>\n</CTfile>\n"
    ).encode(encoding)
