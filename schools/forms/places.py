"""Setting up ARBs, their hosts and classes."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from parrcs.core.access import Access
from schools.forms.dates import day_field
from schools.models import ARB, AcademicYear, School
from schools.selectors.calendar import years_to_set_up
from schools.selectors.places import host_schools, open_arbs, registering_schools


class HostForm(forms.Form):
    """A mainstream school of another trust in which an ARB stands."""

    name = forms.CharField(max_length=200)
    urn = forms.CharField(
        label="URN",
        help_text="Its unique reference number in the register of schools, six digits.",
        validators=[RegexValidator(r"^\d{6}$", "A URN has six digits, such as 130908.")],
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class ARBForm(forms.Form):
    """An area resource base. The special school it belongs to is asked for a new one only."""

    name = forms.CharField(max_length=120)
    school: "forms.ModelChoiceField[School]" = forms.ModelChoiceField(
        None,
        label="Registered school",
        help_text="The special school of the trust where its pupils are on roll.",
        empty_label="Choose a school",
        error_messages={"invalid_choice": "Choose a special school of the trust."},
    )
    host: "forms.ModelChoiceField[School]" = forms.ModelChoiceField(
        None,
        label="Host school",
        help_text="The mainstream school in which it stands.",
        empty_label="Choose a school",
        error_messages={"invalid_choice": "Choose another school, a mainstream one."},
    )
    opened_on = day_field("Opened on")
    closed_on = day_field("Closed on", required=False)

    def __init__(self, *args: Any, access: Access, arb: ARB | None = None, **kwargs: Any) -> None:
        if arb is not None:
            kwargs["initial"] = {
                "name": arb.name,
                "host": arb.host_id,
                "opened_on": arb.opened_on,
                "closed_on": arb.closed_on,
            }
        super().__init__(*args, **kwargs)
        if arb is not None:
            del self.fields["school"]
        else:
            _offer(self, "school", registering_schools(access))
        _offer(self, "host", host_schools(access))

    def clean(self) -> dict[str, Any]:
        """Hold the closing day against the opening day."""
        given = super().clean() or {}
        opened, closed = given.get("opened_on"), given.get("closed_on")
        if opened and closed and closed <= opened:
            self.add_error("closed_on", "The ARB closes after it has opened.")
        return given


class ClassForm(forms.Form):
    """A class of a school for one year."""

    name = forms.CharField(max_length=80)
    year: "forms.ModelChoiceField[AcademicYear]" = forms.ModelChoiceField(
        None,
        label="School year",
        empty_label="Choose a year",
        error_messages={"invalid_choice": "Choose a year of the calendar that has not ended."},
    )
    arb: "forms.ModelChoiceField[ARB]" = forms.ModelChoiceField(
        None,
        label="Where",
        required=False,
        empty_label="In the school itself",
        error_messages={"invalid_choice": "Choose an ARB of this school."},
    )

    def __init__(
        self, *args: Any, access: Access, school: School, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        years = years_to_set_up(today)
        _offer(self, "year", years)
        bases = open_arbs(access, school=school)
        _offer(self, "arb", bases)


class ClassNameForm(forms.Form):
    """The name of a class."""

    name = forms.CharField(max_length=80)


def _offer(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # for the types
    field.queryset = rows
