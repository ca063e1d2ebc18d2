"""Setting up ARBs, their hosts and the classes of a year."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from parrcs.core.access import Access, Permission
from schools.choices import SchoolKind
from schools.models import ARB, AcademicYear, ClassGroup, School


class NameTaken(Exception):
    """Another one of the same kind has this name."""


class URNTaken(Exception):
    """A school with this URN is in the trust's list already."""


class NotRegisteringSchool(Exception):
    """Pupils of an ARB are registered at a special school of the trust, and this is none."""


class NotHost(Exception):
    """An ARB stands in another, mainstream school, and this is none."""


class ClosesBeforeItOpens(Exception):
    """The closing day must come after the opening day."""


def add_host(*, by: Access, urn: str, name: str) -> School:
    """Add a mainstream school of another trust, known here as the host of ARBs only."""
    _may_set_up(by)
    with _unless_taken(URNTaken):
        return School.objects.create(urn=urn, name=name, kind=SchoolKind.MAINSTREAM, of_trust=False)


def save_arb(
    *,
    by: Access,
    arb: ARB | None,
    school: School,
    host: School,
    name: str,
    opened_on: dt.date,
    closed_on: dt.date | None,
) -> ARB:
    """Add an ARB, or change one there is; the school it belongs to is set once."""
    _may_set_up(by)
    if school.kind != SchoolKind.SPECIAL or not school.of_trust:
        raise NotRegisteringSchool
    if host.kind != SchoolKind.MAINSTREAM or host == school:
        raise NotHost
    if closed_on is not None and closed_on <= opened_on:
        raise ClosesBeforeItOpens
    arb = arb or ARB(school=school)
    arb.host, arb.name, arb.opened_on, arb.closed_on = host, name, opened_on, closed_on
    with _unless_taken(NameTaken):
        arb.save()
    return arb


def add_class(
    *, by: Access, school: School, arb: ARB | None, year: AcademicYear, name: str
) -> ClassGroup:
    """Add a class of one year, in a school or in one of its ARBs."""
    _may_set_up(by)
    if arb is not None and arb.school_id != school.pk:
        raise ValueError("the ARB belongs to another school")
    with _unless_taken(NameTaken):
        return ClassGroup.objects.create(school=school, arb=arb, year=year, name=name)


def rename_class(*, by: Access, class_group: ClassGroup, name: str) -> None:
    """Give a class another name; where and when it is stays, for its pupils' record rests on it."""
    _may_set_up(by)
    class_group.name = name
    with _unless_taken(NameTaken):
        class_group.save(update_fields=["name"])


def _may_set_up(by: Access) -> None:
    if not by.reach(Permission.MANAGE_SCHOOLS).whole_trust:
        raise PermissionDenied


@contextmanager
def _unless_taken(taken: type[Exception]) -> Iterator[None]:
    """Let the database settle who was first with a name that may stand once only."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise taken from error
