"""National figures, from the files in `fixtures/benchmarks`, read once."""

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import NamedTuple

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict

from schools.choices import SchoolKind
from schools.models import School

_FILE = settings.BASE_DIR / "fixtures" / "benchmarks" / "attendance-england-2025-26.yaml"


class PhaseFigures(BaseModel):
    """The figures of one phase, in per cent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    attended: Decimal
    authorised: Decimal
    unauthorised: Decimal
    persistent: Decimal


class AttendanceBenchmark(BaseModel):
    """The national attendance of a year, with its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    year: str
    taken: str
    taken_on: dt.date
    phases: dict[str, PhaseFigures]


class National(NamedTuple):
    """The figures a school is read against; `of_kind` is False where its kind has none."""

    figures: PhaseFigures
    benchmark: AttendanceBenchmark
    of_kind: bool


@cache
def attendance_benchmark() -> AttendanceBenchmark:
    """Read the national figures of attendance."""
    return AttendanceBenchmark.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def national_attendance(school: School) -> National:
    """Return the figures of a school's kind: special, primary or secondary; else of all schools."""
    benchmark = attendance_benchmark()
    phase = "special" if school.kind == SchoolKind.SPECIAL else _phase(school.phase)
    return National(benchmark.phases[phase], benchmark, phase != "all")


def _phase(words: str) -> str:
    """Say which figures a mainstream school's phase has; an all-through school has none."""
    said = words.casefold()
    found = [phase for phase in ("primary", "secondary") if phase in said]
    return found[0] if len(found) == 1 else "all"
