"""The form of a class's aims: one small field for each pupil and strand."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms

from assessment.models import Point
from assessment.selectors.aims import AimedAt, AimsPage, AimTable
from assessment.services.aims import AimsChanged, Wanted

_SEEN = re.compile(r"(\d{1,18})-(\d{1,18}):(\d{1,18})")


class Field(NamedTuple):
    """One cell as the page shows it: what its field holds, and what is wrong with that."""

    cell: AimedAt
    value: str
    errors: Sequence[str]


class AimsForm(forms.Form):
    """The aims of a class: in each field the code of a point, or nothing for no aim.

    `seen` holds the aims that the person saw, so that only what they changed is written, and
    what somebody else set meanwhile is told. `lower` holds the aims that were said to be below
    where the pupil stands: sent once more, they are meant.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    lower = forms.CharField(required=False, widget=forms.HiddenInput)
    # Whether a suggestion is taken wherever no aim is set.
    take = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, page: AimsPage, names: dict[int, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.page = page
        # What the person had changed when a conflict was told. From then on what stands by now
        # counts as seen; after a mere slip of the pen it does not.
        self.told: frozenset[str] | None = None
        self.said_lower: list[str] = []
        self.cells = {cell.name: cell for cell in page.cells}
        self.scales = {
            strand.strand_id: table.scale for table in page.tables for strand in table.strands
        }
        for name, cell in self.cells.items():
            self.fields[name] = forms.CharField(
                required=False,
                max_length=12,
                label=f"{names[cell.pupil_id]}, {cell.strand.name}",
                initial=cell.aim,
            )

    @property
    def seen_by_now(self) -> str:
        """What the person has seen of the aims, as the next save sends it."""
        if self.is_bound and self.told is None:
            return str(self.data.get("seen", ""))
        return " ".join(
            f"{cell.pupil_id}-{cell.strand.strand_id}:{cell.aim_id}"
            for cell in self.cells.values()
            if cell.aim_id
        )

    def clean(self) -> dict[str, Any]:
        """Find the points that are meant."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, cell in self.cells.items():
            code = cleaned.get(name)
            if not code:
                cleaned[name] = None
                continue
            cleaned[name] = _point(self.scales[cell.strand.strand_id], code)
            if cleaned[name] is None:
                scale = self.scales[cell.strand.strand_id]
                self.add_error(
                    name,
                    f"{code} is not a point of {cell.strand.stream}, which goes from"
                    f" {scale[0].code} to {scale[-1].code}.",
                )
        self._ask_about_lower(cleaned)
        return cleaned

    def _ask_about_lower(self, cleaned: dict[str, Any]) -> None:
        """Ask about each new aim that the pupil is past already: it would count as reached.

        Where nothing is expected, holding on is the aim.
        """
        seen, meant = _marks(cleaned.get("seen", "")), _marks(cleaned.get("lower", ""))
        for name, cell in self.cells.items():
            point: Point | None = cleaned.get(name)
            if point is None or cell.start is None or point.value > cell.start.value:
                continue
            if point == cell.suggested:
                continue
            key = (cell.pupil_id, cell.strand.strand_id)
            if seen.get(key) == point.pk:
                continue
            self.said_lower.append(f"{key[0]}-{key[1]}:{point.pk}")
            if meant.get(key) != point.pk:
                self.add_error(
                    name,
                    f"{point.code} is not above {cell.start.code}, where the pupil stands now, so"
                    " it would count as reached at once. Save again to set it all the same.",
                )

    @property
    def wanted(self) -> list[Wanted]:
        """What is to be set: where the person changed something, and the suggestions taken."""
        seen = _marks(self.cleaned_data["seen"])
        found = []
        for name, cell in self.cells.items():
            point: Point | None = self.cleaned_data[name]
            if point is None and self.cleaned_data["take"]:
                point = cell.suggested
            before = seen.get((cell.pupil_id, cell.strand.strand_id))
            chosen = point.pk if point else None
            if chosen != before:
                found.append(Wanted(cell, chosen, before))
        return found

    def _typed(self, cell: AimedAt) -> str:
        return str(self.data.get(cell.name, "")) if self.is_bound else cell.aim

    def tell(self, changed: AimsChanged) -> None:
        """Say which aims somebody else has set since."""
        self.told = frozenset(each.cell.name for each in self.wanted)
        self.add_error(None, str(changed))
        for name, code in changed.standing.items():
            self.add_error(
                name, f"{code or 'No aim'} stands here now. Save again to set yours instead."
            )

    @property
    def tables(self) -> list[tuple[AimTable, list[tuple[Any, list[Field]]]]]:
        """Each table with its rows, and for each cell what its field holds and what is wrong.

        Once a conflict was told, the fields that the person left alone hold what stands by now:
        sent as they were, they would take back what somebody else has set there.
        """
        mine = self.cells.keys() if self.told is None else self.told
        return [
            (
                table,
                [
                    (
                        placement,
                        [
                            Field(
                                cell,
                                self._typed(cell) if cell.name in mine else cell.aim,
                                [str(error) for error in self.errors.get(cell.name, ())],
                            )
                            for cell in cells
                        ],
                    )
                    for placement, cells in table.rows
                ],
            )
            for table in self.page.tables
        ]


def _marks(sent: str) -> dict[tuple[int, int], int]:
    """Return the points that a hidden field names, by pupil and strand."""
    return {(int(pupil), int(strand)): int(point) for pupil, strand, point in _SEEN.findall(sent)}


def _point(scale: Sequence[Point], code: str) -> Point | None:
    wanted = code.casefold()
    return next((each for each in scale if each.code.casefold() == wanted), None)
