"""Forms for short plans that support a pupil, their reviews, and what staff must know."""

from typing import Any

from django import forms

from pupils.choices import SupportKind
from pupils.forms.fields import SeenForm, choice_field, long_text_field, text_field
from pupils.services.support import NeedsFacts, ReviewedFacts, SupportFacts
from schools.forms.dates import day_field

GOES_ON, ENDS = "goes_on", "ends"


class SupportPlanForm(SeenForm):
    """What a short plan is for, what helps, who leads it, and when it is reviewed."""

    kind = choice_field("Kind of plan", SupportKind.choices, "Choose the kind of plan.")
    purpose = long_text_field("What it is for", "Write what the plan is for.", most=500)
    strategies = long_text_field(
        "What helps",
        "Write what helps.",
        most=1500,
        help_text="What everybody does, and what to leave. A line for each.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    led_by = text_field("Who leads it", "Write who leads it.", most=120)
    starts_on = day_field("From")
    review_on = day_field("To be reviewed by")

    @staticmethod
    def said_of(plan: Any) -> dict[str, Any]:
        """Return what a plan says, as the form names it."""
        names = ("kind", "purpose", "strategies", "led_by", "starts_on", "review_on")
        return {name: getattr(plan, name) for name in names}

    @property
    def facts(self) -> SupportFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "kind": said["kind"],
            "starts_on": said["starts_on"],
            "purpose": said["purpose"],
            "strategies": said["strategies"],
            "led_by": said["led_by"],
            "review_on": said["review_on"],
        }


class SupportReviewForm(SeenForm):
    """What came of a short plan, and whether it goes on."""

    reviewed_on = day_field("Reviewed on")
    outcome = long_text_field("What came of it", "Write what came of it.", most=1000)
    then = choice_field(
        "And then",
        [(GOES_ON, "It goes on"), (ENDS, "It ends")],
        "Choose whether it goes on.",
    )
    review_on = day_field(
        "Next review by", required=False, help_text="Where it goes on. Left empty where it ends."
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the next review of a plan that goes on, and for none of one that ends."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        then, review_on = cleaned.get("then"), cleaned.get("review_on")
        if "review_on" not in self.errors:
            if then == GOES_ON and review_on is None:
                self.add_error("review_on", "Enter when it is reviewed next.")
            if then == ENDS and review_on is not None:
                self.add_error("review_on", "It ends, so there is no next review.")
        return cleaned

    @property
    def facts(self) -> ReviewedFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "reviewed_on": said["reviewed_on"],
            "outcome": said["outcome"],
            "review_on": said["review_on"],
        }


class NeedsForm(SeenForm):
    """What staff must know of a pupil, in short."""

    medical = long_text_field(
        "Medical needs",
        "",
        most=1000,
        required=False,
        help_text="Conditions, allergies, medicines, and who gives them.",
    )
    emergency = long_text_field(
        "In an emergency",
        "",
        most=1000,
        required=False,
        help_text="What to do first, and whom to call.",
    )
    communication = long_text_field(
        "Communication",
        "",
        most=1000,
        required=False,
        help_text="How the pupil tells us things, and how to say things to the pupil.",
    )
    confirmed_with = text_field(
        "Confirmed with",
        "Write with whom it was confirmed.",
        most=120,
        help_text="For example: mother and school nurse.",
    )
    confirmed_on = day_field("Confirmed on")

    @staticmethod
    def said_of(needs: Any) -> dict[str, Any]:
        """Return what is written, as the form names it."""
        names = ("medical", "emergency", "communication", "confirmed_with", "confirmed_on")
        return {name: getattr(needs, name) for name in names}

    @property
    def facts(self) -> NeedsFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "medical": said["medical"],
            "emergency": said["emergency"],
            "communication": said["communication"],
            "confirmed_with": said["confirmed_with"],
            "confirmed_on": said["confirmed_on"],
        }
