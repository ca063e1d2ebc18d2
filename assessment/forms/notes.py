"""Forms of the formative record: a note with its files, and which notes to show."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from assessment.models import Evidence, Point
from assessment.selectors.notes import Subject
from assessment.services.evidence import (
    MOST_BYTES,
    MOST_FILES,
    CheckedFile,
    FileRefused,
    check_file,
    check_size,
)
from assessment.services.notes import NoteContent
from pupils.forms.fields import SeenForm, long_text_field
from schools.forms.dates import day_field

IN_GENERAL = ("", "In general")
# What cameras and scanners make. An iPad that reads this list turns its own format, HEIC, into
# JPEG, and offers the camera beside the pictures and files that are there.
ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


class SeveralFiles(forms.ClearableFileInput):
    """The browser's own way to choose files, or to take a picture."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Some files, each checked by what is in it."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ARG002  # Django's signature
        """Return the files as they may be stored, or say of each that may not why."""
        sent: list[UploadedFile[Any]] = [each for each in data or () if each]
        if len(sent) > MOST_FILES:
            raise ValidationError(
                f"These are {len(sent)} files. A note holds up to {MOST_FILES};"
                " write another one for the rest."
            )
        checked: list[CheckedFile] = []
        refused = []
        for each in sent:
            try:
                # Said by its size, so that a large one is not read.
                check_size(each.name or "", each.size or 0)
                checked.append(check_file(each.name or "", each.read()))
            except FileRefused as refusal:
                refused.append(str(refusal))
        if refused:
            raise ValidationError(
                [*refused, "No file was kept. Choose those that are right again."]
            )
        return checked


class NoteForm(SeenForm):
    """A note: what was seen, when, and of what; perhaps a small step and some files."""

    about = forms.ChoiceField(
        label="About",
        required=False,
        error_messages={"invalid_choice": "Choose one of the list."},
    )
    text = long_text_field("What you saw", "", most=1000, required=False)
    seen_on = day_field("Date")
    point = forms.ChoiceField(
        label="Small step",
        required=False,
        error_messages={"invalid_choice": "That step is not on the scale."},
    )
    secured = forms.ChoiceField(
        label="The step was",
        required=False,
        choices=[("", "worked on"), ("yes", "secured")],
        widget=forms.RadioSelect,
    )
    attached = FilesField(
        label="Pictures and PDFs",
        required=False,
        widget=SeveralFiles(attrs={"accept": ACCEPTED}),
        help_text=f"Up to {MOST_FILES}, each up to {MOST_BYTES // 1024 // 1024} MB.",
    )
    without = forms.MultipleChoiceField(
        label="Take away", required=False, widget=forms.CheckboxSelectMultiple
    )
    # How much a browser may send, for it to say so before it does.
    most_files, most_bytes = str(MOST_FILES), str(MOST_BYTES)

    operation_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        subjects: Sequence[Subject],
        scales: Mapping[int, Sequence[Point]],
        fixed: Subject | None = None,
        files_held: Sequence[Evidence] = (),
        **options: Any,
    ) -> None:
        """Offer subjects with the points of their streams; a `fixed` one is not asked for."""
        options.setdefault("auto_id", "note-%s")
        super().__init__(*args, **options)
        self.fixed = fixed
        self._subjects = {each.key: each for each in subjects}
        self._points = {str(point.pk): point for scale in scales.values() for point in scale}
        names = {each.strand.stream_id: str(each.strand.stream) for each in subjects if each.strand}
        self._choices("about", [IN_GENERAL, *_grouped(subjects)])
        steps = [
            (names[stream], [(str(point.pk), _named(point)) for point in scale])
            for stream, scale in scales.items()
            if stream in names
        ]
        one = steps[0][1] if len(steps) == 1 else steps
        self._choices("point", [("", "No small step"), *one])
        if fixed:
            del self.fields["about"]
        if not steps or (fixed and not fixed.strand):
            del self.fields["point"], self.fields["secured"]
        held = [(str(each.pk), each.name) for each in files_held]
        if held:
            self._choices("without", held)
        else:
            del self.fields["without"]
        self.initial.setdefault("seen_on", timezone.localdate())
        self.initial.setdefault("operation_id", uuid.uuid4())
        # What was chosen stays chosen while a form comes back with what is wrong with it.
        mark = {"id": f"files-{self._mark()}", "hx-preserve": "true"}
        self.fields["attached"].widget.attrs |= mark

    def _mark(self) -> uuid.UUID:
        """Return the mark that this form was given, by which a save of it is known."""
        try:
            return uuid.UUID(self.data.get("operation_id", ""))
        except ValueError:
            given: uuid.UUID = self.initial["operation_id"]
            return given

    def _choices(self, name: str, choices: Sequence[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # all of them are
        field.choices = choices

    def clean_seen_on(self) -> dt.date:
        """Tell of a day to come together with whatever else is wrong."""
        day: dt.date = self.cleaned_data["seen_on"]
        if day > timezone.localdate():
            raise ValidationError("This day is still to come.")
        return day

    def clean_operation_id(self) -> uuid.UUID:
        """Give a form without a mark one of its own; it can then not be known again."""
        found: uuid.UUID = self.cleaned_data["operation_id"] or uuid.uuid4()
        return found

    @property
    def content(self) -> NoteContent:
        """What the note says."""
        said = self.cleaned_data
        subject = self.fixed or self._subjects.get(said.get("about", ""), Subject())
        return NoteContent(
            subject,
            said["seen_on"],
            said["text"],
            self._points.get(said.get("point", "")),
            secured=bool(said.get("secured")),
        )

    @property
    def checked_files(self) -> list[CheckedFile]:
        """The files to keep with it."""
        found: list[CheckedFile] = self.cleaned_data["attached"]
        return found

    @property
    def taken_away(self) -> set[int]:
        """The ids of the files that are not to stay."""
        return {int(each) for each in self.cleaned_data.get("without", ())}


class NoteFilter(forms.Form):
    """Which notes of a pupil to show."""

    about = forms.ChoiceField(label="About", required=False)
    with_files = forms.BooleanField(label="With pictures or PDFs only", required=False)

    def __init__(self, *args: Any, subjects: Sequence[Subject], **options: Any) -> None:
        super().__init__(*args, **options)
        self._subjects = {each.key: each for each in subjects}
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is
        field.choices = [("", "Everything"), *_grouped(subjects)]

    @property
    def narrowed(self) -> bool:
        """Whether only some of the notes are asked for."""
        return self.files_only or self.subject is not None

    @property
    def query(self) -> str:
        """The choices as the part of an address."""
        chosen = {name: self.data[name] for name in ("about", "with_files") if self.data.get(name)}
        return urlencode(chosen)

    @property
    def subject(self) -> Subject | None:
        """The strand or target that was chosen; an address that names none shows everything."""
        return self._subjects.get(self.data.get("about", ""))

    @property
    def files_only(self) -> bool:
        """Whether only notes with files are asked for."""
        return bool(self.data.get("with_files"))


class CellQuestion(forms.Form):
    """Which strand or target an address asks about."""

    strand = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    target = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


def _grouped(subjects: Sequence[Subject]) -> list[Any]:
    """Return strands by stream, then targets."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in subjects:
        stream = str(each.strand.stream) if each.strand else "Termly targets"
        groups.setdefault(stream, []).append((each.key, each.name))
    return list(groups.items())


def _named(point: Point) -> str:
    return f"{point.code}: {point.label}" if point.label else point.code
