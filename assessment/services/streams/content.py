"""What a stored version of a stream says, written as a file again."""

from decimal import Decimal
from typing import Any

import yaml

from assessment.measures import exact
from assessment.models import Stream
from assessment.services.streams.files import PointEntry, StrandEntry, StreamFile
from assessment.services.streams.mapping import as_told, mapped
from pupils.models import Route

_HEAD = """\
# {name} {version}. To change it, give it a new version and say under "replaces" which one it
# goes on from: a version that is loaded never changes.
"""


def content_of(stream: Stream) -> StreamFile:
    """Return what the file of a version said, with its mapping in the fewest words."""
    strands = list(stream.strands.select_related("core_area").order_by("position"))
    replaces = None
    if stream.replaces is not None:
        replaces = as_told(
            stream.replaces.version,
            mapped(stream),
            strands=[each.code for each in strands],
            before=list(stream.replaces.strands.values_list("code", flat=True)),
        )
    # As it was checked when it was loaded: what is stored is not held against today's limits.
    return StreamFile.model_construct(
        code=stream.code,
        version=stream.version,
        name=stream.name,
        description=stream.description,
        for_whom=stream.for_whom,
        better=Decimal(stream.proposed["better"]),
        scale=tuple(
            PointEntry.model_construct(code=each.code, label=each.label, value=each.value)
            for each in stream.points.order_by("value")
        ),
        strands=tuple(
            StrandEntry.model_construct(
                code=each.code,
                name=each.name,
                area=each.area,
                core_area=each.core_area.code if each.core_area else None,
            )
            for each in strands
        ),
        expected={code: Decimal(points) for code, points in _by_route(stream.proposed["expected"])},
        replaces=replaces,
    )


def as_yaml(stream: Stream) -> str:
    """Write a version as a stream file."""
    found = content_of(stream)
    content: dict[str, Any] = {
        "code": found.code,
        "version": found.version,
        "name": found.name,
        "description": found.description,
        "for_whom": found.for_whom,
        "better": _number(found.better),
        "scale": [
            {"code": each.code, "label": each.label, "value": _number(each.value)}
            for each in found.scale
        ],
        "strands": [{key: value for key, value in each if value} for each in found.strands],
        "expected": {code: _number(points) for code, points in found.expected.items()},
    }
    if found.replaces is not None:
        content["replaces"] = {key: value for key, value in found.replaces if value}
    return _HEAD.format(name=found.name, version=found.version) + yaml.safe_dump(
        content, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )


def _by_route(expected: dict[str, str]) -> list[tuple[str, str]]:
    """Put what is expected in the order of the trust's routes: JSON has none."""
    order = {code: at for at, code in enumerate(Route.objects.values_list("code", flat=True))}
    return sorted(expected.items(), key=lambda each: order.get(each[0], len(order)))


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(exact(value))
