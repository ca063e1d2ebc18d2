"""What a browser sends to save one cell of the grid."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# The largest id or version that the database can hold.
LARGEST = 2**63 - 1


def _number(label: str, *, least: int = 1, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=LARGEST, required=required)


class ChoiceForm(forms.Form):
    """One choice: a point, or none, for a pupil's strand or target."""

    person = _number("person", required=True)
    trust = _number("trust", required=True)
    pupil = _number("pupil", required=True)
    strand = _number("strand")
    target = _number("target")
    point = _number("point")
    base_version = _number("version", least=0)
    operation_id = forms.UUIDField(label="save")

    def clean(self) -> dict[str, Any]:
        """Ask for a strand or a target, one of them, and for the point even where it is none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (cleaned["strand"] is None) == (cleaned["target"] is None):
            raise ValidationError("A save is for a strand or for a target, one of them.")
        if "point" not in self.data or "base_version" not in self.data:
            raise ValidationError("A save says the point and the version it replaces.")
        return cleaned
