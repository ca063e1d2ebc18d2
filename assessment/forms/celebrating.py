"""The form of an achievement."""

from collections.abc import Sequence
from typing import Any

from django import forms

from assessment.services.celebrating import AchievementFacts
from assessment.services.evidence import CheckedFile, FileRefused, check_file, check_size
from pupils.choices import VoiceSymbol
from pupils.forms.fields import choice_field, text_field
from schools.forms.dates import day_field

ACCEPTED = "image/jpeg,image/png,image/webp"


class AchievementForm(forms.Form):
    """What was achieved, when and in which area; the pupil's voice; perhaps a photo."""

    what = text_field("What was achieved", "Write what was achieved.", most=160)
    achieved_on = day_field("Date")
    area = choice_field("Area", [], "Choose the area.")
    voice = forms.CharField(label="In the pupil's own words", max_length=160, required=False)
    symbols = forms.MultipleChoiceField(
        label="Symbols that the pupil chose",
        choices=VoiceSymbol.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    photo = forms.FileField(
        label="Photo",
        required=False,
        help_text="JPEG, PNG or WebP. The place where it was taken is removed.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args: Any, areas: Sequence[Any], with_photo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area = self.fields["area"]
        assert isinstance(area, forms.ChoiceField)  # noqa: S101  # it is
        area.choices = [("", "Choose"), *areas]
        if not with_photo:
            del self.fields["photo"]

    def clean_photo(self) -> CheckedFile | None:
        """Ask for a picture that may be kept."""
        sent = self.cleaned_data["photo"]
        if not sent:
            return None
        try:
            check_size(sent.name, sent.size)
            checked = check_file(sent.name, sent.read())
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        if checked.thumbnail is None:
            raise forms.ValidationError("This is a PDF. A photo is a JPEG, PNG or WebP picture.")
        return checked

    @property
    def facts(self) -> AchievementFacts:
        """What was said."""
        said = self.cleaned_data
        return AchievementFacts(
            achieved_on=said["achieved_on"],
            what=said["what"],
            area=said["area"],
            voice=said["voice"],
            symbols=said["symbols"],
            photo=said.get("photo"),
        )
