"""The choices above the comparison, as a form whose answer is always a choice that exists."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from pupils.choices import PrimaryNeed
from pupils.selectors.lenses import Lens
from reporting.selectors.compare_choices import ALL, CORE, Choices, Chosen
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
        "pp": "There is no such group. All pupils are shown.",
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
