"""Forms with which a file is sent: the file, and for which pupils it is."""

from typing import Any, NamedTuple

from django import forms

from exchange.selectors.imports import PlacesToImport
from exchange.services.files.tables import LARGEST_FILE
from pupils.forms.pupils import PlacementForm
from schools.forms.files import SentFileField
from schools.models import ARB, School


class For(NamedTuple):
    """The pupils that a file is for: of an ARB, of a school, or of the whole trust."""

    school: School | None
    arb: ARB | None


class FileForm(forms.Form):
    """A file to take in."""

    file = SentFileField(
        label="File",
        help_text="At most 10 MB.",
        most=LARGEST_FILE,
        too_large="This file is larger than 10 MB.",
    )

    def accept(self, endings: str) -> None:
        """Offer files of these endings first."""
        self.fields["file"].widget.attrs["accept"] = endings

    @property
    def name(self) -> str:
        """The name of the file."""
        return str(self.cleaned_data["file"].name)

    @property
    def content(self) -> bytes:
        """What is in it."""
        content: bytes = self.cleaned_data["file"].read()
        return content

    @property
    def options(self) -> dict[str, Any]:
        """What was chosen beside the file, as JSON holds it."""
        return {}


class SendForm(FileForm):
    """A file with the place whose pupils it is about."""

    place = forms.ChoiceField(
        label="For the pupils of",
        error_messages={"required": "Choose for which pupils.", "invalid_choice": "Choose one."},
    )

    def __init__(self, *args: Any, places: PlacesToImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {
            **({"trust": For(None, None)} if places.whole_trust else {}),
            **{f"school-{each.pk}": For(each, None) for each in places.schools},
            **{f"arb-{each.pk}": For(each.school, each) for each in places.arbs},
        }
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it stands above
        field.choices = [
            (code, str(each.arb or each.school or "the whole trust"))
            for code, each in self.offered.items()
        ]
        if len(self.offered) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(self.offered))
        else:
            self.order_fields(["place", "file"])

    @property
    def pupils_of(self) -> For:
        """The place that was chosen."""
        return self.offered[self.cleaned_data["place"]]


class SendCTFForm(PlacementForm, FileForm):
    """A common transfer file with the placement that its new pupils get."""

    @property
    def pupils_of(self) -> For:
        """The school where new pupils are placed; the ARB for who places in an ARB only."""
        place = self.place
        whole = place.school.pk in self.places.whole_school_ids
        return For(place.school, None if whole else place.arb)

    @property
    def options(self) -> dict[str, Any]:
        """The placement of new pupils."""
        place = self.place
        return {
            "school": place.school.pk,
            "arb": place.arb.pk if place.arb else None,
            "class_group": place.class_group.pk if place.class_group else None,
            "route": place.route.pk,
            "starts_on": self.cleaned_data["starts_on"].isoformat(),
        }
