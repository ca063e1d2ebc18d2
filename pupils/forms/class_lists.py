"""The form by which a teacher signs a class list."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from pupils.models import Placement

MOST = 300


class ClassListForm(forms.Form):
    """For each pupil either a tick or words, and who is missing.

    `seen` is the mark of the list that the person looked through.
    """

    missing = forms.CharField(
        label="Who is missing",
        required=False,
        max_length=MOST,
        help_text="Names of pupils who are in the class and not on the list.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self,
        *args: Any,
        rows: Sequence[Placement],
        remarks: Mapping[int | None, str],
        seen: str,
        **options: Any,
    ) -> None:
        self.rows = rows
        super().__init__(*args, **options)
        self.fields["seen"].initial = seen
        self.fields["missing"].initial = remarks.get(None, "")
        for row in rows:
            self.fields[f"right-{row.pupil_id}"] = forms.BooleanField(
                label=str(row.pupil), required=False
            )
            self.fields[f"remark-{row.pupil_id}"] = forms.CharField(
                label=f"What is wrong with {row.pupil}",
                required=False,
                max_length=MOST,
                initial=remarks.get(row.pupil_id, ""),
            )
        self.order_fields([name for name in self.fields if name != "missing"])

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two of each pupil, and not for both."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for row in self.rows:
            right, remark = f"right-{row.pupil_id}", f"remark-{row.pupil_id}"
            if remark in self.errors:
                continue
            if cleaned.get(right) and cleaned.get(remark):
                self.add_error(right, "Either all is right, or say what is wrong: not both.")
            elif not (cleaned.get(right) or cleaned.get(remark)):
                self.add_error(right, "Tick “is right”, or say what is wrong.")
        return cleaned

    def begin_from(self, seen: str) -> None:
        """Let the form as it was filled in begin from the list as it is now."""
        data: Any = self.data
        changed = data.copy()
        changed["seen"] = seen
        self.data = changed

    @property
    def lines(self) -> list[tuple[Placement, forms.BoundField, forms.BoundField]]:
        """Each pupil with the two fields."""
        return [
            (row, self[f"right-{row.pupil_id}"], self[f"remark-{row.pupil_id}"])
            for row in self.rows
        ]

    @property
    def remarks(self) -> dict[int, str]:
        """What is wrong, by pupil."""
        return {row.pupil_id: self.cleaned_data[f"remark-{row.pupil_id}"] for row in self.rows}


class SettleForm(forms.Form):
    """Which remark is settled, or is not after all."""

    line = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    settled = forms.ChoiceField(choices=[("yes", "Settled"), ("no", "Not settled")])
