"""The accounts of the demo: one for each role, and a teacher for every class."""

import random
import unicodedata

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from pupils.choices import Sex
from reporting.services.demo.material import Namer, TrustEntry, accounts
from reporting.services.demo.roll import Room, Unit
from schools.choices import RoleChoice
from schools.models import Membership, User

PASSWORD = "harbour-demo-2026"  # noqa: S105 - of people who do not exist, and printed

UNFOLDED = str.maketrans("ŁłĐđŞşıÓó", "LlDdSsiOo")


class Staff:
    """The people of one trust. `users` are new accounts; the roles of others come on top."""

    def __init__(
        self, entry: TrustEntry, units: list[Unit], known: list[User], rng: random.Random
    ) -> None:
        self.users: list[User] = []
        self.memberships: list[Membership] = []
        self._entry = entry
        self._units = units
        self._password = make_password(PASSWORD)  # once: it is slow by design
        self._by_email = {user.email: user for user in known}
        self._teachers: dict[tuple[Unit, int], User] = {}
        self._name_roles()
        self._name_teachers(Namer(rng), rng)

    def teacher(self, room: Room) -> User:
        """Return who teaches a class."""
        return self._teachers[room.unit, room.number]

    def _name_roles(self) -> None:
        for person in accounts():
            for role in person.roles:
                if role.trust != self._entry.uid:
                    continue
                user = self._by_email.get(person.email)
                if user is None:
                    user = self._user(person.email, person.name)
                place: dict[str, object] = {}
                if role.class_name:
                    room = self._class(role.school, role.class_name)
                    self._teachers[room.unit, room.number] = user
                    place["class_group"] = room.group
                elif role.arb:
                    place["arb"] = next(
                        u.arb for u in self._units if u.arb and u.arb.name == role.arb
                    )
                elif role.school:
                    place["school"] = self._school(role.school).school
                self._member(user, RoleChoice(role.role), place)

    def _name_teachers(self, namer: Namer, rng: random.Random) -> None:
        for unit in self._units:
            latest = max(unit.rooms)
            for number in range(max(map(len, unit.rooms.values()))):
                if (unit, number) in self._teachers:
                    continue
                first, last, _ = namer.name(rng.choice(list(Sex)))
                user = self._user(self._email(first, last), f"{first} {last}")
                self._teachers[unit, number] = user
                if number < len(unit.rooms[latest]):
                    group = unit.rooms[latest][number].group
                    self._member(user, RoleChoice.TEACHER, {"class_group": group})

    def _school(self, name: str) -> Unit:
        return next(u for u in self._units if u.school.name == name and u.arb is None)

    def _class(self, school: str, name: str) -> Room:
        unit = self._school(school)
        return next(r for r in unit.rooms[max(unit.rooms)] if r.group.name == name)

    def _user(self, email: str, name: str) -> User:
        user = User(email=email, name=name, password=self._password)
        self._by_email[email] = user
        self.users.append(user)
        return user

    def _member(self, user: User, role: RoleChoice, place: dict[str, object]) -> None:
        self.memberships.append(Membership(person=user, role=role, **place))

    def _email(self, first: str, last: str) -> str:
        plain = unicodedata.normalize("NFKD", f"{first}.{last}".translate(UNFOLDED))
        name = "".join(c for c in plain.lower() if c.isascii() and (c.isalpha() or c == "."))
        return f"{name}@{self._entry.mail}"


def proved(users: list[User]) -> list[EmailAddress]:
    """Return the e-mail addresses of accounts, proved, so that their people can sign in."""
    return [
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    ]
