"""The choices above the list of pupils, as a form whose answer is always a choice that exists."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms

from parrcs.core.access import Access
from pupils.selectors.lenses import Lens
from pupils.selectors.lists import Chosen, list_places
from pupils.selectors.places import class_choices
from schools.models import ClassGroup

LEFT = "left"


class PupilFilters(forms.Form):
    """Whom to list. A value that does not exist is told and replaced by the default.

    Places outside the person's reach do not exist here, as little as those of nobody.
    """

    q = forms.CharField(label="Name or UPN", max_length=80, required=False)
    place = forms.ChoiceField(label="School or ARB", required=False)
    group = forms.ChoiceField(label="Class", required=False)
    roll = forms.ChoiceField(
        label="Show", required=False, choices=[("", "On roll"), (LEFT, "Who have left")]
    )
    lens = forms.ChoiceField(
        label="Count pupils",
        required=False,
        choices=[("", Lens.REGISTERED.label), (Lens.TAUGHT.value, Lens.TAUGHT.label)],
    )

    instead: ClassVar[dict[str, str]] = {
        "place": "There is no such place here. All are shown.",
        "group": "There is no such class here. All classes are shown.",
        "roll": "There is no such group. Pupils on roll are shown.",
        "lens": "Pupils can be counted where registered or as taught."
        " They are counted where registered.",
    }

    def __init__(self, query: Mapping[str, Any], *, access: Access) -> None:
        self.answers = {name: query.get(name) or "" for name in self.base_fields}
        self.places = list_places(access, left=self.answers["roll"] == LEFT)
        # A class of another place than the chosen one is forgotten when the place is changed.
        if self.in_class and not self._in_place(self.in_class):
            self.answers["group"] = ""
        super().__init__(dict(self.answers))
        self._offer()
        self.fields["q"].widget.attrs |= {"type": "search", "autocomplete": "off"}
        for name, said in self.instead.items():
            if name in self.fields:
                self.fields[name].error_messages["invalid_choice"] = said
        self.full_clean()
        for name in self.errors:
            self.answers[name] = ""

    @property
    def narrowed(self) -> bool:
        """Whether only a part of the pupils is asked for."""
        return any(value for name, value in self.answers.items() if name != "lens")

    @property
    def chosen(self) -> Chosen:
        """The choice, made of what exists."""
        kind, _, place_id = self.answers["place"].partition("-")
        return Chosen(
            words=self.cleaned_data.get("q", ""),
            school_id=int(place_id) if kind == "school" else None,
            arb_id=int(place_id) if kind == "arb" else None,
            class_group_id=int(self.answers["group"]) if self.answers["group"] else None,
            left=self.answers["roll"] == LEFT,
            lens=Lens(self.answers["lens"] or Lens.REGISTERED),
        )

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """Each choice by the name of its field, as people read it."""
        return [
            (str(self.fields[name].label), _said(self.fields[name], value))
            for name, value in self.answers.items()
            if value
        ]

    @property
    def query(self) -> str:
        """The choice as it stands in an address."""
        return urlencode({name: value for name, value in self.answers.items() if value})

    @property
    def query_of_places(self) -> str:
        """The choice without the name that is looked for."""
        return urlencode({n: value for n, value in self.answers.items() if value and n != "q"})

    @property
    def in_class(self) -> ClassGroup | None:
        """The class that is chosen."""
        return next(
            (g for g in self.places.class_groups if str(g.pk) == self.answers["group"]), None
        )

    def _in_place(self, group: ClassGroup) -> bool:
        kind, _, place_id = self.answers["place"].partition("-")
        here = {"school": group.school_id, "arb": group.arb_id}.get(kind)
        return kind not in {"school", "arb"} or str(here) == place_id

    def _offer(self) -> None:
        """Offer what is within reach, and no choice where there is only one thing to choose."""
        places = [
            *((f"school-{school.pk}", school.name) for school in self.places.schools),
            *((f"arb-{arb.pk}", f"{arb.name} at {arb.host}") for arb in self.places.arbs),
        ]
        groups = [group for group in self.places.class_groups if self._in_place(group)]
        self._set("place", [("", "All"), *places], offered=len(places) > 1)
        self._set("group", [("", "All classes"), *class_choices(groups)], offered=len(groups) > 1)
        if not self.places.has_leavers:
            del self.fields["roll"]
        if not self.places.has_lenses and not self.answers["lens"]:
            del self.fields["lens"]

    def _set(self, name: str, choices: list[Any], *, offered: bool) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # both are
        field.choices = choices
        if not offered and not self.answers[name]:
            del self.fields[name]


class ReviewFilters(forms.Form):
    """Of which class to show what is due; one that does not exist is told, and all are shown."""

    group = forms.ChoiceField(
        label="Class",
        required=False,
        error_messages={"invalid_choice": "There is no such class here. All classes are shown."},
    )

    def __init__(self, query: Mapping[str, Any], *, classes: Sequence[ClassGroup]) -> None:
        super().__init__({"group": query.get("group") or ""}, auto_id="reviews-%s")
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is
        field.choices = [("", "All classes"), *class_choices(classes)]
        self.full_clean()

    @property
    def chosen(self) -> int | None:
        """The class; None for all."""
        group = self.cleaned_data.get("group")
        return int(group) if group else None

    @property
    def class_name(self) -> str:
        """What the class is called."""
        return _said(self.fields["group"], self.cleaned_data.get("group") or "")


def _said(field: forms.Field, value: str) -> str:
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    flat = (
        each
        for key, name in choices
        for each in (name if isinstance(name, list | tuple) else [(key, name)])
    )
    return str(dict(flat).get(value, value))
