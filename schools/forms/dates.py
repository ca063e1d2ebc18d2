"""The field for a day, the same in every form."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

# A slip of the keyboard, not a day in anybody's school life.
_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
_OUTSIDE = "This date is too far away. Check its year."


class DateInput(forms.DateInput):
    """The browser's own picker of a day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def day_field(label: str, **kwargs: Any) -> forms.DateField:
    """Return a field for one day, also where the browser has no picker."""
    return forms.DateField(
        label=label,
        widget=DateInput,
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y"],
        validators=[
            MinValueValidator(_EARLIEST, _OUTSIDE),
            MaxValueValidator(_LATEST, _OUTSIDE),
        ],
        error_messages={
            "required": "Enter a date.",
            "invalid": "This is not a date. Write it like 31/08/2026.",
        },
        **kwargs,
    )
