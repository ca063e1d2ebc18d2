"""Forms for placement requests: what the LA asked, what we answered, what the LA decided."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from parrcs.core.access import Access
from pupils.choices import LADecision, PrimaryNeed
from pupils.forms.fields import SeenForm, choice_field, long_text_field, text_field
from pupils.models import PlacementRequest, Pupil
from pupils.selectors.requests import pupils_to_link
from pupils.services.requests import RequestFacts
from schools.forms.dates import day_field

_REQUEST = ("child", "born_on", "primary_need", "authority", "requested_on", "wanted_from")
_RESPONSE = ("response", "responded_on")
_DECISION = ("decision", "decided_on")


class RequestForm(SeenForm):
    """A request with our response and the LA's decision, as far as they are known."""

    child = text_field(
        "Child",
        "Write the initials or the name.",
        most=120,
        help_text="Initials are enough until the child is named.",
    )
    born_on = day_field("Date of birth")
    primary_need = choice_field("Primary need", PrimaryNeed.choices, "Choose the need.")
    authority = text_field("Local authority (LA)", "Write which LA asks.", most=120)
    requested_on = day_field("Date of request")
    wanted_from = day_field("Requested start")
    response = long_text_field(
        "Our response",
        "",
        most=1000,
        required=False,
        help_text="Whether the ARB can meet the child's needs, and why. The LA decides.",
    )
    responded_on = day_field("Date of our response", required=False)
    decision = forms.ChoiceField(
        label="The LA's decision",
        choices=[("", "Not known yet"), *LADecision.choices],
        required=False,
        error_messages={"invalid_choice": "Choose one of the list."},
    )
    decided_on = day_field("Date of the decision", required=False)

    @classmethod
    def said_of(cls, row: PlacementRequest) -> dict[str, Any]:
        """Return what a request says, by the names of the fields."""
        return {name: getattr(row, name) for name in (*_REQUEST, *_RESPONSE, *_DECISION)}

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        named = (
            ("What the LA asked", _REQUEST),
            ("What we answered", _RESPONSE),
            ("What the LA decided", _DECISION),
        )
        return [(heading, [self[name] for name in names]) for heading, names in named]

    def clean(self) -> dict[str, Any]:
        """Hold the days to each other: what is recorded has happened, in this order."""
        said = super().clean() or {}
        today = timezone.localdate()
        for name in ("born_on", "requested_on", "responded_on", "decided_on"):
            day = said.get(name)
            if isinstance(day, dt.date) and day > today:
                self.add_error(name, "This day is still to come.")
        if said.get("response") and not said.get("responded_on") and self._free("responded_on"):
            self.add_error("responded_on", "Enter the day of the response.")
        if said.get("responded_on") and not said.get("response") and self._free("response"):
            self.add_error("response", "Write what we answered.")
        if said.get("decision") and not said.get("decided_on") and self._free("decided_on"):
            self.add_error("decided_on", "Enter the day of the decision.")
        if said.get("decided_on") and not said.get("decision") and self._free("decision"):
            self.add_error("decision", "Choose what was decided.")
        return said

    def _free(self, name: str) -> bool:
        return name not in self.errors

    @property
    def facts(self) -> RequestFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "child": said["child"],
            "born_on": said["born_on"],
            "primary_need": said["primary_need"],
            "authority": said["authority"],
            "requested_on": said["requested_on"],
            "wanted_from": said["wanted_from"],
            "response": said["response"],
            "responded_on": said["responded_on"],
            "decision": said["decision"],
            "decided_on": said["decided_on"],
        }


class LinkForm(forms.Form):
    """The pupil that a named child has become."""

    pupil: "forms.ModelChoiceField[Pupil]" = forms.ModelChoiceField(
        None,
        label="Pupil",
        required=False,
        empty_label="Nobody: take the link away",
        help_text="Pupils of the ARB who were born on the day that the request says.",
        error_messages={"invalid_choice": "Choose a pupil of the ARB who was born that day."},
    )

    def __init__(self, data: Any, *, access: Access, row: PlacementRequest) -> None:
        super().__init__(data, initial={"pupil": row.pupil_id})
        field = self.fields["pupil"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # for the types
        field.queryset = pupils_to_link(access, request=row)
