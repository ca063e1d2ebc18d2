"""Forms for what a pupil is given beside the core areas, and for its reviews."""

from django import forms

from pupils.choices import ProvisionKind, WiderProgress
from pupils.forms.fields import CHOOSE, SeenForm, choice_field, long_text_field
from pupils.services.provision import ProvisionFacts, ReviewFacts
from schools.forms.dates import day_field


class ProvisionForm(SeenForm):
    """What a provision is, what it is to bring, how often, and from when to when."""

    kind = choice_field("Provision", ProvisionKind.choices, "Choose the provision.")
    aim = long_text_field(
        "Aim",
        "Write what it is to bring the pupil.",
        most=300,
        help_text="What it is to bring the pupil. For other provision, say here what it is.",
    )
    how_often = forms.CharField(
        label="How often",
        max_length=120,
        required=False,
        help_text="For example: Tuesdays, 30 minutes, with two others.",
    )
    starts_on = day_field("From")
    ends_on = day_field("Last day", required=False)

    @property
    def facts(self) -> ProvisionFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "kind": said["kind"],
            "aim": said["aim"],
            "how_often": said["how_often"],
            "starts_on": said["starts_on"],
            "ends_on": said["ends_on"],
        }


class EndForm(SeenForm):
    """The last day of a provision."""

    ends_on = day_field("Last day", help_text="The record of it stays.")


class ReviewForm(SeenForm):
    """How far a provision brought the pupil in a term."""

    progress = forms.TypedChoiceField(
        label="Progress towards the aim",
        choices=[CHOOSE, *WiderProgress.choices],
        coerce=int,
        error_messages={
            "required": "Choose how far it brought the pupil.",
            "invalid_choice": "Choose one of the list.",
        },
    )
    comment = long_text_field(
        "Comment", "", most=500, required=False, help_text="What was seen, in a sentence or two."
    )

    @property
    def facts(self) -> ReviewFacts:
        """What was said."""
        said = self.cleaned_data
        return {"progress": said["progress"], "comment": said["comment"]}
