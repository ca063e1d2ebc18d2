"""The isolation matrix: every address × each role × {own, another's, missing} object.

For each address and each id in it, the id is replaced by that of another school's thing, of
another trust's, and of nothing at all. What is not yours must answer byte for byte like nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from zipfile import ZipFile

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from parrcs.core.access import Role

MISSING = 10**9

type Ids = dict[str, object]


# What an address has to be asked, to show anything.
QUESTIONS = {
    "compare_inside": "?unit=school-{school_id}",
    "compare_pupils": "?unit=all&number=judged",
    "ht_report_pupils": "?of=school-{school_id}/{term_id}/all/pupils",
    "trust_report_pupils": "?of=trust/{term_id}/all/pupils",
}


def asked(name: str, ids: Ids) -> str:
    """Return the question of a page, or of its file."""
    return QUESTIONS.get(name.removesuffix("_file"), "").format(**ids)


@dataclass(frozen=True)
class Address:
    """One address of the application and the names of the ids in it."""

    name: str
    ids: tuple[str, ...]
    callback: object = field(compare=False)

    def url(self, ids: Ids) -> str:
        """Return the address of these things, with the question without which it shows nothing."""
        plain = reverse(self.name, kwargs={name: ids[name] for name in self.ids})
        return plain + asked(self.name, ids)


@cache
def addresses() -> tuple[Address, ...]:
    """Return every address of the application, allauth's included."""
    return tuple(_walk(get_resolver().url_patterns, ()))


def _walk(patterns: list[URLPattern | URLResolver], above: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        ids = (*above, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, ids)
        else:
            # Regular expressions (allauth) name their groups instead of converters.
            groups = tuple(re.findall(r"\?P<(\w+)>", str(pattern.pattern)))
            yield Address(str(pattern.name), ids or groups, pattern.callback)


def ours() -> tuple[Address, ...]:
    """Return the addresses of our own views."""
    return tuple(a for a in addresses() if not a.callback.__module__.startswith("allauth"))


@dataclass(frozen=True)
class Leak:
    """An answer that tells a person of something that is not theirs."""

    role: Role
    method: str
    url: str
    what: str


@dataclass(frozen=True)
class Things:
    """The ids that the matrix puts into addresses, and the words that give a thing away."""

    own: Ids
    other_school: Ids
    foreign: Ids


def leaks(client: Client, role: Role, things: Things, *, places: tuple[str, ...]) -> Iterator[Leak]:
    """Ask every address for things that are not this person's, and yield what answers.

    `places` says whose things to try: "other_school" and "foreign".
    """
    nothing: dict[tuple[str, str], tuple[int, bytes]] = {}
    for address in ours():
        for name in address.ids:
            for place in places:
                ids: Ids = getattr(things, place)
                if name not in ids or ids[name] == things.own.get(name):
                    continue
                url = address.url({**things.own, name: ids[name]})
                missing = address.url({**things.own, name: _missing(ids[name])})
                for method in ("GET", "POST"):
                    theirs = _answer(client, method, url)
                    if (method, missing) not in nothing:
                        nothing[method, missing] = _answer(client, method, missing)
                    if theirs != nothing[method, missing]:
                        yield Leak(
                            role, method, url, f"{theirs[0]}, not {nothing[method, missing][0]}"
                        )


def words_seen(client: Client, own: Ids, words: set[str]) -> list[tuple[str, str]]:
    """Open every page of one's own, and return the words of others that stand in it."""
    seen = []
    for address in ours():
        url = address.url(own) if all(name in own for name in address.ids) else None
        if url is None:
            continue
        _status, content = _answer(client, "GET", url)
        text = content.decode("utf-8", "replace")
        seen += [(url, word) for word in words if word in text]
    return seen


def csv_files(content: bytes) -> list[bytes]:
    """Return the files that are in a ZIP, in their order; of any other file, itself."""
    if not content.startswith(b"PK"):
        return [content]
    with ZipFile(BytesIO(content)) as files:
        return [files.read(each) for each in files.namelist()]


def _missing(one: object) -> object:
    return MISSING if isinstance(one, int) else "missing"


def _answer(client: Client, method: str, url: str) -> tuple[int, bytes]:
    response = client.get(url) if method == "GET" else client.post(url)
    content = b"".join(response) if response.streaming else response.content
    if response.headers.get("Content-Type") == "application/zip":
        content = b"\n".join(csv_files(content))
    # A form's token is drawn anew for each page; the address asked for may stand in a link back.
    content = re.sub(rb'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"', b"", content)
    return response.status_code, content
