"""Setting the days of a school year, its terms and their windows."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.utils.formats import date_format

from schools.choices import Season
from schools.forms.dates import day_field
from schools.measures import TermDates, YearDates
from schools.models import AcademicYear, Term

# A slip of the keyboard, not a school year.
_EARLIEST, _LATEST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
_DAYS = (
    "starts_on",
    "ends_on",
    "census_on",
    "opens_on",
    "closes_on",
    "break_starts_on",
    "break_ends_on",
)
_LONGEST_YEAR = dt.timedelta(days=400)


class TermFields(NamedTuple):
    """The fields of one term, for the page."""

    name: str
    fields: list[forms.BoundField]


class YearForm(forms.Form):
    """One school year: its first and last day, and seven days for each of three terms."""

    starts_on = day_field("The year starts on")
    ends_on = day_field("The year ends on")

    def __init__(
        self,
        *args: Any,
        dates: YearDates,
        other_years: list[AcademicYear],
        other_terms: list[Term],
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = _initial(dates)
        super().__init__(*args, **kwargs)
        self.other_years = other_years
        self.other_terms = other_terms
        for season in Season:
            name = season.label
            self.fields |= {
                f"{season}_starts_on": day_field(f"{name} term starts on"),
                f"{season}_ends_on": day_field(f"{name} term ends on"),
                f"{season}_census_on": day_field(f"{name} census day"),
                f"{season}_opens_on": day_field(f"{name} window opens on", required=False),
                f"{season}_closes_on": day_field(f"{name} window closes on", required=False),
                f"{season}_break_starts_on": day_field(
                    f"{name} half-term holiday from", required=False
                ),
                f"{season}_break_ends_on": day_field(
                    f"{name} half-term holiday until", required=False
                ),
            }

    def terms(self) -> Iterator[TermFields]:
        """Yield the fields term by term."""
        for season in Season:
            yield TermFields(
                season.label,
                [self[f"{season}_{each}"] for each in _DAYS],
            )

    def year(self) -> list[forms.BoundField]:
        """Return the fields of the year as a whole."""
        return [self["starts_on"], self["ends_on"]]

    def clean(self) -> dict[str, Any]:
        """Hold each day against the others, and say at the field what does not fit."""
        super().clean()
        for name in list(self.cleaned_data):
            day = self.cleaned_data[name]
            if day and not _EARLIEST <= day <= _LATEST:
                self.add_error(name, "This date is too far away. Check its year.")
        self._clean_year()
        ended: tuple[Season, dt.date] | None = None
        for season in Season:
            self._clean_term(season)
            self._clean_window(season)
            self._clean_break(season)
            starts_on = self.cleaned_data.get(f"{season}_starts_on")
            if starts_on and ended and starts_on <= ended[1]:
                self.add_error(
                    f"{season}_starts_on",
                    f"{season.label} starts before {ended[0].label.lower()} has ended,"
                    f" on {_words(ended[1])}.",
                )
            if ends_on := self.cleaned_data.get(f"{season}_ends_on"):
                ended = (season, ends_on)
        return self.cleaned_data

    @property
    def dates(self) -> YearDates:
        """The days given, once they are valid."""
        given = self.cleaned_data
        return YearDates(
            given["starts_on"],
            given["ends_on"],
            tuple(
                TermDates(
                    season,
                    *(given[f"{season}_{each}"] for each in _DAYS),
                )
                for season in Season
            ),
        )

    def _clean_year(self) -> None:
        starts_on, ends_on = self._days("starts_on", "ends_on")
        if not (starts_on and ends_on):
            return
        if ends_on <= starts_on:
            self.add_error("ends_on", "The year ends before it starts.")
        elif ends_on - starts_on > _LONGEST_YEAR:
            self.add_error("ends_on", "A school year is about twelve months long.")
        else:
            for other in self.other_years:
                if starts_on <= other.ends_on and other.starts_on <= ends_on:
                    self.add_error(
                        "starts_on",
                        f"This overlaps with {other.name}, which runs from"
                        f" {_words(other.starts_on)} to {_words(other.ends_on)}.",
                    )

    def _clean_term(self, season: Season) -> None:
        starts_on, ends_on, census_on = self._days(
            f"{season}_starts_on", f"{season}_ends_on", f"{season}_census_on"
        )
        if not (starts_on and ends_on):
            return
        if ends_on < starts_on:
            self.add_error(f"{season}_ends_on", "The term ends before it starts.")
            return
        year_starts_on, year_ends_on = self._days("starts_on", "ends_on")
        if year_starts_on and starts_on < year_starts_on:
            self.add_error(
                f"{season}_starts_on",
                f"The term starts before the year does, on {_words(year_starts_on)}.",
            )
        if year_ends_on and ends_on > year_ends_on:
            self.add_error(
                f"{season}_ends_on",
                f"The term ends after the year does, on {_words(year_ends_on)}.",
            )
        if census_on and not starts_on <= census_on <= ends_on:
            self.add_error(
                f"{season}_census_on",
                f"The census day lies in the term, from {_words(starts_on)} to {_words(ends_on)}.",
            )
        for other in self.other_terms:
            if starts_on <= other.ends_on and other.starts_on <= ends_on:
                self.add_error(
                    f"{season}_starts_on",
                    f"This term overlaps with {other}, which runs from"
                    f" {_words(other.starts_on)} to {_words(other.ends_on)}.",
                )

    def _clean_window(self, season: Season) -> None:
        opens, closes = f"{season}_opens_on", f"{season}_closes_on"
        if opens in self.errors or closes in self.errors:
            return
        opens_on, closes_on = self._days(opens, closes)
        if bool(opens_on) != bool(closes_on):
            self.add_error(
                closes if opens_on else opens,
                "A window has both days; a term without a window has neither.",
            )
        if not (opens_on and closes_on):
            return
        starts_on, ends_on = self._days(f"{season}_starts_on", f"{season}_ends_on")
        if closes_on < opens_on:
            self.add_error(closes, "The window closes before it opens.")
        if starts_on and opens_on < starts_on:
            self.add_error(
                opens, f"The window opens before the term starts, on {_words(starts_on)}."
            )
        elif ends_on and opens_on > ends_on:
            self.add_error(
                opens, f"The window opens after the term has ended, on {_words(ends_on)}."
            )

    def _clean_break(self, season: Season) -> None:
        first, last = f"{season}_break_starts_on", f"{season}_break_ends_on"
        if first in self.errors or last in self.errors:
            return
        first_on, last_on = self._days(first, last)
        if bool(first_on) != bool(last_on):
            self.add_error(
                last if first_on else first,
                "A half-term holiday has both days; a term without one has neither.",
            )
        if not (first_on and last_on):
            return
        starts_on, ends_on = self._days(f"{season}_starts_on", f"{season}_ends_on")
        if last_on < first_on:
            self.add_error(last, "The holiday ends before it starts.")
        if starts_on and first_on <= starts_on:
            self.add_error(
                first, f"The holiday starts after the term does, on {_words(starts_on)}."
            )
        if ends_on and last_on >= ends_on:
            self.add_error(last, f"The holiday ends before the term does, on {_words(ends_on)}.")

    def _days(self, *names: str) -> tuple[dt.date | None, ...]:
        return tuple(self.cleaned_data.get(name) for name in names)


def _initial(dates: YearDates) -> dict[str, dt.date | None]:
    initial: dict[str, dt.date | None] = {
        "starts_on": dates.starts_on,
        "ends_on": dates.ends_on,
    }
    for term in dates.terms:
        for each in _DAYS:
            initial[f"{term.season}_{each}"] = getattr(term, each)
    return initial


def _words(day: dt.date) -> str:
    return date_format(day, "j F Y")
