"""What an address says of the part of a page to show."""

from django import forms
from django.http import QueryDict

from assessment.selectors.grid import Shown


class ShownForm(forms.Form):
    """Which part of a class's grid to show; what is not understood means all."""

    stream = forms.SlugField(required=False)
    targets = forms.BooleanField(required=False)
    left = forms.BooleanField(required=False)


def shown_in(query: QueryDict) -> Shown:
    """Return the part of the grid that an address asks for."""
    form = ShownForm(query)
    form.full_clean()
    answers = form.cleaned_data
    return Shown(stream=answers.get("stream", ""), targets=answers["targets"], left=answers["left"])
