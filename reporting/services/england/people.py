"""The accounts of England: in each trust a lead, a head, and a teacher for every class."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress

from parrcs.core.access import Role
from reporting.services.demo.people import proved
from schools.choices import RoleChoice
from schools.models import ClassGroup, Membership, School, User

MAIL = "england.example"


def example_accounts(number: int) -> list[tuple[str, str]]:
    """Return the role and the e-mail address of those to sign in as, of one trust."""
    return [
        ("trust lead", _email("lead", number)),
        ("head", _email("head", number)),
        ("teacher", _email("teacher", number)),
    ]


def save_people(
    *, number: int, password: str, school: School, groups: Iterable[ClassGroup]
) -> list[User]:
    """Save the people of a trust and return the teachers, one for each class. Needs `in_trust`.

    The head is that of `school`; `groups` are classes of the current year. `password` is hashed.
    """
    groups = list(groups)

    def person(email: str, name: str) -> User:
        return User(email=email, name=name, password=password)

    lead = person(_email("lead", number), f"Lead {number:03}")
    head = person(_email("head", number), f"Head {number:03}")
    teachers = [
        person(
            _email("teacher", number, place if place > 1 else None),
            f"Teacher {number:03}-{place:03}",
        )
        for place, _ in enumerate(groups, start=1)
    ]
    users = User.objects.bulk_create([lead, head, *teachers])
    EmailAddress.objects.bulk_create(proved(users))
    Membership.objects.bulk_create(
        [
            Membership(person=lead, role=RoleChoice(Role.TRUST_LEAD)),
            Membership(person=head, role=RoleChoice(Role.HEAD), school=school),
            *(
                Membership(person=teacher, role=RoleChoice(Role.TEACHER), class_group=group)
                for teacher, group in zip(teachers, groups, strict=True)
            ),
        ]
    )
    return teachers


def _email(who: str, trust: int, place: int | None = None) -> str:
    return f"{who}.{trust:03}{'' if place is None else f'.{place:03}'}@{MAIL}"
