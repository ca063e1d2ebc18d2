"""Forms for termly targets: their words, how they go on or end, and how they went."""

from collections.abc import Collection, Sequence
from typing import Any, Self
from uuid import uuid4

from django import forms
from django.forms.utils import ErrorDict

from pupils.choices import AreaOfNeed, TargetOutcome
from pupils.forms.fields import CHOOSE, choice_field, long_text_field
from pupils.measures import Hint, target_hints
from pupils.models import Outcome, TermlyTarget
from pupils.services.target_writing import MOST, TargetTexts
from pupils.services.targets import Verdict
from schools.models import Term

FEWEST_PARTS, MOST_PARTS = 2, 6
_WRITE_WALT = "Write what the pupil is learning to do."
_WRITE_WILF = "Write what you will look for."


class _PlaceForm(forms.Form):
    """For which term and towards which outcome something is written."""

    term = choice_field("Term", [], "Choose the term.")
    outcome = choice_field("Towards the outcome", [], "Choose the outcome.")

    def __init__(
        self, *args: Any, outcomes: Sequence[Outcome], terms: Sequence[Term] = (), **options: Any
    ) -> None:
        self.outcomes = {str(each.pk): each for each in outcomes}
        self.terms = {str(each.pk): each for each in terms}
        super().__init__(*args, **options)
        if terms:
            self._offer("term", self.terms)
        else:
            del self.fields["term"]
        self._offer("outcome", self.outcomes)

    def _offer(self, name: str, things: dict[str, Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # both are
        choices = [(key, str(thing)) for key, thing in things.items()]
        field.choices = choices if len(choices) == 1 else [CHOOSE, *choices]

    @property
    def chosen_outcome(self) -> Outcome:
        """The outcome that was chosen."""
        return self.outcomes[self.cleaned_data["outcome"]]

    @property
    def chosen_term(self) -> Term:
        """The term that was chosen."""
        return self.terms[self.cleaned_data["term"]]


class TargetForm(_PlaceForm):
    """What a termly target says; a new one also says for which term.

    `seen` is the mark of the words that a change began from.
    """

    walt = long_text_field(
        "We are learning to (WALT)",
        _WRITE_WALT,
        most=MOST,
        help_text="The end point of this term's step.",
        widget=forms.Textarea(attrs={"autofocus": True}),
    )
    wilf = long_text_field(
        "What I'm looking for (WILF)",
        _WRITE_WILF,
        most=MOST,
        help_text="How anyone could tell that it is met.",
    )
    starting_point = long_text_field("Starting point", "", most=MOST, required=False)
    next_step = long_text_field("Next step", "", most=MOST, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def begin_from(self, target: TermlyTarget) -> None:
        """Let the form as it was typed begin from what stands now: the next save replaces it."""
        _resend(self, seen=target.words_seen)

    @property
    def texts(self) -> TargetTexts:
        """What the target says."""
        said = self.cleaned_data
        return TargetTexts(
            walt=said["walt"],
            wilf=said["wilf"],
            starting_point=said["starting_point"],
            next_step=said["next_step"],
        )


def _resend(form: forms.Form, **values: str) -> None:
    """Put other values behind a form's hidden fields, and leave what was typed as it is."""
    data: Any = form.data
    form.data = {**data.dict(), **values}


class HintForm(forms.Form):
    """What of a target is typed so far."""

    walt = forms.CharField(required=False, max_length=10 * MOST)
    wilf = forms.CharField(required=False, max_length=10 * MOST)

    @property
    def hints(self) -> list[Hint]:
        """How the words could say more; none for what is no text at all."""
        return target_hints(**self.cleaned_data) if self.is_valid() else []


class SplitForm(_PlaceForm):
    """Several targets that go on from one: a WALT and a WILF for each part."""

    def __init__(self, *args: Any, start: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.start = start
        self.count = self._asked_for()
        for n in range(1, self.count + 1):
            attrs = {"autofocus": True} if n == 1 else {}
            self.fields[f"walt_{n}"] = long_text_field(
                f"Part {n}: we are learning to (WALT)",
                _WRITE_WALT,
                most=MOST,
                widget=forms.Textarea(attrs=attrs),
            )
            self.fields[f"wilf_{n}"] = long_text_field(
                f"Part {n}: what I'm looking for (WILF)", _WRITE_WILF, most=MOST
            )

    def _asked_for(self) -> int:
        """Return how many parts there are to be, by what was sent."""
        sent = str(self.data.get("parts", "")) if self.is_bound else ""
        count = int(sent) if sent.isdecimal() and len(sent) < 3 else FEWEST_PARTS
        return min(MOST_PARTS, max(FEWEST_PARTS, count))

    def clean(self) -> dict[str, Any]:
        """Ask that each part is a target of its own: two that say the same are one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first: dict[tuple[str, str], int] = {}
        for n in range(1, self.count + 1):
            walt, wilf = (_plainly(cleaned.get(f"{name}_{n}")) for name in ("walt", "wilf"))
            if not (walt and wilf):
                continue
            same = first.setdefault((walt, wilf), n)
            if same != n:
                self.add_error(
                    f"walt_{n}",
                    f"Part {n} says the same as part {same}. Write what is different in it.",
                )
        return cleaned

    def grown(self) -> Self:
        """Return the form with one part more and all that was typed; nothing is wrong yet."""
        bigger = type(self)(
            {**self.data.dict(), "parts": str(self.count + 1)},  # type: ignore[attr-defined]
            outcomes=list(self.outcomes.values()),
            terms=list(self.terms.values()),
            start=self.start,
        )
        bigger._errors = ErrorDict()  # type: ignore[attr-defined]  # what a form was found to lack
        return bigger

    @property
    def may_grow(self) -> bool:
        """Whether one more part fits."""
        return self.count < MOST_PARTS

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of each part."""
        return [(self[f"walt_{n}"], self[f"wilf_{n}"]) for n in range(1, self.count + 1)]

    @property
    def texts(self) -> list[TargetTexts]:
        """What each part says; all begin where the whole does."""
        return [
            TargetTexts(
                walt=self.cleaned_data[f"walt_{n}"],
                wilf=self.cleaned_data[f"wilf_{n}"],
                starting_point=self.start,
                next_step="",
            )
            for n in range(1, self.count + 1)
        ]


def _plainly(text: str | None) -> str:
    """Return a text as one compares it: whatever its capitals and its spaces."""
    return " ".join((text or "").casefold().split())


class RetireForm(forms.Form):
    """Why a target is not worked on any more."""

    because = long_text_field(
        "Reason",
        "Write why it is retired.",
        most=MOST,
        help_text="It is kept with the target, for who reads the record later.",
        widget=forms.Textarea(attrs={"autofocus": True}),
    )


class CommentForm(forms.Form):
    """How a target went, and what comes next; `seen` is the mark of what one began from."""

    comment = long_text_field("How it went", "", most=500, required=False)
    next_step = long_text_field("Next step", "", most=MOST, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)


class JudgeForm(CommentForm):
    """A judgement with its comment and next step; without the judgement where it cannot be made."""

    judged = forms.ChoiceField(
        label="How far",
        required=False,
        choices=[
            *((str(each.value), each.label) for each in TargetOutcome),
            ("", "No judgement"),
        ],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the list."},
    )
    base_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    operation_id = forms.UUIDField(widget=forms.HiddenInput)

    field_order = ("judged", "comment", "next_step")

    def __init__(self, *args: Any, target: TermlyTarget, is_open: bool, **options: Any) -> None:
        options["initial"] = {
            "judged": str(target.judged or ""),
            "comment": target.comment,
            "next_step": target.next_step,
            "seen": target.comment_seen,
            "base_version": target.version if target.judged else None,
            "operation_id": uuid4(),
        }
        super().__init__(*args, **options)
        if not is_open:
            for name in ("judged", "base_version", "operation_id"):
                del self.fields[name]

    @property
    def verdict(self) -> Verdict | None:
        """The judgement; None where it cannot be made."""
        if "judged" not in self.fields:
            return None
        said = self.cleaned_data
        return Verdict(
            int(said["judged"]) if said["judged"] else None,
            said["base_version"],
            said["operation_id"],
        )

    def begin_from(self, target: TermlyTarget) -> None:
        """Let the form as it was typed begin from what stands now: the next save replaces it."""
        _resend(
            self,
            seen=target.comment_seen,
            base_version=str(target.version if target.judged else ""),
            operation_id=str(uuid4()),
        )


class CarryForm(forms.Form):
    """Which targets are carried into a term."""

    targets = forms.MultipleChoiceField(
        label="Targets to carry forward",
        error_messages={
            "required": "Tick at least one target.",
            "invalid_choice": "One of these cannot be carried forward any more. Look again.",
        },
    )

    def __init__(
        self,
        *args: Any,
        targets: Sequence[TermlyTarget],
        split: Collection[int],
        **options: Any,
    ) -> None:
        """Offer the targets; those that were split are not ticked, as their parts go on."""
        super().__init__(*args, **options)
        self.unmet = {
            str(each.pk) for each in targets if each.judged is not None and each.pk not in split
        }
        field = self.fields["targets"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # it is
        field.choices = [(str(each.pk), each.walt) for each in targets]

    @property
    def target_ids(self) -> list[int]:
        """The targets that were ticked."""
        return [int(each) for each in self.cleaned_data["targets"]]

    @property
    def ticked(self) -> set[str]:
        """What is ticked: judged, not met and not split, until something was sent."""
        if self.is_bound:
            return set(self["targets"].value() or ())
        return self.unmet


class BankForm(forms.Form):
    """What to look for among the trust's past targets."""

    q = forms.CharField(
        label="Words to look for",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    area = forms.ChoiceField(
        label="Area of need", required=False, choices=[("", "All areas"), *AreaOfNeed.choices]
    )

    @property
    def asked(self) -> dict[str, str]:
        """What was asked for; nothing where it cannot be understood."""
        if not self.is_valid():
            return {"words": "", "area": ""}
        return {"words": self.cleaned_data["q"], "area": self.cleaned_data["area"]}
