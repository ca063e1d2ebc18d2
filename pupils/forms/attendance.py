"""Forms for bringing in attendance: a file, and the word to go on after its preview."""

from typing import Any

from django import forms

from pupils.services.attendance.files import LIMITS


class AttendanceFileForm(forms.Form):
    """A file of sessions or of sums."""

    file = forms.FileField(
        label="File",
        max_length=200,
        help_text="CSV or XLSX, as the school's system exports it. At most 5 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        error_messages={
            "required": "Choose a file.",
            "empty": "This file is empty.",
            "max_length": "The name of this file is too long.",
        },
    )

    def clean_file(self) -> Any:
        """Ask for a file that is small enough to be looked at."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > LIMITS.packed:
            raise forms.ValidationError(
                "This file is larger than 5 MB. Export one term or half term at a time."
            )
        return file


class SealedForm(forms.Form):
    """What a preview has shown, as it was sealed."""

    checked = forms.CharField(widget=forms.HiddenInput)
