"""Forms for pupils and where they are placed."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from pupils.choices import PrimaryNeed, Sex
from pupils.forms.fields import CHOOSE, choice_field, text_field
from pupils.measures import upn_problem
from pupils.selectors.places import Places, class_choices
from pupils.services.pupils import Place
from schools.forms.dates import day_field

OLDEST = 25


class PupilForm(forms.Form):
    """What is known of a pupil."""

    upn = text_field(
        "Unique pupil number (UPN)",
        "Enter the UPN.",
        most=40,
        help_text="13 characters, such as B801200005001.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    first_name = text_field("First name", "Enter the first name.", most=80)
    last_name = text_field("Last name", "Enter the last name.", most=80)
    born_on = day_field("Date of birth")
    sex = choice_field("Sex", Sex.choices, "Choose the sex.")
    primary_need = choice_field(
        "Primary need",
        [(code, f"{name} ({code})") for code, name in PrimaryNeed.choices],
        "Choose the primary need.",
    )
    pupil_premium = forms.BooleanField(label="Pupil premium (PP)", required=False)
    looked_after = forms.BooleanField(label="Child looked after (CLA)", required=False)
    eal = forms.BooleanField(label="English as an additional language (EAL)", required=False)

    known_fields = (
        "upn",
        "first_name",
        "last_name",
        "born_on",
        "sex",
        "primary_need",
        "pupil_premium",
        "looked_after",
        "eal",
    )

    def clean_upn(self) -> str:
        """Take small letters and spaces as they are meant, and check the check letter."""
        upn = re.sub(r"\s", "", self.cleaned_data["upn"]).upper()
        if problem := upn_problem(upn):
            raise ValidationError(problem)
        return upn

    def clean_born_on(self) -> dt.date:
        """Refuse days on which no pupil of today was born."""
        born_on: dt.date = self.cleaned_data["born_on"]
        today = timezone.localdate()
        if born_on > today:
            raise ValidationError("This day is still to come.")
        if born_on.year < today.year - OLDEST - 1:
            raise ValidationError(f"Pupils are at most {OLDEST} years old. Check the year.")
        return born_on

    @property
    def known(self) -> Any:
        """What was entered of the pupil."""
        return {name: self.cleaned_data[name] for name in self.known_fields}

    @property
    def about(self) -> list[forms.BoundField]:
        """The fields of the pupil, without the boxes to tick."""
        return [self[name] for name in self.known_fields[:6]]

    @property
    def boxes(self) -> list[forms.BoundField]:
        """The boxes to tick."""
        return [self[name] for name in self.known_fields[6:]]


class PlacementForm(forms.Form):
    """Where a pupil is placed, and from when.

    `narrow` offers only the ARBs of the school and the classes of the place and year that are
    chosen; else all are offered, so that the form works without JavaScript too.
    """

    school = choice_field("Registered school", [], "Choose the school.")
    arb = forms.ChoiceField(
        label="Area resource base (ARB)",
        required=False,
        error_messages={"invalid_choice": "Choose one of the list."},
    )
    class_group = forms.ChoiceField(
        label="Class",
        required=False,
        error_messages={"invalid_choice": "Choose one of the list."},
    )
    route = choice_field("Personal learning route", [], "Choose the route.")
    starts_on = day_field("From")

    place_fields = ("school", "arb", "class_group", "route", "starts_on")

    def __init__(self, *args: Any, places: Places, narrow: bool = False, **options: Any) -> None:
        self.places = places
        super().__init__(*args, **options)
        arbs, groups = list(places.arbs), list(places.class_groups)
        if narrow:
            school, arb = self.initial.get("school"), self.initial.get("arb") or "None"
            arbs = [each for each in arbs if str(each.school_id) == school]
            groups = [
                each for each in groups if (str(each.school_id), str(each.arb_id)) == (school, arb)
            ]
            groups = self._of_year(groups)
        one_school = len(places.schools) == 1
        if one_school:
            self.fields["school"].initial = str(places.schools[0].pk)
        self._offer("school", places.schools, () if one_school else (CHOOSE,))
        no_arb = "None, in the school itself" if places.whole_school_ids else "Choose"
        self._offer("arb", arbs, (("", no_arb),))
        self._choices("class_group", [("", "No class yet"), *class_choices(groups)])
        self._offer("route", places.routes, (CHOOSE,))

    def _of_year(self, groups: list[Any]) -> list[Any]:
        """Keep the classes of the year of the day that is chosen, once it is a day.

        While somebody types 2026 the browser says 0002, 0020 and 0202 first.
        """
        try:
            day = self.fields["starts_on"].clean(self.initial.get("starts_on"))
        except ValidationError:
            return groups
        return [each for each in groups if each.year.starts_on <= day <= each.year.ends_on]

    def _offer(self, name: str, things: Sequence[Any], first: Sequence[Any]) -> None:
        self._choices(name, [*first, *((str(thing.pk), str(thing)) for thing in things)])

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # all of them are
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for the ARB of who places pupils in an ARB only."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        school = cleaned.get("school")
        whole = {str(each) for each in self.places.whole_school_ids}
        if school and school not in whole and not cleaned.get("arb") and "arb" not in self.errors:
            self.add_error("arb", "Choose the ARB. You do not place pupils in the school itself.")
        return cleaned

    @property
    def place(self) -> Place:
        """The place that was entered."""
        found = {
            name: next((one for one in things if str(one.pk) == self.cleaned_data[name]), None)
            for name, things in (
                ("school", self.places.schools),
                ("arb", self.places.arbs),
                ("class_group", self.places.class_groups),
                ("route", self.places.routes),
            )
        }
        return Place(**found)  # type: ignore[arg-type]  # the form requires school and route

    @property
    def where(self) -> list[forms.BoundField]:
        """The fields of the placement."""
        return [self[name] for name in self.place_fields]


class NewPupilForm(PlacementForm, PupilForm):
    """A pupil with the first placement.

    That it is another child than one of the same name is asked only once there is one, and of that
    one: the box stands for its id.
    """

    another_than = forms.IntegerField(label="Another child of the same name", required=False)
    asks_about: int | None = None

    def ask_whether_another(self, pupil_id: int, words: str) -> None:
        """Ask whether it is another child than this one."""
        self.asks_about = pupil_id
        self.add_error("another_than", words)

    @property
    def asked_about(self) -> int | None:
        """The child that the question is or was about."""
        return self.asks_about or self.cleaned_data.get("another_than")

    @property
    def says_another(self) -> bool:
        """Whether the box was ticked for that child."""
        return self.asks_about is None and self.asked_about is not None


class LeaveForm(forms.Form):
    """A pupil's last day."""

    ends_on = day_field("Last day")
