"""The second net around a pupil: what a person may do, and where. Pure Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Permission(StrEnum):
    """One thing that a person may be allowed to do."""

    SEE_PUPILS = "see pupils"
    SEE_LEAVERS = "see pupils who have left, as they were"
    SEE_SCHOOLS = "see schools and classes"
    RECORD = "record judgements and targets"
    CORRECT_RECORD = "change and remove notes that others wrote"
    SET_WINDOWS = "set a school's window, allow late entry and remind"
    SET_AIMS = "set what pupils are to reach by the end of the year"
    SET_STREAMS = "approve assessment streams and what is expected in them"
    MANAGE_PUPILS = "add pupils, change their details and place them"
    IMPORT = "take in files of pupils and what is recorded of them"
    EDIT_PLANS = "write plans and their outcomes"
    SEE_SUPPORT = "read support plans, medical needs and annual reviews"
    PROTECT = "say who is protected, and whose photo may be shown"
    SEE_REPORTS = "see the head teacher report before it is published"
    WRITE_REPORTS = "write the comments, counts and next steps of the head teacher report"
    MAKE_REPORTS = "make and publish the head teacher report"
    READ_PUBLISHED = "read what is published for governors and trustees"
    COMPARE = "compare schools and ARBs"
    SEE_DOWNLOADS = "see which reports were downloaded, and by whom"
    MANAGE_PEOPLE = "invite people and set what they may do"
    READ_AGREEMENTS = "read the agreement about an ARB with its host"
    MANAGE_ARBS = "write the agreement, funding and placement requests of an ARB"
    SEE_REQUESTS = "see who was asked a place for in an ARB, and the LA's decisions"
    COPY_RECORD = "make a copy of all that is kept of a pupil"
    ERASE = "erase pupils' records"
    SET_RETENTION = "set how long records are kept"
    SEE_COMPLIANCE = "see what a school owes by law, and what is late"
    WRITE_PREMIUMS = "write the plans of the premiums, and what they brought"
    SET_DEADLINES = "correct the statutory dates of a school and say what is done"
    MANAGE_SCHOOLS = "set up schools, ARBs, classes and the calendar"


class Role(StrEnum):
    """What a person is in the trust; a person may hold several, each for a scope."""

    TEACHER = "teacher"
    ASSESSMENT_LEAD = "assessment_lead"
    INCLUSION_LEAD = "inclusion_lead"
    HEAD = "head"
    HOST_LINK = "host_link"
    GOVERNOR = "governor"
    TRUSTEE = "trustee"
    MODERATOR = "moderator"
    QA_REVIEWER = "qa_reviewer"
    TRUST_LEAD = "trust_lead"
    TRUST_ADMIN = "trust_admin"


P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TEACHER: frozenset({P.SEE_PUPILS, P.SEE_SCHOOLS, P.RECORD, P.SEE_SUPPORT}),
    Role.ASSESSMENT_LEAD: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_LEAVERS,
            P.SEE_SCHOOLS,
            P.SEE_SUPPORT,
            P.RECORD,
            P.CORRECT_RECORD,
            P.SET_WINDOWS,
            P.SET_AIMS,
            P.MANAGE_PUPILS,
            P.IMPORT,
            P.SEE_REPORTS,
            P.WRITE_REPORTS,
            P.SEE_COMPLIANCE,
            P.SET_DEADLINES,
        }
    ),
    Role.INCLUSION_LEAD: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_LEAVERS,
            P.SEE_SCHOOLS,
            P.SEE_SUPPORT,
            P.MANAGE_PUPILS,
            P.IMPORT,
            P.EDIT_PLANS,
            P.SEE_REQUESTS,
            P.PROTECT,
            P.COPY_RECORD,
            P.SEE_COMPLIANCE,
        }
    ),
    Role.HEAD: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_LEAVERS,
            P.SEE_SCHOOLS,
            P.SEE_SUPPORT,
            P.RECORD,
            P.CORRECT_RECORD,
            P.SET_WINDOWS,
            P.SET_AIMS,
            P.MANAGE_PUPILS,
            P.IMPORT,
            P.EDIT_PLANS,
            P.PROTECT,
            P.SEE_REPORTS,
            P.WRITE_REPORTS,
            P.MAKE_REPORTS,
            P.READ_PUBLISHED,
            P.READ_AGREEMENTS,
            P.MANAGE_ARBS,
            P.SEE_REQUESTS,
            P.COPY_RECORD,
            P.ERASE,
            P.SEE_COMPLIANCE,
            P.WRITE_PREMIUMS,
            P.SET_DEADLINES,
        }
    ),
    Role.HOST_LINK: frozenset({P.SEE_PUPILS, P.SEE_SCHOOLS, P.READ_AGREEMENTS}),
    Role.GOVERNOR: frozenset({P.READ_PUBLISHED}),
    Role.TRUSTEE: frozenset({P.READ_PUBLISHED}),
    Role.MODERATOR: frozenset(),
    Role.QA_REVIEWER: frozenset(),
    Role.TRUST_LEAD: frozenset(
        {
            P.SEE_PUPILS,
            P.SEE_LEAVERS,
            P.SEE_SCHOOLS,
            P.SEE_SUPPORT,
            P.RECORD,
            P.CORRECT_RECORD,
            P.SET_WINDOWS,
            P.SET_AIMS,
            P.SET_STREAMS,
            P.MANAGE_PUPILS,
            P.IMPORT,
            P.EDIT_PLANS,
            P.PROTECT,
            P.SEE_REPORTS,
            P.WRITE_REPORTS,
            P.MAKE_REPORTS,
            P.READ_PUBLISHED,
            P.COMPARE,
            P.READ_AGREEMENTS,
            P.MANAGE_ARBS,
            P.SEE_REQUESTS,
            P.COPY_RECORD,
            P.ERASE,
            P.SET_RETENTION,
            P.SEE_DOWNLOADS,
            P.SEE_COMPLIANCE,
            P.WRITE_PREMIUMS,
            P.SET_DEADLINES,
        }
    ),
    Role.TRUST_ADMIN: frozenset(
        {P.SEE_SCHOOLS, P.MANAGE_PEOPLE, P.MANAGE_SCHOOLS, P.SET_RETENTION, P.SEE_DOWNLOADS}
    ),
}


class Scope(StrEnum):
    """The kind of place a role is held for."""

    TRUST = "trust"
    SCHOOL = "school"
    ARB = "ARB"
    CLASS = "class"


ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.TEACHER: frozenset({Scope.CLASS}),
    Role.ASSESSMENT_LEAD: frozenset({Scope.SCHOOL}),
    Role.INCLUSION_LEAD: frozenset({Scope.SCHOOL}),
    Role.HEAD: frozenset({Scope.SCHOOL, Scope.ARB}),
    Role.HOST_LINK: frozenset({Scope.ARB}),
    Role.GOVERNOR: frozenset({Scope.SCHOOL}),
    Role.TRUSTEE: frozenset({Scope.TRUST}),
    Role.MODERATOR: frozenset({Scope.TRUST}),
    Role.QA_REVIEWER: frozenset({Scope.SCHOOL, Scope.ARB}),
    Role.TRUST_LEAD: frozenset({Scope.TRUST}),
    Role.TRUST_ADMIN: frozenset({Scope.TRUST}),
}


@dataclass(frozen=True)
class Grant:
    """One role for one place; no place at all means the whole trust."""

    role: Role
    school_id: int | None = None
    arb_id: int | None = None
    class_group_id: int | None = None

    @property
    def scope(self) -> Scope:
        """The kind of place this grant is for."""
        if self.class_group_id is not None:
            return Scope.CLASS
        if self.arb_id is not None:
            return Scope.ARB
        return Scope.TRUST if self.school_id is None else Scope.SCHOOL


@dataclass(frozen=True)
class Reach:
    """Where a permission holds: the whole trust, or the ids of some places in it."""

    whole_trust: bool
    school_ids: frozenset[int]
    arb_ids: frozenset[int]
    class_group_ids: frozenset[int]

    def covers(
        self,
        *,
        school_id: int | None,
        arb_id: int | None = None,
        class_group_id: int | None = None,
    ) -> bool:
        """Say whether a pupil or thing in that school, ARB and class is within reach."""
        return (
            self.whole_trust
            or school_id in self.school_ids
            or arb_id in self.arb_ids
            or class_group_id in self.class_group_ids
        )


@dataclass(frozen=True)
class Access:
    """What one signed-in person may do, and where, for the length of one request."""

    person_id: int
    trust_id: int
    grants: tuple[Grant, ...]

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """Everything this person may do somewhere."""
        return frozenset().union(*(ROLE_PERMISSIONS[grant.role] for grant in self.grants))

    def may(self, permission: Permission) -> bool:
        """Say whether the person may do this anywhere at all."""
        return permission in self.permissions

    def reach(self, permission: Permission) -> Reach:
        """Say where the person may do this."""
        return _reach(grant for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role])


def _reach(grants: Iterable[Grant]) -> Reach:
    by_scope: dict[Scope, set[int]] = {scope: set() for scope in Scope}
    whole_trust = False
    for grant in grants:
        place = grant.class_group_id or grant.arb_id or grant.school_id
        if place is None:
            whole_trust = True
        else:
            by_scope[grant.scope].add(place)
    return Reach(
        whole_trust,
        frozenset(by_scope[Scope.SCHOOL]),
        frozenset(by_scope[Scope.ARB]),
        frozenset(by_scope[Scope.CLASS]),
    )
