"""The form of a test score."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from assessment.models import CoreArea
from assessment.services.scores import ScoreFacts
from pupils.forms.fields import SeenForm, text_field
from schools.forms.dates import day_field


def _points(label: str, *, least: str, too_small: str, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(least),
        max_digits=6,
        decimal_places=2,
        error_messages={
            "required": "Enter the score.",
            "invalid": "This is not a number.",
            "min_value": too_small,
            "max_digits": "This number is too long.",
            "max_whole_digits": "At most four digits before the point.",
            "max_decimal_places": "At most two digits after the point.",
        },
        **options,
    )


class ScoreForm(SeenForm):
    """Which test, on which day, and what the pupil reached in it."""

    test = text_field(
        "Test", "Write the name of the test.", most=80, help_text="For example: Reading age test."
    )
    taken_on = day_field("Day")
    score = _points("Score", least="0", too_small="A score is not below 0.")
    out_of = _points(
        "Out of",
        least="0.01",
        too_small="This is more than 0.",
        required=False,
        help_text="Leave empty where the score stands by itself, such as a reading age.",
    )
    core_area = forms.ChoiceField(
        label="Core area",
        required=False,
        help_text="The teacher's judgement in it stands beside the score.",
        error_messages={"invalid_choice": "Choose one of the list."},
    )

    def __init__(self, *args: Any, areas: Sequence[CoreArea], **options: Any) -> None:
        super().__init__(*args, **options)
        self.areas = {str(area.pk): area for area in areas}
        field = self.fields["core_area"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is
        field.choices = [("", "None of them"), *((k, str(a)) for k, a in self.areas.items())]

    @property
    def facts(self) -> ScoreFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "test": said["test"],
            "taken_on": said["taken_on"],
            "score": said["score"],
            "out_of": said["out_of"],
            "core_area": self.areas.get(said["core_area"]),
        }
