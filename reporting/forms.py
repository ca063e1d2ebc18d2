"""What people fill in for reports."""

from django import forms


class ReadyForm(forms.Form):
    """Whether the draft that was read is ready for review."""

    draft = forms.IntegerField()
    ready = forms.BooleanField(required=False)


class PublishForm(forms.Form):
    """That the draft which was read is to be published."""

    draft = forms.IntegerField(widget=forms.HiddenInput)
    read = forms.BooleanField(
        label="I have read this draft, and its numbers may stand for ever",
        error_messages={"required": "Tick this once you have read the draft."},
    )
