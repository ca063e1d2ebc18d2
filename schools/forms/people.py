"""Inviting a person to a role for a place."""

from itertools import groupby
from typing import Any

from django import forms

from parrcs.core.access import ROLE_SCOPES, Grant, Role, Scope
from schools.choices import RoleChoice
from schools.selectors.places import Place

_WORDS = {
    Scope.TRUST: "the whole trust",
    Scope.SCHOOL: "a school",
    Scope.ARB: "an ARB",
    Scope.CLASS: "a class",
}


class FindForm(forms.Form):
    """Whom to find in the list of people."""

    find = forms.CharField(label="Name, e-mail address or school", required=False, max_length=120)

    @property
    def wanted(self) -> str:
        """The words looked for, or nothing when they cannot be looked for."""
        return str(self.cleaned_data["find"]) if self.is_valid() else ""


class InviteForm(forms.Form):
    """Who is invited, as what, and where.

    The places to choose from are those of the role once it is known, and all until then.
    """

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="The invitation is sent there, and the person signs in with it.",
        error_messages={"required": "Give the address to invite."},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label="Role",
        error_messages={"required": "Choose a role."},
        widget=forms.Select(
            attrs={
                "hx-get": "",
                "hx-swap": "none",
                "hx-select-oob": "#id_place",
                "hx-sync": "this:replace",
            }
        ),
    )
    place = forms.ChoiceField(
        label="Where",
        error_messages={
            "required": "Choose where.",
            "invalid_choice": "This place is not in the list. Choose one that is.",
        },
    )

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {_key(place): place for place in places}
        self._choices("role").choices = [
            ("", "Choose a role"),
            *((role, f"{RoleChoice(role).label}, for {words_for(role)}") for role in Role),
        ]
        self._choices("place").choices = self._grouped(list(Scope))

    def narrow(self, role: str) -> None:
        """Offer only the places that this role can be held for; an unknown role changes nothing."""
        if role in Role:
            scopes = ROLE_SCOPES[Role(role)]
            field = self._choices("place")
            field.choices = self._grouped(scopes)
            if scopes == {Scope.TRUST}:
                # Nothing is left to choose, so there is no empty choice either.
                field.choices = field.choices[1:]
                field.initial = _key(next(iter(self.places.values())))

    def clean(self) -> dict[str, Any]:
        """Hold the place against the role."""
        given = super().clean() or {}
        role, place = given.get("role"), given.get("place")
        if role and place and self.places[place].scope not in ROLE_SCOPES[Role(role)]:
            self.add_error(
                "place",
                f"{RoleChoice(role).label} is a role for {words_for(Role(role))}. Choose one.",
            )
        return given

    def clean_email(self) -> str:
        """Write addresses in lower case, as accounts have them."""
        return str(self.cleaned_data["email"]).lower()

    @property
    def grant(self) -> Grant:
        """The role and place chosen."""
        place = self.places[self.cleaned_data["place"]]
        return Grant(
            Role(self.cleaned_data["role"]),
            school_id=place.id if place.scope is Scope.SCHOOL else None,
            arb_id=place.id if place.scope is Scope.ARB else None,
            class_group_id=place.id if place.scope is Scope.CLASS else None,
        )

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the types
        return field

    def _grouped(self, scopes: Any) -> list[Any]:
        fitting = [(key, place) for key, place in self.places.items() if place.scope in scopes]
        groups = groupby(fitting, key=lambda each: each[1].group)
        return [
            ("", "Choose a place"),
            *((group, [(key, place.name) for key, place in held]) for group, held in groups),
        ]


def words_for(role: Role) -> str:
    """Say what kind of place a role is held for."""
    return " or ".join(_WORDS[scope] for scope in Scope if scope in ROLE_SCOPES[role])


def _key(place: Place) -> str:
    return f"{place.scope.lower()}-{place.id}" if place.id else place.scope.lower()
