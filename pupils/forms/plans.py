"""Forms for plans, their outcomes and termly targets."""

from collections.abc import Sequence
from typing import Any

from django import forms

from pupils.choices import AreaOfNeed, PlanKind
from pupils.forms.fields import CHOOSE, choice_field, long_text_field
from pupils.models import Outcome
from schools.forms.dates import day_field
from schools.models import Term


class PlanForm(forms.Form):
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


class OutcomeForm(forms.Form):
    """What a plan wants the pupil to reach."""

    area = choice_field("Area of need", AreaOfNeed.choices, "Choose the area of need.")
    text = long_text_field("Outcome", "Write the outcome.", most=400)


class TargetForm(forms.Form):
    """What a termly target says; a new one also says for which term."""

    term = choice_field("Term", [], "Choose the term.")
    outcome = choice_field("Towards the outcome", [], "Choose the outcome.")
    walt = long_text_field(
        "We are learning to (WALT)",
        "Write what the pupil is learning to do.",
        most=300,
        help_text="The end point of this term's step.",
    )
    wilf = long_text_field(
        "What I'm looking for (WILF)",
        "Write what you will look for.",
        most=300,
        help_text="How anyone could tell that it is met.",
    )
    starting_point = long_text_field("Starting point", "", most=300, required=False)
    next_step = long_text_field("Next step", "", most=300, required=False)

    def __init__(
        self, *args: Any, outcomes: Sequence[Outcome], terms: Sequence[Term] = (), **options: Any
    ) -> None:
        self.outcomes = {str(each.pk): each for each in outcomes}
        self.terms = {str(each.pk): each for each in terms}
        super().__init__(*args, **options)
        if terms:
            self._offer("term", self.terms)
        else:
            del self.fields["term"]
        self._offer("outcome", self.outcomes)

    def _offer(self, name: str, things: dict[str, Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # both are
        choices = [(key, str(thing)) for key, thing in things.items()]
        field.choices = choices if len(choices) == 1 else [CHOOSE, *choices]

    @property
    def chosen_outcome(self) -> Outcome:
        """The outcome that was chosen."""
        return self.outcomes[self.cleaned_data["outcome"]]

    @property
    def chosen_term(self) -> Term:
        """The term that was chosen."""
        return self.terms[self.cleaned_data["term"]]

    @property
    def texts(self) -> Any:
        """What the target says."""
        return {
            name: self.cleaned_data[name]
            for name in ("walt", "wilf", "starting_point", "next_step")
        }
