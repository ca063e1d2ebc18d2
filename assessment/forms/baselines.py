"""The forms of baselines: of one pupil, and of all in a class who lack one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from assessment.models import Point
from assessment.selectors.baselines import BaselineLine, ClassBaselines, Starter
from assessment.selectors.progress import DueStrand
from assessment.services.baselines import StartingPoint
from pupils.models import Pupil
from schools.forms.dates import day_field

_NOT_ON_SCALE = "That point is not on the scale of the stream."


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
                error_messages={"invalid_choice": _NOT_ON_SCALE},
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


class ScaleSelect(forms.Select):
    """A choice of a point, whose list is written once for all pupils: a class has hundreds."""

    def __init__(self, written: SafeString) -> None:
        super().__init__()
        self.written = written

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002  # Django's signature
    ) -> SafeString:
        """Write the list, with the point that was chosen."""
        listed: str = self.written
        if value and str(value).isdecimal():
            listed = listed.replace(f'value="{value}"', f'value="{value}" selected', 1)
        around = flatatt({**(attrs or {}), "name": name})
        # Both parts are written by Django's own functions, which have escaped what is in them.
        return mark_safe(f"<select{around}>{listed}</select>")  # noqa: S308  # as said above


class ClassBaselineForm(forms.Form):
    """The first starting points of a class: one day, and for each pupil and strand a point or none.

    Only what is missing is asked for. `listed` is None before there is a term.
    """

    judged_on = day_field("Day of these baselines")

    def __init__(
        self, *args: Any, listed: ClassBaselines | None, today: dt.date, **options: Any
    ) -> None:
        options["initial"] = {"judged_on": today}
        super().__init__(*args, **options)
        self.today = today
        self.starters = listed.starters if listed else ()
        self.scales = listed.scales if listed else {}
        self.strands = listed.strands if listed else {}
        choices = {
            stream: [("", "Not set"), *((str(point.pk), _named(point)) for point in points)]
            for stream, points in self.scales.items()
        }
        written = {
            stream: format_html_join("", '<option value="{}">{}</option>', each)
            for stream, each in choices.items()
        }
        for starter in self.starters:
            for strand in starter.missing:
                self.fields[_name(starter, strand)] = forms.ChoiceField(
                    label=f"{starter.placement.pupil}, {strand.name}",
                    required=False,
                    choices=choices[strand.stream_id],
                    widget=ScaleSelect(written[strand.stream_id]),
                    error_messages={"invalid_choice": _NOT_ON_SCALE},
                )

    def clean_judged_on(self) -> dt.date:
        """Ask for a day that has come."""
        day: dt.date = self.cleaned_data["judged_on"]
        if day > self.today:
            raise ValidationError("This day is still to come.")
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for one point at least, and tell of those that are asked for no more."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        asked = (name for name, value in self.data.items() if name.startswith("point-") and value)
        if any(name not in self.fields for name in asked):
            raise ValidationError(
                "Some of these baselines were set by someone else meanwhile, or are no longer due."
                " Those were left out, and nothing is saved yet. Look at what is listed below,"
                " then save."
            )
        if not self.errors and not self.starting_points:
            raise ValidationError("Choose a point for at least one pupil.")
        return cleaned

    @property
    def starting_points(self) -> list[tuple[Pupil, StartingPoint]]:
        """What was chosen, for whom."""
        found = []
        for starter in self.starters:
            for strand in starter.missing:
                if not (point := self.cleaned_data.get(_name(starter, strand))):
                    continue
                start = StartingPoint(
                    self.strands[strand.strand_id],
                    next(p for p in self.scales[strand.stream_id] if str(p.pk) == point),
                    self.cleaned_data["judged_on"],
                )
                found.append((starter.placement.pupil, start))
        return found

    @property
    def rows(self) -> list[tuple[Starter, list[tuple[DueStrand, forms.BoundField]]]]:
        """Each pupil with the strands that are missing, and their fields."""
        return [
            (starter, [(strand, self[_name(starter, strand)]) for strand in starter.missing])
            for starter in self.starters
        ]


def _name(starter: Starter, strand: DueStrand) -> str:
    return f"point-{starter.placement.pupil_id}-{strand.strand_id}"


def _named(point: Point) -> str:
    return f"{point.code}: {point.label}" if point.label else point.code
