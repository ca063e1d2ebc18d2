"""Forms for plans and their outcomes."""

from typing import Any

from pupils.choices import AreaOfNeed, PlanKind
from pupils.forms.fields import SeenForm, choice_field, long_text_field
from pupils.services.plans import OutcomeFacts, PlanFacts
from schools.forms.dates import day_field


class PlanForm(SeenForm):
    """A plan's kind and dates."""

    kind = choice_field("Kind of plan", PlanKind.choices, "Choose the kind of plan.")
    starts_on = day_field("From")
    ends_on = day_field("Until", required=False)

    def clean(self) -> dict[str, Any]:
        """Ask that a plan does not end before it starts."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "This is before the plan starts.")
        return cleaned

    @property
    def facts(self) -> PlanFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "kind": said["kind"],
            "starts_on": said["starts_on"],
            "ends_on": said["ends_on"],
        }


class OutcomeForm(SeenForm):
    """What a plan wants the pupil to reach."""

    area = choice_field("Area of need", AreaOfNeed.choices, "Choose the area of need.")
    text = long_text_field("Outcome", "Write the outcome.", most=400)

    @property
    def facts(self) -> OutcomeFacts:
        """What was said."""
        return {"area": self.cleaned_data["area"], "text": self.cleaned_data["text"]}
