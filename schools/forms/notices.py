"""What is posted about notices."""

from django import forms


class SeenForm(forms.Form):
    """The latest notice that was on the page when all were marked as read."""

    newest = forms.IntegerField(min_value=0, max_value=2**63 - 1)
