"""Forms for what a pupil is given beside the core areas, and for its reviews."""

from collections.abc import Sequence
from typing import Any

from django import forms

from pupils.choices import ProvisionKind, WiderProgress
from pupils.forms.fields import CHOOSE, choice_field, long_text_field
from pupils.services.provision import ProvisionFacts
from schools.forms.dates import day_field
from schools.models import Term


class ProvisionForm(forms.Form):
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


class EndForm(forms.Form):
    """The last day of a provision."""

    ends_on = day_field("Last day", help_text="The record of it stays.")


class ReviewForm(forms.Form):
    """How far a provision brought the pupil in a term."""

    term = choice_field("Term", [], "Choose the term.")
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

    def __init__(self, *args: Any, terms: Sequence[Term], **options: Any) -> None:
        super().__init__(*args, **options)
        self.terms = {str(each.pk): each for each in terms}
        field = self.fields["term"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is
        field.choices = [(key, str(term)) for key, term in self.terms.items()]

    @property
    def chosen_term(self) -> Term:
        """The term that was chosen."""
        return self.terms[self.cleaned_data["term"]]
