"""Forms for what a school owes by law: premiums, and statutory dates."""

from typing import Any

from django import forms
from django.utils import timezone

from schools.choices import AIMS
from schools.forms.agreements import MoneyField
from schools.forms.dates import day_field
from schools.forms.fields import SeenForm, choice_field, long_text_field, text_field


class OwedForm(SeenForm):
    """A form whose fields are named as the facts are."""

    def __init__(self, data: Any, *, row: Any, **kwargs: Any) -> None:
        begin = {**self.said_of(row), "seen": row.words_seen} if row is not None else {}
        super().__init__(data, initial={**kwargs.pop("initial", {}), **begin}, **kwargs)

    @classmethod
    def said_of(cls, row: Any) -> dict[str, Any]:
        """Return what a row says, by the names of the fields."""
        return {name: getattr(row, name) for name in cls.base_fields if name != "seen"}

    @property
    def facts(self) -> Any:
        """What was said."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def not_after_today(self, name: str) -> None:
        """Ask of a day on which something was done that it is not to come."""
        day = self.cleaned_data.get(name)
        if day is not None and day > timezone.localdate():
            self.add_error(name, "This day is still to come.")

    def both_or_neither(self, first: str, second: str, words: str) -> None:
        """Ask for both of two fields, or none."""
        said, other = self.cleaned_data.get(first), self.cleaned_data.get(second)
        if bool(said) != bool(other) and not (self.errors.get(first) or self.errors.get(second)):
            self.add_error(second if said else first, words)


class PremiumPlanForm(OwedForm):
    """What was received, and where the plan is published."""

    received = MoneyField(
        label="Amount received, £",
        missing="Write the amount.",
        help_text="For the whole school year, with what was carried over.",
    )
    published_on = day_field("Published on", required=False)
    published_at = forms.URLField(
        label="Address on the website",
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text="Where everybody can read it, such as https://school.example/premium.",
        error_messages={
            "invalid": "Write the address of a page, such as https://school.example/premium.",
            "max_length": "This address is too long: at most 300 characters fit.",
        },
    )

    def clean(self) -> dict[str, Any]:
        """Ask for day and address of what was published, together."""
        super().clean()
        self.not_after_today("published_on")
        self.both_or_neither(
            "published_on", "published_at", "Day and address belong together: write both."
        )
        return self.cleaned_data


class PremiumActivityForm(OwedForm):
    """Something that a premium pays for."""

    what = text_field("What", "Write what is paid for.", most=200)
    aim = choice_field("Aim", [], "Choose what it serves.")
    planned = MoneyField(label="Planned cost, £", missing="Write the planned cost.")
    spent = MoneyField(label="Spent so far, £", missing="Write what is spent: 0 if nothing is.")
    intended = long_text_field(
        "Intended impact",
        "Write what it is to bring.",
        most=500,
        help_text="What will be different for pupils. Name no child.",
    )
    impact = long_text_field(
        "Impact found",
        "",
        most=500,
        required=False,
        help_text="What was different, and how you know. Name no child.",
    )
    impact_on = day_field("Found on", required=False)

    def __init__(self, *args: Any, premium: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"spent": 0}, **kwargs)
        field = self.fields["aim"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the types
        field.choices = [("", "Choose"), *((each.value, each.label) for each in AIMS[premium])]

    def clean(self) -> dict[str, Any]:
        """Ask for an impact and the day it was found, together."""
        super().clean()
        self.not_after_today("impact_on")
        self.both_or_neither(
            "impact", "impact_on", "An impact and the day it was found belong together: write both."
        )
        return self.cleaned_data


class DeadlineForm(OwedForm):
    """The date of a statutory assessment in a school, and when it was done."""

    due_on = day_field(
        "Our date",
        required=False,
        help_text="Only where it differs, or to confirm a suggested one.",
    )
    done_on = day_field("Done on", required=False)
    done_by = forms.CharField(label="Done by", max_length=120, required=False)
    pupils = forms.IntegerField(
        label="For how many pupils",
        required=False,
        min_value=0,
        max_value=9999,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "Write a whole number.",
            "min_value": "This cannot be below 0.",
            "max_value": "This number is too large.",
        },
    )
    note = long_text_field(
        "Note",
        "",
        most=300,
        required=False,
        help_text="Why some were not assessed, or where a date comes from. Name no child.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask who did it and for how many once it is done, and for neither before."""
        said = super().clean() or self.cleaned_data
        self.not_after_today("done_on")
        if self.errors:
            return said
        if said["done_on"] is None:
            if said["done_by"] or said["pupils"] is not None:
                self.add_error("done_on", "Write the day it was done, or leave who and how many.")
            return said
        if not said["done_by"]:
            self.add_error("done_by", "Write who did it.")
        if said["pupils"] is None:
            self.add_error("pupils", "Write for how many pupils it was done.")
        return said
