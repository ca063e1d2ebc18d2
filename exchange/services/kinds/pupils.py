"""Pupils with where they are placed, from a list."""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied

from exchange.choices import ImportKind
from exchange.models import Import, ImportLine
from exchange.services.kinds.base import (
    Cells,
    Change,
    Done,
    Kind,
    LineRefused,
    NothingToUndo,
    Problem,
    Work,
    upn_of,
)
from exchange.services.kinds.placing import Placing
from exchange.services.kinds.pupil_columns import COLUMNS, HEADINGS, READ
from exchange.services.kinds.values import in_words
from parrcs.core.access import Access, Permission
from parrcs.core.names import plain
from pupils.forms.pupils import PupilForm
from pupils.models import Placement, Pupil
from pupils.selectors.pupils import PupilFile, pupil_files
from pupils.services.pupils import (
    Place,
    PlacementRefused,
    SameChild,
    UPNTaken,
    add_pupil,
    change_pupil,
    place_pupil,
)
from pupils.services.taking_back import (
    Added,
    CannotTakeBack,
    PlacementFacts,
    placement_facts,
    take_back_placements,
    take_back_pupils,
)


class PupilsKind(Kind):
    """New pupils, corrections of what is known of others, and new placements."""

    code = ImportKind.PUPILS
    name = "pupils"
    permission = Permission.MANAGE_PUPILS
    columns: ClassVar = COLUMNS
    words = (
        "One line for each pupil. A pupil is known by the UPN: a new one is added, of another what"
        " differs is changed. An empty cell changes nothing, and so does a column that is not"
        " there."
    )

    def work(self, by: Access, run: Import, *, doing: bool) -> "PupilsWork":
        """Return the work of one import for one person."""
        return PupilsWork(by, run, doing=doing)


