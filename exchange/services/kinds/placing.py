"""Where a line of a list places a pupil: the words of the file as a place of the trust."""

import datetime as dt

from django.utils import timezone

from exchange.models import Import
from exchange.services.files.headings import bare
from exchange.services.kinds.base import Cells, Problem, scope_of
from exchange.services.kinds.values import day_of, in_words
from parrcs.core.access import Access
from pupils.models import Placement
from pupils.selectors.places import Places, places_to_fill
from pupils.selectors.pupils import PupilFile
from pupils.services.pupils import Place
from schools.models import ARB, ClassGroup, School

_PLACE = ("school", "arb", "class_group", "route")
_NO_ARB = {"none", "no", "notinanarb"}


class Placing:
    """The places within the person's reach, found by what a line calls them."""

    def __init__(self, by: Access, run: Import) -> None:
        self.run = run
        self.places: Places = places_to_fill(by)
        self.today = timezone.localdate()

    def wanted(
        self, cells: Cells, file: PupilFile | None, problems: list[Problem]
    ) -> tuple[Place, dt.date] | None:
        """Return the place that the line asks for and from when; None where it asks for none."""
        starts_on = None
        if text := cells.get("starts_on"):
            try:
                starts_on = day_of(text)
            except ValueError as error:
                problems.append(Problem("From", str(error)))
                return None
        if file is None:
            place = self._new_place(cells, starts_on, problems)
            if starts_on is None:
                problems.append(Problem("From", "Say from when the pupil is placed."))
            return None if place is None or starts_on is None else (place, starts_on)
        if not any(cells.get(name) for name in _PLACE):
            return None
        day = max(starts_on or self.today, self.today)
        stands = next(
            (p for p in file.placements if p.starts_on <= day and (p.ends_on or day) >= day),
            file.placement,
        )
        place = self._place(cells, stands, day, problems)
        if place is None or (stands and _is_at(stands, place) and not _returns(stands, starts_on)):
            return None
        if starts_on is None:
            where = stands and (stands.class_group or stands.arb or stands.school)
            problems.append(
                Problem("From", f"Say from when: {file.pupil} is in {where or 'no place'} now.")
            )
            return None
        return place, starts_on

    def _new_place(
        self, cells: Cells, starts_on: dt.date | None, problems: list[Problem]
    ) -> Place | None:
        """Return where a new pupil is placed."""
        return self._place(cells, None, starts_on or self.today, problems)

    def _place(
        self, cells: Cells, stands: Placement | None, day: dt.date, problems: list[Problem]
    ) -> Place | None:
        """Return the place that a line names; what it does not name is as it stands."""
        found = len(problems)
        school = self._school(cells, stands, problems)
        if school is None:
            return None
        arb = self._arb(cells, stands, school, problems)
        if len(problems) > found:
            return None
        if not scope_of(self.run).covers(school_id=school.pk, arb_id=arb.pk if arb else None):
            problems.append(Problem("School", f"This file was sent for {self.run.place} only."))
            return None
        group = self._class(cells, stands, school, arb, day, problems)
        route = stands.route if stands else None
        if name := cells.get("route"):
            route = next(
                (r for r in self.places.routes if bare(name) in (bare(r.name), bare(r.code))), None
            )
            if route is None:
                names = ", ".join(each.name for each in self.places.routes)
                problems.append(Problem("Route", f"“{name}” is none of the routes: {names}."))
        elif route is None:
            problems.append(Problem("Route", "Say on which route the pupil is."))
        if route is None or len(problems) > found:
            return None
        return Place(school=school, route=route, arb=arb, class_group=group)

    def _school(
        self, cells: Cells, stands: Placement | None, problems: list[Problem]
    ) -> School | None:
        if name := cells.get("school"):
            for school in self.places.schools:
                if name == school.urn or bare(name) == bare(school.name):
                    return school
            problems.append(
                Problem("School", f"“{name}” is none of the schools in which you place pupils.")
            )
            return None
        if stands:
            of_now: School = stands.school
            return of_now
        of_run = self.run.arb.school_id if self.run.arb else self.run.school_id
        found = next((each for each in self.places.schools if each.pk == of_run), None)
        if found is None:
            problems.append(Problem("School", "Say in which school the pupil is registered."))
        return found

    def _arb(
        self, cells: Cells, stands: Placement | None, school: School, problems: list[Problem]
    ) -> ARB | None:
        if name := cells.get("arb"):
            if bare(name) in _NO_ARB:
                return None
            for arb in self.places.arbs:
                if arb.school_id == school.pk and bare(name) == bare(arb.name):
                    return arb
            problems.append(
                Problem("ARB", f"“{name}” is none of the ARBs of {school} in which you place.")
            )
            return None
        if stands and stands.school_id == school.pk:
            arb_now: ARB | None = stands.arb
            return arb_now
        return None if stands else self.run.arb

    def _class(
        self,
        cells: Cells,
        stands: Placement | None,
        school: School,
        arb: ARB | None,
        day: dt.date,
        problems: list[Problem],
    ) -> ClassGroup | None:
        at = (school.pk, arb.pk if arb else None)
        stays: ClassGroup | None = None
        if stands is not None and (stands.school_id, stands.arb_id) == at:
            stays = stands.class_group
        name = cells.get("class_group")
        if not name:
            return stays
        here = [g for g in self.places.class_groups if (g.school_id, g.arb_id) == at]
        of_year = [each for each in here if each.year.starts_on <= day <= each.year.ends_on]
        group = next((each for each in of_year if bare(each.name) == bare(name)), None)
        if group is None and stays and bare(stays.name) == bare(name):
            return stays
        if group is None:
            names = ", ".join(each.name for each in of_year) or "none yet"
            problems.append(
                Problem(
                    "Class",
                    f"“{name}” is no class of {arb or school} on {in_words(day)}. Classes then:"
                    f" {names}.",
                )
            )
        return group


def _is_at(stands: Placement, place: Place) -> bool:
    return (stands.school_id, stands.arb_id, stands.class_group_id, stands.route_id) == (
        place.school.pk,
        place.arb.pk if place.arb else None,
        place.class_group.pk if place.class_group else None,
        place.route.pk,
    )


def _returns(stands: Placement, starts_on: dt.date | None) -> bool:
    """Say whether the pupil had left before that day."""
    return stands.ends_on is not None and starts_on is not None and starts_on > stands.ends_on
