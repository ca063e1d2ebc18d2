"""The form of a pupil's protection and consent to photos."""

from typing import Any

from django import forms
from django.utils import timezone

from pupils.services.protection import ProtectionFacts
from schools.forms.dates import day_field


class ProtectionForm(forms.Form):
    """Whether a pupil is protected; and consent to photos, with its day and giver."""

    protected = forms.BooleanField(
        label="Protected pupil",
        required=False,
        help_text="Neither name nor photo stands on anything that leaves the school.",
    )
    photo_consent_on = day_field(
        "Photo consent given on", required=False, help_text="Empty: there is none, or no longer."
    )
    photo_consent_by = forms.CharField(
        label="Given by",
        max_length=120,
        required=False,
        help_text="For example: mother, by letter.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for day and giver together."""
        super().clean()
        day, giver = (self.cleaned_data.get(n) for n in ("photo_consent_on", "photo_consent_by"))
        if "photo_consent_on" not in self.errors and bool(day) != bool(giver):
            self.add_error(
                "photo_consent_by" if day else "photo_consent_on",
                "Consent has both a day and who gave it.",
            )
        if day and day > timezone.localdate():
            self.add_error("photo_consent_on", "This day is still to come.")
        return self.cleaned_data

    @property
    def facts(self) -> ProtectionFacts:
        """What was said."""
        said = self.cleaned_data
        return {
            "protected": said["protected"],
            "photo_consent_on": said["photo_consent_on"],
            "photo_consent_by": said["photo_consent_by"],
        }
