"""The choices above a page of numbers, as forms whose answers are always choices that exist."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms

from pupils.choices import PrimaryNeed, Sex
from pupils.models.pupils import year_words
from pupils.selectors.lenses import Lens
from reporting.selectors.attendance_periods import Period, Place
from reporting.selectors.comparing.choices import (
    ALL,
    CORE,
    GROUPS,
    YEAR_GROUPS,
    Choices,
    Chosen,
)
from schools.models import Term


class CompareFilters(forms.Form):
    """What to compare. A value that does not exist is told and replaced by the default.

    Ids of another trust do not exist here, as little as those of nobody.
    """

    term = forms.ChoiceField()
    stream = forms.ChoiceField(required=False)
    strand = forms.ChoiceField()
    route = forms.ChoiceField(required=False)
    need = forms.ChoiceField(required=False, label="Primary need")
    pp = forms.ChoiceField(
        required=False,
        label="Pupil premium (PP)",
        choices=[("", "All pupils"), ("yes", "PP only"), ("no", "Not PP")],
    )
    cla = forms.ChoiceField(
        required=False,
        label="Child looked after (CLA)",
        choices=[("", "All pupils"), ("yes", "CLA only"), ("no", "Not CLA")],
    )
    eal = forms.ChoiceField(
        required=False,
        label="English as an additional language (EAL)",
        choices=[("", "All pupils"), ("yes", "EAL only"), ("no", "Not EAL")],
    )
    sex = forms.ChoiceField(required=False, choices=[("", "All pupils"), *Sex.choices])
    year = forms.ChoiceField(
        required=False,
        label="Year group",
        choices=[("", "All years"), *((str(each), year_words(each)) for each in YEAR_GROUPS)],
    )
    lens = forms.ChoiceField(
        label="Count pupils",
        choices=[(each.value, each.label) for each in Lens],
    )

    # What is shown in place of a value that does not exist.
    instead: ClassVar[dict[str, str]] = {
        "term": "There is no such term here. This one is shown instead.",
        "stream": "No such stream is used in this term. All streams are shown.",
        "strand": "No such strand is used in this term. All core areas are shown.",
        "route": "There is no such route here. All routes are shown.",
        "need": "There is no such need. All needs are shown.",
        **dict.fromkeys(
            ("pp", "cla", "eal", "sex"), "There is no such group. All pupils are shown."
        ),
        "year": "There is no such year group. All years are shown.",
        "lens": "Pupils can be counted where registered or as taught."
        " They are counted where registered.",
    }

    def __init__(self, query: Mapping[str, Any], *, choices: Choices, term: Term) -> None:
        self.available, self.chosen_term = choices, term
        self.defaults = {
            "term": str(term.pk),
            "strand": CORE,
            "lens": Lens.REGISTERED.value,
        }
        self.note = ""
        self.answers = {
            name: query.get(name) or self.defaults.get(name, "") for name in self.base_fields
        }
        super().__init__(self.answers, auto_id="compare-%s")
        self._offer()
        self.full_clean()
        for name in self.errors:
            self.answers[name] = self.defaults.get(name, "")

    def _offer(self) -> None:
        available = self.available
        strands: list[Any] = [
            (CORE, "All core areas"),
            (ALL, "All strands"),
        ]
        if available.areas:
            strands.append(("Core areas", available.areas))
        if available.other_strands:
            strands.append(("Other strands", available.other_strands))
        offered: dict[str, list[Any]] = {
            "term": [(str(each.pk), str(each)) for each in available.terms],
            "stream": [("", "All streams"), *available.streams],
            "strand": strands,
            "route": [("", "All routes"), *available.routes],
            "need": [("", "All needs"), *PrimaryNeed.choices],
        }
        for name, said in self.instead.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  # all of them are
            if name in offered:
                field.choices = offered[name]
            field.error_messages["invalid_choice"] = said

    def clean(self) -> dict[str, Any]:
        """Count all strands of a stream that has none of those asked for, and say so."""
        stream = self.cleaned_data.get("stream", "")
        strand = self.cleaned_data.get("strand", CORE)
        if stream and not self.available.counted(stream=stream, strand=strand):
            names = dict(self.available.streams)
            asked = dict(self.available.areas + self.available.other_strands)
            lacks = asked.get(strand, "core areas").lower()
            self.note = f"{names[stream]} has no {lacks}. All its strands are counted."
            self.answers["strand"] = self.cleaned_data["strand"] = ALL
        return self.cleaned_data

    @property
    def often(self) -> list[forms.BoundField]:
        """The choices that stand open."""
        return [self[name] for name in self.fields if name not in GROUPS]

    @property
    def groups(self) -> list[forms.BoundField]:
        """The groups of pupils to choose, which are folded away until one is chosen."""
        return [self[name] for name in GROUPS]

    @property
    def grouped(self) -> bool:
        """Whether any group is chosen."""
        return any(self.answers[name] for name in GROUPS)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the term is not as it is at first."""
        return any(
            value != self.defaults.get(name, "")
            for name, value in self.answers.items()
            if name != "term"
        )

    @property
    def chosen(self) -> Chosen:
        """The choice, made of what exists."""
        said: dict[str, Any] = {
            name: self.cleaned_data.get(name) or self.defaults.get(name, "")
            for name in self.fields
            if name != "term"
        }
        said["lens"] = Lens(said["lens"])
        strands = self.available.counted(stream=said["stream"], strand=said["strand"])
        return Chosen(term=self.chosen_term, strands=strands, **said)


