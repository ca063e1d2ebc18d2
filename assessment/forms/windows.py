"""Setting a school's window, and giving a class leave for late entry."""

import datetime as dt
from typing import Any

from django import forms

from assessment.selectors.windows import SchoolWindow
from schools.forms.dates import day_field
from schools.selectors.windows import WindowDays
from schools.services.windows import WindowRefused, check_days

SET, OPEN, CLOSE, TRUST = "set", "open", "close", "trust"


class WindowForm(forms.Form):
    """What is to become of a school's window: own days, open now, close now, or the trust's.

    `days` says which days that makes; None for the trust's.
    """

    action = forms.ChoiceField(
        choices=[(each, each) for each in (SET, OPEN, CLOSE, TRUST)],
        widget=forms.HiddenInput,
        initial=SET,
    )
    opens_on = day_field("Opens on")
    closes_on = day_field("Closes on, that day included")

    def __init__(self, *args: Any, page: SchoolWindow, **options: Any) -> None:
        window = page.window
        if window is not None:
            options["initial"] = {"opens_on": window.opens_on, "closes_on": window.closes_on}
        super().__init__(*args, **options)
        self.page = page
        # A press on a button names no days.
        own_days = not self.is_bound or self.data.get("action") == SET
        self.fields["opens_on"].required = self.fields["closes_on"].required = own_days
        self.days: WindowDays | None = None

    def clean(self) -> dict[str, Any]:
        """Work the days out, and say at the field what does not fit."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        action = cleaned.get("action")
        if self.errors or action == TRUST:
            return cleaned
        opens_on, closes_on = self._asked(str(action))
        if opens_on is None or closes_on is None:
            self.add_error("opens_on", "Enter the days first: none are set yet.")
            return cleaned
        if action == CLOSE and closes_on < opens_on:
            self.add_error(
                "closes_on",
                "It opened only today, so it can close this evening at the soonest.",
            )
            return cleaned
        days = WindowDays(opens_on, closes_on)
        try:
            check_days(self.page.term, days, now=self.page.window)
        except WindowRefused as refused:
            self.add_error(refused.field, str(refused))
        else:
            self.days = days
        return cleaned

    def _asked(self, action: str) -> tuple[dt.date | None, dt.date | None]:
        """Return the days that were asked for; of a press on a button, from today's."""
        given = self.cleaned_data
        window, today = self.page.window, self.page.today
        if action == SET or window is None:
            return given.get("opens_on"), given.get("closes_on")
        if action == CLOSE:
            return window.opens_on, today - dt.timedelta(days=1)
        return today, window.closes_on


class LateEntryForm(forms.Form):
    """Until when a class may go on, and why."""

    until = day_field("Until, that day included")
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="The teachers of the class read it on their page.",
        error_messages={
            "required": "Say why, in a few words.",
            "max_length": "Say it in at most 300 characters.",
        },
    )
