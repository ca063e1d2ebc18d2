"""Streams as YAML files: one strict schema, and errors that name their place."""

import re
from collections.abc import Callable, Collection, Hashable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn, Self, override

import yaml
from django.conf import settings
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from assessment.services.streams.together import between

FIXTURES: Path = settings.BASE_DIR / "fixtures"

# A stream of two hundred points and forty strands has half of this.
LARGEST_TEXT = 64 * 1024
# A file nests four deep: the file, its list of points, a point, what the point says.
_DEEPEST = 6
# Words and groups of words. Two hundred points, sixty strands and their mapping have 2,400.
_MOST_NODES = 4000
# Who mends these may then read on.
_PROBLEMS_TOLD = 100

# Where something stands: names of parts, and numbers in a list from 0.
type Place = tuple[str | int, ...]
# Says in words where something stands in a file.
type Where = Callable[[Place], str]


class Problem(NamedTuple):
    """One thing that is wrong in a file: where, as a person finds it, and what."""

    where: str
    words: str

    @override
    def __str__(self) -> str:
        return f"{self.where}: {self.words}" if self.where else self.words


class StreamFileError(Exception):
    """A stream file cannot be loaded; the message names the file and the places in it."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(f"{source}: {each}" for each in problems))
        self.problems = problems
        # Of a file that could be read: what it says, and each fault with its place.
        self.found: Any = None
        self.faults: Sequence[tuple[Place, str]] = ()
        self.where: Where = dotted


KEY = "[key]"  # after a name in a place: the name itself, not what it stands for


def dotted(place: Place) -> str:
    """Say where something stands; entries of a list are counted from 1, as people do."""
    return ".".join(str(p + 1) if isinstance(p, int) else p[:40] for p in place if p != KEY)


def refusal(source: str, where: Where, faults: Sequence[tuple[Place, str]]) -> StreamFileError:
    """Return the error that tells of all faults found, in the order of the file."""
    problems = [Problem(where(place), words) for place, words in faults]
    if len(problems) > _PROBLEMS_TOLD:
        more = len(problems) - _PROBLEMS_TOLD
        problems = [*problems[:_PROBLEMS_TOLD], Problem("further on", f"{more} more problems")]
    return StreamFileError(source, problems)


_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def _plain(text: str) -> str:
    text = " ".join(text.split())
    if _UNSEEN.search(text):
        raise PydanticCustomError("unseen", "this holds characters that cannot be seen")
    return text


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=30)]
Text = Annotated[str, AfterValidator(_plain)]
Code = Annotated[Text, Field(min_length=1, max_length=12)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class PointEntry(_Entry):
    """A point of the scale."""

    code: Code
    label: Text = Field(min_length=1, max_length=120)
    value: Decimal = Field(max_digits=6, decimal_places=2)


class StrandEntry(_Entry):
    """Something that is judged, and the core area it counts for, if any."""

    code: Slug
    name: Text = Field(min_length=1, max_length=80)
    area: Text = Field(default="", max_length=80)
    core_area: Slug | None = None


class ReplacesEntry(_Entry):
    """How a version goes on from the one before it.

    `strands` says for a strand of this file which one before it goes on from, None for none;
    `points` says for a point before which one of this file it becomes. What is left out goes by
    the same code.
    """

    version: Code
    strands: dict[Slug, Slug | None] = {}
    points: dict[Code, Code] = {}


class StreamFile(_Entry):
    """All that a stream file says."""

    code: Slug
    version: Code
    name: Text = Field(min_length=1, max_length=80)
    description: Text = Field(min_length=1, max_length=250)
    for_whom: Text = Field(min_length=1, max_length=140)
    better: Decimal = Field(ge=1, max_digits=4, decimal_places=2)
    scale: tuple[PointEntry, ...] = Field(min_length=2, max_length=200)
    strands: tuple[StrandEntry, ...] = Field(min_length=1, max_length=60)
    expected: dict[Slug, Annotated[Decimal, Field(ge=0, max_digits=5, decimal_places=2)]] = Field(
        min_length=1, description="Points a term, by code of the route"
    )
    replaces: ReplacesEntry | None = None

    @model_validator(mode="after")
    def _in_order_and_once(self) -> Self:
        faults = between(self.model_dump())
        if faults:
            raise PydanticCustomError("faults", "does not hold together", {"faults": faults})
        return self

    @property
    def proposed(self) -> dict[str, Any]:
        """What the file proposes to expect, as it is kept with the version."""
        return {
            "better": str(self.better.normalize()),
            "expected": {code: str(points.normalize()) for code, points in self.expected.items()},
        }


class CodeAndName(_Entry):
    """A route or a core area."""

    code: Slug
    name: Text = Field(min_length=1, max_length=60)


class CodesAndNames(_Entry):
    """A list of routes or core areas, in order."""

    entries: tuple[CodeAndName, ...]


def shipped_streams() -> list[Path]:
    """Return the stream files that come with the application, in order of their names."""
    return sorted((FIXTURES / "streams").glob("*.yaml"))


def read_stream(file: Path) -> StreamFile:
    """Read a stream file and check all that can be checked without the trust."""
    return read_file(file)[0]


def read_file(file: Path) -> tuple[StreamFile, Where]:
    """Read a stream file and return it with what says where in it something stands."""
    return read_yaml(source=file.name, content=_bytes(file))


def read_yaml(*, source: str, content: bytes) -> tuple[StreamFile, Where]:
    """Read a stream and return it with what says where in the file something stands.

    Raises `StreamFileError`, which names the file by `source`.
    """
    found, where = _parsed(source, content)
    return checked(found, source, where), where


def read_codes_and_names(file: Path) -> tuple[CodeAndName, ...]:
    """Read a list of routes or core areas."""
    found, _ = _parsed(file.name, _bytes(file))
    return _checked({"entries": found}, CodesAndNames, file.name, dotted).entries


def checked(
    found: Any,
    source: str,
    where: Where,
    *,
    faults: Sequence[tuple[Place, str]] = (),
    unread: Collection[Place] = (),
) -> StreamFile:
    """Hold what was read from any kind of file against the schema. Raises `StreamFileError`.

    `faults` were found in reading it: all are told at once. What is missing in or around the
    places `unread` is told by them already.
    """
    stream_file, all_faults = None, list(faults)
    try:
        stream_file = StreamFile.model_validate(found)
    except ValidationError as error:
        for each in error.errors():
            loc = each["loc"]
            around = any(loc[: len(place)] == place or place[: len(loc)] == loc for place in unread)
            if not (around and each["type"] in {"missing", "too_short"}):
                all_faults += _told(each, error)
    all_faults += between(found)
    if stream_file is None or all_faults:
        raise in_order(source, where, all_faults, found)
    return stream_file


def in_order(
    source: str, where: Where, faults: Sequence[tuple[Place, str]], found: Any
) -> StreamFileError:
    """Return the error that tells of faults from several looks at a file: one a place, in order."""
    once: dict[Place, str] = {}
    for place, words in faults:
        once.setdefault(place, words)
    parts = {name: number for number, name in enumerate(["stream", *StreamFile.model_fields])}

    def at(place: Place) -> tuple[int, int]:
        number = place[1] if len(place) > 1 else -1
        return (
            parts.get(str(place[0]), len(parts)) if place else -1,
            number if isinstance(number, int) else -1,
        )

    ordered = [(place, once[place]) for place in sorted(once, key=at)]
    error = refusal(source, where, ordered)
    error.found, error.faults, error.where = found, ordered, where
    return error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        problem = Problem("", f"cannot be read ({error.strerror})")
        raise StreamFileError(file.name, [problem]) from error


class _AsPeopleWrite(yaml.SafeLoader):
    """YAML without what no person writes: it could hide a key, or grow without end when read."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = self._nodes = 0

    @override
    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # no stub has it
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            _stop(event, "'&' and '*' refer to other places of a file. Write it out instead")
        if getattr(event, "tag", None):
            _stop(event, "words that begin with '!' have no place here. Leave it out")
        if self._depth == _DEEPEST:
            _stop(event, "this is nested too deeply for a stream file")
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            _stop(event, "this is far more than a stream, from here on")
        self._depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                _stop(key, "a key must be plain text")
            if key.value in seen:
                _stop(key, f"'{key.value}' is there twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Stopped(yaml.MarkedYAMLError):
    """What we refuse, in words of ours."""


def _stop(at: Any, problem: str) -> NoReturn:
    raise _Stopped(problem=problem, problem_mark=at.start_mark)


def _parsed(source: str, content: bytes) -> tuple[Any, Where]:
    if len(content) > LARGEST_TEXT:
        words = f"is larger than {LARGEST_TEXT // 1024} KB; a stream takes a few"
        raise StreamFileError(source, [Problem("", words)])
    try:
        loader = _AsPeopleWrite(content.decode("utf-8-sig"))
        node = loader.get_single_node()
        found = None if node is None else loader.construct_document(node)
    except UnicodeDecodeError as error:
        raise StreamFileError(source, [Problem("", "is not text in UTF-8")]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        words = f"{error.problem}."
        if not isinstance(error, _Stopped):
            words = (
                "this cannot be read as YAML. Look for a missing colon, quote or space here or in"
                f" the line before ({error.problem})."
            )
        raise StreamFileError(source, [Problem(f"line {line}", words)]) from error
    except (yaml.YAMLError, ValueError, OverflowError, IndexError) as error:
        # A date of month 13, a number of five thousand digits, a byte that is no letter.
        words = "is not YAML: it holds a character, number or date that cannot be read"
        raise StreamFileError(source, [Problem("", words)]) from error

    def where(place: Place) -> str:
        line = _line(node, place) if node else None
        return dotted(place) if line is None else f"line {line}: {dotted(place)}"

    return found, where


def _line(node: yaml.Node, place: Place) -> int | None:
    """Return the line of a part, or of what it is missing in; of the whole file there is none."""
    line = None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == part]
            if not pairs:
                break
            key, node = pairs[0]
            line = key.start_mark.line
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return None if line is None else line + 1


def _checked[Content: BaseModel](
    found: Any, schema: type[Content], source: str, where: Where
) -> Content:
    try:
        return schema.model_validate(found)
    except ValidationError as error:
        faults = [fault for each in error.errors() for fault in _told(each, error)]
        raise refusal(source, where, faults) from error


def _told(each: Any, error: ValidationError) -> list[tuple[Place, str]]:
    """Say what pydantic found, in a place as people find it."""
    if each["type"] == "faults":
        return list(each["ctx"]["faults"])
    within = {other["loc"][:1] for other in error.errors() if len(other["loc"]) > 1}
    if each["type"] == "too_short" and each["loc"] in within:
        # A list whose only entry is wrong is not too short as well.
        return []
    return [(_place(each["loc"]), _said(each))]


def _place(loc: Place) -> Place:
    """Return a place as people find it: what is wrong with a key is wrong at the key."""
    return (*loc[:-2], str(loc[-2])) if loc[-1:] == ("[key]",) else loc


_WORDS = {
    "missing": "this is missing",
    "extra_forbidden": "a stream file has no such part",
    "string_type": 'this has to be text. Put it in quotes, such as "1.0"',
    "string_too_short": "this is empty",
    "string_too_long": "this has more than {max_length} characters",
    "string_pattern_mismatch": "use lower-case letters, digits and single hyphens, such as my-code",
    "greater_than_equal": "this has to be {ge} or more",
    "too_short": "there are fewer than {min_length}",
    "too_long": "there are more than {max_length}",
    "decimal_max_places": "at most {decimal_places} digits may follow the point",
    "decimal_max_digits": "this number has more than {max_digits} digits",
    "decimal_whole_digits": "this number is too large",
    "dict_type": "this has to be a group of lines such as 'name: Swimming'",
    "model_type": "this has to be a group of lines such as 'name: Swimming'",
    "tuple_type": "this has to be a list, each entry with a hyphen before it",
}


def _said(error: Any) -> str:
    """Say what is wrong in words that need no knowledge of programs."""
    kind: str = error["type"]
    if kind in _WORDS:
        return _WORDS[kind].format(**error.get("ctx", {}))
    if kind.startswith(("decimal", "finite")):
        return "this has to be a number"
    return str(error["msg"])
