"""Forms for bringing in attendance: a file, and the word to go on after its preview."""

from django import forms

from pupils.services.attendance.files import LIMITS
from schools.forms.files import SentFileField


class AttendanceFileForm(forms.Form):
    """A file of sessions or of sums."""

    file = SentFileField(
        label="File",
        help_text="CSV or XLSX, as the school's system exports it. At most 5 MB.",
        most=LIMITS.packed,
        too_large="This file is larger than 5 MB. Export one term or half term at a time.",
        accept=".csv,.xlsx,.txt",
    )


class SealedForm(forms.Form):
    """What a preview has shown, as it was sealed."""

    checked = forms.CharField(widget=forms.HiddenInput)
