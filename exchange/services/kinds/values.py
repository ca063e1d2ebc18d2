"""What stands in a cell, read as people and school systems write it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.formats import date_format

from exchange.services.files.headings import bare
from schools.forms.dates import day_field

_DAY = day_field("Day")
_YES = {"yes", "y", "true", "t", "1", "x", "ticked"}
_NO = {"no", "n", "false", "f", "0", "none"}


def day_of(text: str) -> dt.date:
    """Read a day, as forms do and as school systems write it. Raises `ValueError` in words."""
    plain = text.removesuffix("T00:00:00").removesuffix(" 00:00:00").removesuffix(" 00:00")
    if plain[2:3] in ("-", ".") and plain[5:6] == plain[2:3]:
        plain = plain.replace(plain[2], "/")
    try:
        day: dt.date = _DAY.clean(plain)
    except forms.ValidationError as error:
        raise ValueError(f"“{text}”: {' '.join(error.messages)}") from error
    return day


def yes_or_no(text: str) -> bool:
    """Read a tick. Raises `ValueError` in words."""
    word = text.casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(f"“{text}” is neither yes nor no.")


def one_of(
    text: str,
    choices: Iterable[tuple[str, str]],
    also: Mapping[str, str],
    *,
    by_first_word: bool = False,
) -> str:
    """Read a choice by its code, its name, both, or another name for it.

    `by_first_word`: what follows a code or name does not count. Raises `ValueError` in words.
    """
    offered = list(choices)
    # As lists often write it: the code, then the name. A code counts before another's name.
    names = (
        {bare(f"{code} {name}"): code for code, name in offered}
        | {bare(name): code for code, name in offered}
        | {bare(code): code for code, _ in offered}
    )
    found = names.get(bare(text)) or also.get(bare(text))
    if found is None and by_first_word:
        found = names.get(bare(text.split(" ", maxsplit=1)[0].split("-", maxsplit=1)[0]))
    if found is None:
        raise ValueError(f"“{text}” is none of {', '.join(code for code, _ in offered)}.")
    return found


def in_words(value: Any) -> str:
    """Say a value as the preview shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return date_format(value, "j F Y")
    return "" if value is None else str(value)
