"""Fields that the forms of this app share."""

from collections.abc import Sequence
from typing import Any

from django import forms

CHOOSE = ("", "Choose")


class LongTextField(forms.CharField):
    """Several lines of text, of which one says before it is full how much fits.

    A line end counts as one character, as the browser counts it while one types. The browser
    keeps nobody from typing on: what is too long is said, and not cut off unseen.
    """

    default_error_messages = {  # noqa: RUF012  # as Django declares it
        "max_length": "This has %(show_value)d characters; at most %(limit_value)d fit."
    }
    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Write line ends as one character each."""
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Tell the page how much fits (static/js/limits.js counts)."""
        attrs = {"rows": 3, **super().widget_attrs(widget)}
        attrs.pop("maxlength", None)
        return attrs | {"data-most": self.max_length}


def text_field(label: str, missing: str, *, most: int, **options: Any) -> forms.CharField:
    """Return a line of text that has to be there."""
    return forms.CharField(
        label=label, max_length=most, error_messages={"required": missing}, **options
    )


def long_text_field(
    label: str, missing: str, *, most: int, help_text: str = "", **options: Any
) -> LongTextField:
    """Return several lines of text that have to be there, and say how much fits."""
    return LongTextField(
        label=label,
        max_length=most,
        help_text=f"{help_text} Up to {most} characters.".strip(),
        error_messages={"required": missing},
        **options,
    )


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
