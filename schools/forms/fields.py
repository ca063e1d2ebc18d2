"""Fields that the forms of this app share."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.choices import flatten_choices
from django.utils.formats import date_format

CHOOSE = ("", "Choose")
CHANGED = (
    "Somebody changed this while you had it open. What stands now is shown beside what you typed."
    " Save again to put yours in its place."
)


class SeenForm(forms.Form):
    """A form of what others may change too; `seen` is the mark of what a change began from."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    stands: Sequence[tuple[str, str]] = ()

    def begin_from(self, seen: str, stands: Mapping[str, Any]) -> None:
        """Show what stands now beside what was typed; the next save replaces it."""
        self.add_error(None, CHANGED)
        data: Any = self.data
        changed = data.copy()
        changed["seen"] = seen
        self.data = changed
        self.stands = [
            (str(field.label), _in_words(field, stands[name]))
            for name, field in self.fields.items()
            if name in stands and name != "seen"
        ]


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices  # in groups, or not
        names: Any = flatten_choices(choices)
        held = [str(each) for each in (value if isinstance(value, list) else [value])]
        return ", ".join(str(name) for key, name in names if str(key) in held)
    if isinstance(value, dt.date):
        return date_format(value, "j F Y")
    return "left empty" if value in (None, "") else str(value)


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
