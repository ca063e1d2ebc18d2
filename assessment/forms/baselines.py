"""The form of a pupil's baselines."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assessment.models import Point
from assessment.selectors.pupil import BaselineLine
from assessment.services.baselines import StartingPoint
from schools.forms.dates import day_field


class BaselineForm(forms.Form):
    """A pupil's starting points: for each strand a point, or none to leave it, and its day."""

    def __init__(
        self,
        *args: Any,
        lines: Sequence[BaselineLine],
        scales: Mapping[int, Sequence[Point]],
        today: dt.date,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.lines, self.scales = lines, scales
        for line in lines:
            strand = line.strand
            self.fields[f"point-{strand.pk}"] = forms.ChoiceField(
                label=f"Point in {strand.name}",
                required=False,
                choices=[
                    ("", "Leave as it is" if line.standing else "Not set"),
                    *((str(point.pk), _named(point)) for point in scales.get(strand.stream_id, ())),
                ],
                error_messages={"invalid_choice": "That point is not on the scale of the stream."},
            )
            self.fields[f"day-{strand.pk}"] = day_field(
                f"Date in {strand.name}", required=False, initial=today
            )

    def clean(self) -> dict[str, Any]:
        """Ask for the day of each point, and for one point at least."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for line in self.lines:
            point, day = f"point-{line.strand.pk}", f"day-{line.strand.pk}"
            if cleaned.get(point) and not cleaned.get(day) and day not in self.errors:
                self.add_error(day, "Enter the day on which the point was judged.")
        if not self.errors and not self.starting_points:
            raise ValidationError("Choose a point in at least one strand.")
        return cleaned

    @property
    def starting_points(self) -> list[StartingPoint]:
        """What was chosen."""
        return [
            StartingPoint(
                line.strand,
                next(p for p in self.scales[line.strand.stream_id] if str(p.pk) == point),
                self.cleaned_data[f"day-{line.strand.pk}"],
            )
            for line in self.lines
            if (point := self.cleaned_data.get(f"point-{line.strand.pk}"))
        ]

    @property
    def rows(self) -> list[tuple[BaselineLine, forms.BoundField, forms.BoundField]]:
        """Each strand with its two fields."""
        return [
            (line, self[f"point-{line.strand.pk}"], self[f"day-{line.strand.pk}"])
            for line in self.lines
        ]


def _named(point: Point) -> str:
    return f"{point.code}: {point.label}" if point.label else point.code
