"""The form with which a common transfer file is asked for."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from exchange.selectors.transfers import Group
from schools.forms.dates import day_field


class TransferForm(forms.Form):
    """Which pupils a common transfer file is to hold, and which school it is for."""

    who = forms.ChoiceField(
        label="Which pupils",
        error_messages={"required": "Choose which pupils.", "invalid_choice": "Choose one."},
    )
    since = day_field("Left since", help_text="Of leavers: those whose last day was then or later.")
    to = forms.CharField(
        label="For which school",
        required=False,
        max_length=12,
        help_text="LA and establishment number, seven digits such as 801/2000. Leave it empty if"
        " the school is not known yet.",
    )
    protected_too = forms.BooleanField(label="Send protected pupils too", required=False)

    def __init__(
        self, *args: Any, groups: Mapping[str, Sequence[Group]], since: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {each.key: each for held in groups.values() for each in held}
        field = self.fields["who"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it stands above
        field.choices = [
            ("", "Choose"),
            *((name, [(each.key, each.name) for each in held]) for name, held in groups.items()),
        ]
        self.fields["since"].initial = since

    def clean_to(self) -> str:
        """Ask for seven digits, however they are parted."""
        to = re.sub(r"[\s/-]", "", self.cleaned_data["to"])
        if to and not re.fullmatch(r"[0-9]{7}", to):
            raise forms.ValidationError(
                "Write the three digits of the LA and the four of the school, such as 801/2000."
            )
        return to

    @property
    def group(self) -> Group:
        """The group that was chosen."""
        return self.groups[self.cleaned_data["who"]]
