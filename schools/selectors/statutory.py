"""What the law asks of schools and by when, from the file in `fixtures/compliance`, read once."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal, NamedTuple

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field

from schools.choices import Premium
from schools.measures import after_monday, day_in_year

_FILE = settings.BASE_DIR / "fixtures" / "compliance" / "england.yaml"

type Year = Annotated[int, Field(ge=0, le=14)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Due(NamedTuple):
    """A date in a school year; one that is not sure has only fallen there in other years."""

    on: dt.date
    sure: bool


class Fixed(_Strict):
    """The same day every year."""

    kind: Literal["fixed"]
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def due(
        self,
        *,
        year: str,  # noqa: ARG002
        starts_on: dt.date,
        term_starts_on: dt.date | None = None,  # noqa: ARG002
    ) -> Due:
        """Return the day in a school year."""
        return Due(day_in_year(starts_on, self.month, self.day), sure=True)


class WeeksAfterStart(_Strict):
    """So many weeks after the first day of the autumn term."""

    kind: Literal["weeks_after_start"]
    weeks: int = Field(ge=1, le=40)

    def due(self, *, year: str, starts_on: dt.date, term_starts_on: dt.date) -> Due:  # noqa: ARG002
        """Return the day for who starts with the term."""
        return Due(self.for_who_starts(term_starts_on), sure=True)

    def for_who_starts(self, day: dt.date) -> dt.date:
        """Return the day for who starts then."""
        return day + dt.timedelta(weeks=self.weeks)


class Suggested(_Strict):
    """Where a date tends to fall: days after the first, second … Monday of a month."""

    month: int = Field(ge=1, le=12)
    monday: int = Field(ge=1, le=4)
    days_later: int = Field(ge=0, le=13)


class SetEachYear(_Strict):
    """A day that is published year by year."""

    kind: Literal["set_each_year"]
    published: dict[Annotated[str, Field(pattern=r"^20\d\d/\d\d$")], dt.date]
    suggested: Suggested

    def due(
        self,
        *,
        year: str,
        starts_on: dt.date,
        term_starts_on: dt.date | None = None,  # noqa: ARG002
    ) -> Due:
        """Return the published day, else the suggested one."""
        if year in self.published:
            return Due(self.published[year], sure=True)
        usual = self.suggested
        return Due(after_monday(starts_on, usual.month, usual.monday, usual.days_later), sure=False)


class DaysBefore(_Strict):
    """So many days before the date of the assessment: the first day of its window."""

    kind: Literal["days_before"]
    days: int = Field(ge=1, le=40)


class Statement(_Strict):
    """What a school publishes of a premium, and by when.

    It is asked of schools with more than so many pupils in these years; of the eligible ones
    alone, where it `counts_eligible`.
    """

    name: str
    years: tuple[Year, ...]
    more_than: int = 0
    counts_eligible: bool = False
    due: Fixed
    source: str


class Rule(_Strict):
    """A statutory assessment: whom it is for, by when, and from when on it may be done."""

    code: str = Field(pattern=r"^[a-z0-9-]{1,30}$")
    name: str = Field(max_length=80)
    years: tuple[Year, ...]
    due: Annotated[Fixed | WeeksAfterStart | SetEachYear, Field(discriminator="kind")]
    who: str
    source: str
    opens: Annotated[Fixed | DaysBefore | None, Field(discriminator="kind")] = None
    optional: bool = False

    def opens_on(
        self, *, year: str, starts_on: dt.date, own_date: dt.date | None = None
    ) -> dt.date:
        """Return the first day on which it may be done in a school year.

        A school's own date counts in place of a suggested one; in place of one that is sure, it
        opens the window earlier and not later.
        """
        if self.opens is None:
            return starts_on
        if isinstance(self.opens, Fixed):
            return self.opens.due(year=year, starts_on=starts_on).on
        due = self.due.due(year=year, starts_on=starts_on, term_starts_on=starts_on)
        day = own_date or due.on
        return (min(day, due.on) if due.sure else day) - dt.timedelta(days=self.opens.days)


class _File(_Strict):
    premiums: dict[Premium, Statement]
    assessments: tuple[Rule, ...]


def statement(premium: str) -> Statement:
    """Return what is published of a premium."""
    return _file().premiums[Premium(premium)]


def rules() -> Sequence[Rule]:
    """Return the statutory assessments, in the order of the file."""
    return _file().assessments


def rule_of(code: str) -> Rule | None:
    """Return the statutory assessment of a code, if there is one."""
    return next((each for each in rules() if each.code == code and not each.optional), None)


@cache
def _file() -> _File:
    return _File.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
