"""Forms about whole records: a request for a copy, a decision to erase, and years of keeping."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from exchange.choices import USUAL_YEARS, AskedBy, ErasureReason, RecordKind
from exchange.measures import phrase_to_type
from schools.forms.dates import day_field
from schools.forms.fields import choice_field

MOST_YEARS = 100


class AccessRequestForm(forms.Form):
    """Who asked for a copy of a record, and when it was received."""

    asked_by = choice_field("Who asked", AskedBy.choices, "Say who asked for it.")
    received_on = day_field("Received on")

    def clean_received_on(self) -> Any:
        """Ask for a day that has come."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("This day has not come yet.")
        return day


class ConfirmForm(forms.Form):
    """That somebody means it: they type what they want done."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    typed = forms.CharField(max_length=80, label="To go on, type the words", strip=True)

    def __init__(self, *args: Any, phrase: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phrase = phrase
        typed = self.fields["typed"]
        typed.help_text = f"Type: {phrase}"
        typed.error_messages["required"] = f"Type “{phrase}”."
        typed.widget.attrs |= {"autocomplete": "off", "autocapitalize": "none"}

    def clean_typed(self) -> str:
        """Ask for these very words, however they are spaced."""
        typed = " ".join(self.cleaned_data["typed"].lower().split())
        if typed != self.phrase:
            raise forms.ValidationError(f"This is not “{self.phrase}”. Nothing was erased.")
        return typed


class ErasePupilForm(ConfirmForm):
    """Why one record is erased before its time."""

    field_order = ("reason", "typed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, phrase=phrase_to_type(1, 0), **kwargs)

    reason = choice_field(
        "Why",
        [each for each in ErasureReason.choices if each[0] != ErasureReason.KEPT_LONG_ENOUGH],
        "Say why it is erased.",
    )


class YearsForm(forms.Form):
    """For how many years records of each kind are kept."""

    def __init__(self, *args: Any, years: Mapping[RecordKind, int | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in USUAL_YEARS:
            pupil = kind is RecordKind.PUPIL
            self.fields[kind] = forms.IntegerField(
                label=f"{kind.label}: years",
                required=pupil,
                min_value=1,
                max_value=MOST_YEARS,
                initial=years[kind],
                help_text="From the date of birth; usual for special needs are 25."
                if pupil
                else f"From the day it is about; {_usual(kind)}",
                error_messages={
                    "required": "Say for how many years.",
                    "invalid": "Write a whole number of years.",
                    "min_value": "At least one year.",
                    "max_value": f"At most {MOST_YEARS} years.",
                },
            )

    @property
    def years(self) -> dict[RecordKind, int | None]:
        """What was entered."""
        return {kind: self.cleaned_data[kind] for kind in USUAL_YEARS}


def _usual(kind: RecordKind) -> str:
    years = USUAL_YEARS[kind]
    usual = "none is usual" if years is None else f"{years} {'is' if years == 1 else 'are'} usual"
    for_how_long = "for ever" if kind is RecordKind.REQUEST else "as long as the pupil's own record"
    return f"{usual}. Left empty: {for_how_long}."
