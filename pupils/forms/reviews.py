"""Forms for annual reviews: the day, the steps, views and advice."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from pupils.choices import ReviewDecision, ReviewStepKind, Transfer, VoiceSymbol
from pupils.forms.fields import SeenForm, choice_field, long_text_field, text_field
from pupils.services.reviews import AdviceFacts, MeetingFacts, ViewsFacts
from schools.forms.dates import day_field


class MeetingForm(SeenForm):
    """When the meeting is, whether a transfer follows, and by whose form the pack goes."""

    meets_on = day_field("Day of the meeting")
    transfer = forms.ChoiceField(
        label="Transfer that follows",
        choices=[("", "None"), *Transfer.choices],
        required=False,
        error_messages={"invalid_choice": "Choose one of the list."},
    )
    transfer_year = forms.IntegerField(
        label="Year of the move",
        required=False,
        min_value=2000,
        max_value=2199,
        help_text="In which the pupil moves, for a transfer: 2027 for September 2027.",
        error_messages={
            "invalid": "Write a year like 2027.",
            "min_value": "Write a year like 2027.",
            "max_value": "Write a year like 2027.",
        },
    )
    form = choice_field("Form of the pack", [], "Choose the form of the local authority (LA).")

    def __init__(self, *args: Any, review_forms: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["form"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is
        field.choices = [*review_forms]

    def clean(self) -> dict[str, Any]:
        """Ask for the year of a transfer, and for none without one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        transfer, year = cleaned.get("transfer"), cleaned.get("transfer_year")
        if "transfer_year" not in self.errors:
            if transfer and year is None:
                self.add_error("transfer_year", "Enter the year of the move.")
            if not transfer and year is not None:
                self.add_error("transfer_year", "Choose the transfer, or leave the year empty.")
        return cleaned

    @staticmethod
    def said_of(review: Any) -> dict[str, Any]:
        """Return what is known of a review, as the form names it."""
        names = ("meets_on", "transfer", "transfer_year", "form")
        return {name: getattr(review, name) for name in names}

    @property
    def facts(self) -> MeetingFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "meets_on": said["meets_on"],
            "transfer": said["transfer"],
            "transfer_year": said["transfer_year"],
            "form": said["form"],
        }


class StepForm(SeenForm):
    """On which day a step was done; for the decision of the LA, which one."""

    done_on = day_field("Done on", required=False, help_text="Left empty where it is not done.")
    decision = choice_field("What the LA decided", ReviewDecision.choices, "", required=False)

    def __init__(self, *args: Any, step: ReviewStepKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if step != ReviewStepKind.DECISION:
            del self.fields["decision"]

    def clean(self) -> dict[str, Any]:
        """Ask what was decided, of a decision."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("done_on") and cleaned.get("decision") == "":
            self.add_error("decision", "Choose what the LA decided.")
        return cleaned

    @staticmethod
    def said_of(stands: Any) -> dict[str, Any]:
        """Return how a step stands, as the form names it."""
        return {"done_on": stands.done_on, "decision": stands.decision}

    @property
    def done(self) -> dt.date | None:
        """The day; None where it is not done."""
        day: dt.date | None = self.cleaned_data["done_on"]
        return day


class _Symbols(forms.CheckboxSelectMultiple):
    """Boxes of which the first is what a summary of errors leads to."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of a box."""
        return super().id_for_label(id_, index or "0")


class ViewsForm(SeenForm):
    """What the pupil and the family say, and what the meeting recommends."""

    pupil_views = long_text_field(
        "Views of the pupil",
        "",
        most=2000,
        required=False,
        help_text="In the pupil's own words, or how they were gathered.",
    )
    symbols = forms.MultipleChoiceField(
        label="Symbols that the pupil chose",
        choices=VoiceSymbol.choices,
        required=False,
        widget=_Symbols,
        error_messages={"invalid_choice": "Choose of these symbols."},
    )
    family_views = long_text_field("Views of the family", "", most=2000, required=False)
    recommendations = long_text_field(
        "What the meeting recommends",
        "",
        most=2000,
        required=False,
        help_text="Keep the plan, amend it or end it, and why.",
    )

    @staticmethod
    def said_of(review: Any) -> dict[str, Any]:
        """Return what is written, as the form names it."""
        names = ("pupil_views", "family_views", "recommendations")
        symbols = [str(each) for each in review.chosen_symbols]
        return {"symbols": symbols, **{name: getattr(review, name) for name in names}}

    @property
    def facts(self) -> ViewsFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "pupil_views": said["pupil_views"],
            "pupil_symbols": " ".join(said["symbols"]),
            "family_views": said["family_views"],
            "recommendations": said["recommendations"],
        }


class AdviceForm(SeenForm):
    """Whose advice it is, when it came, and what it says."""

    source = text_field(
        "Whose advice",
        "Write whose advice it is.",
        most=120,
        help_text="For example: speech and language therapist.",
    )
    received_on = day_field("Received on")
    words = long_text_field("What it says", "Write what it says, in short.", most=2000)

    @staticmethod
    def said_of(advice: Any) -> dict[str, Any]:
        """Return what is written, as the form names it."""
        return {name: getattr(advice, name) for name in ("source", "received_on", "words")}

    @property
    def facts(self) -> AdviceFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "source": said["source"],
            "received_on": said["received_on"],
            "words": said["words"],
        }