class PupilsWork(Work):
    """The lines of one list of pupils."""

    def __init__(self, by: Access, run: Import, *, doing: bool) -> None:
        super().__init__(by, run, doing=doing)
        self.placing = self.find_places()

    def find_places(self) -> Placing:
        """Return what finds the place of a line."""
        return Placing(self.by, self.run)

    def key(self, cells: Cells) -> str:
        """Return the pupil: each stands in one line only."""
        return upn_of(cells)

    def child(self, cells: Cells) -> Hashable:
        """Return name and day of birth of a pupil who is new."""
        if upn_of(cells) in self.files:
            return ""
        said = (cells.get(name, "") for name in ("first_name", "last_name", "born_on"))
        first_name, last_name, born_on = said
        try:
            born = READ["born_on"](born_on)
        except ValueError:
            return ""
        return (plain(f"{first_name} {last_name}").casefold(), born)

    def do(self, cells: Cells) -> Done:
        """Add or correct the pupil, and place them where that is new."""
        upn = upn_of(cells)
        if upn in self.elsewhere:
            raise LineRefused(Problem("UPN", str(UPNTaken(None))))
        file = self.files.get(upn)
        if file is not None:
            self.check_theirs(file, Permission.MANAGE_PUPILS)
        problems: list[Problem] = []
        known = self._known(cells, file, problems)
        wanted = self.placing.wanted(cells, file, problems)
        if problems or known is None:
            raise LineRefused(*problems)
        try:
            if file is None:
                assert wanted is not None  # noqa: S101  # else there was a problem
                return self._add(known, *wanted)
            return self._change(file, known, wanted)
        except PlacementRefused as refused:
            raise LineRefused(Problem(HEADINGS.get(refused.part, ""), str(refused))) from refused
        except UPNTaken as taken:
            raise LineRefused(Problem("UPN", str(taken))) from taken
        except SameChild as same:
            raise LineRefused(Problem("UPN", self._same(same))) from same
        except PermissionDenied as denied:
            raise LineRefused(Problem("School", "You do not place pupils there.")) from denied

    def _same(self, same: SameChild) -> str:
        """Say which child is here already, with the name only of one in the import's place."""
        (file,) = pupil_files(self.by, pupil_ids=[same.pupil.pk]).values()
        if self.within(file):
            return f"{same} If it is not, add this one by hand."
        return (
            "A child of this name and day of birth is in another place of the trust, with another"
            " UPN. If it is the same child, move it; if not, add this one by hand."
        )

    def undo_together(self, lines: Sequence[ImportLine]) -> Mapping[int, str]:
        """Remove the new pupils of whom nothing was recorded."""
        new = {
            line.pk: self.files[line.traces["upn"]]
            for line in lines
            if line.traces["is_new"] and line.traces["upn"] in self.files
        }
        added = [
            Added(new[line.pk], _from_json(line.traces["after"]), line.traces["places_after"])
            for line in lines
            if line.pk in new
        ]
        left = take_back_pupils(by=self.by, added=added)
        return {
            line: f"{file.pupil} was left: {left[file.pupil.pk]}." if file.pupil.pk in left else ""
            for line, file in new.items()
        }

    def undo(self, line: ImportLine) -> str:
        """Put back what was changed of a pupil."""
        file = self.files.get(line.traces["upn"])
        if file is None:
            raise NothingToUndo("The pupil is not among those whom you see any more.")
        try:
            return self._put_back(line.traces, file)
        except PermissionDenied as denied:
            raise NothingToUndo(f"{file.pupil} is in another place now.") from denied

    def _put_back(self, traces: Mapping[str, Any], file: PupilFile) -> str:
        placements = {"before": traces["places_before"], "after": traces["places_after"]}
        left = []
        before, after = _from_json(traces["before"]), _from_json(traces["after"])
        known = {name: getattr(file.pupil, name) for name in PupilForm.known_fields}
        stands = {name for name, value in after.items() if known[name] == value}
        left += [HEADINGS[name].lower() for name in after if name not in stands]
        if stands:
            known |= {name: before[name] for name in stands}
            change_pupil(by=self.by, file=file, known=known)  # type: ignore[arg-type]  # by name
        if placements["before"] != placements["after"]:
            try:
                take_back_placements(by=self.by, file=file, **placements)
            except CannotTakeBack:
                left.append("placement")
        return f"Left as it is, because it was changed since: {', '.join(left)}." if left else ""

    def _known(
        self, cells: Cells, file: PupilFile | None, problems: list[Problem]
    ) -> dict[str, Any] | None:
        """Return what is known of the pupil with this line, checked as the form checks it."""
        data: dict[str, Any] = {"upn": upn_of(cells)}
        if file is not None:
            data |= {name: getattr(file.pupil, name) for name in PupilForm.known_fields}
        wrong = set()
        for name in PupilForm.known_fields[1:]:
            if text := cells.get(name):
                try:
                    data[name] = READ.get(name, str)(text)
                except ValueError as error:
                    problems.append(Problem(HEADINGS[name], str(error)))
                    wrong.add(name)
        form = PupilForm(data)
        problems += [
            Problem(
                HEADINGS[name],
                "This is missing." if data.get(name) in (None, "") else " ".join(map(str, errors)),
            )
            for name, errors in form.errors.items()
            if name not in wrong
        ]
        return form.known if form.is_valid() else None

    def _add(self, known: Any, place: Place, starts_on: dt.date) -> Done:
        pupil = add_pupil(by=self.by, known=known, place=place, starts_on=starts_on)
        said = _said(pupil)
        changes = [Change(HEADINGS[name], "", words) for name, words in said.items() if words]
        changes += _place_changes(None, place, starts_on)
        return Done(
            about=f"{pupil}, {pupil.upn}",
            changes=changes,
            is_new=True,
            pupil_id=pupil.pk,
            traces={
                "upn": pupil.upn,
                "is_new": True,
                "after": _to_json(known),
                "places_before": [],
                "places_after": self._facts(pupil) if self.doing else [],
            },
        )

    def _change(self, file: PupilFile, known: Any, wanted: tuple[Place, dt.date] | None) -> Done:
        pupil = file.pupil
        before = {name: getattr(pupil, name) for name in PupilForm.known_fields}
        differs = [name for name, value in known.items() if before[name] != value]
        places: list[PlacementFacts] = [placement_facts(each) for each in file.every_placement]
        places_after = places
        changes: list[Change] = []
        if differs:
            change_pupil(by=self.by, file=file, known=known)
            was, now = _said(pupil), _said(Pupil(**known))
            changes += [Change(HEADINGS[name], was[name], now[name]) for name in differs]
        if wanted:
            place_pupil(by=self.by, file=file, place=wanted[0], starts_on=wanted[1])
            places_after = self._facts(pupil)
        if places_after != places and wanted:
            changes += _place_changes(file.placement, *wanted)
        return Done(
            about=f"{pupil}, {pupil.upn}",
            changes=changes,
            pupil_id=pupil.pk,
            traces={
                "upn": pupil.upn,
                "is_new": False,
                "before": _to_json({name: before[name] for name in differs}),
                "after": _to_json({name: known[name] for name in differs}),
                "places_before": places,
                "places_after": places_after,
            },
        )

    @staticmethod
    def _facts(pupil: Pupil) -> list[PlacementFacts]:
        placements = Placement.objects.filter(pupil=pupil).order_by("starts_on")
        return [placement_facts(each) for each in placements]


def _said(pupil: Pupil) -> dict[str, str]:
    """Return in words what is known of a pupil."""
    return {
        name: str(getattr(pupil, f"get_{name}_display")())
        if name in ("sex", "primary_need")
        else in_words(getattr(pupil, name))
        for name in PupilForm.known_fields
    }


def _place_changes(stands: Placement | None, place: Place, starts_on: dt.date) -> list[Change]:
    changes = []
    for name, now in place.as_fields().items():
        before = in_words(getattr(stands, name)) if stands else ""
        if before != in_words(now):
            changes.append(Change(HEADINGS[name], before, in_words(now) or "none"))
    return [*changes, Change("From", "", in_words(starts_on))]


def _to_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in facts.items()
    }


def _from_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: dt.date.fromisoformat(value) if name == "born_on" else value
        for name, value in facts.items()
    }
