"""Forms for the agreement about an ARB."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, override

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from parrcs.core.access import Access
from schools.choices import ShareBy, Side
from schools.forms.dates import day_field
from schools.forms.fields import CHOOSE, SeenForm, choice_field, long_text_field, text_field
from schools.models import ARB
from schools.selectors.agreements import colleagues, year_of
from schools.selectors.calendar import academic_years
from schools.services.agreements import PartRow


class AgreementForm(SeenForm):
    """A part of the agreement about an ARB; its fields are named as the facts are."""

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        access: Access,
        arb: ARB,
        row: PartRow | None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        begin = dict(initial or {})
        if row is not None:
            begin = {**self.said_of(row), "seen": row.words_seen}
        super().__init__(data, initial=begin)
        self.access, self.arb, self.row = access, arb, row
        self.offer()

    @classmethod
    def said_of(cls, row: PartRow) -> dict[str, Any]:
        """Return what a row says, by the names of the fields."""
        return {name: getattr(row, name) for name in cls.base_fields if name != "seen"}

    def offer(self) -> None:
        """Fill in what there is to choose from."""

    @property
    def facts(self) -> dict[str, Any]:
        """What was said."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class StaffForm(AgreementForm):
    """Somebody who leads the ARB or works in it."""

    name = text_field("Name", "Write the name.", most=120)
    role = text_field(
        "Role in words",
        "Write what the person does here.",
        most=120,
        help_text="For example: teacher in charge, higher-level teaching assistant.",
    )
    leads = forms.TypedChoiceField(
        label="Leads the ARB",
        choices=[(False, "No, works in it"), (True, "Yes, is its lead")],
        coerce=lambda value: value == "True",
    )
    person_id = forms.TypedChoiceField(
        label="Account",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Where the person signs in here: one of those who work at the ARB or its school.",
        error_messages={"invalid_choice": "Choose one of the list."},
    )
    starts_on = day_field("From")
    ends_on = day_field("Last day", required=False)

    def offer(self) -> None:
        """Offer the accounts of who works there, and the one that stands."""
        people = {person.pk: person.name for person in colleagues(self.access, self.arb)}
        stands = getattr(self.row, "person", None)
        if stands is not None:
            people[stands.pk] = stands.name
        _choose(self, "person_id", [("", "No account"), *people.items()])


class ContactForm(AgreementForm):
    """A contact for safeguarding."""

    side = choice_field("On the side of", Side.choices, "Choose the side.")
    name = text_field("Name", "Write the name.", most=120)
    role = text_field(
        "Role",
        "Write the role.",
        most=120,
        help_text="For example: designated safeguarding lead.",
    )
    telephone = forms.CharField(
        label="Telephone",
        max_length=30,
        required=False,
        validators=[
            RegexValidator(
                r"^[+\d][\d ()/-]{5,}( ?(ext|x)\.? ?\d+)?$",
                "Write a telephone number, such as 01736 555 010 ext 12.",
            )
        ],
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text="A telephone number or an e-mail address is needed; both are better.",
    )
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        error_messages={"invalid": "Write an e-mail address, such as name@school.org."},
    )


class LeaseForm(AgreementForm):
    """A lease, or another agreement on the rooms."""

    starts_on = day_field("From")
    ends_on = day_field("Last day")
    notice_by = day_field(
        "Notice by",
        required=False,
        help_text="The last day on which either side can say that it will not go on.",
    )
    covers = long_text_field(
        "What it covers",
        "Write what the ARB may use.",
        most=1000,
        help_text="Rooms, outdoor space, shared halls, heating, cleaning, hours.",
    )


class VisitForm(AgreementForm):
    """A joint visit, held or planned."""

    on = day_field("Day", help_text="A day to come plans the visit.")
    who = text_field(
        "Who",
        "Write who takes part.",
        most=200,
        help_text="From the trust and from the host.",
    )
    words = long_text_field(
        "What was seen and agreed",
        "",
        most=1000,
        required=False,
        help_text="For a planned visit: what to look at. Name no child.",
    )


class MoneyField(forms.DecimalField):
    """A sum in pounds, also as people write it: £12,345.60."""

    def __init__(self, *, label: str, missing: str, **options: Any) -> None:
        super().__init__(
            label=label,
            max_digits=12,
            decimal_places=2,
            min_value=Decimal(0),
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            error_messages={
                "required": missing,
                "invalid": "Write a number, such as 12,345.60.",
                "min_value": "This cannot be below 0.",
                "max_decimal_places": "Write at most two places after the point.",
                "max_digits": "This number is too large.",
                "max_whole_digits": "This number is too large.",
            },
            **options,
        )

    @override
    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as DecimalField
        """Leave out the pound sign and what groups thousands."""
        if isinstance(value, str):
            value = value.replace("£", "").replace("%", "").replace(",", "").replace(" ", "")
        return super().to_python(value)


class FundingForm(AgreementForm):
    """The funding of a school year."""

    year_id = forms.TypedChoiceField(
        label="School year",
        coerce=int,
        error_messages={
            "required": "Choose the year.",
            "invalid_choice": "Choose a year of the calendar.",
        },
    )
    places = forms.IntegerField(
        label="Places",
        min_value=0,
        max_value=999,
        help_text="How many are funded.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Write how many places are funded.",
            "invalid": "Write a whole number.",
            "min_value": "This cannot be below 0.",
            "max_value": "This number is too large.",
        },
    )
    band = text_field("Band", "Write the band.", most=60, help_text="As the LA names it.")
    amount = MoneyField(
        label="Formula amount, £",
        missing="Write the amount.",
        help_text="For the whole year and all places.",
    )
    share_by = choice_field(
        "What leads in the host's share", ShareBy.choices, "Choose which of the two leads."
    )
    share = MoneyField(
        label="The host's share, % or £",
        missing="Write the share.",
        help_text="A percentage or a sum, as chosen above. What is not passed on stays with the"
        " trust.",
    )

    @classmethod
    def said_of(cls, row: PartRow) -> dict[str, Any]:
        """Put the number that leads into its field."""
        names = [name for name in cls.base_fields if name not in ("seen", "share")]
        share = getattr(row, f"share_{getattr(row, 'share_by')}")  # noqa: B009  # one of many rows
        return {**{name: getattr(row, name) for name in names}, "share": share}

    def offer(self) -> None:
        """Offer the years of the calendar beginning with the year that runs."""
        years = academic_years(self.access).prefetch_related(None).order_by("-starts_on")
        _choose(self, "year_id", [CHOOSE, *((each.pk, each.name) for each in years)])
        runs = year_of(timezone.localdate())
        self.initial.setdefault("year_id", runs.pk if runs else None)

    def clean(self) -> dict[str, Any]:
        """Hold a percentage to 100."""
        said = super().clean() or {}
        by, share = said.get("share_by"), said.get("share")
        if by == ShareBy.PERCENT and share is not None and share > 100:
            self.add_error("share", "A percentage is 100 at most.")
        return said

    @property
    def facts(self) -> dict[str, Any]:
        """What was said, the share as what leads."""
        said = dict(super().facts)
        share, by = said.pop("share"), said["share_by"]
        said["share_percent"] = share if by == ShareBy.PERCENT else None
        said["share_amount"] = share if by == ShareBy.AMOUNT else None
        return said


def _choose(form: forms.Form, name: str, choices: list[tuple[Any, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the types
    field.choices = choices
