"""The forms by which packs for annual reviews are put together: YAML files, read once."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from pupils.choices import ReviewBlock

_FOLDER: Path = settings.BASE_DIR / "fixtures" / "reviews"

type _Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=30)]
type _LACode = Annotated[str, Field(pattern=r"^[0-9]{3}$")]


class ReviewFormError(Exception):
    """A form cannot be used; the message names the file and the places in it."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        super().__init__("\n".join(f"{source}: {each}" for each in problems))


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class ReviewSection(_Entry):
    """A section of a pack: its title, what it is made of, and a line of guidance."""

    id: _Slug
    title: str = Field(min_length=1, max_length=80)
    block: ReviewBlock
    guidance: str = Field(default="", max_length=160)


class ReviewFormFile(_Entry):
    """All that a form says; its sections stand in their order."""

    id: _Slug
    name: str = Field(min_length=1, max_length=80)
    authorities: tuple[_LACode, ...]
    sections: tuple[ReviewSection, ...] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [each.id for each in self.sections]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            words = f"the sections {', '.join(twice)} stand here twice"
            raise PydanticCustomError("twice", "{words}", {"words": words})
        return self


def read_review_form(*, source: str, text: str) -> ReviewFormFile:
    """Read a form. Raises `ReviewFormError`, which names the file by `source`."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ReviewFormError(source, [f"this is no YAML: {error}"]) from error
    try:
        return ReviewFormFile.model_validate(found)
    except ValidationError as error:
        problems = [_told(each) for each in error.errors()]
        raise ReviewFormError(source, problems) from error


def _told(error: Any) -> str:
    place = ".".join(str(p + 1) if isinstance(p, int) else p for p in error["loc"])
    words = error["msg"]
    if error["loc"][-1:] == ("block",):
        known = ", ".join(ReviewBlock.values)
        words = f"there is no building block “{error['input']}”. There are: {known}"
    return f"{place}: {words}" if place else words


@cache
def review_forms() -> dict[str, ReviewFormFile]:
    """Return the forms by id, that for all other authorities first. Raises `ReviewFormError`."""
    found: dict[str, ReviewFormFile] = {}
    for file in sorted(_FOLDER.glob("*.yaml")):
        form = read_review_form(source=file.name, text=file.read_text(encoding="utf-8"))
        if form.id in found:
            raise ReviewFormError(file.name, [f"another file has the id {form.id} too"])
        found[form.id] = form
    general = [each.id for each in found.values() if not each.authorities]
    if len(general) != 1:
        words = f"one form has no authorities, so that it is for all others; here {len(general)}"
        raise ReviewFormError(_FOLDER.name, [words])
    return {each: found[each] for each in sorted(found, key=lambda one: (one != general[0], one))}


def review_form(form_id: str) -> ReviewFormFile:
    """Return a form; of one whose file is gone, the form for all others."""
    forms = review_forms()
    return forms.get(form_id) or next(iter(forms.values()))


def form_of_authority(la_code: str) -> str:
    """Return the id of the form of a local authority."""
    forms = review_forms()
    return next(
        (each.id for each in forms.values() if la_code in each.authorities), next(iter(forms))
    )
