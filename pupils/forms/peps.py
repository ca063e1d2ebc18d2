"""The form for a PEP of a term."""

from typing import Any

from schools.forms.compliance import OwedForm
from schools.forms.dates import day_field
from schools.forms.fields import long_text_field, text_field


class PEPForm(OwedForm):
    """When a PEP was done, by whom, and how good it is."""

    held_on = day_field("Done on", help_text="The day of the meeting.")
    held_by = text_field(
        "By",
        "Write who led it.",
        most=120,
        help_text="As a rule the designated teacher.",
    )
    quality = long_text_field(
        "Quality, in short",
        "",
        most=300,
        required=False,
        help_text="For example: targets are specific; the pupil's views are in it.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a day that has come."""
        super().clean()
        self.not_after_today("held_on")
        return self.cleaned_data
