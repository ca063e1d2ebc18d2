"""The form by which pupils of a class move into others, and the second look before it is saved."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from pupils.models import Placement
from pupils.selectors.places import Places, class_choices
from pupils.services.pupils import Place, PlacementRefused
from schools.forms.dates import day_field
from schools.models import ClassGroup

REST, STAYS = "", "stays"


class ConfirmForm(forms.Form):
    """That the person has looked at what a move changes, and at which state of things."""

    step = forms.ChoiceField(choices=[("save", "Save")])
    seen = forms.CharField(max_length=64)
    operation = forms.UUIDField()


class ClassMoveForm(forms.Form):
    """From which day, into which class for all, and for each pupil another class or route.

    `rows` are the pupils of the class. Who is placed anew already is not moved unless chosen.
    """

    starts_on = day_field("From")
    everyone = forms.ChoiceField(
        label="Into",
        required=False,
        help_text="All who have nothing else chosen beneath.",
        error_messages={"invalid_choice": "Choose one of the list."},
    )

    def __init__(
        self,
        *args: Any,
        rows: Sequence[Placement],
        class_group: ClassGroup,
        next_year_on: dt.date | None,
        places: Places,
        **options: Any,
    ) -> None:
        self.rows, self.routes = rows, {str(each.pk): each for each in places.routes}
        today = timezone.localdate()
        open_classes = [
            each
            for each in places.class_groups
            if each.year.ends_on >= today and each.pk != class_group.pk
        ]
        self.groups = {str(each.pk): each for each in open_classes}
        first = next_year_on if next_year_on and next_year_on > today else today
        super().__init__(*args, **options)
        self.fields["starts_on"].initial = first
        classes = class_choices(open_classes)
        self._offer("everyone", [("", "Choose"), *classes])
        for row in rows:
            leaves = row.ends_on is not None
            self.fields[f"to-{row.pupil_id}"] = forms.ChoiceField(
                label=str(row.pupil),
                required=False,
                initial=STAYS if leaves else REST,
                choices=[(REST, "With the others"), (STAYS, "Does not move"), *classes],
                error_messages={"invalid_choice": "Choose one of the list."},
            )
            self.fields[f"route-{row.pupil_id}"] = forms.ChoiceField(
                label=f"Route of {row.pupil}",
                required=False,
                initial=str(row.route_id),
                choices=[(key, str(route)) for key, route in self.routes.items()],
                error_messages={"invalid_choice": "Choose one of the list."},
            )

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for a class for those who have none chosen, and for somebody who moves."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        to = [cleaned.get(f"to-{row.pupil_id}") for row in self.rows]
        if REST in to and not cleaned.get("everyone") and "everyone" not in self.errors:
            self.add_error("everyone", "Choose the class for those who move with the others.")
        elif to and all(each == STAYS for each in to):
            self.add_error(None, "Nobody moves like this. Choose a class for at least one pupil.")
        return cleaned

    def refuse(self, each: Mapping[int, PlacementRefused]) -> None:
        """Show at each pupil why they cannot be moved like this.

        What is wrong with all who move with the others is said once, where that is chosen.
        """
        rest = {pupil for pupil in each if self.cleaned_data[f"to-{pupil}"] == REST}
        words = {str(each[pupil]) for pupil in rest}
        shared = len(rest) > 1 and len(words) == 1
        if shared:
            self.add_error("everyone", words.pop())
        for pupil, refused in each.items():
            if not (shared and pupil in rest):
                self.add_error(f"to-{pupil}", str(refused))

    @property
    def lines(self) -> list[tuple[Placement, forms.BoundField, forms.BoundField]]:
        """Each pupil with the class and the route to choose."""
        return [
            (row, self[f"to-{row.pupil_id}"], self[f"route-{row.pupil_id}"]) for row in self.rows
        ]

    @property
    def chosen(self) -> list[tuple[int, Place]]:
        """Who moves, by id, and where to."""
        found = []
        for row in self.rows:
            to = self.cleaned_data[f"to-{row.pupil_id}"]
            if to == STAYS:
                continue
            group = self.groups[to or self.cleaned_data["everyone"]]
            route = self.routes[self.cleaned_data[f"route-{row.pupil_id}"] or str(row.route_id)]
            found.append((row.pupil_id, Place(group.school, route, group.arb, group)))
        return found
