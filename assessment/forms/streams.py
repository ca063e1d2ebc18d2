"""Forms for assessment streams: a file, the figures by route, and the term from which they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms

from assessment.measures import exact
from assessment.services.streams.approval import Expected
from assessment.services.streams.workbooks import LARGEST_WORKBOOK
from pupils.models import Route
from schools.forms.files import SentFileField
from schools.models import Term

# Points a term and `better`, by id of the route.
type Figures = Mapping[int, tuple[Decimal, Decimal]]


class StreamFileForm(forms.Form):
    """A stream as a file."""

    file = SentFileField(
        label="File of the stream",
        help_text="A workbook made from the template (.xlsx), or a YAML file. At most 1 MB.",
        most=LARGEST_WORKBOOK,
        too_large="This file is larger than 1 MB. A stream takes some 20 KB.",
        accept=".xlsx,.yaml,.yml",
    )

    @property
    def name(self) -> str:
        """The name of the file, for messages."""
        return str(self.cleaned_data["file"].name)

    @property
    def content(self) -> bytes:
        """What is in it."""
        content: bytes = self.cleaned_data["file"].read()
        return content


class TermForm(forms.Form):
    """A choice of one term of those for which something can still be decided."""

    def __init__(self, *args: Any, terms: Sequence[Term], label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms = {each.pk: each for each in terms}
        self.fields["term"] = forms.TypedChoiceField(
            label=label,
            coerce=int,
            choices=[(each.pk, str(each)) for each in terms],
            error_messages={
                "required": "Choose a term.",
                "invalid_choice": "Choose a term from the list: this one is closed by now.",
            },
        )

    @property
    def term(self) -> Term:
        """The term chosen."""
        return self.terms[self.cleaned_data["term"]]


class RouteFields(NamedTuple):
    """The fields of one route, for the page."""

    route: Route
    judged: forms.BoundField
    points: forms.BoundField
    better: forms.BoundField


@dataclass(frozen=True)
class Decided:
    """The figures of a route as they are decided, beside those before; None: not judged."""

    route: Route
    points: str | None
    better: str
    was_points: str | None
    was_better: str

    @property
    def same(self) -> bool:
        """Whether nothing changes."""
        return (self.points, self.better) == (self.was_points, self.was_better)


class FiguresForm(TermForm):
    """Which routes are judged in a stream from a term on, and what a term should bring on each."""

    def __init__(
        self,
        *args: Any,
        terms: Sequence[Term],
        routes: Sequence[Route],
        figures: Figures,
        better: Decimal,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, terms=terms, label="From", **kwargs)
        self.routes = routes
        self.figures = figures
        for route in routes:
            points, times = figures.get(route.pk, (None, better))
            self.fields |= {
                f"judged_{route.pk}": forms.BooleanField(
                    label=route.name, required=False, initial=route.pk in figures
                ),
                f"points_{route.pk}": _number(
                    f"Points a term, {route.name}", points, most=Decimal(100), least=Decimal(0)
                ),
                f"better_{route.pk}": _number(
                    f"Better from, {route.name}", times, most=Decimal(20), least=Decimal(1)
                ),
            }

    def by_route(self) -> list[RouteFields]:
        """Return the fields route by route."""
        return [
            RouteFields(
                route,
                self[f"judged_{route.pk}"],
                self[f"points_{route.pk}"],
                self[f"better_{route.pk}"],
            )
            for route in self.routes
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the figures of each route that is judged, and for one such route."""
        super().clean()
        judged = [each for each in self.routes if self.cleaned_data.get(f"judged_{each.pk}")]
        if not judged:
            self.add_error(None, "Choose one route at least: only pupils on its routes are judged.")
        for route in judged:
            for name, words in (
                (f"points_{route.pk}", "Enter the points that a term should bring; 0 to hold on."),
                (f"better_{route.pk}", "Enter from how many times that it is better, such as 1.5."),
            ):
                if name not in self.errors and self.cleaned_data.get(name) is None:
                    self.add_error(name, words)
        return self.cleaned_data

    @property
    def expected(self) -> dict[int, Expected]:
        """What is expected by id of the route, once it is valid."""
        return {
            route.pk: Expected(
                self.cleaned_data[f"points_{route.pk}"], self.cleaned_data[f"better_{route.pk}"]
            )
            for route in self.routes
            if self.cleaned_data[f"judged_{route.pk}"]
        }

    def decided(self) -> list[Decided]:
        """Return the figures by route, once it is valid: of all that are or were judged."""
        expected = self.expected
        return [
            Decided(route, *_written(expected.get(route.pk)), *_written(self.figures.get(route.pk)))
            for route in self.routes
            if route.pk in expected or route.pk in self.figures
        ]


def _written(figures: tuple[Decimal, Decimal] | None) -> tuple[str | None, str]:
    return (exact(figures[0]), exact(figures[1])) if figures else (None, "")


def _number(
    label: str, initial: Decimal | None, *, least: Decimal, most: Decimal
) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        initial=None if initial is None else f"{initial.normalize():f}",
        min_value=least,
        max_value=most,
        decimal_places=2,
        error_messages={
            "invalid": "This is not a number. Write it like 1.5.",
            "min_value": f"This has to be {least} or more.",
            "max_value": f"This has to be {most} or less.",
            "max_decimal_places": "At most two digits may follow the point.",
        },
    )
