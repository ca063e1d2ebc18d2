"""Fields that the forms of this app share."""

from collections.abc import Sequence
from typing import Any

from django import forms

CHOOSE = ("", "Choose")


def text_field(label: str, missing: str, *, most: int, **options: Any) -> forms.CharField:
    """Return a line of text that has to be there."""
    return forms.CharField(
        label=label, max_length=most, error_messages={"required": missing}, **options
    )


def long_text_field(label: str, missing: str, *, most: int, **options: Any) -> forms.CharField:
    """Return several lines of text that have to be there."""
    area = forms.Textarea(attrs={"rows": 3})
    return text_field(label, missing, most=most, widget=area, **options)


def choice_field(
    label: str, choices: Sequence[Any], missing: str, **options: Any
) -> forms.ChoiceField:
    """Return a choice that begins with none."""
    return forms.ChoiceField(
        label=label,
        choices=[CHOOSE, *choices],
        error_messages={"required": missing, "invalid_choice": "Choose one of the list."},
        **options,
    )
