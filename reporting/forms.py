"""What people fill in for reports."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from reporting.choices import BEHAVIOUR, COMPARED_BY, SAFEGUARDING, Counted
from reporting.models import MOST_SAID, NextStep
from reporting.services.next_steps import StepFacts
from schools.forms.dates import day_field
from schools.forms.fields import LongTextField, SeenForm, text_field

MOST_CHARACTERS = 4_000
MOST_COUNTED = 99_999
# Further than this a day is a slip of the keyboard, not a plan.
FURTHEST_DUE = dt.timedelta(days=3 * 366)


class ReadyForm(forms.Form):
    """Whether the draft that was read is ready for review."""

    draft = forms.IntegerField()
    ready = forms.BooleanField(required=False)


class ReplaceForm(forms.Form):
    """Which draft may be replaced although it is ready for review."""

    replaces = forms.IntegerField(required=False)


class PublishForm(forms.Form):
    """That the draft which was read is to be published."""

    draft = forms.IntegerField(widget=forms.HiddenInput)
    read = forms.BooleanField(
        label="I have read this draft, and its numbers may stand for ever",
        error_messages={"required": "Tick this once you have read the draft."},
    )


# What WCAG asks of white words on a ground, as a ratio of luminances.
LEAST_CONTRAST = 4.5


class ReportSettingsForm(forms.Form):
    """How a trust's reports look, and what they hide."""

    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        label="Colour of the title page",
        help_text="White words stand on it.",
        widget=forms.TextInput(attrs={"type": "color"}),
        error_messages={"invalid": "Choose a colour, or write one as #14555a."},
    )
    largest_small = forms.TypedChoiceField(
        label="Hide counts of children from 1 to",
        choices=[(n, str(n)) for n in (5, 6, 7)],
        coerce=int,
    )
    fewest_of = forms.TypedChoiceField(
        label="Hide shares of fewer than",
        choices=[(n, str(n)) for n in range(6, 11)],
        coerce=int,
    )

    def clean_colour(self) -> str:
        """Refuse a colour on which white words cannot be read."""
        colour: str = self.cleaned_data["colour"].lower()
        if 1.05 / (luminance(colour) + 0.05) < LEAST_CONTRAST:
            raise forms.ValidationError("Choose a darker colour: white words must be read on it.")
        return colour


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 to 1, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class KeepForm(forms.Form):
    """The name under which a view of the comparison is kept, and for whom."""

    name = forms.CharField(
        label="Name", max_length=80, error_messages={"required": "Give the view a name."}
    )
    latest_term = forms.BooleanField(
        label="Open it on the latest term, whichever that is then", required=False, initial=True
    )
    shared = forms.BooleanField(label="Share it with all who compare schools", required=False)
    page = forms.ChoiceField(choices=list(COMPARED_BY.items()), widget=forms.HiddenInput)
    said = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_said(self) -> str:
        """Return the choices as they are kept: signs that need encoding take more room."""
        said = QueryDict(self.cleaned_data["said"]).urlencode()
        if len(said) > MOST_SAID:
            raise forms.ValidationError("This view says too much to be kept. Clear a choice.")
        return said


class CommentForm(forms.Form):
    """The comment of a section, the version it was written over, and the draft if it is taken."""

    text = LongTextField(label="Comment", max_length=MOST_CHARACTERS, required=False)
    base_version = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    draft = LongTextField(max_length=MOST_CHARACTERS, required=False)
    use = forms.CharField(required=False)

    @property
    def typed(self) -> str:
        """What was typed, as it was sent."""
        return str(self.data.get("text", "")).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        """Put the draft under what was typed, where the person asks for it."""
        super().clean()
        said = self.cleaned_data
        if said.get("use") == "draft" and said.get("draft") and "text" in said:
            said["text"] = "\n\n".join(filter(None, (said["text"], said["draft"])))
            if len(said["text"]) > MOST_CHARACTERS:
                self.add_error("text", "With the draft this has more characters than fit.")
        return said


class CountsForm(SeenForm):
    """How many of each in a term: left empty where nobody counted, 0 where there were none."""

    def __init__(self, data: Any, *, numbers: Mapping[Counted, int | None], seen: str) -> None:
        begin = {what.value: number for what, number in numbers.items()}
        super().__init__(data, initial={**begin, "seen": seen})
        for what in (*BEHAVIOUR, *SAFEGUARDING):
            self.fields[what.value] = forms.IntegerField(
                label=what.label,
                required=False,
                min_value=0,
                max_value=MOST_COUNTED,
                localize=True,  # people write 1,204
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                error_messages={
                    "invalid": "Write a whole number, or leave it empty.",
                    "min_value": "There cannot be fewer than 0. Leave it empty if not counted.",
                    "max_value": f"At most {MOST_COUNTED:,} can be counted.",
                },
            )

    @property
    def numbers(self) -> dict[Counted, int | None]:
        """What was counted."""
        return {what: self.cleaned_data[what.value] for what in Counted}


class NextStepForm(SeenForm):
    """What is to be done, by whom and by when; once it is there, also when it was done."""

    what = text_field("What is to be done", "Write what is to be done.", most=300)
    owner = text_field(
        "Who sees to it",
        "Write a name or a post.",
        most=120,
        help_text="An adult's name or a post, such as the deputy head.",
    )
    due_on = day_field("By when")
    done_on = day_field("Done on", required=False)

    def __init__(self, data: Any, *, step: NextStep | None) -> None:
        begin = {**self.said_of(step), "seen": step.words_seen} if step else {}
        super().__init__(data, initial=begin, auto_id="step-%s")
        if step is None:
            del self.fields["done_on"]

    @classmethod
    def said_of(cls, step: NextStep) -> dict[str, Any]:
        """Return what a step says, by the names of the fields."""
        return {name: getattr(step, name) for name in StepFacts.__annotations__}

    def clean_due_on(self) -> dt.date:
        """Refuse a day far away, before or after."""
        day: dt.date = self.cleaned_data["due_on"]
        if abs(day - timezone.localdate()) > FURTHEST_DUE:
            raise forms.ValidationError("This day is more than three years away. Check its year.")
        return day

    def clean_done_on(self) -> dt.date | None:
        """Refuse a day that is still to come."""
        day: dt.date | None = self.cleaned_data["done_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError("This day is still to come.")
        return day

    @property
    def facts(self) -> StepFacts:
        """What was said."""
        said = self.cleaned_data
        return StepFacts(
            what=said["what"],
            owner=said["owner"],
            due_on=said["due_on"],
            done_on=said.get("done_on"),
        )


class CarryForm(forms.Form):
    """Which of last term's next steps go on."""

    steps = forms.TypedMultipleChoiceField(
        label="Steps of last term",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one step.",
            "invalid_choice": "One of these is no longer there. Choose again.",
        },
    )

    def __init__(self, data: Any, *, steps: list[NextStep]) -> None:
        super().__init__(data)
        field = self.fields["steps"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is
        field.choices = [(str(each.pk), each.what) for each in steps]
