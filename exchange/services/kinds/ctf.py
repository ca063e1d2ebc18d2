"""Pupils from a common transfer file: what it says of them, in a school that was chosen."""

import datetime as dt
from typing import ClassVar

from exchange.choices import ImportKind
from exchange.models import Import
from exchange.services.files.ctf import COLUMNS, read_ctf
from exchange.services.kinds.base import Cells, Kind, Problem, Sheet
from exchange.services.kinds.placing import Placing
from exchange.services.kinds.pupil_columns import COLUMNS as OF_PUPILS
from exchange.services.kinds.pupils import PupilsWork
from parrcs.core.access import Access, Permission
from pupils.selectors.pupils import PupilFile
from pupils.services.pupils import Place


class CTFKind(Kind):
    """Pupils whom another school sends; new ones are placed where was chosen with the file."""

    code = ImportKind.CTF
    name = "a common transfer file"
    permission = Permission.MANAGE_PUPILS
    columns: ClassVar = tuple(column for column in OF_PUPILS if column.code in COLUMNS)
    words = (
        "The XML file that another school or your school system sends. Read are UPN, names, date"
        " of birth, sex, first need and care. A pupil who is here already stays where they are; a"
        " new one is placed where you say."
    )
    accept = ".xml,.ctf"
    templates: ClassVar = ()

    def work(self, by: Access, run: Import, *, doing: bool) -> "CTFWork":
        """Return the work of one import for one person."""
        return CTFWork(by, run, doing=doing)

    def read(self, name: str, content: bytes) -> Sheet:  # noqa: ARG002  # as every kind
        """Return the parts that are read and those that are not, and a line for each pupil."""
        others, lines = read_ctf(content)
        headings = {column.code: column.heading for column in OF_PUPILS}
        columns = [(headings[code], code) for code in COLUMNS]
        return Sheet([*columns, *((other, "") for other in others)], lines)


class CTFWork(PupilsWork):
    """The pupils of one common transfer file."""

    def find_places(self) -> "ChosenPlace":
        """Return what gives new pupils the place that was chosen."""
        return ChosenPlace(self.by, self.run)


class ChosenPlace(Placing):
    """The one place that was chosen with a file, for the pupils who are new."""

    def wanted(
        self,
        cells: Cells,  # noqa: ARG002  # as every list
        file: PupilFile | None,
        problems: list[Problem],
    ) -> tuple[Place, dt.date] | None:
        """Return the place that was chosen, for a new pupil."""
        if file is not None:
            return None
        chosen = self.run.options
        found = {
            name: next((each for each in things if each.pk == chosen.get(name)), None)
            for name, things in (
                ("school", self.places.schools),
                ("arb", self.places.arbs),
                ("class_group", self.places.class_groups),
                ("route", self.places.routes),
            )
        }
        gone = any(chosen.get(name) and thing is None for name, thing in found.items())
        if gone or found["school"] is None or found["route"] is None:
            problems.append(Problem("", "The place that was chosen is not there any more."))
            return None
        return Place(**found), dt.date.fromisoformat(chosen["starts_on"])  # type: ignore[arg-type]  # by name