class AttendanceFilters(forms.Form):
    """Whose attendance to look at, and when; a value that does not exist is told and replaced."""

    place = forms.ChoiceField(label="School or ARB")
    period = forms.ChoiceField(label="When")
    lens = forms.ChoiceField(
        label="Count pupils",
        required=False,
        choices=[
            (Lens.REGISTERED.value, "Where registered"),
            (Lens.TAUGHT.value, "As taught"),
        ],
    )

    instead: ClassVar[dict[str, str]] = {
        "place": "There is no such place here. The first one is shown instead.",
        "period": "There are no such days here. The latest school year is shown instead.",
        "lens": CompareFilters.instead["lens"],
    }

    def __init__(
        self,
        query: Mapping[str, Any],
        *,
        places: Sequence[Place],
        offered: Sequence[Place],
        periods: Sequence[Period],
    ) -> None:
        self.places = {each.key: each for each in places}
        self.periods = {each.key: each for each in periods}
        self.defaults = {
            "place": (offered or places)[0].key,
            "period": periods[0].key,
            "lens": Lens.REGISTERED.value,
        }
        self.answers = {name: query.get(name) or self.defaults[name] for name in self.base_fields}
        super().__init__(self.answers, auto_id="attendance-%s")
        # A class that a table has led to is offered too, so that it stays chosen.
        here = [each for each in places if each in offered or each.key == self.answers["place"]]
        self._offer("place", [(each.key, each.name) for each in here])
        self._offer("period", [(each.key, each.name) for each in periods])
        for name, said in self.instead.items():
            self.fields[name].error_messages["invalid_choice"] = said
        self.full_clean()
        for name in self.errors:
            self.answers[name] = self.defaults[name]
        if not self.chosen_place.is_school:
            del self.fields["lens"]

    @property
    def chosen_place(self) -> Place:
        """The place chosen."""
        return self.places[self.answers["place"]]

    @property
    def chosen_period(self) -> Period:
        """The days chosen."""
        return self.periods[self.answers["period"]]

    @property
    def as_taught(self) -> bool:
        """Whether the pupils of its ARBs are left out of a school."""
        return self.chosen_place.is_school and self.answers["lens"] == Lens.TAUGHT

    @property
    def query(self) -> str:
        """The choice as it stands in an address."""
        return urlencode(
            {name: value for name, value in self.answers.items() if name in self.fields}
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # both are
        field.choices = choices
